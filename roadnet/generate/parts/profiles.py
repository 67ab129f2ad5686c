"""Profiles along a road: smooth width changes, superelevation by radius, grades joined by parabolas."""

from collections.abc import Sequence
from math import atan

from roadnet.generate.document import Cubic, Piece

SUPERELEVATION_LEAST, SUPERELEVATION_MOST = 0.025, 0.07  # RAL 2012, recalled: assumed


def level(value: float) -> Cubic:
    """Return the record of a value that does not change."""
    return (0.0, value, 0.0, 0.0, 0.0)


def smooth(s: float, length_m: float, before: float, after: float) -> Cubic:
    """Return the cubic that leads from one value at `s` to another, with no slope at both ends."""
    rise = after - before
    return (s, before, 0.0, 3 * rise / length_m**2, -2 * rise / length_m**3)


def joined(s: float, length_m: float, before: tuple[float, float], after: tuple[float, float]) -> Cubic:
    """Return the cubic that leads from (value, slope) at `s` to another (value, slope): Hermite's."""
    (z0, g0), (z1, g1) = before, after
    mean = (z1 - z0) / length_m
    return (s, z0, g0, (3 * mean - 2 * g0 - g1) / length_m, (g0 + g1 - 2 * mean) / length_m**2)


def value_at(rows: Sequence[Cubic], s: float) -> tuple[float, float]:
    """Return (value, slope) of piecewise cubics; (0, 0) without any."""
    row = next((r for r in reversed(rows) if r[0] <= s + 1e-9), rows[0] if rows else level(0.0))
    x, (_, a, b, c, d) = s - row[0], row
    return a + x * (b + x * (c + x * d)), b + x * (2 * c + x * 3 * d)


def superelevation(pieces: Sequence[Piece], *, sharpest_m: float) -> tuple[Cubic, ...]:
    """Return the roll along a reference line, rad: constant on arcs, changing over the clothoids between.

    sharpest_m: the radius that gets the steepest cross slope; ten times as wide and wider ones get the least.
    """
    rows, s = [], 0.0
    for piece in pieces:
        a, b = cross_slope(piece.k0, sharpest_m), cross_slope(piece.k1, sharpest_m)
        rows.append(smooth(s, piece.length_m, a, b) if a != b else (s, a, 0.0, 0.0, 0.0))
        s += piece.length_m
    return tuple(rows)


def cross_slope(curvature: float, sharpest_m: float) -> float:
    """Return the roll, rad, of a curve: its inner side lies lower; 0 on the straight."""
    if curvature == 0.0:
        return 0.0
    share = min(max((sharpest_m * abs(curvature) - 0.1) / 0.9, 0.0), 1.0)
    rate = SUPERELEVATION_LEAST + (SUPERELEVATION_MOST - SUPERELEVATION_LEAST) * share
    return -atan(rate) if curvature > 0 else atan(rate)


def vertical(
    grades: Sequence[tuple[float, float]], curves_m: Sequence[float], *, z_m: float = 0.0
) -> tuple[Cubic, ...]:
    """Return the elevation of straight grades joined by parabolas.

    grades: (grade, length of the straight m); curves_m: length of the parabola after each but the last. A
    parabola of length L turns the grade by A: K = L / (100 A) m a percent.
    """
    rows: list[Cubic] = []
    s, z = 0.0, z_m
    for (grade, length), after, curve in zip(grades, [*grades[1:], (0.0, 0.0)], [*curves_m, 0.0], strict=True):
        rows.append((s, z, grade, 0.0, 0.0))
        s, z = s + length, z + grade * length
        if curve:
            bend = (after[0] - grade) / (2 * curve)
            rows.append((s, z, grade, bend, 0.0))
            s, z = s + curve, z + grade * curve + bend * curve**2
    return tuple(rows)


def starts(lengths_m: Sequence[float]) -> tuple[float, ...]:
    """Return where each of some stretches begins, and where the last ends."""
    out = [0.0]
    for length in lengths_m:
        out.append(out[-1] + length)
    return tuple(out)
