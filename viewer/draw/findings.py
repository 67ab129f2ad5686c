"""Marks of what is wrong with a map: a ring or a cross at each place, and a word of what and how often."""

from collections import Counter

import numpy as np

from roadnet.base.kept import kept
from roadnet.checks import check, located
from roadnet.network import RoadNetwork
from viewer.draw.items import Item, Text, polygons, polylines

Z_FINDING = 60
RING = np.stack([np.cos(np.arange(25) * np.pi / 12), np.sin(np.arange(25) * np.pi / 12)], -1)
CROSS = (np.array([(-1.0, -1.0), (1.0, 1.0)]), np.array([(-1.0, 1.0), (1.0, -1.0)]))
SHARE, LEAST_M, MOST_M = 0.008, 1.5, 12.0  # of the map's larger side
APART = 14.0  # radii; places in one square of this size share their words
MOST_MARKS, MOST_WORDS = 400, 40


@kept
def finding_items(net: RoadNetwork) -> tuple[Item, ...]:
    """Return the marks: a crossed ring for a problem, a ring for what was repaired or is worth knowing."""
    radius = mark_radius(net)
    rings: dict[str, list[np.ndarray]] = {}
    words: dict[tuple[int, int], Counter[str]] = {}
    first: dict[tuple[int, int], tuple[float, float]] = {}
    for finding in check(net)[:MOST_MARKS]:
        xy = located(net, finding).xy
        if xy is None:
            continue
        cell = (int(xy[0] // (APART * radius)), int(xy[1] // (APART * radius)))
        words.setdefault(cell, Counter())[finding.code.replace("_", " ")] += 1
        first.setdefault(cell, xy)
        rings.setdefault(finding.severity, []).append(RING * radius + xy)
        if finding.severity == "problem":
            rings.setdefault("cross", []).extend(line * radius * 0.7 + xy for line in CROSS)
    role = {"problem": "finding", "repaired": "near_miss", "note": "muted"}
    out: list[Item] = [
        polylines(rows, role.get(name, "finding"), z=Z_FINDING, width_px=2.0) for name, rows in sorted(rings.items())
    ]
    if "problem" in rings:
        out.append(polygons(rings["problem"], "finding", z=Z_FINDING - 1, alpha=0.25))
    for cell in list(words)[:MOST_WORDS]:
        text = ", ".join(f"{code} x{n}" if n > 1 else code for code, n in words[cell].most_common(2))
        x, y = first[cell]
        out.append(Text(x, y + radius, text, "finding", z=Z_FINDING + 1, size_px=10, offset_px=(0, 6)))
    return tuple(out)


def mark_radius(net: RoadNetwork) -> float:
    """Return the radius of a mark, m, so that it can be seen when the whole map is."""
    span = float(np.ptp(net.lanes.centre[:, :2], axis=0).max())
    return min(max(SHARE * span, LEAST_M), MOST_M)
