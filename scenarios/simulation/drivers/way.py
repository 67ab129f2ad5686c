"""The route as a driver follows it: where it is along it, who else is near it, which line is closed, how to steer.

All from what a planner is shown. The others are placed on the route's own frame, s along and offset to the left,
so that bends of the road are no lateral motion. Steering is that of simulation/motion.py.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from roadnet.base.maths import sincos
from roadnet.polyline import STEP_M, Path
from scenarios.simulation.bodies import REAR_AXLE
from scenarios.simulation.drivers.models.encounter import Encounter
from scenarios.simulation.motion import CORRECTION_MOST, PREVIEW_S, RETURN_M, RETURN_S
from scenarios.simulation.planner import PlannerInput
from scenarios.simulation.rails import LOST_M, cap_at, curvature_at, foot, search
from scenarios.simulation.sight import CROSSING_COS, HORIZON_M, HORIZON_S, closed_line, meeting
from scenarios.simulation.tracks import tracked

STEP_S = 0.05  # between calls, until two have told it
BEHIND_M = 30.0  # others are looked for so far behind
ENTERING_MPS = 0.1  # who nears the corridor by less only wanders; assumed
# others (K, OTHERS): on the route or not; centre; half extents along and across; speeds; cosine of its heading
FOUND, S, OFFSET, LONG, WIDE, ALONG, ASIDE, COSINE = range(8)
OTHERS = 8


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sight:
    """What a driver makes of an instant; infinity where there is nothing."""

    step_s: float  # since the last call
    speed_mps: float
    s_m: float  # of the footprint's centre along the route
    offset_m: float  # from the route, left positive
    cap_mps: float  # limit and comfort in the curves ahead
    stop_m: float  # from the front to a closed stop line
    gap_m: float  # to the nearest in the corridor
    lead_mps: float  # its speed along the route
    conflict_s: float  # until contact with anyone in or crossing the corridor, at constant speeds
    encounters: tuple[Encounter, ...]  # with those ahead who are in the corridor or enter it
    others: Array  # (K, OTHERS)


class Way:
    """A route with the memory that following it needs: the place on it, and the others' speeds a call ago."""

    def __init__(self, now: PlannerInput) -> None:
        route = now.route
        bend = np.gradient(route[:, 3], STEP_M)
        zeros, length_m = np.zeros(len(route)), (len(route) - 1) * STEP_M
        path = Path(
            x=route[:, 0], y=route[:, 1], z=route[:, 2], heading=route[:, 3], curvature=bend, half_width=zeros,
            speed_limit=route[:, 4], length_m=length_m,
        )  # fmt: skip
        self.samples = tracked(path, now.stop_lines).samples
        self.stops = np.ascontiguousarray(now.stop_lines, np.float64)
        x, y = now.ego_pose[0], now.ego_pose[1]
        self.s_m: float = search(self.samples, 0, len(self.samples), x, y, 0.0, length_m)
        self.t_ns, self.speeds = now.t_ns, dict[int, float]()

    def look(self, now: PlannerInput) -> Sight:
        """Return what the driver makes of this instant."""
        end, (x, y, _z, _yaw) = len(self.samples), now.ego_pose.tolist()
        step_s = (now.t_ns - self.t_ns) * 1e-9 or STEP_S
        guess = self.s_m + now.ego_speed_mps * (now.t_ns - self.t_ns) * 1e-9
        self.s_m, offset, _cos, _sin, _moved = foot(self.samples, 0, end, x, y, guess)
        accel = self._accelerations(now, step_s)
        horizon = HORIZON_M + HORIZON_S * now.ego_speed_mps
        others = np.zeros((len(accel), OTHERS))
        place(self.samples, now.object_pose, now.object_speed, now.object_size, self.s_m, horizon, others)
        half_l, half_w = 0.5 * float(now.ego_size[0]), 0.5 * float(now.ego_size[1])
        gap, lead, conflict, encounters = met(
            others, accel, self.s_m, offset, now.ego_speed_mps, now.ego_accel_mps2, half_l, half_w
        )
        lights = np.ascontiguousarray(now.signal_state.reshape(-1, 1))
        return Sight(
            step_s=step_s,
            speed_mps=now.ego_speed_mps,
            s_m=self.s_m,
            offset_m=offset,
            cap_mps=cap_at(self.samples, 0, end, self.s_m),
            stop_m=closed_line(self.stops, 0, len(self.stops), self.s_m + half_l, now.ego_speed_mps, lights, 0),
            gap_m=gap,
            lead_mps=lead,
            conflict_s=conflict,
            encounters=encounters,
            others=others,
        )

    def steer(self, now: PlannerInput, shift: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> float:
        """Return the curvature, 1/m, that leads to the route, or to an offset, its rate and second rate beside it."""
        x, y, _z, yaw = now.ego_pose.tolist()
        sin_y, cos_y = sincos(yaw)
        back = REAR_AXLE * float(now.ego_size[0])
        return float(steering(self.samples, x, y, cos_y, sin_y, back, now.ego_speed_mps, self.s_m, *shift))

    def _accelerations(self, now: PlannerInput, step_s: float) -> Array:
        """Return (K,) m/s2 of the others since the last call; 0 of who was not there."""
        tracks, speeds = now.object_track.tolist(), now.object_speed.tolist()
        was = self.speeds if now.t_ns > self.t_ns else {}
        self.speeds, self.t_ns = dict(zip(tracks, speeds, strict=True)), now.t_ns
        return np.array([(v - was.get(k, v)) / step_s for k, v in zip(tracks, speeds, strict=True)], np.float64)


@cache
def warm_up() -> None:
    """Compile what following a route needs, by following a short one past one other: a first `act` has no time."""
    route = np.column_stack([np.arange(0.0, 20.0, STEP_M), *np.zeros((3, 40)), np.full(40, 10.0)])
    other = np.array([[10.0, 0.0, 0.0, 0.1]])
    now = PlannerInput(
        t_ns=0, ego_pose=np.array([1.0, 0.0, 0.0, 0.0]), ego_speed_mps=5.0, ego_accel_mps2=0.0, ego_yaw_rate=0.0,
        ego_size=np.array([4.5, 1.8, 1.5]), route=route, object_kind=np.zeros(1, np.uint8), object_pose=other,
        object_speed=np.ones(1), object_size=np.array([[4.5, 1.8, 1.5]]), object_track=np.zeros(1, np.int32),
        signal_state=np.zeros(1, np.uint8), stop_lines=np.array([[15.0, 0.0]]),
    )  # fmt: skip
    way = Way(now)
    way.look(now)
    way.steer(now)


def met(
    others: Array, accel: Array, s_m: float, offset_m: float, speed: float, own_accel: float,
    half_l: float, half_w: float,
) -> tuple[float, float, float, tuple[Encounter, ...]]:  # fmt: skip
    """Return (gap, speed of the leader, time to the first conflict, encounters) with those ahead."""
    gap_m, lead_mps, conflict_s, encounters = np.inf, 0.0, np.inf, []
    for k in np.flatnonzero((others[:, FOUND] > 0.0) & (others[:, S] > s_m)).tolist():
        _found, s, offset, long, wide, along, aside, cosine = others[k].tolist()
        gap, side = s - s_m - half_l - long, offset - offset_m
        clear = abs(side) - half_w - wide
        nearing = -aside if side > 0.0 else aside
        if clear > 0.0 and -2.0 * accel[k] * clear > nearing * abs(nearing):
            nearing = 0.0  # brakes, and will stand before the corridor
        if clear <= 0.0 and gap < gap_m:
            gap_m, lead_mps = gap, along
        if clear <= 0.0 or abs(cosine) < CROSSING_COS:
            through, over = 2.0 * (half_l + long), 2.0 * (half_w + wide)
            meet_s = meeting(gap, speed - along, through, clear, nearing, over, HORIZON_S)
            conflict_s = min(conflict_s, meet_s)
        if clear <= 0.0 or nearing > ENTERING_MPS:
            passed = s - s_m + half_l + long
            encounters.append(Encounter(True, gap, clear, passed, speed, along, nearing, own_accel))
    return gap_m, lead_mps, conflict_s, tuple(encounters)


@compiled
def place(samples: Array, pose: Array, speed: Array, size: Array, s_m: float, horizon_m: float, others: Array) -> None:
    """Fill in others (K, OTHERS) from pose (K, 4), speed (K,) and size (K, 3); s_m: ego's place on the route."""
    end = len(samples)
    for k in range(len(others)):
        x, y = pose[k, 0], pose[k, 1]
        guess = search(samples, 0, end, x, y, s_m - BEHIND_M, s_m + horizon_m)
        guess, _offset, _cos, _sin, _moved = foot(samples, 0, end, x, y, guess)
        s, offset, cos_h, sin_h, moved = foot(samples, 0, end, x, y, guess)
        sin_k, cos_k = sincos(pose[k, 3])
        cos_r, sin_r = cos_k * cos_h + sin_k * sin_h, sin_k * cos_h - cos_k * sin_h
        near = abs(moved) <= LOST_M and s_m - BEHIND_M <= s <= s_m + horizon_m
        others[k, FOUND], others[k, S], others[k, OFFSET] = 1.0 if near else 0.0, s, offset
        others[k, LONG] = 0.5 * (size[k, 0] * abs(cos_r) + size[k, 1] * abs(sin_r))
        others[k, WIDE] = 0.5 * (size[k, 0] * abs(sin_r) + size[k, 1] * abs(cos_r))
        others[k, ALONG], others[k, ASIDE], others[k, COSINE] = speed[k] * cos_r, speed[k] * sin_r, cos_r


@compiled
def steering(
    samples: Array, x: float, y: float, cos_y: float, sin_y: float, back: float, speed: float, s_m: float,
    shift: float, shift_rate: float, shift_accel: float,
) -> float:  # fmt: skip
    """Return the curvature that leads the rear axle, `back` m behind the centre (x, y), to `shift` m from the route."""
    end = len(samples)
    s, offset, cos_h, sin_h, _moved = foot(samples, 0, end, x - back * cos_y, y - back * sin_y, s_m - back)
    reach, pace = max(RETURN_M, RETURN_S * speed), max(speed, 1.0)
    askew = sin_y * cos_h - cos_y * sin_h  # sine of the heading error
    aside = offset - shift
    correction = -2.0 * (askew - shift_rate / pace) / reach - aside / (reach * reach)
    bend = curvature_at(samples, 0, end, s + PREVIEW_S * speed)
    bend = bend / max(1.0 - bend * offset, 0.2) + shift_accel / (pace * pace)
    return float(bend + min(max(correction, -CORRECTION_MOST), CORRECTION_MOST))
