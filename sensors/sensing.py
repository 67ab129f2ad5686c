"""Sensing: a recording and a rig become packets. A pure function of (recording, net, rig, faults, seed).

A packet depends on nothing but its own time: any packet can be made alone and equals the one in the stream.
"""

import math
from collections.abc import Iterator
from heapq import merge
from typing import NamedTuple

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.streams import key64
from roadnet.frames import transform
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import SensorEvent
from sensors.camera.device import focal_px
from sensors.camera.model import expose
from sensors.faults.registry import acting, checked, fault_kinds
from sensors.lidar.model import sweep
from sensors.packet import SensorPacket, Truth
from sensors.rig import CameraMount, LidarMount, Mount, Rig
from sensors.scene import Scene
from sensors.staging import stage

Delivery = tuple[SensorPacket, Truth]


def sense(
    recording: Recording, net: RoadNetwork | None, rig: Rig, faults: tuple[SensorEvent, ...] = (), *, seed: int
) -> Iterator[SensorPacket]:
    """Yield what the rig's sensors deliver, ordered by reported end stamp, then stream."""
    return (packet for packet, _ in sense_with_truth(recording, net, rig, faults, seed=seed))


def sense_with_truth(
    recording: Recording, net: RoadNetwork | None, rig: Rig, faults: tuple[SensorEvent, ...] = (), *, seed: int
) -> Iterator[Delivery]:
    """Yield each packet with its truth. Raises InputError where a fault is unknown or out of range."""
    events = checked(tuple(faults))
    return _deliveries(recording, net, rig, events, seed)


class Frame(NamedTuple):
    """One turn or exposure on a sensor's schedule; sorts by time of delivery."""

    t_end_ns: int
    stream: str
    seq: int
    t_start_ns: int
    mount: Mount


def schedule(mount: Mount, end_ns: int) -> Iterator[Frame]:
    """Yield the frames of a sensor that end by `end_ns`: a lidar's turns back to back, a camera's exposures."""
    lasts = mount.exposure_ns if isinstance(mount, CameraMount) else mount.period_ns
    seq, start = 0, mount.offset_ns
    while start + lasts <= end_ns:
        yield Frame(start + lasts, mount.stream, seq, start, mount)
        seq, start = seq + 1, start + mount.period_ns


def deliver(
    recording: Recording, net: RoadNetwork | None, frame: Frame, faults: tuple[SensorEvent, ...], seed: int
) -> Delivery | None:
    """Return one frame's packet and truth, None where a fault leaves nothing of it."""
    mount, (end, stream, seq, start, _) = frame.mount, frame
    active = acting(faults, stream, start, end)
    if any(fault_kinds()[e.kind].silences(e, start, end) for e in active):
        return None
    scene = stage(recording, net, start, end)
    key = key64(seed, stream, seq)
    arrays, beside, info = (_lidar if isinstance(mount, LidarMount) else _camera)(scene, mount, key)  # type: ignore[arg-type]
    poses = _map_T_ego(scene)
    packet = SensorPacket(
        stream=stream,
        kind="lidar" if isinstance(mount, LidarMount) else "camera",
        seq=seq,
        stamp_start_ns=start,
        stamp_end_ns=end,
        frame_id=stream,
        ego_T_sensor=mount.ego_T_sensor,
        map_T_ego=poses,
        arrays=arrays,
        info=info,
    )
    out: Delivery | None = (
        packet,
        Truth(stream=stream, seq=seq, t_start_ns=start, t_end_ns=end, map_T_ego=poses, arrays=beside),
    )
    for event in active:
        out = None if out is None else fault_kinds()[event.kind].apply(*out, event, key=key)
    return out


def _deliveries(
    recording: Recording, net: RoadNetwork | None, rig: Rig, faults: tuple[SensorEvent, ...], seed: int
) -> Iterator[Delivery]:
    last = int(recording.t_ns[-1]) if len(recording.t_ns) else 0
    frames = [schedule(mount, last) for mount in rig.mounts]
    for frame in merge(*frames, key=lambda f: f[:3]):
        delivery = deliver(recording, net, frame, faults, seed)
        if delivery is not None:
            yield delivery


Taken = tuple[dict[str, Array], dict[str, Array], tuple[tuple[str, float], ...]]


def _lidar(scene: Scene, mount: LidarMount, key: int) -> Taken:
    points, truth = sweep(scene, mount, key)
    return points, truth, (("columns", float(mount.device.columns)), ("rings", float(mount.device.rings)))


def _camera(scene: Scene, mount: CameraMount, key: int) -> Taken:
    rgb, depth, instance, semantic = expose(scene, mount, scene.t_start_ns, scene.t_end_ns, key)
    f = focal_px(mount.width, mount.fov_rad)
    names = ("fx", "fy", "cx", "cy", "width", "height")
    values = (f, f, 0.5 * mount.width, 0.5 * mount.height, float(mount.width), float(mount.height))
    truth = {"depth": depth, "instance": instance, "semantic": semantic}
    return {"rgb": rgb}, truth, tuple(zip(names, map(float, values), strict=True))


def _map_T_ego(scene: Scene) -> Array:  # noqa: N802
    poses = []
    for pose in (scene.ego_start, scene.ego_end):
        x, y, z = (pose[:3] + scene.origin).tolist()
        poses.append(transform((x, y, z), yaw=math.remainder(float(pose[3]), 2 * math.pi)))
    return np.stack(poses)
