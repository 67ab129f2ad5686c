"""Delivery van."""

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import box, fitted, joined
from sensors.vehicle_parts import Edge, arch, axle, body, glass_house, mirrors, plates

VARIETIES = 1
PHASES = 1
P = Material.CAR_PAINT


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a van of `size` length, width, height m."""
    profile: list[Edge] = [
        (-2.88, 0.32, Material.UNDERBODY),
        *arch(-1.75, radius=0.42, sill=0.26, axle=0.35),
        *arch(1.90, radius=0.42, sill=0.26, axle=0.35),
        (2.86, 0.28, Material.TRIM),
        (2.98, 0.55, P),
        (2.97, 0.78, Material.HEADLAMP),
        (2.84, 1.02, Material.INDICATOR_LEFT),
        (2.80, 1.08, P),
        (2.15, 1.28, P),
        (1.55, 2.05, P),
        (1.15, 2.30, P),
        (-2.86, 2.36, P),
        (-2.96, 1.35, Material.INDICATOR_LEFT),
        (-2.97, 1.22, Material.TAIL_LAMP),
        (-2.98, 0.92, P),
        (-2.98, 0.50, Material.TRIM),
    ]
    windows = glass_house(
        ((2.20, 1.62), (1.95, 1.55), (1.15, 1.15)),
        z=(1.28, 2.05),
        half_width=(0.985, 0.95),
        sides=(Material.TRIM, Material.CAR_GLASS),
        rear=Material.TRIM,
    )
    return fitted(
        joined(
            [
                body(profile, half_width=0.98, corner=0.12, side=P),
                windows,
                box((-2.955, 0.0, 1.75), (0.05, 1.3, 0.55), Material.CAR_GLASS),
                axle(-1.75, radius=0.35, width=0.22, half_track=0.95, sides=9),
                axle(1.90, radius=0.35, width=0.22, half_track=0.95, sides=9),
                plates((2.98, 0.62), (-2.985, 0.6)),
                mirrors(1.85, 1.5, half_width=0.97, size=(0.15, 0.18, 0.3)),
            ]
        ),
        size,
    )
