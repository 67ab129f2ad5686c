"""Lost load on the road: a wooden crate, a tyre that lies flat, a tarpaulin in a heap."""

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import Part, blob, box, fitted, joined, limb, loft

VARIETIES = 3
PHASES = 1


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return debris of `size` length, width, height m."""
    return fitted((_crate, _tyre, _heap)[look % VARIETIES](), size)


def _crate() -> Part:
    planks = [box((0, 0, z), (1.0, 1.0, 0.22), Material.BARK) for z in (0.11, 0.39, 0.67)]
    posts = [box((x, y, 0.4), (0.1, 0.1, 0.8), Material.BARK) for x in (-0.42, 0.42) for y in (-0.42, 0.42)]
    return joined([*planks, *posts, box((0.1, -0.05, 0.79), (0.7, 0.9, 0.04), Material.BARK)])


def _tyre() -> Part:
    tread = limb((0, 0, 0.0), (0, 0, 0.22), (0.33, 0.33), Material.TYRE, sides=12)
    return joined([tread, limb((0, 0, 0.2), (0, 0, 0.25), (0.19, 0.17), Material.RIM, sides=9)])


def _heap() -> Part:
    fold = [[(x, y, z) for y, z in ((-0.5, 0.0), (0.5, 0.0), (0.2, h), (-0.15, h * 0.8))] for x, h in
            ((-0.6, 0.1), (-0.2, 0.32), (0.25, 0.25), (0.6, 0.08))]  # fmt: skip
    lump = blob((0.05, 0.1, 0.2), (0.5, 0.45, 0.4), Material.TARPAULIN, sides=7, rings=2)
    return joined([loft(fold, Material.TARPAULIN, first=Material.TARPAULIN, last=Material.TARPAULIN), lump])
