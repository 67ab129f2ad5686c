"""Triangles: a scene's meshes and placements as flat arrays, ready for the kernels."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array, offsets_of
from sensors.scene import Mesh, Scene


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Triangles:
    """M meshes and I placements of them; placement 0 of a scene is its ground."""

    vertices: Array  # (V, 3) f4 m, body frames
    vertex_start: Array  # (M + 1,) i8
    faces: Array  # (F, 3) i4, rows of the mesh's own vertices
    face_start: Array  # (M + 1,) i8
    material: Array  # (F,) u1
    sphere: Array  # (M, 4) f8 centre and radius in the body frame, m
    mesh: Array  # (I,) i8 row of the meshes
    pose: Array  # (I, 4) f8 x, y, z, yaw in the scene's frame
    two_sided: Array  # (I,) bool: seen from behind too


def triangles_of(scene: Scene, *, share: float = 0.5) -> Triangles:
    """Return the scene's triangles with things where they are after `share` of the exposure."""
    meshes = (scene.ground, *scene.meshes)
    pose = np.concatenate([np.zeros((1, 4)), poses_at(scene, share)])
    mesh = np.concatenate([np.zeros(1, np.int64), scene.mesh.astype(np.int64) + 1])
    return Triangles(
        vertices=np.ascontiguousarray(np.concatenate([m.vertices for m in meshes]), np.float32),
        vertex_start=offsets_of([len(m.vertices) for m in meshes]),
        faces=np.ascontiguousarray(np.concatenate([m.faces for m in meshes]), np.int32),
        face_start=offsets_of([len(m.faces) for m in meshes]),
        material=np.ascontiguousarray(np.concatenate([m.material for m in meshes]), np.uint8),
        sphere=np.stack([bounding_sphere(m) for m in meshes]),
        mesh=mesh,
        pose=pose,
        two_sided=mesh == 0,
    )


def without_ground(triangles: Triangles) -> Triangles:
    """Return a scene's triangles without its ground; placement i is then thing i."""
    return replace(triangles, mesh=triangles.mesh[1:], pose=triangles.pose[1:], two_sided=triangles.two_sided[1:])


def poses_at(scene: Scene, share: float) -> Array:
    """Return (K, 4) x, y, z, yaw of the things after `share` of the time, by the shorter turn."""
    turn = (scene.pose_end[:, 3] - scene.pose_start[:, 3] + np.pi) % (2 * np.pi) - np.pi
    out = scene.pose_start + share * (scene.pose_end - scene.pose_start)
    out[:, 3] = scene.pose_start[:, 3] + share * turn
    return np.asarray(out, np.float64)


@lru_cache(maxsize=4096)
def bounding_sphere(mesh: Mesh) -> Array:
    """Return (4,) centre and radius of a sphere about the mesh: the middle of its box."""
    if not len(mesh.vertices):
        return np.zeros(4)
    low, high = mesh.vertices.min(0).astype(np.float64), mesh.vertices.max(0).astype(np.float64)
    centre = 0.5 * (low + high)
    radius = float(np.sqrt(((mesh.vertices - centre) ** 2).sum(1).max()))
    return np.array([*centre, radius * (1 + 1e-6)])
