"""Shadows: far sides of things seen along the sun, and the undersides of low things that close off the sky."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from sensors.raster.fill import NOTHING
from sensors.raster.fragments import rasterise_parallel
from sensors.raster.shade import TILE_SIZE
from sensors.raster.triangles import Triangles
from sensors.raster.view import View, look_at

SIDES_M = (48.0, 260.0)  # of the square shadow maps, fine first
SIZE_PX = 1024
CONTACT_SIDE_M, CONTACT_PX = 64.0, TILE_SIZE
CONTACT_REACH_M = 1.1  # undersides higher than this take no sky away
CONTACT_STRENGTH = 0.85
CONTACT_BLUR_PX = 2
FORWARD_SHARE = 0.42  # how far ahead of a level view the maps are centred, of their side
FARTHEST_MIDDLE_M = 300.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Shadows:
    """Shadow maps, as the shading kernel reads them."""

    shadow: Array  # (C, S, S) f4 -z along the light of the nearest far side, m
    shadow_T_scene: Array  # (C, 3, 4) f8 px, px, -z m
    contact: Array  # (S, S) f4 0 open .. 1 no sky
    contact_at: Array  # (3,) f8 x, y of its corner m, px per m


def shadows_of(things: Triangles, view: View, to_sun: Array, *, sun: bool, ground_z: float) -> Shadows:
    """Return the shadows that things (no ground among them) cast on what the view shows."""
    shadow = np.empty((len(SIDES_M) if sun else 0, SIZE_PX, SIZE_PX), np.float32)
    shadow_T_scene = np.zeros((len(shadow), 3, 4))
    for c, side_m in enumerate(SIDES_M[: len(shadow)]):
        shadow[c], shadow_T_scene[c] = _sun_map(things, middle(view, side_m, ground_z), to_sun, side_m)
    contact, contact_at = _contact_map(things, middle(view, CONTACT_SIDE_M, ground_z))
    return Shadows(shadow=shadow, shadow_T_scene=shadow_T_scene, contact=contact, contact_at=contact_at)


def middle(view: View, side_m: float, ground_z: float) -> Array:
    """Return (3,) the middle of a map of `side_m`: ahead of a level view, where a view from above meets the ground."""
    eye, ahead = view.centre, view.cam_T_map[2, :3]
    level = float(np.hypot(ahead[0], ahead[1]))
    reach = (eye[2] - ground_z) * level / -ahead[2] if ahead[2] < -0.05 else 0.0
    forward = max(min(reach, FARTHEST_MIDDLE_M), FORWARD_SHARE * side_m * level)
    return np.array(
        [eye[0] + forward * ahead[0] / max(level, 1e-9), eye[1] + forward * ahead[1] / max(level, 1e-9), ground_z]
    )


def _sun_map(things: Triangles, centre: Array, to_sun: Array, side_m: float) -> tuple[Array, Array]:
    px_per_m = SIZE_PX / side_m
    light_T_scene = look_at(np.zeros(3), -to_sun)
    # whole pixels, so that a moving view does not make edges crawl
    light_T_scene[:2, 3] = -np.round((light_T_scene[:3, :3] @ centre)[:2] * px_per_m) / px_per_m
    drawn = rasterise_parallel(things, light_T_scene, size=SIZE_PX, px_per_m=px_per_m, far_sides=True)
    out = light_T_scene[:3] * np.array([px_per_m, px_per_m, -1.0])[:, None]
    out[:2, 3] += 0.5 * SIZE_PX
    return drawn.w, out


def _contact_map(things: Triangles, centre: Array) -> tuple[Array, Array]:
    px_per_m = CONTACT_PX / CONTACT_SIDE_M
    upward = np.eye(4)  # x to the right, y down the image, looking up from below
    upward[:2, 3] = -np.round(centre[:2] * px_per_m) / px_per_m
    drawn = rasterise_parallel(things, upward, size=CONTACT_PX, px_per_m=px_per_m, far_sides=False)
    base = drawn.gather(things.pose[:, 2].astype(np.float32)[drawn.placement], 0)
    under = np.where(drawn.owner == NOTHING, np.float32(1e6), -drawn.w) - base
    closed = np.clip(1.0 - under / CONTACT_REACH_M, 0.0, 1.0).astype(np.float32) * np.float32(CONTACT_STRENGTH)
    corner = -upward[:2, 3] - 0.5 * CONTACT_SIDE_M + 0.5 / px_per_m
    return box_blur(box_blur(closed, CONTACT_BLUR_PX), CONTACT_BLUR_PX), np.array([*corner, px_per_m])


def box_blur(image: Array, half: int) -> Array:
    """Return the mean of (2 half + 1)^2 pixels about each pixel; outside counts as 0."""
    for _ in range(2):
        sums = np.cumsum(np.pad(image, ((half + 1, half), (0, 0))), 0, dtype=np.float64)
        image = ((sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1)).T
    return np.ascontiguousarray(image, np.float32)
