"""Junctions of maps that name none: drivable strips that overlap."""

import numpy as np
import shapely

from roadnet.formats.bounds.model import LaneMap
from roadnet.formats.bounds.polylines import fractions
from roadnet.network import DRIVABLE

LEAST_AREA_M2, LEAST_SHARE = 1.0, 0.05  # of the smaller strip: less is how neighbours were drawn
LEVELS_APART_M = 2.5


def add_junctions(lanes: LaneMap, named: dict[str, list[int]]) -> None:
    """Group the drivable strips that overlap, together with the groups that the file names, into junctions."""
    parent = list(range(len(lanes.strips)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    inside: set[int] = set()
    for rows in named.values():
        inside.update(rows)
        for i in rows[1:]:
            parent[root(i)] = root(rows[0])
    for a, b in _overlaps(lanes):
        inside |= {a, b}
        parent[root(a)] = root(b)
    names = {root(rows[0]): name for name, rows in reversed(named.items()) if rows}
    for i in sorted(inside):
        name = names.setdefault(root(i), f"at {lanes.strips[i].id}")
        lanes.junctions.setdefault(name, []).append(i)


def _overlaps(lanes: LaneMap) -> list[tuple[int, int]]:
    rows = [i for i, s in enumerate(lanes.strips) if s.type in DRIVABLE and min(len(s.left), len(s.right)) > 1]
    if len(rows) < 2:
        return []
    rings = [
        np.concatenate([s.left[:, :2], s.right[::-1, :2], s.left[:1, :2]]) for s in (lanes.strips[i] for i in rows)
    ]
    areas = shapely.polygons([shapely.linearrings(x) for x in rings])
    broken = ~shapely.is_valid(areas)
    areas[broken] = shapely.make_valid(areas[broken])
    i, j = shapely.STRtree(areas).query(areas, predicate="intersects")
    i, j = i[i < j], j[i < j]
    size = shapely.area(areas)
    shared = shapely.area(shapely.intersection(areas[i], areas[j]))
    deep = shared > np.maximum(LEAST_AREA_M2, LEAST_SHARE * np.minimum(size[i], size[j]))
    middle = np.array([fractions(lanes.strips[k].left, np.array([0.0, 0.5, 1.0]))[:, 2] for k in rows])
    level = np.abs(middle[i] - middle[j]).min(1) < LEVELS_APART_M
    pairs = zip(np.array(rows)[i[deep & level]].tolist(), np.array(rows)[j[deep & level]].tolist(), strict=True)
    linked = lanes.successors
    return [(a, b) for a, b in pairs if (a, b) not in linked and (b, a) not in linked]
