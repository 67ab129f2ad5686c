"""What recorded motor vehicles did: speeds, headways, accelerations, free speeds, lane changes, pairs that follow.

The one ahead is found along the path that each vehicle then drove (scenarios/criticality/corridor.py), map or none.
Every sample knows its driver, because samples of one driver are no independent ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import sincos_all
from roadnet.frames import wrap_angle
from roadnet.network import RoadNetwork
from roadnet.queries import nearest_lane
from scenarios.criticality.corridor import Corridor, corridor
from scenarios.model.recording import Recording
from scenarios.model.spec import Kind

MOTORS = (Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.BUS, Kind.MOTORCYCLE)
MOVES_MPS = 0.5  # below this it stands; assumed
FOLLOWS_MPS, FOLLOWS_S = 2.0, 5.0  # faster than this and closer than so many seconds it follows; assumed
FREE_S, FREE_LEAST_S, STEADY_MPS2 = 6.0, 2.0, 0.5  # further ahead nobody matters; for so long; without haste; assumed
STRAIGHT_1PM = 0.01  # a bend tighter than 100 m is no place for a free speed; assumed
SAME_WAY = 0.8  # cosine between the headings of who follows and who is followed
NOTABLE_MPS2 = 0.1  # below this a speed is held; assumed
AROUND_CHANGE_S = 2.0  # before and after the line is crossed; assumed
SAMPLED_S = 0.5  # one sample in so long: closer ones say the same
ON_LANE_M = 1.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sample:
    """N observations of one quantity."""

    unit: str
    value: Array  # (N,)
    driver: Array  # (N,) int: number of the driver

    def __len__(self) -> int:
        return len(self.value)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Pair:
    """A driver behind one and the same leader, without a break. T samples."""

    driver: int
    step_s: float
    gap: Array  # (T,) m from bumper to bumper
    speed: Array  # (T,) m/s of the follower
    lead_speed: Array  # (T,) m/s along the follower's path

    @property
    def duration_s(self) -> float:
        """Return how long it lasts, s."""
        return (len(self.gap) - 1) * self.step_s


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Observed:
    """What a set of recordings holds."""

    drivers: int
    seconds: float  # driver-seconds
    samples: dict[str, Sample]  # by quantity
    pairs: tuple[Pair, ...]


UNITS = {
    "speed": "m/s", "time_headway": "s", "any_acceleration": "m/s2", "acceleration": "m/s2", "deceleration": "m/s2",
    "free_speed": "m/s", "speed_compliance": "1", "lane_change_gap": "s", "lane_change_speed": "m/s",
}  # fmt: skip


def observed(recordings: Iterable[tuple[Recording, RoadNetwork | None]]) -> Observed:
    """Return what the motor vehicles of recordings did; each in each recording is a driver."""
    rows: dict[str, list[tuple[Array, int]]] = {name: [] for name in UNITS}
    pairs: list[Pair] = []
    drivers, seconds = 0, 0.0
    for recording, net in recordings:
        changes = lane_changes(recording, net) if net is not None else {}
        for row in np.flatnonzero(np.isin(recording.agents.kind, [int(k) for k in MOTORS])).tolist():
            view = view_of(recording, net, row)
            seconds += float(view.recording.agents.valid[view.row].sum()) * recording.step_s
            for name, values in {**driver_samples(view, net), **changes.get(row, {})}.items():
                rows[name].append((values, drivers))
            pairs += pairs_of(view, drivers)
            drivers += 1
    samples = {name: gathered(UNITS[name], found) for name, found in rows.items()}
    return Observed(drivers=drivers, seconds=seconds, samples=samples, pairs=tuple(pairs))


def gathered(unit: str, found: list[tuple[Array, int]]) -> Sample:
    """Return the observations of all drivers as one sample."""
    value = np.concatenate([v for v, _ in found] or [np.zeros(0)])
    driver = np.concatenate([np.full(len(v), d) for v, d in found] or [np.zeros(0, int)])
    return Sample(unit=unit, value=value, driver=driver)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class View:
    """What one driver had around it while it was there."""

    recording: Recording  # of that time and of who is there in it; the driver is its subject
    corridor: Corridor
    gap: Array  # (T,) m to the nearest ahead, infinite where nobody is
    nearest: Array  # (T,) its row

    @property
    def row(self) -> int:
        """Return the driver's row."""
        return self.recording.subject


def view_of(recording: Recording, net: RoadNetwork | None, row: int) -> View:
    """Return what the driver of a row had around it."""
    agents = recording.agents
    times = np.flatnonzero(agents.valid[row])
    at = slice(int(times[0]), int(times[-1]) + 1)
    rows = np.flatnonzero(agents.valid[:, at].any(1))
    columns = {
        n: v[rows] if v.ndim < 2 or n == "size" else v[rows][:, at]
        for n, v in ((n, getattr(agents, n)) for n in agents.__dataclass_fields__)
    }
    mine = replace(
        recording,
        t_ns=recording.t_ns[at] - recording.t_ns[at.start],
        subject=int(np.searchsorted(rows, row)),
        agents=replace(agents, **columns),
    )
    c = corridor(mine, net)
    gap = np.where(c.in_file & (c.cosine > SAME_WAY) & (c.gap > 0.0), c.gap, np.inf)
    nearest = gap.argmin(0)
    return View(recording=mine, corridor=c, gap=gap[nearest, np.arange(gap.shape[1])], nearest=nearest)


