"""Observation: every oracle's verdict on one recording."""

from collections.abc import Iterable, Mapping
from typing import Any

from roadnet.network import RoadNetwork
from scenarios.hazards.registry import catalogue
from scenarios.model.evidence import Evidence, Oracle
from scenarios.model.recording import Recording


def kinematic_oracles() -> dict[str, Oracle]:
    """Return leaf id -> oracle of the leaves that are read from motion alone."""
    return {leaf_id: m.oracle for leaf_id, m in catalogue().items() if not m.LEAF.needs_packets}


def observe(
    recording: Recording, net: RoadNetwork, packets: Iterable[Any] | None, oracles: Mapping[str, Oracle]
) -> tuple[Evidence, ...]:
    """Return one verdict an oracle, in the order of leaf ids; labels are multi-label.

    `packets` is read once: where several oracles want packets, hand in a sequence.
    """
    return tuple(oracles[leaf_id](recording, net, packets) for leaf_id in sorted(oracles))
