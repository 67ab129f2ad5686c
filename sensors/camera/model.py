"""The camera: a scene and a mount become a picture and its exact channels.

A global shutter: everything stands where it is at mid exposure, and nothing smears. Geometric and semantic, not
photoreal.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.frames import inverse, transform
from sensors.camera.device import CameraMount, focal_px
from sensors.camera.lens import distorted, is_distorted, wide_view
from sensors.camera.noise import digitise, exposure_for
from sensors.raster.render import Radiance, radiance_of
from sensors.raster.view import View, pinhole
from sensors.scene import Scene


def expose(
    scene: Scene, mount: CameraMount, t_start_ns: int, t_end_ns: int, key: int
) -> tuple[Array, Array, Array, Array]:
    """Return rgb (H, W, 3) u1, depth (H, W) f4 m along the axis (0 sky), instance (H, W) i4, semantic (H, W) u1.

    The scene spans [t_start_ns, t_end_ns]; the shutter opens about its middle for as long as the light asks for,
    within it. key: 64 bits, new for every frame of a stream.
    """
    device, f = mount.device, focal_px(mount.width, mount.fov_rad)
    seen = look(scene, mount)
    longest_s = (t_end_ns - t_start_ns) * 1e-9 or None
    setting = exposure_for(device, scene.weather.illuminance_lux, longest_s=longest_s)
    _, rgb = digitise(seen.radiance, device, setting, focal_px=f, key=key, serial=mount.serial)
    return rgb, seen.depth, seen.instance, seen.semantic


def look(scene: Scene, mount: CameraMount) -> Radiance:
    """Return what the lens throws on the sensor, before any noise."""
    view = view_of(mount, ego_pose(scene))
    if not is_distorted(mount.device.lens):
        return radiance_of(scene, view)
    wide = wide_view(view, mount.device.lens.brown_conrady)
    return distorted(radiance_of(scene, wide), wide, view, mount.device.lens.brown_conrady)


def view_of(mount: CameraMount, ego: Array) -> View:
    """Return the camera's pinhole, without distortion, for an ego pose (4,) x, y, z, yaw in the scene's frame."""
    x, y, z, yaw = map(float, ego)
    cam_T_map = inverse(transform((x, y, z), yaw=yaw) @ mount.ego_T_sensor)
    return pinhole(mount.width, mount.height, fov_rad=mount.fov_rad, cam_T_map=cam_T_map)


def ego_pose(scene: Scene) -> Array:
    """Return the ego's (4,) x, y, z, yaw at mid exposure."""
    turn = (scene.ego_end[3] - scene.ego_start[3] + np.pi) % (2 * np.pi) - np.pi
    return np.asarray(scene.ego_start + 0.5 * np.array([*(scene.ego_end - scene.ego_start)[:3], turn]))
