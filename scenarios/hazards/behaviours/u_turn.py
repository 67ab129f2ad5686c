"""u_turn: somebody turns round on the road, in one go where it is wide enough, else in several legs with backing.

Forward legs turn with full lock until the nose reaches the far edge, backing legs with the opposite lock until the
tail reaches the near edge, until the car points the other way; it then swings into the middle of the oncoming lane.
"""

from collections.abc import Mapping

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import atan2_all, sincos_all
from roadnet.frames import wrap_angle
from roadnet.polyline import project
from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import LIMIT_SHARE, Leg, arc_leg, body, replayed, timed
from scenarios.model.spec import ActorProgram, Kind
from scenarios.simulation.bodies import BODIES

MARGIN_M = 0.3  # kept from the edges of the road; assumed
MOST_LEGS = 9
ENTERS_M = 14.0  # over which it comes to the middle of the lane it has turned into, and on
SHIFT_S = 0.8  # between two legs; assumed
ALIGNED_RAD = 0.02

BEHAVIOUR = Behaviour(
    title="Somebody turns round on the road, in one go or with backing",
    needs=Needs(behind_m=40.0, ahead_m=40.0, kerb=True, oncoming=True, sharpest_1pm=0.005),
    lasts_s=40.0,
    parameters=(
        quantity("v_mps", "speed in the turn", 1.0, 3.5, "turning_speed"),
        quantity("accel_mps2", "acceleration in the turn", 0.5, 1.5, "backing_acceleration"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the car, which stands at the edge of the lane and begins to turn at the cue."""
    kind, size = body("car")
    trajectory = timed(legs(here, size), cue.begins_s, values["v_mps"], values["accel_mps2"], SHIFT_S)
    return (replayed(cue.name, kind, size, trajectory, cue.look),)


def legs(here: Here, size: tuple[float, float, float]) -> tuple[Leg, ...]:
    """Return the legs of the turn, and the one that leads into the oncoming lane."""
    tightest = LIMIT_SHARE * BODIES[Kind.CAR].curvature_most_1pm
    start = here.near_m - here.kerb_side * (0.5 * size[1] + MARGIN_M)
    pose = np.array([*here.point(0.0, start), here.heading()])
    out: list[Leg] = []
    turned, goal = 0.0, np.pi
    for number in range(MOST_LEGS):
        way = 1.0 if number % 2 == 0 else -1.0
        leg = arc_leg(pose, -here.kerb_side * tightest * way, way * (goal - turned) / tightest)
        out.append(_within(here, leg, size))
        turned += abs(float(out[-1].pose[-1, 3] - pose[3]))
        pose = out[-1].pose[-1]
        if goal - turned < ALIGNED_RAD:
            break
    if out[-1].way < 0.0:
        return (*out, _entry(here, pose))
    joined = _entry(here, pose)
    return (*out[:-1], Leg(np.concatenate([out[-1].pose, joined.pose[1:]]), 1.0))


def _within(here: Here, leg: Leg, size: tuple[float, float, float]) -> Leg:
    """Return the part of a leg on which the leading end of the body stays on the road."""
    yaw, ahead = leg.pose[:, 3], 0.5 * leg.way * size[0]
    aside = 0.5 * size[1]
    room = np.ones(len(leg.pose), bool)
    sine, cosine = sincos_all(yaw)
    for side in (-1.0, 1.0):
        x = leg.pose[:, 0] + ahead * cosine - side * aside * sine
        y = leg.pose[:, 1] + ahead * sine + side * aside * cosine
        offset = project(here.corridor.path, np.column_stack([x, y]))[1]
        inside = np.abs(offset - 0.5 * (here.near_m + here.far_m)) < 0.5 * abs(here.near_m - here.far_m) - MARGIN_M
        room &= inside | (np.arange(len(room)) < 3)
    end = int(np.argmin(room)) if not room.all() else len(room)
    return Leg(leg.pose[: max(end, 3)], leg.way)


def _entry(here: Here, pose: Array) -> Leg:
    """Return the leg from a pose that points back along the road into the middle of the oncoming lane, and on."""
    s, offset = (float(v[0]) for v in project(here.corridor.path, pose[None, :2]))
    along = np.arange(0.0, 2.0 * ENTERS_M, 0.1)
    share = np.clip(along / ENTERS_M, 0.0, 1.0)
    side = offset + (here.oncoming - offset) * 0.5 * (1.0 - sincos_all(np.pi * share)[1])
    xyz = here.point(s - here.s_m - along, side)
    heading = atan2_all(np.diff(xyz[:, 1]), np.diff(xyz[:, 0]))
    yaw = pose[3] + wrap_angle(np.append(heading, heading[-1]) - pose[3])
    yaw[0] = pose[3]
    return Leg(np.column_stack([xyz, yaw]), 1.0)


def shows(seen: Seen) -> bool:
    """Return whether it faced along the lane and drives the other way in the oncoming lane in the end."""
    way, here = seen.way(), seen.here
    return bool(
        abs(way.turn[0]) < 0.1
        and abs(abs(way.turn[-1]) - np.pi) < 0.1
        and abs(way.offset[-1] - here.oncoming) < 0.3
        and way.s[-1] < way.s.max() - 5.0
    )
