"""Bird's-eye items of a road network: surfaces by lane type, markings, furniture, signals with their state."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.network import LaneType, MarkType, ObjectKind, RoadNetwork, SignalKind
from viewer.draw.items import Item, Polygons, Text, keep_rows, polygons, polylines

Z_SURFACE, Z_MARK, Z_OBJECT, Z_SIGNAL = 0, 10, 15, 18
SURFACE_OF = {
    LaneType.SIDEWALK: "sidewalk", LaneType.WALKING: "sidewalk", LaneType.CURB: "kerb", LaneType.BIKING: "biking",
    LaneType.PARKING: "parking", LaneType.STOP: "shoulder", LaneType.SHOULDER: "shoulder",
    LaneType.BORDER: "shoulder", LaneType.MEDIAN: "median", LaneType.RESTRICTED: "median",
    LaneType.RAIL: "rail", LaneType.TRAM: "rail", LaneType.NONE: "median",
}  # fmt: skip
LOWEST_FIRST = ("median", "shoulder", "sidewalk", "kerb", "biking", "parking", "rail", "asphalt", "junction")
# multiples of the width: 3 m of paint, 6 m of road
DASH = {MarkType.BROKEN: (25.0, 50.0), MarkType.BROKEN_BROKEN: (25.0, 50.0), MarkType.BOTTS_DOTS: (1.0, 8.0)}
LABELLED_M = 20.0
DEFAULT_MARK_M = 0.12  # OpenDRIVE 1.8, roadMark@width: used where the file gives none
# spec.SignalPhase states
SIGNAL_ROLE = ("signal_dark", "signal_red", "signal_amber", "signal_amber", "signal_green", "signal_amber")
SIGNAL_SIDES = (0, 4, 3, 3, 16, 3)  # square, triangle, disc: the state without its colour
CORNERS = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
DISC = np.stack([np.cos(np.arange(14) * np.pi / 7), np.sin(np.arange(14) * np.pi / 7)], -1)
ROUND_KINDS = (ObjectKind.TREE, ObjectKind.POLE)


@kept
def road_items(net: RoadNetwork) -> tuple[Item, ...]:
    """Return the map's items; made once a network."""
    return (*surface_items(net), *marking_items(net), *object_items(net))


def surface_items(net: RoadNetwork) -> tuple[Item, ...]:
    """Return the lanes as areas, one list a surface."""
    lanes = net.lanes
    inside = net.roads.in_junction[lanes.road] if len(lanes) else np.zeros(0, bool)
    roles = np.array([SURFACE_OF.get(LaneType(t), "asphalt") for t in lanes.type])
    roles[(roles == "asphalt") & inside] = "junction"
    flat, start = lane_areas(net)
    out: list[Item] = []
    for i, role in enumerate(LOWEST_FIRST):
        if (roles == role).any():
            points, rows = keep_rows(flat, start, roles == role)
            out.append(Polygons(points=points, start=rows, role=role, z=Z_SURFACE + i))
    return tuple(out)


def lane_areas(net: RoadNetwork) -> tuple[Array, Array]:
    """Return (points (N, 2), start) of the outline of every lane: left edge forth, right edge back."""
    lanes = net.lanes
    rows = []
    for i in range(len(lanes)):
        part = slice(lanes.centre_start[i], lanes.centre_start[i + 1])
        rows.append(np.concatenate([lanes.left_edge[part, :2], lanes.right_edge[part, :2][::-1]]))
    drawn = polygons(rows, "asphalt")
    return drawn.points, drawn.start


def marking_items(net: RoadNetwork) -> tuple[Item, ...]:
    """Return the road marks, one list a type and colour."""
    rows: dict[tuple[int, int], list[Array]] = {}
    for kind, colour, line in (*lane_marks(net), *centre_marks(net)):
        rows.setdefault((kind, colour), []).append(line)
    out: list[Item] = []
    for (kind, colour), lines in sorted(rows.items(), key=lambda row: row[0]):
        role = "kerb" if kind in (MarkType.CURB, MarkType.GRASS) else "marking_yellow" if colour else "marking"
        double = kind in (MarkType.SOLID_SOLID, MarkType.SOLID_BROKEN, MarkType.BROKEN_SOLID, MarkType.BROKEN_BROKEN)
        width = DEFAULT_MARK_M * (2.5 if double else 1.0)
        dash = DASH.get(MarkType(kind), ())
        out.append(polylines(lines, role, z=Z_MARK, width_px=0.8, width_m=width, dash=dash, alpha=0.9))
    return tuple(out)


