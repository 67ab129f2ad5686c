"""Strips side by side become roads: grouping, reference lines and profiles."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array, ragged
from roadnet.formats.bounds.model import LaneMap, Strip
from roadnet.formats.bounds.polylines import cleaned, joint_tangents, plan_length, tangents
from roadnet.formats.bounds.profiles import Cubic, Profile, fitted_bounds, profile
from roadnet.formats.bounds.reference import Record, reference_records
from roadnet.formats.opendrive.document import Document
from roadnet.formats.opendrive.roads import LONGEST_ROAD_M, polynomials
from roadnet.network import Roads

CUT_M = 0.1  # lanes whose ends stick out of their neighbours' by more are roads of their own
SHORTEST_M = 0.1  # shorter lanes only join others
LONGEST_TOGETHER_M = 4e6
CROSSED_M = -0.05  # bounds that cross by more are a finding


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FittedRoads:
    """Roads with their records, and which strips they consist of from left to right."""

    table: Roads
    strips: list[tuple[int, ...]]
    widths: list[list[Cubic]]  # one a strip, roads in order, strips from left to right


def strip_problem(strip: Strip) -> str:
    """Return what keeps a strip from being a lane, "" when nothing does."""
    if min(len(strip.left), len(strip.right)) < 2:
        return "a bound has fewer than two points"
    left, right = (float(plan_length(np.diff(x, axis=0)).sum()) for x in (strip.left, strip.right))
    if max(left, right) > LONGEST_ROAD_M:
        return f"a bound is {max(left, right):.0f} m long"
    widest = max(float(plan_length(strip.left[i] - strip.right[i])) for i in (0, -1))
    if widest > 100:
        return f"its bounds are {widest:.0f} m apart"
    if (left + right) / 2 < SHORTEST_M or not reference_records(strip.left, strip.right):
        return f"its bounds have hardly any length ({left:.3f} m, {right:.3f} m)"
    return ""


def fitted_roads(doc: Document, lanes: LaneMap) -> FittedRoads:
    """Return the roads of a map; strips that no road fits are findings and left out."""
    total = sum(float(plan_length(np.diff(s.left, axis=0)).sum()) for s in lanes.strips)
    if total > LONGEST_TOGETHER_M:
        raise ValueError(f"got {total:.0f} m of lanes, want at most {LONGEST_TOGETHER_M:.0f}")
    lines = {side: [cleaned(getattr(s, side)) for s in lanes.strips] for side in ("left", "right")}
    tangent = {side: _tangents(rows, lanes) for side, rows in lines.items()}
    ways, records = [], []
    for way in _ways(lanes):
        plan = reference_records(lines["left"][way[0]], lines["right"][way[-1]])
        if plan:
            ways.append(way)
            records.append(plan)
        else:
            _left_out(doc, lanes, way, "no reference line fits between its bounds")
    plain = _table(lanes, ways, records, [Profile() for _ in ways])
    owner, bounds = [], []
    for row, way in enumerate(ways):
        sides = [("left", way[0]), *(("right", i) for i in way)]
        owner += [row] * len(sides)
        bounds += [(lines[side][i], tangent[side][i]) for side, i in sides]
    fitted = fitted_bounds(plain, owner, bounds) if bounds else []
    kept, profiles, at = [], [], 0
    for row, way in enumerate(ways):
        mine = fitted[at : at + len(way) + 1]
        at += len(mine)
        known = [b for b in mine if b is not None]
        if len(known) < len(mine):
            _left_out(doc, lanes, way, "a bound lies nowhere beside the other")
            continue
        kept.append(row)
        profiles.append(profile(known, left_hand=lanes.left_hand))
        if profiles[-1].narrowest_m < CROSSED_M:
            text = f"its bounds cross by {-profiles[-1].narrowest_m:.2f} m: no width there"
            _note(doc, lanes.strips[way[0]], "problem", "negative_width", text)
    ways, records = [ways[i] for i in kept], [records[i] for i in kept]
    return FittedRoads(
        table=_table(lanes, ways, records, profiles), strips=ways, widths=[w for p in profiles for w in p.widths]
    )


def _tangents(lines: list[Array], lanes: LaneMap) -> list[Array]:
    begin, end = joint_tangents(lines, lanes.successors)
    return [tangents(x, a, b) for x, a, b in zip(lines, begin, end, strict=True)]


def _ways(lanes: LaneMap) -> list[tuple[int, ...]]:
    """Return the strips of each road from left to right, in order of the first strip."""
    inside = {i: name for name, rows in lanes.junctions.items() for i in rows}
    right: dict[int, int] = {}
    taken: set[int] = set()
    for a, b in sorted(lanes.sharing):
        if a in right or b in taken or inside.get(a) != inside.get(b) or a == b:
            continue
        if all(_in_line(lanes.strips[a], lanes.strips[b], end) for end in (0, -1)):
            right[a] = b
            taken.add(b)
    out, seen = [], set()
    for first in [i for i in range(len(lanes.strips)) if i not in taken] + list(range(len(lanes.strips))):
        way: list[int] = []
        strip: int | None = first
        while strip is not None and strip not in seen:
            way.append(strip)
            seen.add(strip)
            strip = right.get(strip)
        if way:
            out.append(tuple(way))
    return sorted(out)


def _in_line(a: Strip, b: Strip, end: int) -> bool:
    """Whether the cut through both strips is straight: the shared corner lies on the line through the outer ones."""
    cut = b.right[end] - a.left[end]
    length = float(plan_length(cut))
    if length < 0.1:
        return False
    off = max(
        abs(float(cut[0] * d[1] - cut[1] * d[0])) for d in (a.right[end] - a.left[end], b.left[end] - a.left[end])
    )
    return off / length <= CUT_M and float(plan_length(a.right[end] - b.left[end])) <= CUT_M


def _table(lanes: LaneMap, ways: list[tuple[int, ...]], records: list[list[Record]], profiles: list[Profile]) -> Roads:
    junction = {i: row for row, name in enumerate(lanes.junctions) for i in lanes.junctions[name]}
    kind, start = ragged([[k for k, _, _ in rows] for rows in records], np.uint8)
    pose, _ = ragged([[p for _, p, _ in rows] for rows in records], np.float64, 5)
    coef, _ = ragged([[c for _, _, c in rows] for rows in records], np.float64, 9)
    R = len(ways)
    return Roads(
        id=_unique([lanes.road_names.get(way[0], lanes.strips[way[0]].id) for way in ways]),
        name=tuple(" ".join(lanes.strips[i].id for i in way) for way in ways),
        length_m=np.array([sum(r[1][4] for r in rows) for rows in records], float),
        in_junction=np.array([way[0] in junction for way in ways], bool),
        junction=np.array([junction.get(way[0], 0) for way in ways], np.int32),
        left_hand=np.full(R, lanes.left_hand),
        plan_start=start,
        plan_kind=kind,
        plan_pose=pose,
        plan_coef=coef,
        elevation=polynomials([p.elevation for p in profiles]),
        superelevation=polynomials([p.superelevation for p in profiles]),
        lane_offset=polynomials([p.lane_offset for p in profiles]),
    )


def _unique(names: list[str]) -> tuple[str, ...]:
    """Return the names, those used before with a number behind."""
    taken, out = set(names), []
    seen: set[str] = set()
    for name in names:
        fresh, n = name, 2
        while fresh in seen or (fresh != name and fresh in taken):
            fresh, n = f"{name}#{n}", n + 1
        seen.add(fresh)
        out.append(fresh)
    return tuple(out)


def _left_out(doc: Document, lanes: LaneMap, way: tuple[int, ...], why: str) -> None:
    for i in way:
        _note(doc, lanes.strips[i], "problem", "degenerate_lane", f"{why}: left out")


def _note(doc: Document, strip: Strip, severity: str, code: str, message: str) -> None:
    doc.find(None, severity, code, f"lane {strip.id[:40]}, line {strip.line}", message)
