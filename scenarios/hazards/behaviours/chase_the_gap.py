"""chase_the_gap: somebody comes out of a side way and arrives where the ways cross when the subject does."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import body, step_at
from scenarios.model.spec import ActorProgram, Control, PathSpec, What
from scenarios.simulation.lawbook import lawbook

SIDE_WAY_M = 60.0  # of way beside the road that the adversary may come from
START_MPS2 = 2.5
NEAR_M, SETTLED_S = 8.0, 1.5  # looked at until so near, from so late on

BEHAVIOUR = Behaviour(
    title="Somebody comes out of a side way and arrives when the subject does",
    needs=Needs(behind_m=80.0, ahead_m=60.0, kerb=True),
    lasts_s=9.0,
    adversarial=True,
    parameters=(quantity("later_s", "how much later than the subject's middle", 0.0, 1.5, "arrives_later"),),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the adversary, which comes at 7 m/s and adapts."""
    arrives = (here.s_m - cue.subject_s_m) / max(cue.subject_mps, 1.0) + values["later_s"]
    run_up = min(7.0 * arrives, way_in_m(here))
    return (side_way(here, cue, "chase_the_gap", 7.0, run_up, later_s=values["later_s"]),)


def way_in_m(here: Here) -> float:
    """Return the most way from where it may start to the middle of the lane, m."""
    return SIDE_WAY_M + abs(here.near_m)


def side_way(
    here: Here, cue: Cue, law: str, speed_mps: float, run_up_m: float, *, starts_s: float = 0.0, **values: float
) -> ActorProgram:
    """Return an adversary on a straight way across the road here, so far before the middle of the lane."""
    kind, size = body("car")
    begin = here.kerb_side * way_in_m(here)
    ends = np.array([begin, here.far_m - here.kerb_side * SIDE_WAY_M])
    waits = starts_s > 0.05
    known = lawbook()[law].defaults
    return ActorProgram(
        name=cue.name,
        kind=kind,
        size=size,
        path=PathSpec(points=np.round(here.point(np.zeros(2), ends), 6)),
        s_m=round(abs(begin) - run_up_m, 6),
        speed_mps=0.0 if waits else round(speed_mps, 6),
        law=law,
        law_values=tuple(sorted({**{k: v for k, v in values.items() if k in known}, "desired_speed_mps": 0.0}.items())),
        steps=(step_at(starts_s, What.SPEED, speed_mps, START_MPS2),) if waits else (),
        control=Control.REACTIVE,
        look=cue.look,
    )


def shows(seen: Seen) -> bool:
    """Return whether, on its way, it was always due so much later than the subject as it was meant to be."""
    way, ego, here = seen.way(), seen.way(name="ego"), seen.here
    mine, theirs = np.abs(way.offset - ego.offset), here.s_m - ego.s
    on_way = (mine > NEAR_M) & (theirs > NEAR_M) & (way.speed > 1.0) & (ego.speed > 1.0) & (way.t > SETTLED_S)
    if not on_way.any():
        return False
    late = mine[on_way] / way.speed[on_way] - theirs[on_way] / ego.speed[on_way]
    return bool(abs(np.median(late) - seen.values["later_s"]) < 0.5)
