"""MCAP with Foxglove's schemas: opens in Foxglove, Lichtblick, Rerun and whatever reads protobuf in MCAP.

Topics: /STREAM/points, /STREAM/image, /STREAM/calibration, /tf, and, where the scenario is at hand,
/truth/agents, /truth/scenery, /map. Log times are delivery times in ns since the scenario's start.
What is covered and what not: docs/formats.md.
"""

import heapq
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.model.recording import Agents, Recording, Statics
from scenarios.model.spec import Kind
from sensors.log import Delivery, SensorLog, meta_rows, whole_file
from sensors.packet import SensorPacket

TITLE = "MCAP with Foxglove schemas: point clouds, images, calibration, transforms, boxes and map lines"
SUFFIX = ".foxglove.mcap"
EXTRA = "foxglove"
MAP_REACH_M = 200.0  # lanes further than this from the subject vehicle's path are left out
POINT = np.dtype(
    {
        "names": ["x", "y", "z", "t_off_ns", "ring", "intensity"],
        "formats": ["<f4", "<f4", "<f4", "<u4", "<u2", "u1"],
        "offsets": [0, 4, 8, 12, 16, 18],
        "itemsize": 20,
    }
)
# Okabe and Ito's palette, told apart with every form of colour vision; linear 0-1
COLOURS = {
    Kind.CAR: (0.00, 0.45, 0.70),
    Kind.VAN: (0.34, 0.71, 0.91),
    Kind.TRUCK: (0.00, 0.62, 0.45),
    Kind.BUS: (0.80, 0.47, 0.65),
    Kind.MOTORCYCLE: (0.94, 0.89, 0.26),
    Kind.CYCLIST: (0.90, 0.62, 0.00),
    Kind.PEDESTRIAN: (0.84, 0.37, 0.00),
    Kind.SCOOTER: (0.78, 0.82, 0.24),
    Kind.ANIMAL: (0.60, 0.40, 0.20),
    Kind.TRAILER: (0.20, 0.50, 0.40),
    Kind.DOOR: (0.90, 0.30, 0.30),
    Kind.DEBRIS: (0.50, 0.50, 0.50),
}
GREY = (0.6, 0.6, 0.6)
Row = tuple[int, str, Any]  # log time ns, topic, message


def write(log: SensorLog, path: Path) -> int:
    """Write one file and return the number of packets. Raises InputError where the extra is not installed."""
    sdk, count = foxglove(), 0

    def counted() -> Iterator[Delivery]:
        nonlocal count
        for delivery in log.deliveries:
            count += 1
            yield delivery

    rows: list[Iterable[Row]] = [packet_rows(sdk, counted())]
    if log.recording is not None:
        rows.insert(0, agent_rows(sdk, log.recording))
        rows.insert(0, scenery_rows(sdk, log.recording, log.net))
    context, channels = sdk.Context(), dict[str, Any]()
    options = sdk.mcap.MCAPWriteOptions(profile="nearmiss", compression_threads=0)
    with whole_file(path) as stream, sdk.open_mcap(stream, context=context, writer_options=options) as writer:
        writer.write_metadata("nearmiss", meta_rows(log.meta))
        for t_ns, topic, message in heapq.merge(*rows, key=lambda row: row[0]):
            if topic not in channels:
                channel = getattr(sdk.channels, f"{type(message).__name__}Channel")
                channels[topic] = channel(topic, context=context)
            channels[topic].log(message, log_time=t_ns)
    return count


def foxglove() -> ModuleType:
    """Return the SDK; it is optional: pip install 'nearmiss[foxglove]'."""
    try:
        import foxglove.channels
        import foxglove.mcap
        import foxglove.messages
    except ImportError:
        raise InputError(
            "--to mcap", got="no package foxglove-sdk", wanted="pip install 'nearmiss[foxglove]'"
        ) from None
    return foxglove


def packet_rows(sdk: ModuleType, deliveries: Iterable[Delivery]) -> Iterator[Row]:
    """Yield the messages of each packet at its delivery, which never runs backwards, whatever the stamps say."""
    now_ns, calibrated = 0, set[str]()
    for packet, _ in deliveries:
        now_ns = max(now_ns, packet.stamp_end_ns)
        yield now_ns, "/tf", transforms(sdk, packet)
        if packet.kind == "lidar":
            yield now_ns, f"/{packet.stream}/points", point_cloud(sdk, packet)
        elif packet.kind == "camera":
            if packet.stream not in calibrated:
                calibrated.add(packet.stream)
                yield now_ns, f"/{packet.stream}/calibration", calibration(sdk, packet)
            yield now_ns, f"/{packet.stream}/image", image(sdk, packet)


