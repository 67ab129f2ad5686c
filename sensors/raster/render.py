"""Pictures of a scene: radiance and the exact channels beside it, for the camera and for the viewer's 3-D view."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.frames import inverse
from sensors.materials import GROUND_SEMANTIC, Material, Semantic
from sensors.raster.fragments import by_rows, rasterise
from sensors.raster.light import FOG_TOP_M, Light, light_of
from sensors.raster.shade import DECAY, LIGHT_ROWS, shade
from sensors.raster.shadow import shadows_of
from sensors.raster.surfaces import face_table, grain_tile
from sensors.raster.tone import WHITE_ALBEDO, tone_mapped
from sensors.raster.triangles import triangles_of, without_ground
from sensors.raster.view import View
from sensors.scene import Scene

GRAIN_REPEAT_M = 1e4  # keeps map coordinates small where the grain is sampled


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Image:
    """A picture and its truth; arrays are the caller's to draw upon (sensors.raster.overlay)."""

    rgb: Array  # (H, W, 3) u1, sRGB
    depth: Array  # (H, W) f4 z along the optical axis, m; 0 where sky
    instance: Array  # (H, W) i4: 1 + thing; 0 ground and sky
    semantic: Array  # (H, W) u1 materials.Semantic


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Radiance:
    """What arrives at a pinhole, and from what."""

    radiance: Array  # (H, W, 3) f4 cd/m2 times linear RGB
    depth: Array  # (H, W) f4 m
    instance: Array  # (H, W) i4
    semantic: Array  # (H, W) u1


def draw(scene: Scene, view: View, *, bands: int = 1) -> Image:
    """Return a picture without a camera's noise, exposed for the scene's illuminance."""
    seen = radiance_of(scene, view, bands=bands)
    return Image(
        rgb=tone_mapped(seen.radiance, white_luminance(scene)),
        depth=seen.depth,
        instance=seen.instance,
        semantic=seen.semantic,
    )


def blank(view: View, rgb: tuple[int, int, int]) -> Image:
    """Return an empty picture of one colour to draw points and lines on."""
    shape = view.height, view.width
    image = np.empty((*shape, 3), np.uint8)
    image[:] = rgb
    zeros = np.zeros(shape, np.int32)
    return Image(rgb=image, depth=np.zeros(shape, np.float32), instance=zeros, semantic=np.zeros(shape, np.uint8))


def radiance_of(scene: Scene, view: View, *, bands: int = 1, headlamps: bool = True) -> Radiance:
    """Return the scene as a pinhole sees it at mid exposure; `bands` threads share the rows, same bits."""
    triangles, light = triangles_of(scene), light_of(scene, headlamps=headlamps)
    things, sun = without_ground(triangles), bool(light.sun_lux.any())
    shadows = shadows_of(things, view, light.to_sun, sun=sun, ground_z=float(scene.ego_start[2]))
    fragments = rasterise(triangles, view, bands=bands)
    material, shape = triangles.material[fragments.face], (view.height, view.width)
    out = Radiance(
        radiance=np.empty((*shape, 3), np.float32),
        depth=np.empty(shape, np.float32),
        instance=np.empty(shape, np.int32),
        semantic=np.empty(shape, np.uint8),
    )
    before = (
        fragments.owner,
        fragments.w,
        face_table(scene, light, triangles, fragments),
        fragments.normal,
        fragments.placement,
        placements(scene, triangles.pose),
        view.centre,
        pixel_rays(view),
        scene.origin[:2] % GRAIN_REPEAT_M,
        light_rows(light, view),
        shadows.shadow,
        shadows.shadow_T_scene,
        shadows.contact,
        shadows.contact_at,
        grain_tile(),
        DECAY,
        semantics(scene, fragments.placement, material),
    )
    by_rows(
        lambda top, end: shade(*before, top, end, out.radiance, out.depth, out.instance, out.semantic),
        view.height,
        bands,
    )
    return out


def semantics(scene: Scene, placement: Array, material: Array) -> Array:
    """Return (N,) u1 Semantic of screen triangles: the thing's, or the ground material's."""
    of_ground = np.array([GROUND_SEMANTIC.get(m, Semantic.TERRAIN) for m in Material], np.uint8)
    of_thing = np.concatenate([np.zeros(1, np.uint8), scene.semantic])
    return np.where(placement == 0, of_ground[material], of_thing[placement])


def pixel_rays(view: View) -> Array:
    """Return (3, 3): the ray through the first pixel's centre, its steps a column and a row; axial length 1."""
    R = inverse(view.cam_T_map)[:3, :3]
    first = R @ [(0.5 - view.cx) / view.fx, (0.5 - view.cy) / view.fy, 1.0]
    return np.ascontiguousarray([first, R[:, 0] / view.fx, R[:, 1] / view.fy])


def placements(scene: Scene, pose: Array) -> Array:
    """Return (I, 4) x, y, z and a seed that stays with the place on the map."""
    seed = np.floor((pose[:, 0] + scene.origin[0]) * 2.0) + 977.0 * np.floor((pose[:, 1] + scene.origin[1]) * 2.0)
    return np.ascontiguousarray(np.column_stack([pose[:, :3], seed]))


def light_rows(light: Light, view: View) -> Array:
    """Return the (LIGHT_ROWS, 3) table of the shading kernel."""
    out = np.zeros((LIGHT_ROWS, 3))
    at, to, candela = light.headlamp
    out[:8] = light.to_sun, light.sun_lux / np.pi, light.zenith, light.airlight, at, to, candela / np.pi, light.ground
    out[8] = light.cloud, FOG_TOP_M, light.extinction_1pm
    out[9] = light.film, light.dark, 1.0 / view.fx
    return out


def white_luminance(scene: Scene) -> float:
    """Return the luminance shown as white, cd/m2: a matt white under the scene's illuminance."""
    return max(WHITE_ALBEDO * scene.weather.illuminance_lux / np.pi, 1.0)
