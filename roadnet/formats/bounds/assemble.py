"""From strips to a RoadNetwork."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import shapely

from roadnet.base.arrays import Array, ragged
from roadnet.base.errors import InputError
from roadnet.base.maths import atan2_all
from roadnet.conflicts import junction_conflicts
from roadnet.formats.bounds.model import LaneMap, Mark, ObjectRow
from roadnet.formats.bounds.reference import footpoints
from roadnet.formats.bounds.roads import FittedRoads, fitted_roads, strip_problem
from roadnet.formats.opendrive.document import Document, check_bounds
from roadnet.formats.opendrive.links import neighbours, successors
from roadnet.formats.opendrive.roads import polynomials
from roadnet.frames import wrap_angle
from roadnet.lane_lines import LaneRows, lane_lines
from roadnet.network import (
    DRIVABLE,
    CentreMarks,
    Finding,
    Junctions,
    Lanes,
    MarkType,
    Objects,
    RoadNetwork,
    Roads,
    Signals,
    Source,
    SpeedChanges,
)  # fmt: skip
from roadnet.routes import LARGEST_GAP_M, LARGEST_KINK_RAD, link_misfit

MISSED_M = 0.02
MOST_JOINED = 64  # links past one lane that is left out
GAP_M, KINK_RAD = 0.05, 0.05  # lane ends that miss each other by more are a finding


def assemble(doc: Document, lanes: LaneMap, source: Source) -> RoadNetwork:
    """Return the network of a map of strips. Raises InputError when nothing in it can be driven on."""
    lanes = _usable(doc, lanes)
    try:
        fitted = fitted_roads(doc, lanes)
        table, row_of = _lane_table(doc, lanes, fitted)
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(str(doc.path), got=str(error), wanted="a map within bounds") from None
    _note_misses(doc, lanes, table, row_of)
    pairs, spans = junction_conflicts(fitted.table, table)
    net = RoadNetwork(
        name=doc.path.name.split(".")[0],
        source=source,
        roads=fitted.table,
        lanes=table,
        centre_marks=_centre_marks(lanes, fitted),
        junctions=Junctions(
            id=tuple(lanes.junctions),
            connection_count=np.array([sum(i in row_of for i in x) for x in lanes.junctions.values()], np.int32),
            conflict=pairs,
            conflict_s=spans,
        ),
        signals=_signals(lanes, fitted.table, table, row_of),
        objects=_objects(lanes.objects),
        findings=tuple(doc.findings),
    )
    return replace(net, findings=(*net.findings, *_link_findings(net)))


def _usable(doc: Document, lanes: LaneMap) -> LaneMap:
    """Return the map without the strips that cannot be lanes; indices follow, links lead past them."""
    problems = [strip_problem(s) for s in lanes.strips]
    new: dict[int, int] = {}
    for i, (strip, problem) in enumerate(zip(lanes.strips, problems, strict=True)):
        if problem:
            where = f"lane {strip.id[:40]}, line {strip.line}"
            doc.find(None, "problem", "degenerate_lane", where, f"{problem}: left out")
        else:
            new[i] = len(new)

    for i in (i for i in range(len(problems)) if i not in new):
        before = [a for a, b in lanes.successors if b == i != a]
        after = [b for a, b in lanes.successors if a == i != b]
        if len(before) * len(after) <= MOST_JOINED:
            lanes.successors |= {(a, b) for a in before for b in after}

    def kept(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
        return {(new[a], new[b]) for a, b in pairs if a in new and b in new and a != b}

    lanes.strips = [lanes.strips[i] for i in new]
    lanes.successors, lanes.beside, lanes.sharing = kept(lanes.successors), kept(lanes.beside), kept(lanes.sharing)
    lanes.junctions = {k: [new[i] for i in rows if i in new] for k, rows in lanes.junctions.items()}
    lanes.road_names = {new[i]: name for i, name in lanes.road_names.items() if i in new}
    lanes.signals = [replace(x, strips=tuple(new[i] for i in x.strips if i in new)) for x in lanes.signals]
    return lanes


def _lane_table(doc: Document, lanes: LaneMap, fitted: FittedRoads) -> tuple[Lanes, dict[int, int]]:
    """Return the lanes and the row of each strip."""
    order = [i for way in fitted.strips for i in way]
    row_of = {strip: row for row, strip in enumerate(order)}
    strips = [lanes.strips[i] for i in order]
    if not any(s.type in DRIVABLE for s in strips):
        raise InputError(str(doc.path), got="no lane that can be driven on", wanted="at least one")
    counts = [len(way) for way in fitted.strips]
    road = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    place = np.array([k for n in counts for k in range(n)], np.int32)
    number = np.array(counts, np.int32)[road] - place if lanes.left_hand else -1 - place
    L = len(order)
    key = LaneRows(
        road=road,
        section=np.zeros(L, np.int32),
        id=number.astype(np.int32),
        s_range=np.stack([np.zeros(L), fitted.table.length_m[road]], -1),
        forward=np.ones(L, bool),
        width=polynomials(fitted.widths),
        height=polynomials([[] for _ in order]),
    )
    lines = lane_lines(fitted.table, key)
    check_bounds(doc, lines)
    links = np.array(sorted((row_of[a], row_of[b]) for a, b in lanes.successors if a in row_of and b in row_of))
    a, b = links.reshape(-1, 2).T.astype(np.int64)
    successor_start, successor = successors(a, b, L)
    predecessor_start, predecessor = successors(b, a, L)
    marks, mark_start = ragged(
        [_mark_rows(s.left_mark if lanes.left_hand else s.right_mark) for s in strips], np.float64, 4
    )
    speed = np.array([s.speed_mps for s in strips], float)
    table = Lanes(
        road=key.road,
        section=key.section,
        id=key.id,
        type=np.array([s.type for s in strips], np.uint8),
        s_range=key.s_range,
        forward=key.forward,
        width=key.width,
        height=key.height,
        speed_mps=speed,
        has_speed=speed > 0,
        speed_changes=SpeedChanges(),
        successor_start=successor_start,
        successor=successor,
        predecessor_start=predecessor_start,
        predecessor=predecessor,
        mark_start=mark_start,
        mark=marks,
        **_beside(lanes, key, row_of),
        **lines,
    )
    return table, row_of


def _note_misses(doc: Document, lanes: LaneMap, table: Lanes, row_of: dict[int, int]) -> None:
    """Note the lanes whose edges miss vertices of the file by more than MISSED_M: oblique cuts, crossed bounds."""
    for strip, row in row_of.items():
        part = slice(table.centre_start[row], table.centre_start[row + 1])
        x = lanes.strips[strip]
        off = [
            shapely.distance(shapely.points(bound[:, :2]), shapely.linestrings(edge[part, :2]))
            for bound, edge in ((x.left, table.left_edge), (x.right, table.right_edge))
        ]
        miss = np.concatenate(off)
        if (miss > MISSED_M).any():
            text = f"edges miss {(miss > MISSED_M).sum()} of {len(miss)} vertices, by at most {miss.max():.2f} m"
            doc.find(None, "note", "bound_off", f"lane {x.id[:40]}, line {x.line}", text)


def _beside(lanes: LaneMap, key: LaneRows, row_of: dict[int, int]) -> dict[str, Array]:
    """Return left, right, has_left, has_right: neighbours in one road, else those that the file names."""
    out = neighbours(key.road, key.section, key.id, key.forward)
    for a, b in sorted(lanes.beside):
        if a in row_of and b in row_of:
            left, right = row_of[a], row_of[b]
            if not out["has_right"][left] and not out["has_left"][right]:
                out["right"][left], out["has_right"][left] = right, True
                out["left"][right], out["has_left"][right] = left, True
    return out


def _mark_rows(mark: Mark | None) -> list[tuple[float, ...]]:
    return [] if mark is None else [(0.0, float(mark[0]), mark[1], mark[2])]


def _centre_marks(lanes: LaneMap, fitted: FittedRoads) -> CentreMarks:
    rows = []
    for way, length in zip(fitted.strips, fitted.table.length_m.tolist(), strict=True):
        mark = lanes.strips[way[-1]].right_mark if lanes.left_hand else lanes.strips[way[0]].left_mark
        there = mark is not None and mark[0] != MarkType.NONE
        rows.append([(0.0, length, *(row[1:])) for row in _mark_rows(mark)] if there else [])
    flat, start = ragged(rows, np.float64, 5)
    return CentreMarks(start=start, mark=flat)


def _signals(lanes: LaneMap, roads: Roads, table: Lanes, row_of: dict[int, int]) -> Signals:
    rows = [(x, sorted(row_of[i] for i in x.strips if i in row_of)) for x in lanes.signals]
    rows = [(x, governed) for x, governed in rows if governed]
    S = len(rows)
    first = np.array([governed[0] for _, governed in rows], np.int64)
    road = table.road[first]
    inside = roads.in_junction[road]
    at = np.where(inside, table.centre_start[first], table.centre_start[first + 1] - 1)
    side = table.left_edge if lanes.left_hand else table.right_edge
    spot = side[at].copy() if S else np.zeros((0, 3))
    for k, (x, _) in enumerate(rows):
        if x.xyz is not None:
            spot[k] = x.xyz
    end = np.where(inside, 0.0, roads.length_m[road])
    s, t, _, _ = footpoints(roads, road, spot[:, :2], end) if S else (np.zeros(0),) * 4
    dynamic = np.array([x.group is not None for x, _ in rows], bool)
    names = {name: i for i, name in enumerate(dict.fromkeys(x.group for x, _ in rows if x.group is not None))}
    lane, lane_start = ragged([governed for _, governed in rows], np.int32)
    return Signals(
        id=tuple(x.id for x, _ in rows),
        type=tuple(x.type for x, _ in rows),
        kind=np.array([x.kind for x, _ in rows], np.uint8),
        road=road.astype(np.int32),
        s=np.clip(s, 0.0, roads.length_m[road]),
        t=t,
        pose=np.column_stack([spot, wrap_angle(table.centre_heading[at] + np.pi)]),
        size=np.array([x.size for x, _ in rows], float).reshape(S, 2),
        value=np.array([x.value or 0.0 for x, _ in rows], float),
        has_value=np.array([x.value is not None for x, _ in rows], bool),
        dynamic=dynamic,
        group=np.array([names.get(x.group or "", 0) if x.group is not None else 0 for x, _ in rows], np.int32),
        group_id=tuple(names),
        lane_start=lane_start,
        lane=lane,
    )


def _objects(rows: list[ObjectRow]) -> Objects:
    pose, size, outlines = [], [], []
    for x in rows:
        outline = _counter_clockwise(x.outline)
        step = np.diff(outline, axis=0, append=outline[:1])
        longest = step[int((step[:, 0] * step[:, 0] + step[:, 1] * step[:, 1]).argmax())]
        heading = float(atan2_all(longest[1], longest[0]))
        pose.append((*outline.mean(0).tolist(), x.z, heading))
        size.append((*np.ptp(outline, axis=0).tolist(), x.height))
        outlines.append(outline)
    flat, start = ragged(outlines, np.float64, 2)
    return Objects(
        id=tuple(x.id for x in rows),
        kind=np.array([x.kind for x in rows], np.uint8),
        pose=np.array(pose, float).reshape(-1, 4),
        size=np.array(size, float).reshape(-1, 3),
        outline_start=start,
        outline=flat,
    )


def _counter_clockwise(xy: Array) -> Array:
    d = xy - xy[:1]
    area = sum(float(a[0] * b[1] - a[1] * b[0]) for a, b in pairwise([*d, d[0]]))
    return xy[::-1] if area < 0 else xy


def _link_findings(net: RoadNetwork) -> list[Finding]:
    """Return the links between drivable lanes whose ends do not meet."""
    lanes, out = net.lanes, []
    a = np.repeat(np.arange(len(lanes)), np.diff(lanes.successor_start))
    gap, kink = link_misfit(net, a, lanes.successor)
    both = lanes.drivable[a] & lanes.drivable[lanes.successor]
    for i in np.flatnonzero(both & ((gap > GAP_M) | (kink > KINK_RAD))).tolist():
        where = " to ".join(
            f"road {net.roads.id[lanes.road[k]][:40]} lane {lanes.id[k]}" for k in (a[i], lanes.successor[i])
        )
        large = gap[i] > LARGEST_GAP_M or kink[i] > LARGEST_KINK_RAD
        text = f"lane centres {gap[i]:.3f} m and {kink[i]:.3f} rad apart"
        severity, code = "problem" if large else "note", "gap" if gap[i] > GAP_M else "kink"
        out.append(Finding(severity=severity, code=code, where=where, message=text))
    return out
