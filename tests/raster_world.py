"""Small worlds for the tests of rasteriser and camera, and a plain rasteriser that shares no code with ours."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from roadnet.base.arrays import Array, offsets_of
from sensors.camera.device import load_camera
from sensors.materials import Material, Semantic
from sensors.raster.triangles import Triangles, bounding_sphere
from sensors.scene import Mesh, Scene, Weather
from sensors.shape_catalogue import mesh_of

DAY = {
    "mor_m": 20000.0,
    "rain_mmph": 0.0,
    "water_film_mm": 0.0,
    "illuminance_lux": 30000.0,
    "sun_elevation_rad": 0.8,
    "sun_azimuth_rad": 0.6,
}
PAINTS = np.array([(0.5, 0.02, 0.02), (0.02, 0.05, 0.3), (0.6, 0.6, 0.6), (0.05, 0.05, 0.05)], np.float32)


def weather(**changes: float) -> Weather:
    return Weather(**{**DAY, **changes})


def mesh(vertices: Any, faces: Any, material: int = 0) -> Mesh:
    faces = np.asarray(faces, np.int32).reshape(-1, 3)
    return Mesh(
        vertices=np.asarray(vertices, np.float32).reshape(-1, 3),
        faces=faces,
        material=np.full(len(faces), material, np.uint8),
    )


def box(size: tuple[float, float, float], material: int = Material.CONCRETE) -> Mesh:
    x, y, z = 0.5 * size[0], 0.5 * size[1], size[2]
    v = [(a, b, c) for c in (0.0, z) for a, b in ((-x, -y), (x, -y), (x, y), (-x, y))]
    f = [(0, 2, 1), (0, 3, 2), (4, 5, 6), (4, 6, 7), (0, 1, 5), (0, 5, 4)]
    f += [(1, 2, 6), (1, 6, 5), (2, 3, 7), (2, 7, 6), (3, 0, 4), (3, 4, 7)]
    return mesh(v, f, material)


def plain(x: float, y: float, cell_m: float = 10.0, material: int = Material.ASPHALT) -> Mesh:
    gx, gy = np.arange(-x, x + cell_m, cell_m), np.arange(-y, y + cell_m, cell_m)
    v = np.stack(np.meshgrid(gx, gy, indexing="ij"), -1).reshape(-1, 2)
    n = len(gy)
    i = (np.arange(len(gx) - 1)[:, None] * n + np.arange(n - 1)).ravel()
    faces = np.concatenate([np.stack([i, i + n, i + n + 1], 1), np.stack([i, i + n + 1, i + 1], 1)])
    return mesh(np.column_stack([v, np.zeros(len(v))]), faces, material)


def scene(
    things: list[tuple[Mesh, tuple[float, float, float, float], int]],
    *,
    ground: Mesh | None = None,
    lamps: int = 0,
    moved: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0),
    **conditions: float,
) -> Scene:
    K = len(things)
    pose = np.array([t[1] for t in things], np.float64).reshape(-1, 4)
    return Scene(
        t_start_ns=0,
        t_end_ns=20_000_000,
        ground=plain(200.0, 100.0) if ground is None else ground,
        origin=np.array([1000.0, -2000.0, 30.0]),
        meshes=tuple(t[0] for t in things),
        mesh=np.arange(K, dtype=np.int32),
        pose_start=pose,
        pose_end=pose + moved,
        semantic=np.array([t[2] for t in things], np.uint8),
        paint=PAINTS[np.arange(K) % 4],
        lamps=np.full(K, lamps, np.uint8),
        ego_start=np.zeros(4),
        ego_end=np.zeros(4),
        weather=weather(**conditions),
    )


def street(*, lamps: int = 0, without: int | None = None, **conditions: float) -> Scene:
    """Return a street with one of nearly everything; `without` leaves one thing out."""
    things = [
        (mesh_of("car", (4.5, 1.8, 1.45)), (16.0, 0.0, 0.0, 0.0), int(Semantic.CAR)),
        (mesh_of("van", (5.9, 2.0, 2.5)), (26.0, 3.4, 0.0, 0.05), int(Semantic.VAN)),
        (mesh_of("pedestrian", (0.4, 0.55, 1.75), phase=1.2), (12.0, -4.5, 0.0, 2.0), int(Semantic.PEDESTRIAN)),
        (mesh_of("cyclist", (1.8, 0.6, 1.75), phase=1.0), (14.0, -2.8, 0.0, 0.2), int(Semantic.CYCLIST)),
    ]
    things += [(mesh_of("tree", (4.5, 4.5, 7.0), look=i), (8.0 + 12 * i, -9.0, 0.0, i), 4) for i in range(4)]
    things += [(mesh_of("building", (18.0, 12.0, 12.0), look=i), (20.0 + 24 * i, 22.0, 0.0, 0.0), 6) for i in range(4)]
    out = scene(things, lamps=lamps, **conditions)
    if without is None:
        return out
    rows = ("mesh", "pose_start", "pose_end", "semantic", "paint", "lamps")
    return replace(out, **{name: np.delete(getattr(out, name), without, 0) for name in rows})


def mount(device: str = "cmos", width: int = 320, height: int = 180, **changes: Any) -> Any:
    """Return a camera 1.4 m above the ego's centre that looks ahead."""
    ego_T_sensor = np.eye(4)
    ego_T_sensor[:3, :3] = [[0, 0, 1], [-1, 0, 0], [0, -1, 0]]
    ego_T_sensor[:3, 3] = (0.0, 0.0, 1.4)
    fields = {"device": load_camera(device), "width": width, "height": height, "fov_rad": 1.1, "serial": 7}
    return SimpleNamespace(**{**fields, "ego_T_sensor": ego_T_sensor, **changes})


