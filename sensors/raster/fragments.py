"""Fragments: which triangle each pixel shows and how far it is; the truth that shading starts from."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import sincos_all
from sensors.raster.fill import NOTHING, RECORD, fill, set_up
from sensors.raster.triangles import Triangles
from sensors.raster.view import View

REACH_M = 3000.0  # along a parallel view: what lies further off, far below the ground say, is not in the world


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fragments:
    """The visibility buffer of one picture: per pixel a row of the N screen triangles, NOTHING where sky."""

    w: Array  # (H, W) f4 1/z 1/m, or -z m of a parallel view
    owner: Array  # (H, W) i4
    face: Array  # (N,) i4 row of Triangles.faces
    placement: Array  # (N,) i4 row of Triangles.mesh
    normal: Array  # (N, 3) f4 outward, the scene's frame

    @property
    def depth(self) -> Array:
        """Return (H, W) f4 z along the optical axis, m; 0 where sky. Of a perspective view."""
        hit = self.owner != NOTHING
        return np.asarray(np.divide(np.float32(1.0), self.w, out=np.zeros_like(self.w), where=hit))

    def gather(self, per_triangle: Array, nothing: int) -> Array:
        """Return (H, W) of each pixel's triangle's value, `nothing` where sky."""
        table = np.append(per_triangle, np.array(nothing, per_triangle.dtype))
        return np.take(table, self.owner, mode="wrap")  # NOTHING wraps to the last row


def rasterise(triangles: Triangles, view: View, *, bands: int = 1) -> Fragments:
    """Return the fragments of a perspective view; `bands` threads share the rows and change no bit."""
    lens = [view.fx, view.fy, view.cx, view.cy, view.near_m, view.far_m, view.width, view.height]
    cull = np.where(triangles.two_sided, 0, 1)
    return _draw(triangles, view.cam_T_map, np.array(lens, np.float64), cull, 1.0 / view.far_m, bands, True)


def rasterise_parallel(
    triangles: Triangles, light_T_map: Array, *, size: int, px_per_m: float, far_sides: bool
) -> Fragments:
    """Return what a parallel view along +z of `light_T_map` meets first, of the near sides or the far sides alone.

    size: pixels a side, centred on the light frame's origin. Far sides (faces that look away from the light) keep
    lit faces from shading themselves.
    """
    lens = [px_per_m, px_per_m, 0.5 * size, 0.5 * size, -REACH_M, REACH_M, size, size]
    cull = np.full(len(triangles.mesh), -1 if far_sides else 1)
    return _draw(triangles, light_T_map, np.array(lens, np.float64), cull, -2.0 * REACH_M, 1, False)


def _draw(
    triangles: Triangles, cam_T_map: Array, lens: Array, cull: Array, least_w: float, bands: int, perspective: bool
) -> Fragments:
    cam_T_body = placed_in(cam_T_map, triangles.pose)
    placed = np.flatnonzero(in_view(triangles, cam_T_body, lens, perspective))
    room = 2 * int(np.diff(triangles.face_start)[triangles.mesh[placed]].sum()) + 1  # clipping makes two of one
    record, normal = np.empty((room, RECORD), np.float64), np.empty((room, 3), np.float32)
    face, placement = np.empty(room, np.int32), np.empty(room, np.int32)
    n = set_up(
        triangles.vertices,
        triangles.vertex_start,
        triangles.faces,
        triangles.face_start,
        triangles.mesh,
        placed,
        cam_T_body,
        cull.astype(np.int64),
        np.ascontiguousarray(cam_T_map[:3, :3], np.float64),
        lens,
        perspective,
        record,
        face,
        placement,
        normal,
    )
    shape = int(lens[7]), int(lens[6])
    w, owner = np.full(shape, least_w, np.float32), np.full(shape, NOTHING, np.int32)
    by_rows(lambda top, end: fill(record[:n], top, end, w, owner), shape[0], bands)
    return Fragments(w=w, owner=owner, face=face[:n], placement=placement[:n], normal=normal[:n])


def placed_in(cam_T_map: Array, pose: Array) -> Array:
    """Return cam_T_body (I, 3, 4) of placements (I, 4) x, y, z, yaw; element by element, the same on every CPU."""
    sin, cos = (a[:, None] for a in sincos_all(pose[:, 3]))
    x, y, z, t = (cam_T_map[:3, k] for k in range(4))
    place = x * pose[:, :1] + y * pose[:, 1:2] + z * pose[:, 2:3] + t
    return np.stack([x * cos + y * sin, y * cos - x * sin, np.broadcast_to(z, place.shape), place], -1)


def in_view(triangles: Triangles, cam_T_body: Array, lens: Array, perspective: bool) -> Array:
    """Return (I,) bool: a placement's bounding sphere reaches into the picture's pyramid, or its slab of depth."""
    fx, fy, cx, cy, near, far, width, height = lens
    sphere = triangles.sphere[triangles.mesh]
    x, y, z = (np.einsum("iab,ib->ia", cam_T_body[:, :, :3], sphere[:, :3]) + cam_T_body[:, :, 3]).T
    radius = sphere[:, 3]
    out = (z + radius >= near) & (z - radius <= far)
    if perspective:
        for across, slope in ((x, max(cx, width - cx) / fx), (y, max(cy, height - cy) / fy)):
            out &= np.abs(across) - slope * z <= radius * np.sqrt(1.0 + slope * slope)
    return np.asarray(out)


def by_rows(work: Callable[[int, int], None], height: int, bands: int) -> None:
    """Call work(row_from, row_to) for `bands` bands that cover the rows, each in a thread where there are more."""
    edges = [height * i // bands for i in range(bands + 1)]
    if bands == 1:
        work(0, height)
        return
    with ThreadPoolExecutor(bands) as pool:
        list(pool.map(work, edges[:-1], edges[1:]))
