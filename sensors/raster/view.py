"""View: a pinhole and where it stands. Optical frame x right, y down, z forward; pixel centres at half integers."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.frames import inverse


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class View:
    """A pinhole camera in the frame of the scene's origin."""

    width: int  # px
    height: int
    fx: float  # px
    fy: float
    cx: float  # px; the image's centre is width / 2
    cy: float
    cam_T_map: Array  # (4, 4) f8; "map" is the scene's frame, map axes about Scene.origin
    near_m: float = 0.1
    far_m: float = 2000.0

    @property
    def centre(self) -> Array:
        """Return (3,) the pinhole's place in the scene's frame, m."""
        return np.asarray(inverse(self.cam_T_map)[:3, 3])


def pinhole(width: int, height: int, *, fov_rad: float, cam_T_map: Array, near_m: float = 0.1) -> View:
    """Return a view with square pixels, the axis at the centre and this horizontal field of view."""
    f = 0.5 * width / float(np.tan(0.5 * fov_rad))
    return View(
        width=width, height=height, fx=f, fy=f, cx=0.5 * width, cy=0.5 * height, cam_T_map=cam_T_map, near_m=near_m
    )


def look_at(eye: Array, target: Array) -> Array:
    """Return cam_T_map (4, 4) of an eye at `eye` (3,) that looks at `target` (3,), head up along +z."""
    eye, target = np.asarray(eye, np.float64), np.asarray(target, np.float64)
    z = (target - eye) / np.linalg.norm(target - eye)
    up = np.array([0.0, 0.0, 1.0]) if abs(z[2]) < 0.9999 else np.array([1.0, 0.0, 0.0])
    x = np.cross(z, up)
    x /= np.linalg.norm(x)
    out = np.eye(4)
    out[:3, :3] = np.stack([x, np.cross(z, x), z])
    out[:3, 3] = -out[:3, :3] @ eye
    return out


def project(view: View, xyz: Array) -> tuple[Array, Array]:
    """Return ((N, 2) px, (N,) depth m) of points (N, 3) in the scene's frame; px is only of use where depth > 0."""
    cam = np.asarray(xyz, np.float64) @ view.cam_T_map[:3, :3].T + view.cam_T_map[:3, 3]
    z = np.where(cam[:, 2] == 0.0, 1e-12, cam[:, 2])
    return np.stack([view.fx * cam[:, 0] / z + view.cx, view.fy * cam[:, 1] / z + view.cy], 1), cam[:, 2]
