"""From a device, a mounting and two ego poses to the half-planes that a sweep looks along."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from roadnet.base.arrays import Array
from sensors.lidar.device import LidarDevice
from sensors.lidar.tables import BINS, Optics


class Layout(NamedTuple):
    """How a device's channels lie in the range image; what never changes."""

    shift: Array  # (G,) f4
    slope: Array  # (B,) f4
    level: Array  # (B,) f4
    slot: Array  # (G + 1,) i8
    below: Array  # (G, BINS + 2) i4
    below_all: Array  # (BINS + 2,) i4
    first_slope: float
    per_slope: float
    slot_of_ring: Array  # (B,) i4
    group_of_ring: Array  # (B,) i4
    azimuth: Array  # (C, G) f8 rad in the sensor frame
    tau: Array  # (C,) f8


@lru_cache(maxsize=32)
def layout(device: LidarDevice) -> Layout:
    """Return the device's layout: channels grouped by azimuth offset, ascending in slope."""
    turn = -1.0 if device.clockwise else 1.0
    offsets, group = np.unique(device.azimuth_offset_rad.round(9), return_inverse=True)
    order = np.lexsort((device.elevation_rad, group))
    slope = np.tan(device.elevation_rad[order]).astype(np.float32)
    slot = np.concatenate([[0], np.cumsum(np.bincount(group))]).astype(np.int64)
    lowest, highest = float(slope.min()), float(slope.max())
    first = lowest - 0.01
    per_slope = BINS / (highest - first + 0.01)
    edges = first + np.arange(BINS + 1) / per_slope
    below = [slot[g] + np.searchsorted(slope[slot[g] : slot[g + 1]], edges) for g in range(len(offsets))]
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    C, daz = device.columns, 2 * np.pi / device.columns
    column_azimuth = device.start_azimuth_rad + turn * daz * np.arange(C)
    return Layout(
        shift=(turn * (offsets - offsets[0]) / daz).astype(np.float32),
        slope=slope,
        level=(1 / np.sqrt(1 + slope.astype(np.float64) ** 2)).astype(np.float32),
        slot=slot,
        below=_with_end(np.array(below), np.diff(slot)[:, None] + slot[:-1, None]),
        below_all=_with_end(np.searchsorted(np.sort(slope), edges)[None], np.array([[len(slope)]]))[0],
        first_slope=first,
        per_slope=per_slope,
        slot_of_ring=rank,
        group_of_ring=np.asarray(group.reshape(-1), np.int32),
        azimuth=column_azimuth[:, None] + offsets[None],
        tau=np.arange(C) / C,
    )


def optics(device: LidarDevice, ego_T_sensor: Array, ego_start: Array, ego_end: Array) -> Optics:
    """Return the half-planes of a sweep during which ego moves linearly between two poses (4,) x, y, z, yaw."""
    plan = layout(device)
    C, G = plan.azimuth.shape
    pose = ego_start + plan.tau[:, None] * (ego_end - ego_start)
    cosine, sine = np.cos(pose[:, 3]), np.sin(pose[:, 3])
    ego_R, lever = ego_T_sensor[:3, :3], ego_T_sensor[:3, 3]
    origin = np.stack(
        [
            pose[:, 0] + cosine * lever[0] - sine * lever[1],
            pose[:, 1] + sine * lever[0] + cosine * lever[1],
            pose[:, 2] + lever[2],
        ],
        axis=-1,
    )
    frames = _yawed(_sensor_planes(device, ego_R.tobytes()), cosine, sine)
    tilt = float(np.hypot(ego_R[0, 2], ego_R[1, 2]))
    travel = float(np.linalg.norm(np.diff(origin[:: max(C // 16, 1)], axis=0), axis=1).sum()) * (1 + 1 / C) + 1e-6
    turn = abs(float(ego_end[3] - ego_start[3]))
    ahead = float(np.abs(plan.shift).max())
    return Optics(
        frames=frames.reshape(C, G, 9).astype(np.float32),
        origin=np.ascontiguousarray(origin),
        tau=plan.tau,
        shift=plan.shift,
        slope=plan.slope,
        level=plan.level,
        slot=plan.slot,
        below=plan.below,
        below_all=plan.below_all,
        limits=np.array(
            [2 * np.pi / C, plan.first_slope, plan.per_slope, travel, turn, tilt, device.max_range_m, ahead]
        ),
    )


@lru_cache(maxsize=32)
def _sensor_planes(device: LidarDevice, rotation_bytes: bytes) -> Array:
    """Return (C, G, 3, 3) rows along, aside, up of each half-plane in the ego frame."""
    ego_R_sensor = np.frombuffer(rotation_bytes).reshape(3, 3)
    azimuth = layout(device).azimuth
    turn = -1.0 if device.clockwise else 1.0
    zero = np.zeros_like(azimuth)
    along = np.stack([np.cos(azimuth), np.sin(azimuth), zero], -1)
    aside = turn * np.stack([-np.sin(azimuth), np.cos(azimuth), zero], -1)
    up = np.broadcast_to(np.array([0.0, 0, 1]), along.shape)
    return np.stack([along, aside, up], 2) @ ego_R_sensor.T


def _yawed(rows: Array, cosine: Array, sine: Array) -> Array:
    """Return rows (C, G, 3, 3) turned about z by each column's yaw."""
    c, s = cosine[:, None, None], sine[:, None, None]
    return np.stack([c * rows[..., 0] - s * rows[..., 1], s * rows[..., 0] + c * rows[..., 1], rows[..., 2]], -1)


def _with_end(rows: Array, end: Array) -> Array:
    return np.ascontiguousarray(np.concatenate([rows, end], axis=1), np.int32)
