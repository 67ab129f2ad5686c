"""Sight lines: what the static things of a map hide, from points to points and along paths.

A thing is a prism: its outline, or the box of its size, from its base up to its height. It hides a target where
the line from the eye passes through the prism; a tree is one down to the ground. The ground and the road itself hide
nothing here.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.boxes import corners
from roadnet.network import ObjectKind, RoadNetwork
from roadnet.polyline import STEP_M, Path, at

EYE_M = 1.08  # driver's eye above the road: AASHTO Green Book 2018, 3.2.6
TARGET_M = 1.08  # what must be seen of another vehicle above the road: the same section
OPAQUE = frozenset(
    {ObjectKind.BUILDING, ObjectKind.TREE, ObjectKind.BARRIER, ObjectKind.OBSTACLE, ObjectKind.VEGETATION}
)
THINNEST_M = 1e-3  # of a box: fences have no width in some files
EDGE_M = 1e-6  # a line that only touches a thing is free: things are smaller by this
CHUNK = 4096  # sight lines looked at together, so that memory does not follow N * M


def visible(net: RoadNetwork, eye: Array, target: Array) -> Array:
    """Return (N, M) bool: no static thing of an opaque kind lies between eye n and target m.

    eye: (N, 2) or (N, 3) m, map frame; target: (M, 2) or (M, 3). With two columns in either only the plan counts:
    every opaque thing hides, however low. Raises ValueError for other shapes or numbers that are not finite.
    """
    eyes, targets = _points("eye", eye), _points("target", target)
    out = np.ones((len(eyes), len(targets)), bool)
    for begin in range(0, out.size, CHUNK):
        k = np.arange(begin, min(begin + CHUNK, out.size))
        out.flat[k] = ~_hidden(net, eyes[k // len(targets)], targets[k % len(targets)])
    return out


def sight_distance(
    net: RoadNetwork, path: Path, s_eye: Array, other: Path, *,
    until_m: float | None = None, eye_m: float = EYE_M, target_m: float = TARGET_M,
) -> tuple[Array, Array]:  # fmt: skip
    """Return (distance m, whole bool), each (N,): how far back along `other` traffic is seen from `path`.

    s_eye: (N,) m along `path`, the eye `eye_m` above it; the target is the other path's centre, `target_m` above
    it. Looked at from `until_m` (where the paths meet; None: the other path's end) back to its beginning, in
    steps of STEP_M: the distance from `until_m` to the last point before one that is hidden. `whole` where none is: the
    distance is then all there is. Raises ValueError for an `until_m` outside of the path.
    """
    limit = other.length_m if until_m is None else until_m
    if not 0.0 <= limit <= other.length_m:
        raise ValueError(f"until_m: got {limit:g}, want 0 <= until_m <= {other.length_m:g}")
    back = np.append(np.arange(0.0, limit, STEP_M), limit)
    eyes, targets = at(path, np.atleast_1d(s_eye))[0], at(other, limit - back)[0]
    seen = visible(net, _raised(eyes, eye_m), _raised(targets, target_m))
    whole = np.asarray(seen.all(1))
    last = np.where(whole, len(back) - 1, np.maximum(seen.argmin(1) - 1, 0))
    return np.asarray(back[last]), whole


def first_sight(
    net: RoadNetwork, path: Path, s_eye: float, other: Path, *, eye_m: float = EYE_M, target_m: float = TARGET_M
) -> float | None:
    """Return the first s along `other`, m, from which on its traffic is seen from `s_eye` of `path`; None if hidden.

    "From which on" means: the lowest s that is seen, whatever hides it again further on.
    """
    s = np.append(np.arange(0.0, other.length_m, STEP_M), other.length_m)
    eyes, targets = at(path, np.array([s_eye]))[0], at(other, s)[0]
    seen = visible(net, _raised(eyes, eye_m), _raised(targets, target_m))[0]
    return float(s[seen.argmax()]) if seen.any() else None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Screens:
    """The opaque things of a map, B of them."""

    tree: shapely.STRtree  # over the areas
    area: Array  # (B,) polygons, plan
    z: Array  # (B, 2) m, base and top


@kept
def _screens(net: RoadNetwork) -> _Screens:
    things = net.objects
    rows = np.flatnonzero(np.isin(things.kind, [int(k) for k in OPAQUE]) & (things.size[:, 2] > 0))
    area = np.array([_area(net, k).buffer(-EDGE_M, join_style="mitre") for k in rows.tolist()], object)
    solid = np.array([not shape.is_empty for shape in area], bool)
    rows, area = rows[solid], area[solid]
    base = things.pose[rows, 2].astype(float)
    return _Screens(tree=shapely.STRtree(area), area=area, z=np.column_stack([base, base + things.size[rows, 2]]))


def _area(net: RoadNetwork, thing: int) -> shapely.Geometry:
    """Return a thing's plan: its outline, else the box of its size."""
    outline = net.objects.outline[net.objects.outline_start[thing] : net.objects.outline_start[thing + 1]]
    if len(outline) < 3:
        x, y, _, heading = net.objects.pose[thing].tolist()
        length, width, _ = net.objects.size[thing].tolist()
        outline = corners(x, y, heading, max(length, THINNEST_M), max(width, THINNEST_M))
    return shapely.make_valid(shapely.Polygon(outline))


def _hidden(net: RoadNetwork, eye: Array, target: Array) -> Array:
    """Return (K,) bool for K sight lines from eye (K, 3) to target (K, 3); nan heights: only the plan counts."""
    out, screens = np.zeros(len(eye), bool), _screens(net)
    if not len(screens.area):
        return out
    a, b = _ordered(eye, target)  # the same line has the same bits from both ends
    lines = shapely.linestrings(np.stack([a[:, :2], b[:, :2]], 1))
    line, thing = screens.tree.query(lines, predicate="intersects")
    pieces, of = shapely.get_parts(shapely.intersection(lines[line], screens.area[thing]), return_index=True)
    pieces, inner = shapely.get_parts(pieces, return_index=True)  # a collection holds lines of several parts
    of = of[inner]
    through = shapely.length(pieces) > 0.0
    pieces, of = pieces[through], of[through]
    if not len(of):
        return out
    line, thing = line[of], thing[of]
    ends = np.stack([shapely.get_coordinates(shapely.get_point(pieces, i)) for i in (0, -1)], 1)  # (Q, 2, 2)
    way = (b - a)[line]
    share = ((ends - a[line, None, :2]) * way[:, None, :2]).sum(2) / np.square(way[:, :2]).sum(1)[:, None]
    z = a[line, 2:3] + share * way[:, 2:3]
    base, top = screens.z[thing].T
    out[line[np.isnan(z[:, 0]) | ((z.max(1) > base) & (z.min(1) < top))]] = True
    return out


def _ordered(a: Array, b: Array) -> tuple[Array, Array]:
    """Return the ends of each line, the one that is lower in x, then y, first."""
    swap = (b[:, 0] < a[:, 0]) | ((b[:, 0] == a[:, 0]) & (b[:, 1] < a[:, 1]))
    return np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)


def _raised(xyz: Array, by_m: float) -> Array:
    return np.asarray(xyz + np.array([0.0, 0.0, by_m]))


def _points(name: str, value: Array) -> Array:
    """Return (N, 3) m; the height is nan where none was given."""
    xyz = np.asarray(value, np.float64)
    if xyz.ndim != 2 or xyz.shape[1] not in (2, 3) or not np.isfinite(xyz).all():
        raise ValueError(f"{name}: got shape {xyz.shape}, want (N, 2) or (N, 3) finite numbers")
    return xyz if xyz.shape[1] == 3 else np.column_stack([xyz, np.full(len(xyz), np.nan)])
