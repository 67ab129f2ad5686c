"""The 3-D picture: the scene that sensors see, with the subject's own body, drawn by the camera's rasteriser."""

from dataclasses import replace

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import Kind
from sensors.materials import Semantic
from sensors.packet import SensorPacket
from sensors.raster.overlay import splat
from sensors.raster.render import blank, draw
from sensors.raster.view import look_at, pinhole
from sensors.scene import Scene
from sensors.shape_catalogue import mesh_of
from sensors.staging import stage
from viewer.draw.moment import Moment, moment
from viewer.draw.orbit import Orbit, eye_and_target
from viewer.draw.sweep import point_colours, points_in_map
from viewer.draw.theme import DARK, Theme

FOV_RAD = 1.05
NEAR_M = 0.5
CLEAR_MOR_M, DAY_LUX, DAY_SUN_RAD = 20_000.0, 15_000.0, 0.5


def space_picture(
    recording: Recording,
    net: RoadNetwork | None,
    t_s: float,
    orbit: Orbit,
    size: tuple[int, int],
    *,
    packet: SensorPacket | None = None,
    by: str = "height",
) -> Array:
    """Return the (H, W, 3) picture from an orbit about the subject, with a lidar sweep laid on."""
    now = moment(recording, t_s)
    t_ns = round(now.t_s * 1e9)
    scene = with_subject(in_clear_day(stage(recording, net, t_ns, t_ns)), recording, now)
    s = recording.subject
    eye, target = eye_and_target(orbit, now.xyz[s] - scene.origin, float(now.yaw[s]))
    view = pinhole(*size, fov_rad=FOV_RAD, cam_T_map=look_at(eye, target), near_m=NEAR_M)
    image = draw(scene, view)
    if packet is not None and len(packet.arrays["xyz"]):
        points = points_in_map(packet) - scene.origin
        splat(image, view, points, point_colours(packet, by), size_px=2 if size[0] >= 800 else 1)
    return image.rgb


def cloud_picture(packet: SensorPacket, orbit: Orbit, size: tuple[int, int], theme: Theme, *, by: str) -> Array:
    """Return the (H, W, 3) picture of one sweep alone, from an orbit about its vehicle: a log has no scene."""
    pose = packet.map_T_ego[1]
    eye, target = eye_and_target(orbit, np.zeros(3), float(np.arctan2(pose[1, 0], pose[0, 0])))
    view = pinhole(*size, fov_rad=FOV_RAD, cam_T_map=look_at(eye, target), near_m=NEAR_M)
    image = blank(view, theme["panel"])
    splat(image, view, points_in_map(packet) - pose[:3, 3], point_colours(packet, by, ground=theme["ground_return"]))
    return image.rgb


def in_clear_day(scene: Scene) -> Scene:
    """Return the scene in clear air and enough light: this view is there to see by; the camera shows the weather."""
    w = scene.weather
    clear = replace(
        w,
        mor_m=max(w.mor_m, CLEAR_MOR_M),
        illuminance_lux=max(w.illuminance_lux, DAY_LUX),
        sun_elevation_rad=max(w.sun_elevation_rad, DAY_SUN_RAD),
    )
    return replace(scene, weather=clear)


def with_subject(scene: Scene, recording: Recording, now: Moment) -> Scene:
    """Return the scene with the subject's body in it, in the colour that the subject has everywhere."""
    s = recording.subject
    length, width, height = (float(v) for v in recording.agents.size[s])
    kind = Kind(int(recording.agents.kind[s])).name.lower()
    body = mesh_of(kind, (length, width, height), look=int(recording.agents.look[s]))
    pose = np.array([[*(now.xyz[s] - scene.origin), float(now.yaw[s])]])
    linear = (np.array(DARK["ego"]) / 255) ** 2.2
    return replace(
        scene,
        meshes=(*scene.meshes, body),
        mesh=np.append(scene.mesh, np.int32(len(scene.meshes))).astype(np.int32),
        pose_start=np.concatenate([scene.pose_start, pose]),
        pose_end=np.concatenate([scene.pose_end, pose]),
        semantic=np.append(scene.semantic, np.uint8(Semantic.CAR)).astype(np.uint8),
        paint=np.concatenate([scene.paint, linear[None]]).astype(np.float32),
        lamps=np.append(scene.lamps, now.lamps[s]).astype(np.uint8),
    )
