"""City bus with a band of windows."""

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import fitted, joined
from sensors.vehicle_parts import Edge, arch, axle, body, glass_house, mirrors, plates

VARIETIES = 1
PHASES = 1
P = Material.CAR_PAINT
G = Material.CAR_GLASS


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a bus of `size` length, width, height m."""
    lower: list[Edge] = [
        (-5.90, 0.40, Material.UNDERBODY),
        *arch(-2.60, radius=0.58, sill=0.32, axle=0.48),
        *arch(3.30, radius=0.58, sill=0.32, axle=0.48),
        (5.85, 0.32, Material.TRIM),
        (6.0, 0.50, Material.HEADLAMP),
        (6.0, 0.78, Material.INDICATOR_LEFT),
        (5.99, 0.90, P),
        (5.97, 1.22, P),
        (-5.98, 1.22, Material.INDICATOR_LEFT),
        (-6.0, 1.08, Material.TAIL_LAMP),
        (-6.0, 0.75, P),
    ]
    edges = (5.95, 2.1, 1.95, -1.9, -2.05)
    stations = [(x, x - 0.12 if x == edges[0] else x) for x in edges] + [(-5.95, -5.92)]
    windows = glass_house(stations, z=(1.2, 2.75), half_width=(1.245, 1.22), sides=(G, P, G, P, G))
    roof = glass_house(
        ((5.90, 5.6), (-5.93, -5.8)), z=(2.72, 3.05), half_width=(1.23, 1.05), sides=(P,), front=P, rear=P
    )
    return fitted(
        joined(
            [
                body(lower, half_width=1.25, corner=0.12, side=P),
                windows,
                roof,
                axle(-2.60, radius=0.48, width=0.28, half_track=1.2),
                axle(3.30, radius=0.48, width=0.28, half_track=1.2),
                plates((6.0, 0.42), (-6.0, 0.6)),
                mirrors(5.95, 2.35, half_width=1.22, size=(0.12, 0.1, 0.35)),
            ]
        ),
        size,
    )
