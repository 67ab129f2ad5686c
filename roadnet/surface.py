"""What lies on the ground: triangles of road, markings, kerbs, sidewalks and verges, for sensors and pictures."""

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np
import shapely
from scipy.spatial import cKDTree

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.network import LaneType, MarkType, ObjectKind, RoadNetwork, SignalKind


class Surface(IntEnum):
    """What a ground triangle is made of."""

    ROAD = 0
    MARKING_WHITE = 1
    MARKING_YELLOW = 2
    SIDEWALK = 3
    KERB = 4
    VERGE = 5
    CROSSWALK = 6  # stripes
    TERRAIN = 7
    PARKING = 8
    STOP_LINE = 9


MARKING_LIFT_M = 0.004  # thermoplastic paint is 2-5 mm thick; enough to win over the road below it
APRON_DROP_M = 0.02  # junction filling lies under the lanes that cross it
TERRAIN_DROP_M = 0.15  # the ground beside the road lies a kerb's height lower
TERRAIN_MARGIN_M = 150.0
TERRAIN_CELL_M = 10.0
TERRAIN_CELLS = 240  # at most this many along a side: larger maps get larger cells
DASH_M, GAP_M = 3.0, 6.0  # broken lines in towns, line 3 m and gap 6 m (German RMS-1, table of lane lines)
STRAIGHT_M = 2e-4  # a point this near to the chord of its neighbours is left out: radius above 10 km
LONGEST_QUAD_M = 16.0  # then at most 3 mm beside the curve
STRIPE_M = 0.5  # crosswalk bars and their gaps (German RMS-1, sign 293)
STOP_LINE_M = 0.5  # RMS-1, sign 294
LANE_SURFACE = {
    LaneType.SIDEWALK: Surface.SIDEWALK,
    LaneType.WALKING: Surface.SIDEWALK,
    LaneType.CURB: Surface.KERB,
    LaneType.PARKING: Surface.PARKING,
    LaneType.NONE: Surface.VERGE,
    LaneType.MEDIAN: Surface.VERGE,
}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Ground:
    """A triangle soup with shared vertices, map frame; V vertices, F triangles facing up."""

    vertices: Array  # (V, 3) float64 m
    faces: Array  # (F, 3) int32, counter-clockwise seen from above
    surface: Array  # (F,) uint8 Surface


def road_surface(net: RoadNetwork, xy_centre: Array, radius_m: float) -> Ground:
    """Return the ground within `radius_m` of a point: every triangle that reaches into the circle.

    Markings lie MARKING_LIFT_M above the road, so that they win over it.
    """
    ground, (middle, reach) = whole_surface(net), face_circles(net)
    near = np.hypot(*(middle - np.asarray(xy_centre, float)[:2]).T) <= radius_m + reach
    used, faces = np.unique(ground.faces[near], return_inverse=True)
    return Ground(
        vertices=ground.vertices[used],
        faces=faces.reshape(-1, 3).astype(np.int32),
        surface=ground.surface[near],
    )


@kept
def whole_surface(net: RoadNetwork) -> Ground:
    """Return the ground of the whole map."""
    parts = [*lane_strips(net), *junction_aprons(net), *lane_marks(net), *crosswalks(net), *stop_lines(net)]
    parts.append(terrain(net))
    start = np.cumsum([0, *(len(v) for v, _, _ in parts)])
    vertices = np.concatenate([v for v, _, _ in parts])
    faces = np.concatenate([f + k for (_, f, _), k in zip(parts, start[:-1], strict=True)])
    surface = np.concatenate([np.full(len(f), code, np.uint8) for _, f, code in parts])
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    kept_faces = np.linalg.norm(normal, axis=1) > 1e-8  # lanes of no width leave empty triangles
    faces[normal[:, 2] < -1e-9] = faces[normal[:, 2] < -1e-9][:, ::-1]
    return Ground(vertices=vertices, faces=faces[kept_faces].astype(np.int32), surface=surface[kept_faces])


@kept
def face_circles(net: RoadNetwork) -> tuple[Array, Array]:
    """Return the centre (F, 2) and radius (F,) of a circle round each triangle, m."""
    ground = whole_surface(net)
    corners = ground.vertices[ground.faces, :2]
    middle = corners.mean(1)
    return middle, np.linalg.norm(corners - middle[:, None], axis=2).max(1)


Part = tuple[Array, Array, int]


