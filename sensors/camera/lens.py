"""Lens distortion after Brown (1966) and Conrady (1919): the picture is drawn wider without it, then bent."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from sensors.camera.device import Lens
from sensors.raster.render import Radiance
from sensors.raster.view import View

Coefficients = tuple[float, float, float, float, float]  # k1 k2 p1 p2 k3
ITERATIONS = 40  # of x = (x_d - tangential(x)) / radial(x): halves the error each time for lenses of use


def is_distorted(lens: Lens) -> bool:
    """Return whether the lens bends lines."""
    return any(lens.brown_conrady)


def distort(xy: Array, coefficients: Coefficients) -> Array:
    """Return distorted (..., 2) of ideal coordinates x / z, y / z."""
    k1, k2, p1, p2, k3 = coefficients
    x, y = xy[..., 0], xy[..., 1]
    r2 = x * x + y * y
    radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))
    u = x * radial + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x * x)
    v = y * radial + p1 * (r2 + 2.0 * y * y) + 2.0 * p2 * x * y
    return np.stack([u, v], -1)


def undistort(uv: Array, coefficients: Coefficients) -> Array:
    """Return ideal (..., 2) of distorted coordinates, by fixed-point iteration."""
    out = np.array(uv, np.float64)
    for _ in range(ITERATIONS):
        out += uv - distort(out, coefficients)
    return out


def wide_view(view: View, coefficients: Coefficients) -> View:
    """Return a view with the same axes and focal length that holds all that the bent picture shows."""
    at = _ideal_px(view.width, view.height, view.fx, coefficients)
    low, high = np.floor(at.min((0, 1))) - 1.0, np.ceil(at.max((0, 1))) + 1.0
    size = (high - low).astype(int)
    return replace(
        view, width=int(size[0]), height=int(size[1]), cx=view.cx - float(low[0]), cy=view.cy - float(low[1])
    )


def distorted(seen: Radiance, wide: View, view: View, coefficients: Coefficients) -> Radiance:
    """Return the bent picture of `view`: radiance bilinear, depth and labels from the nearest pixel."""
    shift = np.array([wide.cx - view.cx, wide.cy - view.cy])
    at = _ideal_px(view.width, view.height, view.fx, coefficients) + shift
    cols, rows = np.moveaxis(np.floor(at).astype(np.int32), -1, 0)
    out = np.empty((*at.shape[:2], 3), np.float32)
    _bend(seen.radiance, at, out)
    return Radiance(
        radiance=out,
        depth=seen.depth[rows, cols],
        instance=seen.instance[rows, cols],
        semantic=seen.semantic[rows, cols],
    )


@lru_cache(maxsize=8)
def _ideal_px(width: int, height: int, focal_px: float, coefficients: Coefficients) -> Array:
    """Return (H, W, 2): where in the ideal image (px, centres at half integers) each pixel of the bent one looks."""
    x = (np.arange(width) + 0.5 - 0.5 * width) / focal_px
    y = (np.arange(height) + 0.5 - 0.5 * height) / focal_px
    ideal = undistort(np.stack(np.meshgrid(x, y), -1), coefficients)
    out = np.asarray(ideal * focal_px + [0.5 * width, 0.5 * height])
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
