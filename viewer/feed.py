"""Packets around an instant: sensed on demand from a recording, or read from a log. Kept in a small LRU."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from threading import RLock
from typing import Protocol

from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import SensorEvent
from sensors.faults.registry import checked
from sensors.formats.native import read_log, read_meta
from sensors.log import LogMeta
from sensors.packet import SensorPacket
from sensors.rig import CameraMount, Mount, Rig, load_rig
from sensors.sensing import Frame, deliver

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
        self.recording, self.net, self.seed = recording, net, seed
        self.faults = checked(tuple(faults))
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

    def tick(self, stream: str, t_s: float) -> int:
        """Return the number of the packet that ended last at `t_s`, at least 0."""
        mount = self._mounts[stream]
        return max((round(t_s * 1e9) - mount.offset_ns - lasts_ns(mount)) // mount.period_ns, 0)

    def packet(self, stream: str, t_s: float) -> SensorPacket | None:
        """Return the packet of `tick`, rendered if it is not kept."""
        key = (stream, self.tick(stream, t_s))
        with self._lock:
            if key not in self._kept:
                self._kept[key] = self._render(*key)
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    def _render(self, stream: str, seq: int) -> SensorPacket | None:
        mount = self._mounts[stream]
        start = mount.offset_ns + seq * mount.period_ns
        end = start + lasts_ns(mount)
        if end > int(self.recording.t_ns[-1]):  # a recording shorter than one sweep
            return None
        frame = Frame(t_end_ns=end, stream=stream, seq=seq, t_start_ns=start, mount=mount)
        delivery = deliver(self.recording, self.net, frame, self.faults, self.seed)
        return delivery[0] if delivery is not None else None


class LogFeed:
    """Packets of a native log: read forwards, begun anew where the user goes back, the last ones kept."""

    def __init__(self, path: Path) -> None:
        """Read provenance and stamps; InputError where the log is damaged."""
        self.path = path
        self.meta: LogMeta = read_meta(path)
        self._stamps: dict[str, list[int]] = {}
        self._kinds: dict[str, str] = {}
        for packet, _ in read_log(path):
            self._stamps.setdefault(packet.stream, []).append(packet.stamp_end_ns)
            self._kinds[packet.stream] = packet.kind
        self._kept: OrderedDict[tuple[str, int], SensorPacket] = OrderedDict()
        self._reader: Iterator[tuple[SensorPacket, object]] = iter(())
        self._read: dict[str, int] = {}
        self._lock = RLock()

    @property
    def duration_s(self) -> float:
        """Return the time of the last packet."""
        return max((stamps[-1] for stamps in self._stamps.values()), default=0) * 1e-9

    def streams(self, kind: str) -> tuple[str, ...]:
        """Return the log's streams of a kind."""
        return tuple(s for s in sorted(self._stamps) if kind in ("", self._kinds[s]))

    def first(self, kind: str) -> str | None:
        """Return the first stream of a kind."""
        return next(iter(self.streams(kind)), None)

    def tick(self, stream: str, t_s: float) -> int:
        """Return the row of the packet that ended last at `t_s`, at least 0."""
        return max(bisect_right(self._stamps[stream], round(t_s * 1e9)) - 1, 0)

    def packet(self, stream: str, t_s: float) -> SensorPacket | None:
        """Return the packet of `tick`."""
        row = self.tick(stream, t_s)
        with self._lock:
            if (stream, row) not in self._kept:
                self._read_to(stream, row)
            self._kept.move_to_end((stream, row))
            return self._kept[stream, row]

    def _read_to(self, stream: str, row: int) -> None:
        if self._read.get(stream, 0) > row:
            self._read = {}
        if not self._read:
            self._reader = iter(read_log(self.path))
        while self._read.get(stream, 0) <= row:
            packet, _ = next(self._reader)
            at = self._read.get(packet.stream, 0)
            self._read[packet.stream] = at + 1
            self._kept[packet.stream, at] = packet
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def lasts_ns(mount: Mount) -> int:
    """Return how long one sweep or exposure lasts, ns."""
    return mount.exposure_ns if isinstance(mount, CameraMount) else mount.period_ns


def kind_of(mount: Mount) -> str:
    """Return the kind of packet that a mount gives."""
    return "camera" if isinstance(mount, CameraMount) else "lidar"
