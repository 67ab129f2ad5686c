"""Paint and clothes from a look's seed: dressing, drawn alike for everybody."""

import numpy as np

from roadnet.base.arrays import Array

# linear RGB; vehicle colours by share of new cars (white, black, grey, silver, blue, red, ...; Axalta 2023, recalled)
VEHICLE = (
    [(0.80, 0.80, 0.79)] * 7 + [(0.012, 0.012, 0.013)] * 5 + [(0.10, 0.10, 0.11)] * 4 + [(0.45, 0.46, 0.47)] * 3
    + [(0.02, 0.06, 0.22)] * 3 + [(0.35, 0.02, 0.02)] * 2 + [(0.03, 0.12, 0.05), (0.45, 0.33, 0.05)]
)  # fmt: skip
CLOTHES = [
    (0.02, 0.02, 0.025), (0.08, 0.09, 0.12), (0.30, 0.30, 0.30), (0.70, 0.69, 0.66), (0.30, 0.03, 0.03),
    (0.03, 0.07, 0.25), (0.05, 0.15, 0.06), (0.45, 0.35, 0.20), (0.60, 0.45, 0.03), (0.25, 0.10, 0.25),
]  # fmt: skip
WALLS = [
    (0.62, 0.58, 0.50), (0.45, 0.40, 0.34), (0.35, 0.16, 0.11), (0.55, 0.50, 0.38), (0.50, 0.50, 0.49),
    (0.38, 0.30, 0.22), (0.60, 0.48, 0.36),
]  # fmt: skip
PALETTES = {"pedestrian": CLOTHES, "cyclist": CLOTHES, "scooter": CLOTHES, "building": WALLS}
SPREAD = 0x9E3779B1  # Knuth's multiplier: neighbouring seeds get colours far apart


def paint(kinds: tuple[str, ...], look: Array) -> Array:
    """Return (K, 3) f4 linear RGB of things by kind and look."""
    out = np.empty((len(kinds), 3), np.float32)
    for row, (kind, seed) in enumerate(zip(kinds, look.tolist(), strict=True)):
        palette = PALETTES.get(kind, VEHICLE)
        out[row] = palette[((int(seed) * SPREAD & 0xFFFFFFFF) >> 16) % len(palette)]
    return out
