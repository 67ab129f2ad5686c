"""Scene: what a sensor may see during one exposure or sweep. No hazard, role or seed can pass: a test holds it."""

from dataclasses import dataclass

from roadnet.base.arrays import Array


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Mesh:
    """A triangle mesh with materials; shared by every thing of the same make."""

    vertices: Array  # (V, 3) f4 m, body frame: x forward, y left, z up, origin at the base centre
    faces: Array  # (F, 3) i4, outward counter-clockwise
    material: Array  # (F,) u1 materials.Material


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Weather:
    """Weather and light at the scene's time; units as scenarios' Environment."""

    mor_m: float
    rain_mmph: float
    water_film_mm: float
    illuminance_lux: float
    sun_elevation_rad: float
    sun_azimuth_rad: float


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Scene:
    """Surfaces and things over [t_start, t_end]; K things. Things move linearly between the two poses.

    Things' instance numbers are 1 + row; 0 is the ground. The ego body itself is not in the scene.
    """

    t_start_ns: int
    t_end_ns: int
    ground: Mesh  # map frame, relative to `origin`: road surface, markings, verges
    origin: Array  # (3,) f8 m, map coordinates of the scene's origin (kept near ego for float32)
    meshes: tuple[Mesh, ...]
    mesh: Array  # (K,) i4 row of `meshes`
    pose_start: Array  # (K, 4) f8 x, y, z, yaw relative to `origin`
    pose_end: Array  # (K, 4) f8
    semantic: Array  # (K,) u1 materials.Semantic
    paint: Array  # (K, 3) f4 linear RGB of each thing's paint
    lamps: Array  # (K,) u1 bit mask, as Agents.lamps
    ego_start: Array  # (4,) f8 x, y, z, yaw relative to `origin`
    ego_end: Array  # (4,) f8
    weather: Weather
