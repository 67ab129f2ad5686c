"""Sensor packets made by hand: small, of every kind, with truth; for tests of readers and writers."""

from collections.abc import Iterator

import numpy as np

from roadnet.frames import transform
from scenarios.model.spec import SensorEvent
from sensors.log import Delivery, LogMeta
from sensors.packet import SensorPacket, Truth

META = LogMeta(
    product_version="0.1.0",
    scenario="suite/17",
    rig="two_sensors",
    seed=7,
    map_name="crossing",
    map_digest="0" * 32,
    faults=(SensorEvent(kind="dropout", stream="lidar_top", t_on_s=0.1, t_off_s=0.2, values=(("share", 0.5),)),),
)


def deliveries(count: int, *, points: int = 400, width: int = 48, height: int = 27) -> Iterator[Delivery]:
    """Yield `count` lidar sweeps and camera frames at 10 Hz, ordered by stamp_end_ns; the second sweep is empty."""
    for seq in range(count):
        yield lidar(seq, points if seq != 1 else 0)
        yield camera(seq, width, height)


def poses(seq: int) -> np.ndarray:
    """Return map_T_ego (2, 4, 4) of a car on a gentle bend."""
    return np.stack([transform((3.0 * s, 0.1 * s, 0.0), yaw=0.02 * s, pitch=0.01) for s in (seq, seq + 1)])


def lidar(seq: int, points: int) -> Delivery:
    rng = np.random.default_rng(seq)
    start = seq * 100_000_000
    arrays = {
        "xyz": rng.normal(0, 20, (points, 3)).astype(np.float32),
        "intensity": rng.integers(0, 255, points).astype(np.uint8),
        "t_off_ns": np.sort(rng.integers(0, 99_000_000, points)).astype(np.uint32),
        "ring": rng.integers(0, 64, points).astype(np.uint16),
        "column": rng.integers(0, 2048, points).astype(np.uint16),
    }
    packet = SensorPacket(
        stream="lidar_top",
        kind="lidar",
        seq=seq,
        stamp_start_ns=start,
        stamp_end_ns=start + 99_999_999,
        frame_id="lidar_top",
        ego_T_sensor=transform((1.0, 0.0, 1.9), yaw=0.3),
        map_T_ego=poses(seq),
        arrays=arrays,
        info=(("columns", 2048.0), ("rings", 64.0)),
    )
    truth = Truth(
        stream="lidar_top",
        seq=seq,
        t_start_ns=start,
        t_end_ns=start + 99_999_999,
        map_T_ego=poses(seq),
        arrays={
            "instance": rng.integers(0, 5, points).astype(np.int32),
            "range_m": rng.uniform(1, 80, points).astype(np.float32),
            "counts": rng.integers(0, 9, (5, 3)).astype(np.int32),
        },
        faults=("dropout",) if seq == 1 else (),
    )
    return packet, truth


def camera(seq: int, width: int, height: int) -> Delivery:
    rng = np.random.default_rng(1000 + seq)
    at = seq * 100_000_000 + 99_999_999
    packet = SensorPacket(
        stream="camera_front",
        kind="camera",
        seq=seq,
        stamp_start_ns=at - 10_000_000,
        stamp_end_ns=at,
        frame_id="camera_front",
        ego_T_sensor=transform((1.5, 0.0, 1.4), yaw=-np.pi / 2, roll=-np.pi / 2),  # optical axes
        map_T_ego=poses(seq),
        arrays={"rgb": rng.integers(0, 255, (height, width, 3)).astype(np.uint8)},
        info=(("fx", 40.0), ("fy", 40.0), ("cx", width / 2), ("cy", height / 2), ("width", width), ("height", height)),
    )
    truth = Truth(
        stream="camera_front",
        seq=seq,
        t_start_ns=at - 10_000_000,
        t_end_ns=at,
        map_T_ego=poses(seq),
        arrays={
            "depth": rng.uniform(1, 80, (height, width)).astype(np.float32),
            "instance": rng.integers(0, 5, (height, width)).astype(np.int32),
        },
    )
    return packet, truth