def point_cloud(sdk: ModuleType, packet: SensorPacket) -> Any:
    """Return a PointCloud: points as the sensor gave them, each in the sensor's frame at its own time."""
    m = sdk.messages
    points = np.zeros(len(packet.arrays["xyz"]), POINT)
    for axis, name in enumerate("xyz"):
        points[name] = packet.arrays["xyz"][:, axis]
    for name in ("t_off_ns", "ring", "intensity"):
        points[name] = packet.arrays[name]
    numeric = m.PackedElementFieldNumericType
    types = {"<f4": numeric.Float32, "<u4": numeric.Uint32, "<u2": numeric.Uint16, "|u1": numeric.Uint8}
    return m.PointCloud(
        timestamp=stamp(sdk, packet.stamp_start_ns),
        frame_id=packet.frame_id,
        pose=pose(sdk, np.eye(4)),
        point_stride=POINT.itemsize,
        fields=[
            m.PackedElementField(name=name, offset=int(field[1]), type=types[field[0].str])
            for name, field in (POINT.fields or {}).items()
        ],
        data=points.tobytes(),
    )


def image(sdk: ModuleType, packet: SensorPacket) -> Any:
    """Return a RawImage, rgb8, as the camera gave it."""
    rgb = np.ascontiguousarray(packet.arrays["rgb"])
    height, width, _ = rgb.shape
    return sdk.messages.RawImage(
        timestamp=stamp(sdk, packet.stamp_start_ns),
        frame_id=packet.frame_id,
        width=width,
        height=height,
        encoding="rgb8",
        step=3 * width,
        data=rgb.tobytes(),
    )


