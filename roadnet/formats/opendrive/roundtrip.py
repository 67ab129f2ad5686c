"""What a written file loses: the network that was written against the one that is read back."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.geometry import road_points
from roadnet.network import Lanes, RoadNetwork

STEP_M = 5.0  # between the poses at which reference lines are compared


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """The largest distances in m; counts of what only one of the two networks has."""

    road_m: float
    centre_m: float
    edge_m: float
    signal_m: float
    object_m: float
    roads: int
    lanes: int
    links: int
    junctions: int
    signals: int
    objects: int

    @property
    def worst_m(self) -> float:
        """Return the largest distance of all."""
        return max(self.road_m, self.centre_m, self.edge_m, self.signal_m, self.object_m)

    @property
    def missing(self) -> int:
        """Return how many things only one of the networks has."""
        return self.roads + self.lanes + self.links + self.junctions + self.signals + self.objects


def difference(a: RoadNetwork, b: RoadNetwork) -> Difference:
    """Return how two networks of the same roads differ; distances are of what both have."""
    rows_a, rows_b = _common(lane_keys(a), lane_keys(b))
    roads_a, roads_b = _common(list(a.roads.id), list(b.roads.id))
    signals_a, signals_b = _common(_numbered(a.signals.id), _numbered(b.signals.id))
    objects_a, objects_b = _common(_numbered(a.objects.id), _numbered(b.objects.id))
    return Difference(
        road_m=_roads_apart(a, roads_a, b, roads_b),
        centre_m=_lines_apart(a.lanes, rows_a, b.lanes, rows_b, ("centre",)),
        edge_m=_lines_apart(a.lanes, rows_a, b.lanes, rows_b, ("left_edge", "right_edge")),
        signal_m=_apart(a.signals.pose[signals_a, :3], b.signals.pose[signals_b, :3]),
        object_m=_apart(a.objects.pose[objects_a, :3], b.objects.pose[objects_b, :3]),
        roads=len(a.roads.id) + len(b.roads.id) - 2 * len(roads_a),
        lanes=len(a.lanes) + len(b.lanes) - 2 * len(rows_a),
        links=len(_links(a) ^ _links(b)),
        junctions=len(set(a.junctions.id) ^ set(b.junctions.id)),
        signals=len(a.signals.id) + len(b.signals.id) - 2 * len(signals_a),
        objects=len(a.objects.id) + len(b.objects.id) - 2 * len(objects_a),
    )


def lane_keys(net: RoadNetwork) -> list[tuple[str, int, int]]:
    """Return (road id, section, lane id) of every lane row; sections counted among those that have lanes."""
    lanes = net.lanes
    new = np.ones(len(lanes), bool)
    new[1:] = (np.diff(lanes.road) != 0) | (np.diff(lanes.section) != 0)
    number = np.cumsum(new)
    first = number[np.searchsorted(lanes.road, lanes.road)]
    road = [net.roads.id[k] for k in lanes.road.tolist()]
    return list(zip(road, (number - first).tolist(), lanes.id.tolist(), strict=True))


def _links(net: RoadNetwork) -> set[tuple[object, object]]:
    keys = lane_keys(net)
    a = np.repeat(np.arange(len(keys)), np.diff(net.lanes.successor_start))
    return {(keys[i], keys[j]) for i, j in zip(a.tolist(), net.lanes.successor.tolist(), strict=True)}


def _numbered(ids: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return the ids with how often each was seen before: files give one id to several things."""
    seen: dict[str, int] = {}
    out = []
    for name in ids:
        out.append((name, seen.setdefault(name, 0)))
        seen[name] += 1
    return out


def _common(a: Sequence[Hashable], b: Sequence[Hashable]) -> tuple[Array, Array]:
    """Return the rows of the keys that both have."""
    row = {key: k for k, key in enumerate(b)}
    pairs = [(k, row[key]) for k, key in enumerate(a) if key in row]
    rows = np.array(pairs, np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]


def _apart(p: Array, q: Array) -> float:
    return float(np.linalg.norm(p - q, axis=-1).max(initial=0.0))


def _roads_apart(a: RoadNetwork, rows_a: Array, b: RoadNetwork, rows_b: Array) -> float:
    count = np.ceil(a.roads.length_m[rows_a] / STEP_M).astype(np.int64) + 1
    of = np.repeat(np.arange(len(count)), count)
    share = np.concatenate([np.linspace(0.0, 1.0, n) for n in count]) if len(count) else np.zeros(0)
    points = []
    for net, rows in ((a, rows_a), (b, rows_b)):
        place = rows[of], share * net.roads.length_m[rows[of]]
        # a metre to the sides as well: it tilts
        points.append(
            np.concatenate([road_points(net.roads, *place, np.full(len(of), t))[0] for t in (-1.0, 0.0, 1.0)])
        )
    return _apart(*points)


def _lines_apart(a: Lanes, rows_a: Array, b: Lanes, rows_b: Array, names: tuple[str, ...]) -> float:
    """Return the largest distance between lane lines, sample by sample, at equal shares of their length."""
    worst = 0.0
    for i, j in zip(rows_a.tolist(), rows_b.tolist(), strict=True):
        of_a, of_b = slice(*a.centre_start[i : i + 2]), slice(*b.centre_start[j : j + 2])
        for name in names:
            p, q = getattr(a, name)[of_a], getattr(b, name)[of_b]
            if len(p) != len(q):
                share_a, share_b = (s / max(float(s[-1]), 1e-12) for s in (a.centre_s[of_a], b.centre_s[of_b]))
                q = np.stack([np.interp(share_a, share_b, q[:, k]) for k in range(3)], 1)
            worst = max(worst, _apart(p, q))
    return worst
