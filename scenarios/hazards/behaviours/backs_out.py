"""backs_out: somebody backs out of a driveway into the lane, stops, and drives off along it."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import arc_leg, body, path_leg, replayed, timed
from scenarios.model.spec import ActorProgram

RADIUS_M = 5.6  # of the turn out, a little over the turning circle; assumed
SHIFT_S = 1.0  # from standstill to driving forward; assumed
OFF_MPS2 = 1.5

BEHAVIOUR = Behaviour(
    title="Somebody backs out of a driveway into the lane, stops, and drives off",
    needs=Needs(behind_m=60.0, ahead_m=90.0, kerb=True, sharpest_1pm=0.01),
    lasts_s=25.0,
    parameters=(
        quantity("v_mps", "speed of backing", 0.8, 2.5, "backing_speed"),
        quantity("accel_mps2", "acceleration of backing", 0.4, 1.5, "backing_acceleration"),
        quantity("setback_m", "from the edge of the road to its tail", 1.9, 3.0, "setback"),
        quantity("v_off_mps", "speed it drives off at", 5.0, 11.0, "urban_speed"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the car; at the cue it begins to move."""
    kind, size = body("car")
    offset = here.near_m + here.kerb_side * (values["setback_m"] + 0.5 * size[0])
    nose = here.heading() + here.kerb_side * 0.5 * np.pi
    straight = arc_leg(np.array([*here.point(0.0, offset), nose]), 0.0, -(abs(offset) - RADIUS_M))
    turn = arc_leg(straight.pose[-1], here.kerb_side / RADIUS_M, -0.5 * np.pi * RADIUS_M)
    back = type(straight)(np.concatenate([straight.pose, turn.pose[1:]]), -1.0)
    forward = path_leg(here.corridor.path, here.s_m - RADIUS_M, 60.0)
    backing = timed((back,), cue.begins_s, values["v_mps"], values["accel_mps2"], 0.0)[:-1]
    leaves = timed((forward,), float(backing[-1, 0]) + SHIFT_S, values["v_off_mps"], OFF_MPS2, 0.0)[1:]
    return (replayed(cue.name, kind, size, np.concatenate([backing, leaves]), cue.look),)


def shows(seen: Seen) -> bool:
    """Return whether it came out of beside the road backwards, turned along the lane, and drove on in it."""
    way, here = seen.way(), seen.here
    backs, drives = way.speed < -0.3, way.speed > 0.3
    if not (backs.any() and drives.any()):
        return False
    first = int(np.argmax(drives))
    return bool(
        abs(way.offset[0]) > abs(here.near_m)
        and abs(abs(way.turn[0]) - 0.5 * np.pi) < 0.1
        and np.flatnonzero(backs).max() < first
        and abs(way.turn[first]) < 0.1
        and np.abs(way.offset[first:]).max() < 0.5
        and way.s[-1] > way.s[first] + 10.0
    )