def soup(meshes: list[Mesh], poses: Any, *, two_sided: bool = True) -> Triangles:
    """Return one placement a mesh."""
    n = len(meshes)
    return Triangles(
        vertices=np.concatenate([m.vertices for m in meshes]),
        vertex_start=offsets_of([len(m.vertices) for m in meshes]),
        faces=np.concatenate([m.faces for m in meshes]),
        face_start=offsets_of([len(m.faces) for m in meshes]),
        material=np.concatenate([m.material for m in meshes]),
        sphere=np.stack([bounding_sphere(m) for m in meshes]),
        mesh=np.arange(n),
        pose=np.asarray(poses, np.float64).reshape(n, 4),
        two_sided=np.full(n, two_sided),
    )


def corners(triangles: Triangles) -> tuple[Array, Array]:
    """Return (N, 3, 3) f8 corners of every face of every placement, and (N,) its placement."""
    out, owner = [], []
    for i, (m, (x, y, z, yaw)) in enumerate(zip(triangles.mesh, triangles.pose, strict=True)):
        v = triangles.vertices[triangles.vertex_start[m] : triangles.vertex_start[m + 1]].astype(np.float64)
        turned = np.stack(
            [v[:, 0] * np.cos(yaw) - v[:, 1] * np.sin(yaw), v[:, 0] * np.sin(yaw) + v[:, 1] * np.cos(yaw)], 1
        )
        faces = triangles.faces[triangles.face_start[m] : triangles.face_start[m + 1]]
        out.append((np.column_stack([turned, v[:, 2]]) + np.array([x, y, z]))[faces])
        owner += [i] * len(faces)
    return np.concatenate(out), np.array(owner)


def plain_raster(corner: Array, owner: Array, view: Any) -> tuple[Array, Array]:
    """Return depth (H, W) f8, 0 where nothing, and owner (H, W), -1 where nothing: one ray a pixel, every triangle
    tried (Moller and Trumbore 1997), nothing clipped, culled, projected or sorted."""
    T = np.linalg.inv(view.cam_T_map)
    u, v = np.meshgrid(np.arange(view.width) + 0.5, np.arange(view.height) + 0.5)
    cam = np.stack([(u - view.cx) / view.fx, (v - view.cy) / view.fy, np.ones_like(u)], -1).reshape(-1, 3)
    ray, eye = cam @ T[:3, :3].T, T[:3, 3]
    depth, who = np.full(len(ray), np.inf), np.full(len(ray), -1)
    for (a, b, c), i in zip(corner, owner, strict=True):
        e1, e2 = b - a, c - a
        h = np.cross(ray, e2)
        det = h @ e1
        with np.errstate(divide="ignore", invalid="ignore"):
            s = eye - a
            p = (h @ s) / det
            q = np.cross(s, e1)
            r = (ray @ q) / det
            t = float(e2 @ q) / det  # ray has axial length 1: t is depth
            hit = (p >= 0) & (r >= 0) & (p + r <= 1) & (t >= view.near_m) & (t <= view.far_m) & (t < depth)
        depth[hit], who[hit] = t[hit], i
    shape = view.height, view.width
    return np.where(who < 0, 0.0, depth).reshape(shape), who.reshape(shape)