def strip(left: Array, right: Array, code: int) -> Part:
    """Return the triangles between two lines of equal length (n, 3)."""
    n = len(left)
    i = np.arange(n - 1, dtype=np.int64)
    faces = np.concatenate([np.stack([i, n + i, n + i + 1], 1), np.stack([i, n + i + 1, i + 1], 1)])
    return np.concatenate([left, right]), faces, int(code)


@kept
def lane_rows(net: RoadNetwork) -> list[Array]:
    """Return, a lane, the rows of its points that its shape needs: straight and even stretches keep few."""
    lanes = net.lanes
    needed = np.ones(len(lanes.centre), bool)
    straight = np.ones(max(len(lanes.centre) - 2, 0), bool)
    for edge in (lanes.left_edge, lanes.right_edge):
        chord = edge[2:] - edge[:-2]
        along = np.einsum("ij,ij->i", edge[1:-1] - edge[:-2], chord) / np.maximum((chord**2).sum(1), 1e-12)
        off = np.linalg.norm(edge[1:-1] - edge[:-2] - along[:, None] * chord, axis=1)
        straight &= off < STRAIGHT_M
    needed[1:-1] = ~straight
    post = np.floor(lanes.centre_s / LONGEST_QUAD_M)
    needed[1:] |= np.diff(post) != 0
    needed[lanes.centre_start[:-1]] = needed[lanes.centre_start[1:] - 1] = True
    return [a + np.flatnonzero(needed[a:b]) for a, b in pairwise(lanes.centre_start.tolist())]


def lane_strips(net: RoadNetwork) -> list[Part]:
    """Return each lane's own surface, and the kerb face of raised ones."""
    lanes, parts = net.lanes, []
    for k, rows in enumerate(lane_rows(net)):
        code = LANE_SURFACE.get(LaneType(int(lanes.type[k])), Surface.ROAD)
        parts.append(strip(lanes.left_edge[rows], lanes.right_edge[rows], code))
        heights = lanes.height.abcd[lanes.height.start[k] : lanes.height.start[k + 1], 0]
        if len(heights) and heights.max() > 0.01:
            inner = inner_edge(net, k, rows)
            parts.append(strip(inner, inner - [0.0, 0.0, float(heights.max())], Surface.KERB))
    return parts


def inner_edge(net: RoadNetwork, lane: int, rows: Array) -> Array:
    """Return the lane's edge nearest to the reference line (n, 3), in driving direction."""
    right_side_ahead = (net.lanes.id[lane] < 0) == net.lanes.forward[lane]
    return np.asarray(net.lanes.left_edge[rows] if right_side_ahead else net.lanes.right_edge[rows])


def outer_edge(net: RoadNetwork, lane: int, rows: Array) -> Array:
    """Return the lane's edge away from the reference line (n, 3), in driving direction."""
    right_side_ahead = (net.lanes.id[lane] < 0) == net.lanes.forward[lane]
    return np.asarray(net.lanes.right_edge[rows] if right_side_ahead else net.lanes.left_edge[rows])


def lane_marks(net: RoadNetwork) -> list[Part]:
    """Return the painted lines: outer marks of every lane, and the marks of the centre lines."""
    lanes = net.lanes
    parts: list[Part] = []
    first: dict[tuple[int, int], tuple[int, Array]] = {}
    for k, rows in enumerate(lane_rows(net)):
        s0, s1 = lanes.s_range[k]
        marks = lanes.mark[lanes.mark_start[k] : lanes.mark_start[k + 1]]
        ends = np.append(marks[1:, 0], s1 - s0)[: len(marks)]
        line = with_growing_s(net, k, outer_edge(net, k, rows))
        for (begin, kind, width, colour), end in zip(marks, ends, strict=True):
            parts += painted(line, begin / max(s1 - s0, 1e-9), end / max(s1 - s0, 1e-9), kind, width, colour)
        if abs(lanes.id[k]) == 1:
            first.setdefault((int(lanes.road[k]), int(lanes.section[k])), (k, rows))
    for (road, _), (k, rows) in sorted(first.items()):
        s0, s1 = lanes.s_range[k]
        line = with_growing_s(net, k, inner_edge(net, k, rows))
        marks = net.centre_marks.mark[net.centre_marks.start[road] : net.centre_marks.start[road + 1]]
        for begin, end, kind, width, colour in marks:
            lo, hi = max(begin, s0), min(end, s1)
            if hi > lo:
                span = max(s1 - s0, 1e-9)
                parts += painted(line, (lo - s0) / span, (hi - s0) / span, kind, width, colour)
    return parts


