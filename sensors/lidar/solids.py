"""Meshes packed one after the other for the projection."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from roadnet.base.arrays import Array, offsets_of
from sensors.lidar.tables import Bodies, Solids
from sensors.scene import Mesh, Scene

CELL_M = 24.0  # of the ground


class Packed(NamedTuple):
    """What the projection wants to know of a mesh."""

    planes: Array  # (F, 4) f4
    centre: Array  # (3,) f8
    extent: Array  # (2,) f8


@lru_cache(maxsize=2048)
def packed(mesh: Mesh) -> Packed:
    """Return planes and bounds of a mesh."""
    corner = mesh.vertices[mesh.faces].astype(np.float64)
    normals = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    area = np.maximum(np.linalg.norm(normals, axis=1), 1e-12)
    unit = normals / area[:, None]
    used = corner.reshape(-1, 3)
    low, high = (used.min(0), used.max(0)) if len(used) else (np.zeros(3), np.zeros(3))
    centre = 0.5 * (low + high)
    width = np.sqrt(((used[:, :2] - centre[:2]) ** 2).sum(1).max()) if len(used) else 0.0
    return Packed(
        planes=np.column_stack([unit, (unit * corner[:, 0]).sum(1)]).astype(np.float32),
        centre=centre,
        extent=np.array([width, 0.5 * (high[2] - low[2])]) * 1.0001 + 1e-4,
    )


@lru_cache(maxsize=8)
def solids(meshes: tuple[Mesh, ...]) -> Solids:
    """Return meshes one after the other."""
    packs = [packed(m) for m in meshes]
    return Solids(
        vertices=_chain([m.vertices for m in meshes], np.float32, 3),
        faces=_chain([m.faces for m in meshes], np.int32, 3),
        planes=_chain([p.planes for p in packs], np.float32, 4),
        material=_chain([m.material for m in meshes], np.uint8),
        vertex_start=np.array(offsets_of([len(m.vertices) for m in meshes])),
        face_start=np.array(offsets_of([len(m.faces) for m in meshes])),
        centre=_chain([p.centre[None] for p in packs], np.float64, 3),
        extent=_chain([p.extent[None] for p in packs], np.float64, 2),
    )


def bodies(scene: Scene) -> Bodies:
    """Return the scene's things."""
    return Bodies(
        mesh=np.array(scene.mesh, np.int32),
        instance=np.arange(1, 1 + len(scene.mesh), dtype=np.int32),
        start=np.array(scene.pose_start, np.float64).reshape(-1, 4),
        end=np.array(scene.pose_end, np.float64).reshape(-1, 4),
    )


@lru_cache(maxsize=8)
def ground(mesh: Mesh) -> tuple[Solids, Bodies]:
    """Return the ground cut into cells, so that those out of reach or between two rings are passed over whole."""
    middle = mesh.vertices[mesh.faces][:, :, :2].mean(1)
    _, cell = np.unique(np.floor(middle / CELL_M).astype(np.int64), axis=0, return_inverse=True)
    order = np.argsort(cell.reshape(-1), kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(cell.reshape(-1)))[:-1]) if len(order) else []
    pieces = tuple(_piece(mesh, rows) for rows in groups)
    still = np.zeros((len(pieces), 4))
    rows = np.arange(len(pieces), dtype=np.int32)
    return solids(pieces), Bodies(mesh=rows, instance=np.zeros(len(pieces), np.int32), start=still, end=still.copy())


def _piece(mesh: Mesh, rows: Array) -> Mesh:
    used, faces = np.unique(mesh.faces[rows], return_inverse=True)
    return Mesh(vertices=mesh.vertices[used], faces=faces.reshape(-1, 3).astype(np.int32), material=mesh.material[rows])


def _chain(parts: list[Array], dtype: type, width: int | None = None) -> Array:
    shape = (-1,) if width is None else (-1, width)
    rows: list[Array] = [np.asarray(p, dtype).reshape(shape) for p in parts]
    empty: Array = np.zeros((0,) if width is None else (0, width), dtype)
    return np.ascontiguousarray(np.concatenate([empty, *rows]))
