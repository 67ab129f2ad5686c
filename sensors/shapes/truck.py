"""Rigid truck: cab over engine, box body, three axles; one look in two carries a low flatbed with a load."""

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import Part, box, fitted, joined
from sensors.vehicle_parts import Edge, arch, axle, body, glass_house, plates

VARIETIES = 2
PHASES = 1
P = Material.CAR_PAINT


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a truck of `size` length, width, height m; `look` picks the superstructure."""
    cab: list[Edge] = [
        (1.95, 0.75, Material.UNDERBODY),
        *arch(3.0, radius=0.58, sill=0.55, axle=0.50),
        (3.95, 0.40, Material.TRIM),
        (4.05, 0.55, Material.HEADLAMP),
        (4.05, 0.85, Material.INDICATOR_LEFT),
        (4.05, 0.98, P),
        (4.02, 1.55, P),
        (3.80, 2.85, P),
        (3.00, 3.10, P),
        (1.95, 3.10, P),
    ]
    windows = glass_house(
        ((4.06, 3.88), (3.80, 3.72), (2.70, 2.70)),
        z=(1.62, 2.55),
        half_width=(1.235, 1.225),
        sides=(Material.TRIM, Material.CAR_GLASS),
        rear=Material.TRIM,
    )
    lamps = [
        (0.95, Material.TAIL_LAMP),
        (-0.95, Material.TAIL_LAMP),
        (1.15, Material.INDICATOR_LEFT),
        (-1.15, Material.INDICATOR_RIGHT),
    ]
    parts = [
        body(cab, half_width=1.22, corner=0.08, side=P),
        windows,
        *(box((-3.985, y, 0.85), (0.06, 0.19, 0.15), m) for y, m in lamps),
        *_superstructure(look % VARIETIES),
        *(axle(x, radius=0.5, width=0.28, half_track=1.2, sides=8) for x in (3.0, -1.55, -2.85)),
        plates((4.055, 0.48), (-3.97, 0.7)),
    ]
    return fitted(joined(parts), size)


def _superstructure(variety: int) -> list[Part]:
    if variety == 0:
        return [box((-1.08, 0, 2.30), (5.8, 2.5, 2.7), Material.TARPAULIN)]
    bed = box((-1.08, 0, 1.05), (5.8, 2.5, 0.2), Material.TRIM)
    front = box((1.75, 0, 2.3), (0.12, 2.5, 2.4), Material.TARPAULIN)
    return [bed, front, box((-1.2, 0, 1.75), (4.6, 2.0, 1.2), Material.CONCRETE)]