def with_growing_s(net: RoadNetwork, lane: int, line: Array) -> Array:
    """Return a line that is given in driving direction along the road's s."""
    return line if net.lanes.forward[lane] else line[::-1]


def painted(line: Array, begin: float, end: float, kind: float, width_m: float, colour: float) -> list[Part]:
    """Return one painted mark on a line from one fraction of its length to another."""
    broken = {MarkType.BROKEN, MarkType.BROKEN_BROKEN, MarkType.BOTTS_DOTS}
    double = {MarkType.SOLID_SOLID, MarkType.SOLID_BROKEN, MarkType.BROKEN_SOLID, MarkType.BROKEN_BROKEN}
    mark = MarkType(int(kind))
    if mark in (MarkType.NONE, MarkType.GRASS, MarkType.CURB) or width_m <= 0.0:
        return []
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line[:, :2], axis=0), axis=1))])
    if length[-1] < 0.2:
        return []
    lo, hi = begin * length[-1], min(end, 1.0) * length[-1]
    if mark in broken:
        a = np.arange(lo + GAP_M / 2, hi, DASH_M + GAP_M)
        spans = [(x, min(x + DASH_M, hi)) for x in a]
    else:
        spans = [(lo, hi)]
    code = Surface.MARKING_YELLOW if colour == 1 else Surface.MARKING_WHITE
    shifts = (-width_m, width_m) if mark in double else (0.0,)
    return [band(line, length, a, b, width_m, shift, code) for a, b in spans for shift in shifts if b - a > 0.05]


def band(line: Array, length: Array, a: float, b: float, width_m: float, shift_m: float, code: int) -> Part:
    """Return a band of paint along a line between arc lengths a and b, shifted to the left."""
    s = np.concatenate([[a], length[(length > a + 1e-6) & (length < b - 1e-6)], [b]])
    xyz = np.stack([np.interp(s, length, line[:, i]) for i in range(3)], 1)
    ahead = np.gradient(xyz[:, :2], axis=0)
    normal = np.stack([-ahead[:, 1], ahead[:, 0]], 1) / np.maximum(np.linalg.norm(ahead, axis=1), 1e-12)[:, None]
    xyz[:, 2] += MARKING_LIFT_M
    left, right = xyz.copy(), xyz.copy()
    left[:, :2] += normal * (shift_m + width_m / 2)
    right[:, :2] += normal * (shift_m - width_m / 2)
    return strip(left, right, code)


def junction_aprons(net: RoadNetwork) -> list[Part]:
    """Return asphalt under each junction: the union of its lanes with small gaps and islands closed."""
    lanes, roads = net.lanes, net.roads
    inside = roads.in_junction[lanes.road] & lanes.drivable
    rows = lane_rows(net)
    parts: list[Part] = []
    for j in range(len(net.junctions.id)):
        chosen = np.flatnonzero(inside & (roads.junction[lanes.road] == j))
        shapes = [
            shapely.make_valid(
                shapely.Polygon(np.concatenate([lanes.left_edge[rows[k]], lanes.right_edge[rows[k]][::-1]])[:, :2])
            )
            for k in chosen
        ]
        if not shapes:
            continue
        points = np.concatenate([lanes.centre[rows[k]] for k in chosen])
        area = shapely.union_all(shapes).buffer(4.0).buffer(-4.0)
        parts += [flat_patch(shapely.Polygon(p.exterior), points) for p in shapely.get_parts(area) if p.area > 1.0]
    return parts


def flat_patch(polygon: shapely.Polygon, points: Array) -> Part:
    """Return a polygon as triangles, their height taken from the nearest of `points` (n, 3)."""
    polygon = shapely.simplify(polygon, 0.05)
    triangles = shapely.get_parts(shapely.delaunay_triangles(polygon))
    triangles = [t for t in triangles if polygon.covers(shapely.point_on_surface(t))]
    xy = np.array([shapely.get_coordinates(t)[:3] for t in triangles]).reshape(-1, 2)
    _, nearest = cKDTree(points[:, :2]).query(xy)
    z = points[nearest, 2] - APRON_DROP_M
    faces = np.arange(len(xy), dtype=np.int64).reshape(-1, 3)
    return np.column_stack([xy, z]), faces, int(Surface.ROAD)


