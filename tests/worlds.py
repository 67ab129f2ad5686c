"""Small worlds for tests of sensors: scenes of shapes, walls and grounds, and mounts to look at them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from roadnet.frames import rotation
from sensors.materials import Material
from sensors.rig import LidarMount, load_rig
from sensors.scene import Mesh, Scene, Weather
from sensors.shape_catalogue import mesh_of

CLEAR = Weather(
    mor_m=1e6, rain_mmph=0.0, water_film_mm=0.0, illuminance_lux=2e4, sun_elevation_rad=0.8, sun_azimuth_rad=0.6
)
SIZES = {
    "car": (4.5, 1.8, 1.45), "van": (5.9, 2.0, 2.4), "truck": (8.2, 2.5, 3.7), "bus": (12.0, 2.55, 3.1),
    "motorcycle": (2.1, 0.8, 1.7), "cyclist": (1.8, 0.6, 1.75), "pedestrian": (0.6, 0.5, 1.75),
    "building": (14.0, 9.0, 9.5), "tree": (4.5, 4.5, 7.0), "pole": (1.6, 0.2, 7.0), "guard_rail": (24.0, 0.2, 0.75),
    "traffic_light": (0.3, 0.32, 1.0), "sign": (0.03, 0.7, 0.7), "obstacle": (1.0, 2.0, 1.2),
    "scooter": (1.15, 0.55, 1.85), "animal": (1.3, 0.4, 1.3), "trailer": (6.0, 2.2, 2.6), "door": (1.1, 0.1, 1.4),
    "debris": (1.0, 0.8, 0.6),
}  # fmt: skip


def mount(device: str = "observer", **changes: Any) -> LidarMount:
    """Return the top lidar of a shipped rig, with other fields if asked."""
    found = next(m for m in load_rig(device).mounts if m.stream == "lidar_top" and isinstance(m, LidarMount))
    return replace(found, **changes)


def tilted(m: LidarMount, *, yaw: float, pitch: float, roll: float) -> LidarMount:
    """Return the mount turned about its own place, rad."""
    pose = m.ego_T_sensor.copy()
    pose[:3, :3] = rotation(yaw, pitch, roll)
    return replace(m, ego_T_sensor=pose)


def device(m: LidarMount, **changes: Any) -> LidarMount:
    """Return the mount with a device that differs."""
    return replace(m, device=replace(m.device, **changes))


def plain(half_m: float = 400.0, material: Material = Material.ASPHALT) -> Mesh:
    """Return a flat ground."""
    h = half_m
    return Mesh(
        vertices=np.array([(-h, -h, 0), (h, -h, 0), (h, h, 0), (-h, h, 0)], np.float32),
        faces=np.array([(0, 1, 2), (0, 2, 3)], np.int32),
        material=np.full(2, material, np.uint8),
    )


def nothing() -> Mesh:
    """Return a ground without triangles."""
    return Mesh(vertices=np.zeros((0, 3), np.float32), faces=np.zeros((0, 3), np.int32), material=np.zeros(0, np.uint8))


def hills(half_m: float = 130.0, cells: int = 130) -> Mesh:
    """Return a rolling ground of 2 * cells^2 triangles."""
    g = np.linspace(-half_m, half_m, cells + 1)
    x, y = np.meshgrid(g, g, indexing="ij")
    z = 0.15 * np.sin(x * 0.05) * np.cos(y * 0.04) + 0.004 * np.abs(y)
    i, j = (a.ravel() for a in np.meshgrid(np.arange(cells), np.arange(cells), indexing="ij"))
    a, n = i * (cells + 1) + j, cells + 1
    faces = np.concatenate([np.stack([a, a + n, a + 1], 1), np.stack([a + 1, a + n, a + n + 1], 1)])
    return Mesh(
        vertices=np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32),
        faces=faces.astype(np.int32),
        material=np.zeros(len(faces), np.uint8),
    )


def scene(
    things: Sequence[tuple[Mesh, Sequence[float], Sequence[float]]] = (),
    *,
    ground: Mesh | None = None,
    ego: tuple[Sequence[float], Sequence[float]] = ((0, 0, 0, 0), (0, 0, 0, 0)),
    weather: Weather = CLEAR,
) -> Scene:
    """Return a scene of 0.1 s; a thing is a mesh and its pose x, y, z, yaw at start and end."""
    meshes = list(dict.fromkeys(m for m, _, _ in things))
    K = len(things)
    return Scene(
        t_start_ns=0,
        t_end_ns=100_000_000,
        ground=plain() if ground is None else ground,
        origin=np.zeros(3),
        meshes=tuple(meshes),
        mesh=np.array([meshes.index(m) for m, _, _ in things], np.int32),
        pose_start=np.array([a for _, a, _ in things], float).reshape(-1, 4),
        pose_end=np.array([b for _, _, b in things], float).reshape(-1, 4),
        semantic=np.zeros(K, np.uint8),
        paint=np.full((K, 3), 0.4, np.float32),
        lamps=np.zeros(K, np.uint8),
        ego_start=np.array(ego[0], float),
        ego_end=np.array(ego[1], float),
        weather=weather,
    )


def town(*, moving: bool, statics: int = 300, movers: int = 60, cells: int = 130, key: int = 0) -> Scene:
    """Return a street of houses, trees, poles, signs and rails with traffic on four lanes over rolling ground."""
    rng = np.random.Generator(np.random.Philox(key))
    things: list[tuple[Mesh, Sequence[float], Sequence[float]]] = []
    kinds = ("building", "tree", "tree", "pole", "sign", "guard_rail")
    for i in range(statics):
        kind = kinds[i % len(kinds)]
        r, a = rng.uniform(12, 118), rng.uniform(0, 2 * np.pi)
        x, y = r * np.cos(a), r * np.sin(a)
        y = y if abs(y) >= 12 else np.copysign(12 + 8 * rng.random(), y)
        pose = (x, y, 0.0, rng.uniform(-3, 3))
        things.append((mesh_of(kind, SIZES[kind], look=int(rng.integers(9))), pose, pose))
    for i in range(movers):
        kind = ("car", "car", "van", "pedestrian", "truck", "cyclist")[i % 6]
        lane = (i % 4 - 1.5) * 3.5
        x = -100 + 200 * i / movers
        x, y = (x + 10 if abs(x) < 5 else x), (8.5 if kind == "pedestrian" else lane)
        speed = (1.5 if kind == "pedestrian" else float(np.copysign(12, lane))) * moving
        yaw = 0.0 if lane > 0 else np.pi
        mesh = mesh_of(kind, SIZES[kind], look=int(rng.integers(9)), phase=float(rng.uniform(0, 6)))
        things.append((mesh, (x, y, 0.0, yaw), (x + 0.1 * speed, y, 0.0, yaw + 0.03 * moving)))
    ego = ((0, 0, 0, 0), (3.0, 0, 0, 0.02)) if moving else ((0, 0, 0, 0), (0, 0, 0, 0))
    return scene(things, ground=hills(cells=cells), ego=ego)
