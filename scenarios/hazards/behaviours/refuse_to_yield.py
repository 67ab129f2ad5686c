"""refuse_to_yield: somebody drives out of a drive across the subject's lane, and brakes for nobody."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.behaviours.chase_the_gap import side_way, way_in_m
from scenarios.hazards.here import Here, Needs
from scenarios.model.spec import ActorProgram

STARTS_MPS2 = 1.4  # about what it makes of the first metres; assumed

BEHAVIOUR = Behaviour(
    title="Somebody drives out of a drive across the road, and brakes for nobody",
    needs=Needs(behind_m=80.0, ahead_m=60.0, kerb=True, oncoming=True, sharpest_1pm=0.01),
    lasts_s=9.0,
    adversarial=True,
    parameters=(quantity("v_mps", "speed that it wants", 4.0, 12.0, "urban_speed"),),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the adversary, which is where the ways cross when the subject would be, had it kept its speed."""
    arrives = (here.s_m - cue.subject_s_m) / max(cue.subject_mps, 1.0)
    takes = float(np.sqrt(2.0 * way_in_m(here) / STARTS_MPS2))
    starts = max(arrives - takes, 0.05)
    return (side_way(here, cue, "refuse_to_yield", values["v_mps"], starts_s=starts),)


def shows(seen: Seen) -> bool:
    """Return whether it came across the middle of the subject's lane, or was hit, and did not brake before."""
    way = seen.way()
    touched = seen.recording.contacts.t_ns
    until = float(touched[0]) * 1e-9 if len(touched) else float(way.t[-1])
    before = way.t < until
    side = seen.here.kerb_side
    crossed = (side * way.offset[before]).min() < 0.0
    return bool(way.accel[before].min() > -2.1 and (crossed or len(touched)))
