"""Frames and poses: ISO 8855 axes, x forward, y left, z up, yaw counter-clockwise."""

from typing import NamedTuple

import numpy as np

from roadnet.base.arrays import Array


class Pose(NamedTuple):
    """A point with a direction in the plane of the map."""

    x: float  # m, map frame
    y: float  # m
    z: float  # m
    heading: float  # rad, from +x, counter-clockwise


def wrap_angle(angle_rad: Array | float) -> Array:
    """Return the angle in [-pi, pi)."""
    return np.asarray((np.asarray(angle_rad) + np.pi) % (2 * np.pi) - np.pi)


def rotation(yaw: float, pitch: float = 0.0, roll: float = 0.0) -> Array:
    """Return dst_R_src (3, 3) of intrinsic yaw, pitch, roll about z, y, x (ISO 8855)."""
    cy, sy, cp, sp, cr, sr = (
        np.cos(yaw),
        np.sin(yaw),
        np.cos(pitch),
        np.sin(pitch),
        np.cos(roll),
        np.sin(roll),
    )
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def transform(xyz: tuple[float, float, float], *, yaw: float, pitch: float = 0.0, roll: float = 0.0) -> Array:
    """Return dst_T_src (4, 4) of a source frame that stands at `xyz` in the destination frame."""
    out = np.eye(4)
    out[:3, :3], out[:3, 3] = rotation(yaw, pitch, roll), xyz
    return out


def inverse(dst_T_src: Array) -> Array:
    """Return src_T_dst (..., 4, 4) of a rigid transform."""
    out = np.zeros_like(dst_T_src)
    R = np.swapaxes(dst_T_src[..., :3, :3], -1, -2)
    out[..., :3, :3] = R
    out[..., :3, 3] = -np.einsum("...ij,...j->...i", R, dst_T_src[..., :3, 3])
    out[..., 3, 3] = 1.0
    return out
