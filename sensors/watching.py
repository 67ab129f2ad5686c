"""A rig in a closed loop: what its sensors have delivered by an instant, and equal to what `sense` gives afterwards.

A sensor reads only the past. A packet is delivered at the first step that is neither before the stamp it reports as
its last nor before the end of its own measurement. A planner is handed it as a plain map, which passes through any
process: the fields of SensorPacket, arrays by name.
"""

from collections.abc import Iterator
from dataclasses import fields
from heapq import merge
from typing import Any

from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import SensorEvent
from sensors.faults.registry import checked
from sensors.packet import SensorPacket
from sensors.rig import Rig
from sensors.sensing import Frame, deliver, schedule

FOREVER_NS = 1 << 62


class Watch:
    """One scenario's sensors: called with the recording so far, it returns what was delivered since the last call."""

    def __init__(self, net: RoadNetwork | None, rig: Rig, faults: tuple[SensorEvent, ...] = (), *, seed: int) -> None:
        """Set up the schedule. Raises InputError where a fault is unknown or out of range."""
        self.net, self.faults, self.seed = net, checked(tuple(faults)), seed
        self.frames: Iterator[Frame] = merge(*(schedule(m, FOREVER_NS) for m in rig.mounts), key=lambda f: f[:3])
        self.next: Frame | None = next(self.frames, None)
        self.late: list[SensorPacket] = []  # measured, but with a stamp still to come

    def __call__(self, past: Recording) -> tuple[dict[str, Any], ...]:
        """Return the packets delivered by the last sample of `past`, ordered by stamp, then stream."""
        now = int(past.t_ns[-1])
        while self.next is not None and self.next.t_end_ns <= now:
            delivery = deliver(past, self.net, self.next, self.faults, self.seed)
            if delivery is not None:
                self.late.append(delivery[0])
            self.next = next(self.frames, None)
        due = [packet for packet in self.late if packet.stamp_end_ns <= now]
        self.late = [packet for packet in self.late if packet.stamp_end_ns > now]
        return tuple(as_map(packet) for packet in sorted(due, key=lambda p: (p.stamp_end_ns, p.stream)))


def as_map(packet: SensorPacket) -> dict[str, Any]:
    """Return a packet as a map of text, numbers, arrays and maps of them."""
    tree = {one.name: getattr(packet, one.name) for one in fields(packet)}
    return tree | {"info": dict(packet.info)}
