"""Points of lidar packets: taking some away, with the truth beside them."""

from dataclasses import replace

import numpy as np

from roadnet.base.arrays import Array
from sensors.packet import SensorPacket, Truth


def kept_points(packet: SensorPacket, truth: Truth, keep: Array) -> tuple[SensorPacket, Truth]:
    """Return a lidar packet and its truth without the points where `keep` (N,) is False; points are counted anew."""
    arrays = {name: value[keep] for name, value in packet.arrays.items()}
    beside = {name: value if name == "counts" else value[keep] for name, value in truth.arrays.items()}
    counts = truth.arrays["counts"].copy()
    solid = beside["cause"] == 0
    counts[:, 1] = np.bincount(beside["instance"][solid], minlength=1 + len(counts))[1:]
    return replace(packet, arrays=arrays), replace(truth, arrays=beside | {"counts": counts})
