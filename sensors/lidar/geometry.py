"""Which surface each beam of a sweep meets."""

import numpy as np

from sensors.lidar.optics import optics
from sensors.lidar.projection import project
from sensors.lidar.solids import bodies, ground, solids
from sensors.lidar.tables import FAR, LANES, RangeImage, Workspace
from sensors.rig import LidarMount
from sensors.scene import Scene


def range_image(scene: Scene, mount: LidarMount, *, columns: tuple[int, int] | None = None) -> RangeImage:
    """Return what the beams of a sweep over the scene's time meet; `columns` (first, end) draws a part of it.

    surface: -1 where nothing, else 256 * instance + material; instance 0 is the ground.
    """
    view = optics(mount.device, mount.ego_T_sensor, scene.ego_start, scene.ego_end)
    C, G, B = len(view.tau), len(view.shift), len(view.slope)
    image = RangeImage(
        depth=np.full((C, B), FAR, np.float32),
        cosine=np.zeros((C, B), np.float32),
        surface=np.full((C, B), -1, np.int32),
    )
    first, end = (0, C) if columns is None else columns
    drawn = [ground(scene.ground), (solids(scene.meshes), bodies(scene))]
    most = max(int(np.diff(shapes.vertex_start).max(initial=1)) for shapes, _ in drawn)
    work = Workspace(
        places=np.empty((C, 12), np.float32),
        lanes=np.zeros((G, -(-C // LANES), 12 * LANES), np.float32),
        seen=np.empty((most, 3), np.float32),
        cut=np.empty(6 * LANES, np.float32),
    )
    for shapes, things in drawn:
        project(view, shapes, things, first, end, work, image)
    return image
