"""Dropout: a stream delivers nothing, or loses a share of its columns, between two instants."""

from dataclasses import replace

import numpy as np

from roadnet.base.streams import Streams
from scenarios.model.spec import SensorEvent
from sensors.packet import SensorPacket, Truth
from sensors.points import kept_points

VALUES = {"share": (0.0, 1.0, 1.0)}  # name -> least, most, default: share of lidar columns that are lost


def silences(event: SensorEvent, t_start_ns: int, t_end_ns: int) -> bool:
    """Return whether nothing of [t_start, t_end] gets through: then it need not be rendered."""
    whole = dict(event.values).get("share", 1.0) >= 1.0
    return whole and round(event.t_on_s * 1e9) <= t_start_ns and t_end_ns <= round(event.t_off_s * 1e9)


def apply(packet: SensorPacket, truth: Truth, event: SensorEvent, *, key: int) -> tuple[SensorPacket, Truth] | None:
    """Return what is left of a packet, None where nothing is.

    A lidar loses the columns fired in [t_on, t_off); a camera the frames whose exposure meets it. `key` names the
    columns that a partial loss takes.
    """
    share = dict(event.values).get("share", 1.0)
    on, off = round(event.t_on_s * 1e9), round(event.t_off_s * 1e9)
    if packet.kind != "lidar":
        lost = Streams(key, 0).rng("dropout").random() < share
        return None if lost else (packet, replace(truth, faults=(*truth.faults, event.kind)))
    t = truth.t_start_ns + packet.arrays["t_off_ns"].astype(np.int64)
    columns = int(dict(packet.info)["columns"])
    taken = Streams(key, 0).rng("dropout").random(columns) < share
    left = kept_points(packet, truth, ~((t >= on) & (t < off) & taken[packet.arrays["column"]]))
    return (
        None if not len(left[0].arrays["column"]) else (left[0], replace(left[1], faults=(*truth.faults, event.kind)))
    )
