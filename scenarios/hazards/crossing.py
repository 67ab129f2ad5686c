"""Where two ways cross: which stations of one and of the other cannot be occupied at the same time."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.polyline import Path, at

REACH_M = 20.0  # stations this far around the crossing point are looked at
STATION_M = 0.5
RIM = 64  # pairs of stations that are kept


def overlap_rim(path: Path, s_m: float, other: Path, other_s_m: float, size: tuple[float, float]) -> Array:
    """Return (2, RIM) m: stations of body centres, from the crossing point on, on the rim of where bodies overlap.

    Row 0 along `path`, row 1 along `other`; both bodies have this length and width. Zeros where they never do.
    """
    along = np.arange(-REACH_M, REACH_M + STATION_M, STATION_M)
    a, heading_a = at(path, s_m + along)
    b, heading_b = at(other, other_s_m + along)
    touching = _overlap(a[:, None, :2], heading_a[:, None], b[None, :, :2], heading_b[None], size)
    inner = touching.copy()
    for axis in range(2):
        inner &= np.roll(touching, 1, axis) & np.roll(touching, -1, axis)
    i, j = np.nonzero(touching & ~inner)
    if not len(i):
        return np.zeros((2, RIM))
    keep = np.linspace(0, len(i) - 1, RIM).round().astype(int)
    return np.stack([along[i[keep]], along[j[keep]]])


def encounter(rim: Array, speed: Array, other_speed: Array, later_s: Array) -> tuple[Array, Array]:
    """Return (collide (N,), post-encroachment time (N,) s) of two that cross at constant speeds.

    rim: (N, 2, RIM); speeds (N,) m/s; later_s: (N,) how much later the other reaches the crossing point.
    """
    mine, theirs = rim[:, 0] / speed[:, None], rim[:, 1] / other_speed[:, None] + later_s[:, None]
    lead = theirs - mine  # > 0: the other is there later
    collide = (lead.min(1) <= 0.0) & (lead.max(1) >= 0.0)
    return collide, np.where(collide, 0.0, np.abs(lead).min(1))


def _overlap(a: Array, heading_a: Array, b: Array, heading_b: Array, size: tuple[float, float]) -> Array:
    """Return where boxes of one size at these poses overlap; separating axes."""
    half_l, half_w = 0.5 * size[0], 0.5 * size[1]
    dx, dy = b[..., 0] - a[..., 0], b[..., 1] - a[..., 1]
    turn = heading_b - heading_a
    c, s = np.abs(np.cos(turn)), np.abs(np.sin(turn))
    out = np.ones(np.broadcast_shapes(heading_a.shape, heading_b.shape), bool)
    for heading in (heading_a, heading_b):
        along, aside = dx * np.cos(heading) + dy * np.sin(heading), dy * np.cos(heading) - dx * np.sin(heading)
        out &= np.abs(along) <= half_l * (1.0 + c) + half_w * s
        out &= np.abs(aside) <= half_w * (1.0 + c) + half_l * s
    return out
