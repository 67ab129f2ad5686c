"""When a lidar fell silent, from its packets alone."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scenarios.hazards.taxonomy import taxonomy
from sensors.packet import SensorPacket


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """What a lidar stream left out."""

    stream: str
    intervals: tuple[tuple[float, float], ...]  # s
    frames_lost: int


def silences(packets: Iterable[SensorPacket], duration_s: float) -> tuple[Silence, ...]:
    """Return a Silence a lidar stream of the packets, in order of streams; empty where there is no lidar.

    A frame is lost where no packet fills its place in the rhythm of the stream, or where it holds less than a share
    of the stream's median of points. A rhythm needs one packet: its own length.
    """
    frames: dict[str, list[tuple[float, float, int]]] = {}
    for p in packets:
        if p.kind == "lidar":
            count = len(p.arrays["ring"])
            frames.setdefault(p.stream, []).append((p.stamp_start_ns * 1e-9, p.stamp_end_ns * 1e-9, count))
    return tuple(_silence(stream, rows, duration_s) for stream, rows in sorted(frames.items()))


def _silence(stream: str, rows: list[tuple[float, float, int]], duration_s: float) -> Silence:
    period = float(np.median([end - start for start, end, _ in rows]))
    enough = taxonomy().thresholds.modifier.dropout_point_share.value * float(np.median([n for _, _, n in rows]))
    good = sorted((start, end) for start, end, n in rows if n >= enough and n > 0)
    gaps, at = [], 0.0
    for start, end in [*good, (duration_s, duration_s)]:
        lost = int((start - at) / period + 0.01)
        if lost:
            gaps.append((at, start, lost))
        at = max(at, end)
    return Silence(
        stream=stream,
        intervals=tuple((a, b) for a, b, _ in gaps),
        frames_lost=sum(n for _, _, n in gaps),
    )
