"""Packets around an instant: sensed on demand from a recording, or read from a log. Kept in a small LRU."""

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from threading import RLock
from typing import Protocol

from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import SensorEvent
from sensors.formats.native import read_log, read_meta
from sensors.log import LogMeta
from sensors.packet import SensorPacket
from sensors.rig import CameraMount, Mount, Rig, load_rig
from sensors.sensing import sense

KEPT = 24  # packets; a lidar sweep is about 3 MB, a camera frame 4 MB
DEFAULT_RIG = "demo"


class Feed(Protocol):
    """Where packets come from. Calls come from several threads."""

    @property
    def duration_s(self) -> float:
        """Return the time of the last packet."""

    def streams(self, kind: str) -> tuple[str, ...]:
        """Return the streams of a kind, of all kinds for ""."""

    def first(self, kind: str) -> str | None:
        """Return the first stream of a kind, None where there is none."""

    def tick(self, stream: str, t_s: float) -> int:
        """Return a number that changes when another packet becomes the latest."""

    def packet(self, stream: str, t_s: float) -> SensorPacket | None:
        """Return the packet delivered last at `t_s`; the first one before that; None where it was lost."""


class SensedFeed:
    """Packets computed as they are asked for: the same bytes that `nearmiss sense` writes."""

    def __init__(
        self, recording: Recording, net: RoadNetwork, *, rig: str = "", faults: tuple[SensorEvent, ...], seed: int
    ) -> None:
        """Load the rig; nothing is rendered yet."""
        self.rig: Rig = load_rig(rig or DEFAULT_RIG)
        self.recording, self.net, self.faults, self.seed = recording, net, faults, seed
        self._mounts: dict[str, Mount] = {m.stream: m for m in self.rig.mounts}
        self._kept: OrderedDict[tuple[str, int], SensorPacket | None] = OrderedDict()
        self._lock = RLock()

    @property
    def duration_s(self) -> float:
        """Return the recording's length."""
        return self.recording.duration_s

    def streams(self, kind: str) -> tuple[str, ...]:
        """Return the rig's streams of a kind."""
        return tuple(s for s, m in self._mounts.items() if kind in ("", kind_of(m)))

    def first(self, kind: str) -> str | None:
        """Return the first stream of a kind."""
        return next(iter(self.streams(kind)), None)
