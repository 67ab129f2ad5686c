"""What air does to a lidar: extinction, backscatter, drops. One world state, the one that cameras read too."""

import math
from dataclasses import dataclass

from sensors.lidar.device import LidarDevice
from sensors.scene import Weather

LIGHT_MPS = 299_792_458.0
CONTRAST = 20.0  # visibility (MOR) is where a black target's contrast falls to 5 %: alpha = ln 20 / MOR
# per steradian, backscatter over extinction of fog: lidar ratio 18 sr of Mie sums over measured droplet sizes
# (Rasshofer, Spies, Spies, Adv. Radio Sci. 9, 2011, droplet sets). Hahner et al., ICCV 2021, use 0.046 / ln 20.
BACKSCATTER_PER_SR = 0.056
CLEAR_MOR_M = 5000.0  # above it no backscatter is worth drawing
# Mie sum over Marshall-Palmer drops: 0.00037 1/m at 1 mm/h, 0.00156 at 10, 0.0043 at 50. Not Goodin's 0.01 R^0.6,
# which is 25 times too strong.
RAIN_ALPHA_1PM, RAIN_POWER = 0.00037, 0.625
# false returns of a VLP-16 in rain: chance per beam and mm/h, ln of the range and its sigma. Linnhoff et al. 2022
DROP_CHANCE, DROP_LN_M, DROP_SIGMA = 1.69e-4, 1.362, 0.784


@dataclass(frozen=True, kw_only=True, slots=True)
class Air:
    """The air between sensor and target."""

    alpha_1pm: float  # one-way extinction of fog and rain
    fog_alpha_1pm: float  # of the fog alone
    drop_chance: float  # of a false return by a drop, a ray


def air(weather: Weather) -> Air:
    """Return the air of a world state."""
    fog = fog_alpha_1pm(weather.mor_m)
    return Air(
        alpha_1pm=fog + RAIN_ALPHA_1PM * math.pow(max(weather.rain_mmph, 0.0), RAIN_POWER),
        fog_alpha_1pm=fog,
        drop_chance=DROP_CHANCE * max(weather.rain_mmph, 0.0),
    )


def fog_alpha_1pm(mor_m: float) -> float:
    """Return the extinction of fog of a visibility, 1/m. Koschmieder."""
    return math.log(CONTRAST) / max(mor_m, 1.0)


def visibility_m(alpha_1pm: float) -> float:
    """Return the visibility (MOR) of an extinction, m."""
    return math.log(CONTRAST) / alpha_1pm


def effective_range_m(reflectance: float, *, anchor: tuple[float, float], mor_m: float, exponent: float = 2.0) -> float:
    """Return how far a target is seen through fog, m.

    anchor: (reflectance, range m) that is just seen in clear air. Solves rho exp(-2 alpha R) / R^n = rho0 / R0^n.
    """
    alpha = fog_alpha_1pm(mor_m)
    clear = anchor[1] * math.pow(reflectance / anchor[0], 1 / exponent)
    low, high = 0.0, clear
    for _ in range(60):
        r = 0.5 * (low + high)
        low, high = (r, high) if exponent * math.log(clear / r) > 2 * alpha * r else (low, r)
    return 0.5 * (low + high)


def fog_reflectance(device: LidarDevice, fog_alpha: float) -> float:
    """Return how bright fog is against a white target at the same range: pi beta c tau / 2.

    The soft target of Rasshofer et al. 2011 for a receiver whose overlap and swept gain cancel 1 / R^2 up to
    `near_field_m`; the pulse's energy counts, not its shape.
    """
    return math.pi * BACKSCATTER_PER_SR * fog_alpha * 0.5 * LIGHT_MPS * device.pulse_s
