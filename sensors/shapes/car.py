"""Passenger car: saloon, hatchback, sport utility."""

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import fitted, joined
from sensors.vehicle_parts import Edge, arch, axle, body, glass_house, mirrors, plates

VARIETIES = 3
PHASES = 1
P = Material.CAR_PAINT
# cabin stations x at belt, x at roof, from windscreen to rear window; boot lid height; roof height, m
CABIN = (
    (((0.95, 0.30), (-0.20, -0.20), (-0.32, -0.32), (-1.62, -1.05)), 0.98, 1.45),
    (((1.00, 0.35), (-0.15, -0.15), (-0.27, -0.27), (-2.12, -1.80)), 0.96, 1.50),
    (((0.98, 0.45), (-0.20, -0.20), (-0.32, -0.32), (-2.14, -1.95)), 1.06, 1.70),
)


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a car of `size` length, width, height m; `look` picks the form."""
    stations, belt, roof = CABIN[look % VARIETIES]
    profile: list[Edge] = [
        (-2.14, 0.24, Material.UNDERBODY),
        *arch(-1.33, radius=0.37, sill=0.20, axle=0.31),
        *arch(1.38, radius=0.37, sill=0.20, axle=0.31),
        (2.14, 0.22, Material.TRIM),
        (2.25, 0.42, P),
        (2.24, 0.58, Material.HEADLAMP),
        (2.16, 0.72, Material.INDICATOR_LEFT),
        (2.08, 0.77, P),
        (1.05, belt - 0.02, P),
        (-1.65, belt, P),
        (-2.17, belt - 0.06, Material.INDICATOR_LEFT),
        (-2.21, belt - 0.14, Material.TAIL_LAMP),
        (-2.24, belt - 0.32, P),
        (-2.25, 0.42, Material.TRIM),
    ]
    return fitted(
        joined(
            [
                body(profile, half_width=0.87, corner=0.16, side=P, tuck=0.05),
                glass_house(
                    stations,
                    z=(belt - 0.05, roof),
                    half_width=(0.80, 0.60),
                    sides=(Material.CAR_GLASS, P, Material.CAR_GLASS),
                ),
                axle(-1.33, radius=0.31, width=0.2, half_track=0.86),
                axle(1.38, radius=0.31, width=0.2, half_track=0.86),
                plates((2.245, 0.5), (-2.235, 0.62)),
                mirrors(0.7, belt + 0.04, half_width=0.8, size=(0.12, 0.12, 0.12)),
            ]
        ),
        size,
    )