def lane_marks(net: RoadNetwork) -> list[tuple[int, int, Array]]:
    """Return (type, colour, line) of the marks on the outer boundaries of lanes."""
    lanes, out = net.lanes, []
    for i in range(len(lanes)):
        marks = lanes.mark[lanes.mark_start[i] : lanes.mark_start[i + 1]]
        if not len(marks):
            continue
        part = slice(lanes.centre_start[i], lanes.centre_start[i + 1])
        # the outer boundary lies right of a lane that is driven with its own side, else left
        outer_right = (lanes.id[i] < 0) == bool(lanes.forward[i])
        edge = (lanes.right_edge if outer_right else lanes.left_edge)[part, :2]
        length = lanes.s_range[i, 1] - lanes.s_range[i, 0]
        along = np.linspace(0.0, length, len(edge)) if lanes.forward[i] else np.linspace(length, 0.0, len(edge))
        ends = np.append(marks[1:, 0], length + 1.0)
        for (s0, kind, _, colour), s1 in zip(marks, ends, strict=True):
            line = edge[(along >= s0 - 1e-6) & (along <= s1 + 1e-6)]
            if int(kind) != MarkType.NONE and len(line) > 1:
                out.append((int(kind), int(colour), line))
    return out


def centre_marks(net: RoadNetwork) -> list[tuple[int, int, Array]]:
    """Return (type, colour, line) of the marks along lane 0, taken from the inner edge of a lane beside it."""
    lanes, marks, out = net.lanes, net.centre_marks, []
    beside: dict[int, list[int]] = {}
    for i in np.flatnonzero(np.abs(lanes.id) == 1):
        beside.setdefault(int(lanes.road[i]), []).append(int(i))
    for road, rows in sorted(beside.items()):
        for s0, s1, kind, _, colour in marks.mark[marks.start[road] : marks.start[road + 1]]:
            if int(kind) == MarkType.NONE:
                continue
            for lane in inner_lanes(net, rows):
                line = inner_edge(net, lane, float(s0), float(s1))
                if len(line) > 1:
                    out.append((int(kind), int(colour), line))
    return out


def inner_lanes(net: RoadNetwork, rows: list[int]) -> list[int]:
    """Return one lane a section out of the lanes beside lane 0."""
    return list({int(net.lanes.section[i]): i for i in rows}.values())


def inner_edge(net: RoadNetwork, lane: int, s0: float, s1: float) -> Array:
    """Return the (n, 2) boundary towards lane 0 between two road s."""
    lanes = net.lanes
    part = slice(lanes.centre_start[lane], lanes.centre_start[lane + 1])
    outer_right = (lanes.id[lane] < 0) == bool(lanes.forward[lane])
    edge = (lanes.left_edge if outer_right else lanes.right_edge)[part, :2]
    low, high = lanes.s_range[lane]
    along = np.linspace(low, high, len(edge)) if lanes.forward[lane] else np.linspace(high, low, len(edge))
    return np.asarray(edge[(along >= s0 - 1e-6) & (along <= s1 + 1e-6)])