def crosswalks(net: RoadNetwork) -> list[Part]:
    """Return the bars of every crosswalk object, laid along its shorter side."""
    parts: list[Part] = []
    for k in np.flatnonzero(net.objects.kind == ObjectKind.CROSSWALK):
        outline = net.objects.outline[net.objects.outline_start[k] : net.objects.outline_start[k + 1]]
        if len(outline) < 3:
            x, y, _, heading = net.objects.pose[k]
            half = net.objects.size[k, :2] / 2
            box = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * half
            c, s = np.cos(heading), np.sin(heading)
            outline = box @ np.array([[c, s], [-s, c]]) + [x, y]
        corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shapely.Polygon(outline)))[:4]
        if len(corners) < 4:
            continue
        if np.linalg.norm(corners[1] - corners[0]) < np.linalg.norm(corners[2] - corners[1]):
            corners = np.roll(corners, -1, axis=0)
        parts += bars(corners, float(net.objects.pose[k, 2]) + MARKING_LIFT_M)
    return parts


def bars(corners: Array, z: float) -> list[Part]:
    """Return crosswalk bars in a rectangle (4, 2) whose first side is the long one."""
    along, across = corners[1] - corners[0], corners[3] - corners[0]
    length = float(np.linalg.norm(along))
    out: list[Part] = []
    for a in np.arange(STRIPE_M / 2, length - STRIPE_M, 2 * STRIPE_M):
        p, q = corners[0] + along * (a / length), corners[0] + along * ((a + STRIPE_M) / length)
        quad = np.array([[*p, z], [*(p + across), z], [*q, z], [*(q + across), z]])
        out.append((quad, np.array([[0, 1, 3], [0, 3, 2]]), int(Surface.CROSSWALK)))
    return out


def stop_lines(net: RoadNetwork) -> list[Part]:
    """Return a stop line across the end of each lane that a traffic light or a stop sign governs."""
    signals, lanes = net.signals, net.lanes
    governing = np.isin(signals.kind, [SignalKind.TRAFFIC_LIGHT, SignalKind.STOP_SIGN])
    chosen = {
        int(lane)
        for k in np.flatnonzero(governing)
        for lane in signals.lane[signals.lane_start[k] : signals.lane_start[k + 1]]
        if not net.roads.in_junction[lanes.road[lane]]
    }
    rows = lane_rows(net)
    parts: list[Part] = []
    for k in sorted(chosen):
        left, right = lanes.left_edge[rows[k]], lanes.right_edge[rows[k]]
        ahead = left[-1] - left[-2] if len(left) > 1 else np.zeros(3)
        step = ahead / max(float(np.linalg.norm(ahead)), 1e-9) * STOP_LINE_M
        lift = np.array([0.0, 0.0, MARKING_LIFT_M])
        quad = np.array([left[-1] - step, right[-1] - step, left[-1], right[-1]]) + lift
        parts.append((quad, np.array([[0, 1, 3], [0, 3, 2]]), int(Surface.STOP_LINE)))
    return parts


def terrain(net: RoadNetwork) -> Part:
    """Return a grid under and around the roads that follows their height, TERRAIN_DROP_M below the lowest near."""
    points = net.lanes.centre[::3]
    lo, hi = points[:, :2].min(0) - TERRAIN_MARGIN_M, points[:, :2].max(0) + TERRAIN_MARGIN_M
    cell = max(TERRAIN_CELL_M, float((hi - lo).max()) / TERRAIN_CELLS)
    nx, ny = (np.ceil((hi - lo) / cell).astype(int) + 1).tolist()
    x, y = np.meshgrid(lo[0] + cell * np.arange(nx), lo[1] + cell * np.arange(ny), indexing="ij")
    _, nearest = cKDTree(points[:, :2]).query(np.column_stack([x.ravel(), y.ravel()]), k=min(8, len(points)))
    z = points[nearest.reshape(nx * ny, -1), 2].min(1) - TERRAIN_DROP_M
    i = (np.arange(nx - 1)[:, None] * ny + np.arange(ny - 1)[None]).ravel()
    faces = np.concatenate([np.stack([i, i + ny, i + ny + 1], 1), np.stack([i, i + ny + 1, i + 1], 1)])
    return np.column_stack([x.ravel(), y.ravel(), z]), faces, int(Surface.TERRAIN)
