"""chase_the_gap: somebody comes out of a side way and arrives where the ways cross when the subject does."""

from collections.abc import Mapping

import numpy as np

from roadnet.base.maths import sincos_all
from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import body, step_at
from scenarios.model.spec import ActorProgram, Control, PathSpec, Step, What

SETBACK_M = 4.6  # from the edge of the road to the middle of who waits in a drive; assumed
TURN_M = 6.0  # radius of the turn into the lane beyond; assumed
START_MPS2 = 2.5
WANTS_MPS = 7.0  # where it is not held back; assumed
NEAR_M, SETTLED_S = 3.0, 1.0  # looked at until so near, from so late on

BEHAVIOUR = Behaviour(
    title="Somebody comes out of a drive, turns across the road and arrives when the subject does",
    needs=Needs(behind_m=80.0, ahead_m=60.0, kerb=True, oncoming=True, sharpest_1pm=0.01),
    lasts_s=9.0,
    adversarial=True,
    parameters=(quantity("later_s", "how much later than the subject's middle", 0.0, 1.5, "arrives_later"),),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the adversary, which waits in the drive at the start."""
    return (side_way(here, cue, "chase_the_gap", WANTS_MPS, later_s=values["later_s"]),)


def way_in_m(here: Here) -> float:
    """Return the way from the drive to the middle of the lane, m."""
    return SETBACK_M + abs(here.near_m)


def side_way(
    here: Here, cue: Cue, law: str, speed_mps: float, *, starts_s: float = 0.0, **values: float
) -> ActorProgram:
    """Return an adversary that turns out of a drive, across the lanes of this direction into the first beyond.

    It stands until `starts_s`, then wants to be as fast as said.
    """
    kind, size = body("car")
    begin, side = here.near_m + here.kerb_side * SETBACK_M, -here.kerb_side
    arc = np.linspace(0.0, 0.5 * np.pi, 12)
    sine, cosine = sincos_all(arc)
    turns = here.oncoming - side * TURN_M  # the offset at which the turn begins
    offset = np.concatenate([[begin], turns + side * TURN_M * sine, np.full(12, here.oncoming)])
    along = np.concatenate([[0.0], -TURN_M * (1.0 - cosine), -TURN_M - np.arange(1.0, 61.0, 5.0)])
    return ActorProgram(
        name=cue.name,
        kind=kind,
        size=size,
        path=PathSpec(points=np.round(here.point(along, offset), 6)),
        s_m=0.0,
        law=law,
        law_values=(("desired_speed_mps", speed_mps), *values.items()),
        steps=() if starts_s <= 0.0 else waits(starts_s, speed_mps),
        control=Control.REACTIVE,
        look=cue.look,
    )


def waits(until_s: float, speed_mps: float) -> tuple[Step, ...]:
    """Return the program of who stands until a time, then wants a speed."""
    return (step_at(0.0, What.SPEED, 0.0, 100.0), step_at(until_s, What.SPEED, speed_mps, 100.0))


def shows(seen: Seen) -> bool:
    """Return whether, on its way, it was always due so much later than the subject as it was meant to be."""
    way, ego, here = seen.way(), seen.way(name="ego"), seen.here
    mine, theirs = np.abs(way.offset - ego.offset), here.s_m - ego.s
    on_way = (mine > NEAR_M) & (theirs > NEAR_M) & (way.speed > 0.5) & (ego.speed > 1.0) & (way.t > SETTLED_S)
    if not on_way.any():
        return False
    late = mine[on_way] / way.speed[on_way] - theirs[on_way] / ego.speed[on_way]
    return bool(abs(np.median(late) - seen.values["later_s"]) < 0.5)