def object_items(net: RoadNetwork) -> tuple[Item, ...]:
    """Return the map's own objects as areas, buildings hatched."""
    kinds: dict[int, list[Array]] = {}
    for i, kind in enumerate(net.objects.kind):
        kinds.setdefault(int(kind), []).append(object_outline(net, i))
    role = {ObjectKind.BUILDING: "building", ObjectKind.TREE: "vegetation", ObjectKind.VEGETATION: "vegetation",
            ObjectKind.PARKING_SPACE: "parking", ObjectKind.CROSSWALK: "crosswalk"}  # fmt: skip
    out: list[Item] = []
    for kind, rows in sorted(kinds.items(), key=lambda row: row[0]):
        if kind == ObjectKind.CROSSWALK:
            out.append(polygons(rows, "crosswalk", z=Z_MARK - 1, alpha=0.35, edge_role="crosswalk", hatched=True))
            continue
        building = kind == ObjectKind.BUILDING
        out.append(
            polygons(rows, role.get(ObjectKind(kind), "furniture"), z=Z_OBJECT, edge_role="kerb", hatched=building)
        )
    return tuple(out)


def object_outline(net: RoadNetwork, row: int) -> Array:
    """Return the (n, 2) outline of an object: its own, else the box of its size."""
    o = net.objects
    own = o.outline[o.outline_start[row] : o.outline_start[row + 1]]
    if len(own) > 2:
        return np.asarray(own)
    x, y, _, heading = o.pose[row]
    half = np.maximum(o.size[row, :2], 0.2) / 2
    corners = (DISC if o.kind[row] in ROUND_KINDS else CORNERS) * half
    c, s = np.cos(heading), np.sin(heading)
    return np.asarray(corners @ np.array([[c, s], [-s, c]]) + (x, y))


def signal_items(net: RoadNetwork, state: Array | None = None) -> tuple[Item, ...]:
    """Return traffic lights, shaped and coloured by state, and a bar across each lane that stops at one."""
    s = net.signals
    lights = np.flatnonzero((s.kind == SignalKind.TRAFFIC_LIGHT) & s.dynamic)
    heads: dict[int, list[Array]] = {}
    bars: dict[int, list[Array]] = {}
    for i in lights:
        group = int(s.group[i])
        code = int(state[group]) if state is not None and group < len(state) else 0
        code = code if code < len(SIGNAL_ROLE) else 0
        heads.setdefault(code, []).append(sign_shape(s.pose[i, :2], SIGNAL_SIDES[code]))
        lanes = s.lane[s.lane_start[i] : s.lane_start[i + 1]]
        bars.setdefault(code, []).extend(stop_bar(net, int(lane)) for lane in lanes)
    out: list[Item] = []
    for code, rows in sorted(bars.items()):
        if code:
            out.append(polylines(rows, SIGNAL_ROLE[code], z=Z_SIGNAL, width_px=2.5, width_m=0.4))
    for code, rows in sorted(heads.items()):
        out.append(polygons(rows, SIGNAL_ROLE[code], z=Z_SIGNAL + 1, edge_role="outline"))
    return tuple(out)


def sign_shape(xy: Array, sides: int) -> Array:
    """Return a regular polygon of 0.75 m radius around a point; a small square for a dark head."""
    n = sides or 4
    angle = np.arange(n) * 2 * np.pi / n + np.pi / n - np.pi / 2
    return np.asarray(xy + np.stack([np.cos(angle), np.sin(angle)], -1) * (0.75 if sides else 0.5))


def stop_bar(net: RoadNetwork, lane: int) -> Array:
    """Return the (2, 2) line across a lane's end."""
    last = int(net.lanes.centre_start[lane + 1]) - 1
    return np.stack([net.lanes.left_edge[last, :2], net.lanes.right_edge[last, :2]])


def road_labels(net: RoadNetwork) -> tuple[Item, ...]:
    """Return the id of every road that is long enough to carry it, at the middle of its longest lane."""
    lanes, drivable = net.lanes, net.lanes.drivable
    best: dict[int, tuple[float, int]] = {}
    for i, length in enumerate(lanes.length_m):
        road = int(lanes.road[i])
        if not drivable[i] or net.roads.in_junction[road]:
            continue
        if length > best.get(road, (LABELLED_M, 0))[0]:
            best[road] = (float(length), i)
    out = []
    for road, (_, lane) in sorted(best.items()):
        x, y = lanes.centre[(lanes.centre_start[lane] + lanes.centre_start[lane + 1]) // 2, :2]
        out.append(Text(float(x), float(y), net.roads.id[road], size_px=11, bold=True))
    return tuple(out)
