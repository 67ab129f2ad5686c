"""Crossfall and shape out, both as the shape of OpenDRIVE 1.7, which has no crossfall."""

import numpy as np

from roadnet.formats.opendrive.write_lanes import exact
from roadnet.generate.document import Element, add
from roadnet.geometry import cubic
from roadnet.network import Polynomials, RoadNetwork

STEP_M = 2.0  # between stations where a crossfall changes
JUMP_M = 1e-6  # a break of crossfall becomes two stations so close together
OUTSIDE_M = 200.0  # no lane lies further out
Row = tuple[float, float, float, float, float]  # t, a, b, c, d


def add_surface(lateral: Element, net: RoadNetwork, road: int) -> None:
    """Append the shapes of a road."""
    surface = net.roads.surface
    if not len(surface):
        return
    rows: list[tuple[float, list[Row]]] = []
    if len(surface.s):
        for k in range(surface.start[road], surface.start[road + 1]):
            part = slice(surface.profile.start[k], surface.profile.start[k + 1])
            abcd = surface.profile.abcd[part].tolist()
            rows.append((surface.s[k], [(t, *x) for t, x in zip(surface.profile.s[part].tolist(), abcd, strict=True)]))
    for s, profile in rows or _falling(net, road):
        for t, *abcd in profile:
            add(lateral, "shape", s=exact(s), t=exact(t), **{k: exact(v) for k, v in zip("abcd", abcd, strict=True)})


def _falling(net: RoadNetwork, road: int) -> list[tuple[float, list[Row]]]:
    """Return crossfall as stations with a slope on each side of the reference line."""
    surface, length = net.roads.surface, float(net.roads.length_m[road])
    pieces = [_pieces(fall, road) for fall in (surface.left, surface.right)]
    breaks = {s for rows in pieces for s, *_ in rows if 0.0 < s < length}
    if not any(pieces):
        return []
    stations = {0.0, length} | breaks | {s - JUMP_M for s in breaks if s > JUMP_M}
    if any(any(row[2:]) for rows in pieces for row in rows):
        stations |= set((np.arange(1, np.ceil(length / STEP_M)) * STEP_M).tolist())
    out: list[tuple[float, list[Row]]] = []
    for s in sorted(stations):
        at = np.array([s])
        left, right = (
            float(np.tan(cubic(fall, np.array([road]), at)[0][0])) if len(fall.s) else 0.0
            for fall in (surface.left, surface.right)
        )
        out.append((s, [(-OUTSIDE_M, -OUTSIDE_M * right, right, 0.0, 0.0), (0.0, 0.0, -left, 0.0, 0.0)]))
    return out


def _pieces(fall: Polynomials, road: int) -> list[list[float]]:
    if not len(fall.s):
        return []
    part = slice(fall.start[road], fall.start[road + 1])
    return [[s, *abcd] for s, abcd in zip(fall.s[part].tolist(), fall.abcd[part].tolist(), strict=True)]