def driver_samples(view: View, net: RoadNetwork | None) -> dict[str, Array]:
    """Return the observations of one driver, one in SAMPLED_S."""
    agents, row, step_s = view.recording.agents, view.row, view.recording.step_s
    every = max(round(SAMPLED_S / step_s), 1)
    valid = agents.valid[row]
    speed, accel = agents.speed[row].astype(np.float64), agents.accel[row].astype(np.float64)
    moving = valid & (speed > MOVES_MPS)
    headway = np.divide(view.gap, speed, out=np.full_like(speed, np.inf), where=moving)
    follows = moving & (speed > FOLLOWS_MPS) & (headway < FOLLOWS_S)
    at = np.zeros(len(valid), bool)
    at[np.flatnonzero(valid)[::every]] = True
    out = {
        "speed": speed[at & moving],
        "time_headway": headway[at & follows],
        "any_acceleration": accel[at & moving],
        "acceleration": accel[at & moving & (accel > NOTABLE_MPS2)],
        "deceleration": -accel[at & moving & (accel < -NOTABLE_MPS2)],
    }
    straight = np.abs(agents.yaw_rate[row]) < STRAIGHT_1PM * speed
    free = moving & straight & (speed > FOLLOWS_MPS) & (headway > FREE_S) & (np.abs(accel) < STEADY_MPS2)
    if free.sum() * step_s >= FREE_LEAST_S:
        out["free_speed"] = np.array([speed[free].mean()])
        limits = limits_at(net, agents.xyz[row, free, :2]) if net is not None else np.zeros(0)
        if len(limits) and (limits > 0.0).all():
            out["speed_compliance"] = np.array([(speed[free] / limits).mean()])
    return out


def limits_at(net: RoadNetwork, xy: Array) -> Array:
    """Return (N,) m/s: the posted limit of the lane at each place, 0 where none is or no lane is near."""
    lane, _, _, distance = nearest_lane(net, xy)
    known = net.lanes.has_speed[lane] & (distance < ON_LANE_M)
    return np.where(known, net.lanes.speed_mps[lane], 0.0)


def pairs_of(view: View, driver: int) -> list[Pair]:
    """Return the stretches of time in which a driver is behind one and the same motor vehicle."""
    agents, row = view.recording.agents, view.row
    leads = np.isfinite(view.gap) & agents.valid[row] & np.isin(agents.kind[view.nearest], [int(k) for k in MOTORS])
    label = np.where(leads, view.nearest, -1)
    out = []
    for part in np.split(np.arange(len(label)), np.flatnonzero(np.diff(label)) + 1):
        if label[part[0]] >= 0 and len(part) > 1:
            out.append(
                Pair(
                    driver=driver,
                    step_s=view.recording.step_s,
                    gap=view.gap[part],
                    speed=agents.speed[row, part].astype(np.float64),
                    lead_speed=np.maximum(view.corridor.along[int(label[part[0]]), part], 0.0),
                )
            )
    return out


def lane_changes(recording: Recording, net: RoadNetwork) -> dict[int, dict[str, Array]]:
    """Return row -> time gaps left to who is behind on the new lane, and peak sideways speeds, of its lane changes."""
    agents, lanes = recording.agents, net.lanes
    A, T = agents.valid.shape
    lane, s, _, distance = (x.reshape(A, T) for x in nearest_lane(net, agents.xyz[:, :, :2].reshape(-1, 2)))
    heading = lanes.centre_heading[lanes.centre_start[lane] + _points(net, lane, s)]
    sine, _ = sincos_all(wrap_angle(agents.yaw.astype(np.float64) - heading))
    sideways = np.abs(agents.speed * sine)
    around = max(round(AROUND_CHANGE_S / recording.step_s), 1)
    inside = net.roads.in_junction[lanes.road]
    out: dict[int, dict[str, Array]] = {}
    for row in range(A):
        gaps, peaks = [], []
        for k in np.flatnonzero(np.diff(lane[row]) != 0).tolist():
            a, b = int(lane[row, k]), int(lane[row, k + 1])
            beside = (lanes.has_left[a] and lanes.left[a] == b) or (lanes.has_right[a] and lanes.right[a] == b)
            beside = beside and not (inside[a] or inside[b])  # where lanes overlap, the nearest says little
            if not (beside and agents.valid[row, k : k + 2].all() and distance[row, k] < ON_LANE_M):
                continue
            part = slice(max(k - around, 0), k + around + 1)
            peaks.append(float(sideways[row, part][agents.valid[row, part]].max()))
            behind = agents.valid[:, k + 1] & (lane[:, k + 1] == b) & (s[:, k + 1] < s[row, k + 1])
            behind[row] = False
            if behind.any():
                j = int(np.flatnonzero(behind)[s[behind, k + 1].argmax()])
                room = s[row, k + 1] - s[j, k + 1] - 0.5 * float(agents.size[row, 0] + agents.size[j, 0])
                if room > 0.0 and agents.speed[j, k + 1] > MOVES_MPS:
                    gaps.append(room / float(agents.speed[j, k + 1]))
        if peaks:
            out[row] = {"lane_change_gap": np.array(gaps), "lane_change_speed": np.array(peaks)}
    return out


def _points(net: RoadNetwork, lane: Array, s: Array) -> Array:
    """Return, for each lane and s, the number of the centre point at or before it."""
    start, end = net.lanes.centre_start[lane], net.lanes.centre_start[lane + 1]
    length = net.lanes.length_m[lane]
    return np.asarray(np.clip((s / np.maximum(length, 1e-9) * (end - start - 1)).astype(np.int64), 0, end - start - 1))
