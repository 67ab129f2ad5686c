"""Paths as the kernel reads them: samples with a speed that limit and comfort allow, and stop lines."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.base.kept import kept
from roadnet.base.maths import sincos, sincos_all
from roadnet.network import RoadNetwork, SignalKind
from roadnet.polyline import STEP_M, Path
from roadnet.routes import lane_path, points_path
from scenarios.model.spec import PathSpec
from scenarios.simulation.layout import (
    PATH_COLUMNS,
    PCAP,
    PCOS,
    PCURVATURE,
    PHEADING,
    PSIN,
    PX,
    PY,
    PZ,
    REPLAY_COLUMNS,
    RT,
    RX,
    RYAW,
    RZ,
)

LATERAL_COMFORT_MPS2 = 2.5  # what drivers accept in curves; assumed
THIN_M = 0.5  # between the points of a trajectory's way; assumed
APPROACH_DECEL_MPS2 = 1.5  # how softly a lower speed ahead is prepared for; assumed


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Track:
    """A path in the kernel's columns."""

    path: Path
    samples: Array  # (P, PATH_COLUMNS)
    stops: Array  # (Q, 2) s m, signal group; sorted by s


def track(net: RoadNetwork, spec: PathSpec, *, where: str) -> Track:
    """Return the track of a path; kept for lanes of a network. InputError if the path cannot be."""
    try:
        if spec.lanes:
            return lane_track(net, tuple(spec.lanes), spec.reverse)
        points = spec.points
        if points is None and spec.trajectory is not None:
            points = points_along(trajectory_of(spec, where))
        if points is None:
            raise ValueError("path: got neither lanes nor points nor a trajectory, want one of them")
        return points_track(np.ascontiguousarray(points, np.float64).tobytes(), np.shape(points))
    except ValueError as e:
        raise InputError(where, got=str(e), wanted="a path to run along") from e


def replays(spec: PathSpec) -> bool:
    """Return whether the path is a trajectory."""
    return not spec.lanes and spec.points is None and spec.trajectory is not None


def trajectory_of(spec: PathSpec, where: str) -> Array:
    """Return the (N, 6) float64 trajectory. InputError unless it has two rows or more, finite, times growing."""
    rows = np.ascontiguousarray(spec.trajectory, np.float64) + 0.0  # no zero with a sign
    fits = rows.ndim == 2 and rows.shape[1] == REPLAY_COLUMNS and len(rows) > 1 and bool(np.isfinite(rows).all())
    if not (fits and (np.diff(rows[:, RT]) > 0.0).all()):
        raise InputError(
            where,
            got=f"a trajectory of shape {rows.shape}",
            wanted="(N, 6) finite t, x, y, z, yaw, speed with growing times, N of 2 or more",
        )
    return rows


def points_along(rows: Array) -> Array:
    """Return (M, 3) points that a trajectory (N, 6) passes, THIN_M apart: what trembles at rest is no way.

    Who does not move gets the way it looks along.
    """
    kept, xyz = [0], rows[:, RX : RZ + 1]
    for row in range(1, len(rows)):
        if np.square(xyz[row, :2] - xyz[kept[-1], :2]).sum() >= THIN_M * THIN_M:
            kept.append(row)
    points = xyz[kept]
    if len(points) < 2:
        sine, cosine = sincos(float(rows[0, RYAW]))
        points = np.stack([points[0], points[0] + (cosine, sine, 0.0)])
    return np.asarray(points)


@kept
def lane_track(net: RoadNetwork, lanes: tuple[int, ...], reverse: bool) -> Track:
    """Return the track along lanes of a network, with the stop lines on them."""
    path = lane_path(net, lanes, reverse=reverse)
    return tracked(path, np.zeros((0, 2)) if reverse else stop_lines(net, lanes))


@lru_cache(maxsize=256)
def points_track(data: bytes, shape: tuple[int, ...]) -> Track:
    """Return the track through points; kept for the actors, variants and re-runs that share it."""
    return tracked(points_path(np.frombuffer(data).reshape(shape)), np.zeros((0, 2)))


def tracked(path: Path, stops: Array) -> Track:
    """Return a path in the kernel's columns."""
    samples = np.empty((len(path.x), PATH_COLUMNS))
    samples[:, PX], samples[:, PY], samples[:, PZ] = path.x, path.y, path.z
    samples[:, PHEADING], samples[:, PCURVATURE] = path.heading, path.curvature
    samples[:, PSIN], samples[:, PCOS] = sincos_all(path.heading)
    samples[:, PCAP] = speed_caps(path)
    samples.setflags(write=False)
    return Track(path=path, samples=samples, stops=stops)


def speed_caps(path: Path) -> Array:
    """Return (P,) m/s: the limit and comfort in curves, prepared for: v^2 <= v'^2 + 2 b (s' - s) for all s' > s."""
    curve = LATERAL_COMFORT_MPS2 / np.maximum(np.abs(path.curvature), 1e-6)
    square = np.minimum(np.square(path.speed_limit), curve)
    rise = 2.0 * APPROACH_DECEL_MPS2 * STEP_M * np.arange(len(square))
    return np.asarray(np.sqrt(np.minimum.accumulate((square + rise)[::-1])[::-1] - rise))


@kept
def light_groups(net: RoadNetwork) -> dict[int, tuple[int, ...]]:
    """Return lane row -> signal groups that stop it."""
    out: dict[int, set[int]] = {}
    signals = net.signals
    for i in np.flatnonzero((signals.kind == SignalKind.TRAFFIC_LIGHT) & signals.dynamic):
        for lane in signals.lane[signals.lane_start[i] : signals.lane_start[i + 1]]:
            out.setdefault(int(lane), set()).add(int(signals.group[i]))
    return {lane: tuple(sorted(groups)) for lane, groups in out.items()}


def stop_lines(net: RoadNetwork, lanes: tuple[int, ...]) -> Array:
    """Return (Q, 2) s and group: a lane's line is at its end, or at its beginning inside a junction."""
    at, rows = 0.0, []
    for lane in lanes:
        length = float(net.lanes.length_m[lane])
        inside = bool(net.roads.in_junction[net.lanes.road[lane]])
        rows += [(at if inside else at + length, float(g)) for g in light_groups(net).get(lane, ())]
        at += length
    return np.array(sorted(rows), np.float64).reshape(-1, 2)
