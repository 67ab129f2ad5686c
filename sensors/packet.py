"""SensorPacket: one delivery of one sensor. Truth is a separate side-car, aligned by index."""

from dataclasses import dataclass

from roadnet.base.arrays import Array


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SensorPacket:
    """What the sensor says. Faults edit only reported stamps and poses; truth stays in Truth.

    lidar arrays, one row a returned point, in firing order (column by column, ring by ring):
        xyz (N, 3) f4 m in the sensor frame at each point's own time; intensity (N,) u1 calibrated
        reflectivity, 0-100 diffuse, 101-255 retroreflective; t_off_ns (N,) u4 from stamp_start_ns;
        ring (N,) u2; column (N,) u2
    camera arrays: rgb (H, W, 3) u1
    """

    stream: str  # rig stream, "lidar_top"
    kind: str  # "lidar" | "camera"
    seq: int
    stamp_start_ns: int  # reported
    stamp_end_ns: int  # reported; delivered at the first step not before it
    frame_id: str  # the sensor's frame
    ego_T_sensor: Array  # (4, 4) nominal mounting
    map_T_ego: Array  # (2, 4, 4) reported ego pose at start and end
    arrays: dict[str, Array]
    status: int = 0  # bit mask the device itself reports; 0 healthy
    info: tuple[tuple[str, float], ...] = ()  # device facts: columns, rings, fx, fy, cx, cy, width, height


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Truth:
    """The side-car of one packet, aligned by index.

    lidar arrays: instance (N,) i4 index into the scene's things, 0 for ground and sky; material (N,) u1;
        range_m (N,) f4 noise-free; cause (N,) u1 (0 surface, 1 fog, ...)
    lidar `counts` (K, 3) i4 a thing: rays that meet it in clear air without faults, points delivered,
        rays lost to weather or weak signal
    camera arrays: depth (H, W) f4 z m, 0 where sky; instance (H, W) i4; semantic (H, W) u1
    """

    stream: str
    seq: int
    t_start_ns: int  # true
    t_end_ns: int
    map_T_ego: Array  # (2, 4, 4) true
    arrays: dict[str, Array]
    faults: tuple[str, ...] = ()  # kinds acting on this packet
