"""Light: one world state of weather and hour becomes sun, sky, airlight and headlamps, in cd/m2 and lux."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import sincos_all
from sensors.lidar.weather import air
from sensors.scene import Scene, Weather

# Illuminance outdoors against sun elevation, lux: Gillette, Pierpoint and Treado 1984, as adopted by the IES (RP-21)
SUN_XTE_LUX = 127_500.0  # above the air
CLEAR_EXTINCTION = 0.21  # per air mass
CLEAR_SKY_LUX = (800.0, 15_500.0)  # E = a + b sqrt(sin elevation)
OVERCAST_SKY_LUX = (300.0, 21_000.0)  # E = a + b sin elevation

# Grade `assumed` from here on
SUN_SHARE_EXPONENT = 0.25  # between overcast and clear: thin cloud lets beams through
FOG_TOP_M = 120.0  # height of the fog's upper side above the camera
HORIZON_OVER_MEAN = 0.62  # horizon's luminance over that of a uniform sky of the same illuminance
LAMPLIT_LUX = 150.0  # below it the light comes from street lamps: the sky is darker than what it lights
HEADLAMP_CD = 18_000.0  # low beam, on the axis
HEADLAMP_HEIGHT_M, HEADLAMP_FORWARD_M, HEADLAMP_DIP_RAD = 0.65, 2.1, 0.02
HEADLAMPS_BELOW_LUX = 1_000.0
BLUE_SKY = np.array([0.38, 0.88, 2.15])  # chromaticities of relative luminance one
GREY_SKY = np.array([0.97, 1.0, 1.06])
HIGH_SUN = np.array([1.06, 1.0, 0.86])
LOW_SUN = np.array([1.75, 0.86, 0.42])
LAMP_WHITE = np.array([1.12, 0.99, 0.76])
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear sRGB, IEC 61966-2-1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Light:
    """What lights a scene. Luminances in cd/m2 times linear RGB, directions in the scene's frame."""

    to_sun: Array  # (3,) unit
    sun_lux: Array  # (3,) on a plane that faces the sun
    sky_lux: Array  # (3,) on the ground, from the sky alone
    zenith: Array  # (3,) luminance
    airlight: Array  # (3,) luminance of endless air, and of the horizon
    ground: Array  # (3,) luminance of the ground, seen from below
    cloud: float  # 0 clear .. 1 overcast
    extinction_1pm: float  # of fog and rain, the lidar's (sensors.lidar.weather): one air for all
    headlamp: Array  # (3, 3) place, direction, intensity cd
    film: float  # 0 dry .. 1 covered with water
    dark: float  # 0 day .. 1 lamps are lit


def light_of(scene: Scene, *, headlamps: bool = True) -> Light:
    """Return the scene's light at the middle of the exposure."""
    weather = scene.weather
    horizontal, sun_share, cloud = illuminances(weather)
    height = float(direction(0.0, weather.sun_elevation_rad)[2])
    low = float(np.clip(1.0 - height / 0.35, 0.0, 1.0))
    sun = unit(HIGH_SUN + low * (LOW_SUN - HIGH_SUN)) * horizontal * sun_share / max(height, 0.05)
    grey = unit(GREY_SKY if weather.illuminance_lux > LAMPLIT_LUX else LAMP_WHITE)
    diffuse = horizontal * (1.0 - sun_share)
    overhead = cloud * grey + (1.0 - cloud) * unit(BLUE_SKY)
    dimmed = float(np.clip(weather.illuminance_lux / LAMPLIT_LUX, 0.08, 1.0))
    haze = grey + 0.35 * (1.0 - cloud) * (unit(BLUE_SKY) - grey)
    dark = float(np.clip(1.0 - weather.illuminance_lux / HEADLAMPS_BELOW_LUX, 0.0, 1.0))
    ego = 0.5 * (scene.ego_start + scene.ego_end)
    return Light(
        to_sun=direction(weather.sun_azimuth_rad, weather.sun_elevation_rad),
        sun_lux=sun,
        sky_lux=0.5 * (overhead + haze) * diffuse,
        zenith=overhead * diffuse / np.pi * dimmed * (0.75 + 0.35 * cloud),
        airlight=haze * HORIZON_OVER_MEAN * horizontal / np.pi * dimmed,
        ground=grey * 0.12 * horizontal / np.pi,
        cloud=cloud,
        extinction_1pm=air(weather).alpha_1pm,
        headlamp=headlamp_of(ego, dark if headlamps else 0.0),
        film=float(np.clip(weather.water_film_mm / 0.5, 0.0, 1.0)),
        dark=dark,
    )


def illuminances(weather: Weather) -> tuple[float, float, float]:
    """Return (lux on the ground, the sun's share of it, cloud 0..1) from illuminance, elevation and fog.

    The weather says how bright it is; where that lies between an overcast and a clear sky (RP-21) says how much of
    it is sun. Fog between the ground and FOG_TOP_M turns sun into diffuse light.
    """
    height = float(direction(0.0, weather.sun_elevation_rad)[2])
    lux = max(weather.illuminance_lux, 0.001)
    if height <= 0.01:
        return lux, 0.0, 0.6
    beam = SUN_XTE_LUX * float(np.exp(-CLEAR_EXTINCTION / height)) * height
    clear = beam + CLEAR_SKY_LUX[0] + CLEAR_SKY_LUX[1] * float(np.sqrt(height))
    overcast = OVERCAST_SKY_LUX[0] + OVERCAST_SKY_LUX[1] * height
    clearness = float(np.clip((lux - overcast) / max(clear - overcast, 1.0), 0.0, 1.0)) ** SUN_SHARE_EXPONENT
    through = float(np.exp(-air(weather).alpha_1pm * FOG_TOP_M / height))
    return lux, beam / clear * clearness * through, 1.0 - 0.9 * clearness * through


def headlamp_of(ego: Array, strength: float) -> Array:
    """Return (3, 3): place, direction and intensity (cd, RGB) of the ego's low beams taken as one lamp."""
    ahead = direction(float(ego[3]), 0.0)
    place = ego[:3] + HEADLAMP_FORWARD_M * ahead + [0.0, 0.0, HEADLAMP_HEIGHT_M]
    return np.stack([place, direction(float(ego[3]), -HEADLAMP_DIP_RAD), unit(LAMP_WHITE) * HEADLAMP_CD * 2 * strength])


def direction(azimuth_rad: float, elevation_rad: float) -> Array:
    """Return the (3,) unit vector at an azimuth (counter-clockwise from +x) and elevation."""
    (sin_a, sin_e), (cos_a, cos_e) = sincos_all(np.array([azimuth_rad, elevation_rad]))
    return np.array([cos_e * cos_a, cos_e * sin_a, sin_e])


def unit(rgb: Array) -> Array:
    """Return a colour scaled to luminance one."""
    return np.asarray(rgb / float((rgb * LUMINANCE).sum()))
