"""The 3-D view's camera: it circles a target. Pure, so that orbiting is tested without a window."""

from dataclasses import dataclass, replace

import numpy as np

from roadnet.base.arrays import Array

STEEPEST_RAD = 1.5
NEAREST_M, FARTHEST_M = 3.0, 400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Orbit:
    """An eye at `distance_m` from a target, seen from there at these angles of the map frame."""

    azimuth_rad: float = np.pi  # from the target to the eye, relative to the target's heading while following
    elevation_rad: float = 0.42
    distance_m: float = 22.0
    shift: tuple[float, float] = (0.0, 0.0)  # m, of the target in the map's plane


def turned(orbit: Orbit, dx_px: float, dy_px: float) -> Orbit:
    """Return the orbit after a drag: half a turn for 600 px."""
    scale = np.pi / 600
    return replace(
        orbit,
        azimuth_rad=float((orbit.azimuth_rad - dx_px * scale) % (2 * np.pi)),
        elevation_rad=float(np.clip(orbit.elevation_rad + dy_px * scale, 0.03, STEEPEST_RAD)),
    )


def zoomed(orbit: Orbit, notches: float) -> Orbit:
    """Return the orbit after turning the wheel: a fifth nearer for each notch."""
    return replace(orbit, distance_m=float(np.clip(orbit.distance_m * 0.8**notches, NEAREST_M, FARTHEST_M)))


def panned(orbit: Orbit, dx_px: float, dy_px: float, *, heading_rad: float, height_px: int) -> Orbit:
    """Return the orbit after a drag that moves the ground under the mouse, roughly."""
    scale = orbit.distance_m / max(height_px, 1)
    look = heading_rad + orbit.azimuth_rad + np.pi  # where the eye looks, in the plane
    forward, left = np.array([np.cos(look), np.sin(look)]), np.array([-np.sin(look), np.cos(look)])
    move = (left * dx_px + forward * dy_px) * scale
    return replace(orbit, shift=(orbit.shift[0] + float(move[0]), orbit.shift[1] + float(move[1])))


def eye_and_target(orbit: Orbit, target: Array, heading_rad: float) -> tuple[Array, Array]:
    """Return (eye (3,), target (3,)) m for a thing that stands at `target` with this heading."""
    look_at = np.asarray(target, np.float64) + np.array([*orbit.shift, 1.0])
    angle = heading_rad + orbit.azimuth_rad
    flat = np.cos(orbit.elevation_rad) * orbit.distance_m
    rise = np.sin(orbit.elevation_rad) * orbit.distance_m
    return look_at + np.array([flat * np.cos(angle), flat * np.sin(angle), rise]), look_at
