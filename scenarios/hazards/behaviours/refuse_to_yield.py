"""refuse_to_yield: somebody drives out of a side way across the subject's, and brakes for nobody."""

from collections.abc import Mapping

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.behaviours.chase_the_gap import side_way, way_in_m
from scenarios.hazards.here import Here, Needs
from scenarios.model.spec import ActorProgram

BEHAVIOUR = Behaviour(
    title="Somebody drives out of a side way across the road, and brakes for nobody",
    needs=Needs(behind_m=80.0, ahead_m=60.0, kerb=True),
    lasts_s=9.0,
    adversarial=True,
    parameters=(quantity("v_mps", "speed", 4.0, 12.0, "urban_speed"),),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the adversary, which is where the ways cross when the subject would be, had it kept its speed."""
    arrives = (here.s_m - cue.subject_s_m) / max(cue.subject_mps, 1.0)
    run_up = min(values["v_mps"] * arrives, way_in_m(here))
    late = arrives - run_up / values["v_mps"]
    return (side_way(here, cue, "refuse_to_yield", values["v_mps"], run_up, starts_s=late),)


def shows(seen: Seen) -> bool:
    """Return whether it crossed the road at its speed and never braked before it was across or hit."""
    way, here = seen.way(), seen.here
    touched = seen.recording.contacts.t_ns
    until = float(touched[0]) * 1e-9 if len(touched) else float(way.t[-1])
    before = way.t < until
    across = here.kerb_side * way.offset[before].min() if here.kerb_side > 0 else -way.offset[before].max()
    return bool(way.accel[before].min() > -0.5 and across < 1.0 + here.half_lane_m)
