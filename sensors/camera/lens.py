"""Lens distortion after Brown (1966) and Conrady (1919): the picture is drawn wider without it, then bent."""

from functools import cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from sensors.camera.device import CameraDevice, Lens
from sensors.raster.render import Radiance
from sensors.raster.view import View

ITERATIONS = 40  # of x = (x_d - tangential(x)) / radial(x): halves the error each time for lenses of use


def is_distorted(lens: Lens) -> bool:
    """Return whether the lens bends lines."""
    return any(lens.brown_conrady)


def distort(xy: Array, coefficients: tuple[float, ...]) -> Array:
    """Return distorted (..., 2) of ideal coordinates x / z, y / z."""
    k1, k2, p1, p2, k3 = coefficients
    x, y = xy[..., 0], xy[..., 1]
    r2 = x * x + y * y
    radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))
    u = x * radial + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x * x)
    v = y * radial + p1 * (r2 + 2.0 * y * y) + 2.0 * p2 * x * y
    return np.stack([u, v], -1)


def undistort(uv: Array, coefficients: tuple[float, ...]) -> Array:
    """Return ideal (..., 2) of distorted coordinates, by fixed-point iteration."""
    out = np.array(uv, np.float64)
    for _ in range(ITERATIONS):
        out += uv - distort(out, coefficients)
    return out


def wide_view(device: CameraDevice, view: View) -> View:
    """Return a view with the same axes and focal length that holds all that the bent picture shows."""
    at = _ideal_px(device)
    low, high = np.floor(at.min((0, 1))) - 1.0, np.ceil(at.max((0, 1))) + 1.0
    return View(
        width=int(high[0] - low[0]),
        height=int(high[1] - low[1]),
        fx=view.fx,
        fy=view.fy,
        cx=view.cx - float(low[0]),
        cy=view.cy - float(low[1]),
        cam_T_map=view.cam_T_map,
        near_m=view.near_m,
        far_m=view.far_m,
    )


def distorted(seen: Radiance, device: CameraDevice, wide: View) -> Radiance:
    """Return the bent picture: radiance bilinear, depth and labels from the nearest pixel."""
    shift = [wide.cx - 0.5 * device.sensor.width_px, wide.cy - 0.5 * device.sensor.height_px]
    at = _ideal_px(device) + shift
    nearest = np.floor(at).astype(np.int32)
    rows, cols = nearest[..., 1], nearest[..., 0]
    out = np.empty((*at.shape[:2], 3), np.float32)
    _bend(seen.radiance, at, out)
    return Radiance(
        radiance=out, depth=seen.depth[rows, cols], instance=seen.instance[rows, cols], semantic=seen.semantic[rows, cols]
    )


@cache
def _ideal_px(device: CameraDevice) -> Array:
    """Return (H, W, 2): where in the ideal image (px, centres at half integers) each pixel of the bent one looks."""
    sensor, f = device.sensor, device.focal_px
    x = (np.arange(sensor.width_px) + 0.5 - 0.5 * sensor.width_px) / f
    y = (np.arange(sensor.height_px) + 0.5 - 0.5 * sensor.height_px) / f
    ideal = undistort(np.stack(np.meshgrid(x, y), -1), device.lens.brown_conrady)
    out = ideal * f + [0.5 * sensor.width_px, 0.5 * sensor.height_px]
    out.setflags(write=False)
    return out


@compiled
def _bend(source: Array, at: Array, out: Array) -> None:
    height, width, _ = out.shape
    for row in range(height):
        for col in range(width):
            u = min(max(at[row, col, 0] - 0.5, 0.0), source.shape[1] - 1.001)
            v = min(max(at[row, col, 1] - 0.5, 0.0), source.shape[0] - 1.001)
            j, i = int(u), int(v)
            fu, fv = u - j, v - i
            for c in range(3):
                top = source[i, j, c] + fu * (source[i, j + 1, c] - source[i, j, c])
                low = source[i + 1, j, c] + fu * (source[i + 1, j + 1, c] - source[i + 1, j, c])
                out[row, col, c] = top + fv * (low - top)
