"""Points and lines on a picture: lidar clouds, boxes, trails; hidden by what stands before them, or laid over all."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from sensors.raster.render import Image
from sensors.raster.view import View

NEARER = 1.01  # a point or line is drawn if it is no further than this times what is there: it lies on surfaces


def splat(image: Image, view: View, xyz: Array, rgb: Array, *, size_px: int = 2, over: bool = False) -> None:
    """Draw points (N, 3) m in the scene's frame as squares of `size_px`; rgb (N, 3) u1 or one (3,).

    Nearer points hide farther ones and are hidden by the picture's depth, which they become part of. `over` draws
    them over everything and leaves the depth alone.
    """
    xyz = np.ascontiguousarray(xyz, np.float64).reshape(-1, 3)
    rgb = np.ascontiguousarray(np.broadcast_to(np.asarray(rgb, np.uint8), xyz.shape))
    _splat(xyz, rgb, view.cam_T_map.astype(np.float64), _lens(view), size_px, over, image.rgb, image.depth)


def lines(image: Image, view: View, ends: Array, rgb: Array, *, width_px: int = 1, over: bool = False) -> None:
    """Draw segments `ends` (N, 2, 3) m in the scene's frame; rgb (N, 3) u1 or one (3,); `over` ignores depth."""
    ends = np.asarray(ends, np.float64).reshape(-1, 2, 3)
    rgb = np.ascontiguousarray(np.broadcast_to(np.asarray(rgb, np.uint8), (len(ends), 3)))
    cam = ends @ view.cam_T_map[:3, :3].T + view.cam_T_map[:3, 3]
    _lines(np.ascontiguousarray(cam), rgb, _lens(view), width_px, over, image.rgb, image.depth)


def _lens(view: View) -> Array:
    return np.array([view.fx, view.fy, view.cx, view.cy, view.near_m, view.far_m], np.float64)


@compiled
def _splat(
    xyz: Array, rgb: Array, cam_T_map: Array, lens: Array, size: int, over: bool, out: Array, depth: Array
) -> None:
    height, width = depth.shape
    fx, fy, cx, cy, near, far = lens
    m = cam_T_map
    for n in range(len(xyz)):
        x, y, z = xyz[n]
        away = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
        if away < near or away > far:
            continue
        u = fx * (m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]) / away + cx - 0.5 * size + 0.5
        v = fy * (m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]) / away + cy - 0.5 * size + 0.5
        if u < -size or v < -size or u >= width or v >= height:
            continue
        left, top = int(np.floor(u)), int(np.floor(v))
        for row in range(max(top, 0), min(top + size, height)):
            for col in range(max(left, 0), min(left + size, width)):
                there = depth[row, col]
                if over or there == 0.0 or away <= there * NEARER:
                    out[row, col, 0], out[row, col, 1], out[row, col, 2] = rgb[n, 0], rgb[n, 1], rgb[n, 2]
                    if not over and (there == 0.0 or away < there):
                        depth[row, col] = away


@compiled
def _lines(cam: Array, rgb: Array, lens: Array, size: int, over: bool, out: Array, depth: Array) -> None:
    height, width = depth.shape
    fx, fy, cx, cy, near, far = lens
    for n in range(len(cam)):
        ax, ay, az = cam[n, 0]
        bx, by, bz = cam[n, 1]
        if (az < near and bz < near) or (az > far and bz > far):
            continue
        if az < near:
            s = (near - az) / (bz - az)
            ax, ay, az = ax + s * (bx - ax), ay + s * (by - ay), near
        if bz < near:
            s = (near - bz) / (az - bz)
            bx, by, bz = bx + s * (ax - bx), by + s * (ay - by), near
        u0, v0, u1, v1 = fx * ax / az + cx, fy * ay / az + cy, fx * bx / bz + cx, fy * by / bz + cy
        # the part within the picture (Liang and Barsky 1984), so that steps are bounded by its size
        enter, leave = 0.0, 1.0
        for axis in range(4):
            d = (u0 - u1, u1 - u0, v0 - v1, v1 - v0)[axis]
            room = (u0 + size, width + size - u0, v0 + size, height + size - v0)[axis]
            if d == 0.0:
                if room < 0.0:
                    leave = -1.0
            elif d < 0.0:
                enter = max(enter, room / d)
            else:
                leave = min(leave, room / d)
        if enter > leave:
            continue
        steps = int(np.ceil(max(abs(u1 - u0), abs(v1 - v0)) * (leave - enter)))
        for k in range(steps + 1):
            s = enter + (leave - enter) * (k / steps if steps else 0.0)
            away = 1.0 / (1.0 / az + s * (1.0 / bz - 1.0 / az))
            left = int(np.floor(u0 + s * (u1 - u0) - 0.5 * size + 0.5))
            top = int(np.floor(v0 + s * (v1 - v0) - 0.5 * size + 0.5))
            for row in range(max(top, 0), min(top + size, height)):
                for col in range(max(left, 0), min(left + size, width)):
                    there = depth[row, col]
                    if over or there == 0.0 or away <= there * NEARER:
                        out[row, col, 0], out[row, col, 1], out[row, col, 2] = rgb[n, 0], rgb[n, 1], rgb[n, 2]