def calibration(sdk: ModuleType, packet: SensorPacket) -> Any:
    """Return the pinhole calibration from the packet's device facts; the frame has optical axes."""
    height, width, _ = packet.arrays["rgb"].shape
    info = dict(packet.info)
    fx, fy, cx, cy = (info[name] for name in ("fx", "fy", "cx", "cy"))
    return sdk.messages.CameraCalibration(
        timestamp=stamp(sdk, packet.stamp_start_ns),
        frame_id=packet.frame_id,
        width=width,
        height=height,
        K=[fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        R=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        P=[fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    )


def transforms(sdk: ModuleType, packet: SensorPacket) -> Any:
    """Return map -> ego at the packet's two stamps, and ego -> sensor."""
    rows = (
        (packet.stamp_start_ns, "map", "ego", packet.map_T_ego[0]),
        (packet.stamp_end_ns, "map", "ego", packet.map_T_ego[1]),
        (packet.stamp_end_ns, "ego", packet.frame_id, packet.ego_T_sensor),
    )
    return sdk.messages.FrameTransforms(
        transforms=[
            sdk.messages.FrameTransform(
                timestamp=stamp(sdk, t_ns),
                parent_frame_id=parent,
                child_frame_id=child,
                translation=vector(sdk, parent_T_child[:3, 3]),
                rotation=rotation(sdk, parent_T_child[:3, :3]),
            )
            for t_ns, parent, child, parent_T_child in rows
        ]
    )


def agent_rows(sdk: ModuleType, recording: Recording) -> Iterator[Row]:
    """Yield a SceneUpdate a step: a box for each agent that is there, a deletion for each that left."""
    agents, m = recording.agents, sdk.messages
    there = np.zeros(len(agents.kind), bool)
    for step, t_ns in enumerate(recording.t_ns.tolist()):
        now = agents.valid[:, step]
        yield (
            t_ns,
            "/truth/agents",
            m.SceneUpdate(
                deletions=[
                    m.SceneEntityDeletion(timestamp=stamp(sdk, t_ns), id=f"agent {row}")
                    for row in np.flatnonzero(there & ~now)
                ],
                entities=[agent_box(sdk, agents, int(row), step, t_ns) for row in np.flatnonzero(now)],
            ),
        )
        there = now


def agent_box(sdk: ModuleType, agents: Agents, row: int, step: int, t_ns: int) -> Any:
    """Return the box of one agent at one step, on the ground."""
    x, y, z = agents.xyz[row, step]
    kind = Kind(int(agents.kind[row]))
    return box(
        sdk, f"agent {row}", t_ns, (x, y, z, float(agents.yaw[row, step])), agents.size[row], COLOURS[kind], kind.name
    )


def scenery_rows(sdk: ModuleType, recording: Recording, net: RoadNetwork | None) -> Iterator[Row]:
    """Yield once what stands still: the scenario's scenery, and lane edges near the subject vehicle's path."""
    statics: Statics = recording.statics
    boxes = [
        box(sdk, f"scenery {row}", 0, tuple(statics.pose[row]), statics.size[row], GREY, statics.kind[row])
        for row in range(len(statics.kind))
    ]
    yield 0, "/truth/scenery", sdk.messages.SceneUpdate(entities=boxes)
    if net is not None:
        subject = recording.agents.xyz[recording.subject, recording.agents.valid[recording.subject], :2]
        yield 0, "/map", sdk.messages.SceneUpdate(entities=[lane_lines(sdk, net, subject)])


def box(
    sdk: ModuleType,
    name: str,
    t_ns: int,
    base: tuple[float, ...],
    size: Array,
    colour: tuple[float, float, float],
    kind: str,
) -> Any:
    """Return an entity: a box of `size` (3,) that stands on `base` (x, y, z, heading)."""
    m = sdk.messages
    x, y, z, heading = map(float, base)
    standing = m.Pose(
        position=m.Vector3(x=x, y=y, z=z + float(size[2]) / 2),
        orientation=m.Quaternion(z=float(np.sin(heading / 2)), w=float(np.cos(heading / 2))),
    )
    cube = m.CubePrimitive(
        pose=standing, size=vector(sdk, size), color=m.Color(r=colour[0], g=colour[1], b=colour[2], a=0.6)
    )
    return m.SceneEntity(
        timestamp=stamp(sdk, t_ns),
        frame_id="map",
        id=name,
        metadata=[m.KeyValuePair(key="kind", value=kind.lower())],
        cubes=[cube],
    )


def lane_lines(sdk: ModuleType, net: RoadNetwork, path: Array) -> Any:
    """Return an entity with the edges of every lane that comes within MAP_REACH_M of `path` (T, 2)."""
    m, lanes = sdk.messages, net.lanes
    white = m.Color(r=0.9, g=0.9, b=0.9, a=1.0)
    low, high = path.min(0) - MAP_REACH_M, path.max(0) + MAP_REACH_M
    near = ((lanes.centre[:, :2] >= low) & (lanes.centre[:, :2] <= high)).all(1)
    lines = [
        m.LinePrimitive(
            pose=pose(sdk, np.eye(4)),
            thickness=0.12,  # m, a common width of lane markings
            points=[m.Point3(x=x, y=y, z=z) for x, y, z in edge[begin:end].tolist()],
            color=white,
        )
        for begin, end in pairwise(lanes.centre_start.tolist())
        if near[begin:end].any()
        for edge in (lanes.left_edge, lanes.right_edge)
    ]
    return m.SceneEntity(timestamp=stamp(sdk, 0), frame_id="map", id="lanes", lines=lines)


def stamp(sdk: ModuleType, t_ns: int) -> Any:
    """Return a Timestamp; the scenario's start is the epoch, and nothing is before it."""
    sec, nsec = divmod(max(int(t_ns), 0), 1_000_000_000)
    return sdk.messages.Timestamp(sec, nsec)


def vector(sdk: ModuleType, xyz: Array) -> Any:
    """Return a Vector3."""
    return sdk.messages.Vector3(x=float(xyz[0]), y=float(xyz[1]), z=float(xyz[2]))


def pose(sdk: ModuleType, dst_T_src: Array) -> Any:
    """Return a Pose."""
    return sdk.messages.Pose(position=vector(sdk, dst_T_src[:3, 3]), orientation=rotation(sdk, dst_T_src[:3, :3]))


def rotation(sdk: ModuleType, R: Array) -> Any:
    """Return the unit Quaternion of a rotation matrix (3, 3)."""
    x, y, z, w = quaternion(R)
    return sdk.messages.Quaternion(x=x, y=y, z=z, w=w)


def quaternion(R: Array) -> tuple[float, float, float, float]:
    """Return x, y, z, w of a rotation matrix, w >= 0: the column of the largest element of 4 q q^T.

    Shepperd, "Quaternion from rotation matrix", J. Guidance and Control 1 (1978) 223.
    """
    t = float(np.trace(R))
    # rows and columns in the order x, y, z, w
    outer = np.empty((4, 4))
    outer[:3, :3] = R + R.T + (1.0 - t) * np.eye(3)
    outer[3, :3] = outer[:3, 3] = R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]
    outer[3, 3] = 1.0 + t
    column = outer[:, int(np.argmax(np.diag(outer)))]
    x, y, z, w = (column / np.linalg.norm(column) * (1.0 if column[3] >= 0 else -1.0)).tolist()
    return x, y, z, w
