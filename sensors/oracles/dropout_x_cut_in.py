"""CP-04: the lidar is silent while a vehicle cuts in: both found, and at the same time."""

from collections.abc import Iterable
from dataclasses import replace

from roadnet.network import RoadNetwork
from scenarios.hazards import cut_in
from scenarios.hazards.taxonomy import taxonomy
from scenarios.model.evidence import Evidence, Observed
from scenarios.model.recording import Recording
from sensors.packet import SensorPacket
from sensors.silence import silences

ORACLE_LEAF = "CP-04"
VERSION = 1


def oracle(recording: Recording, net: RoadNetwork | None, packets: Iterable[SensorPacket] | None) -> Evidence:
    """Return whether a silence of the lidar meets the conflict of a cut-in."""
    if packets is None:
        return _verdict(Observed.NOT_MEASURED, "no packets were rendered")
    streams = silences(packets, recording.duration_s)
    if not streams:
        return _verdict(Observed.NOT_MEASURED, "no lidar packet")
    conflict = cut_in.oracle(recording, net, None)  # type: ignore[arg-type]
    if conflict.observed != Observed.OBSERVED:
        return _verdict(Observed.NOT_OBSERVED, f"no cut-in: {conflict.reason}")
    meets = [(max(a, conflict.t_on_s), min(b, conflict.t_off_s)) for s in streams for a, b in s.intervals]
    first, last = max(meets, key=lambda m: m[1] - m[0], default=(0.0, 0.0))
    if last - first + 1e-9 < taxonomy().thresholds.modifier.compound_overlap_s.value:
        return _verdict(Observed.NOT_OBSERVED, "the lidar was not silent during the cut-in")
    return replace(
        conflict,
        leaf=ORACLE_LEAF,
        oracle_version=VERSION,
        t_on_s=first,
        t_off_s=last,
        effect=(("silent_in_conflict_s", round(last - first, 6)),),
    )


def _verdict(observed: Observed, reason: str) -> Evidence:
    return Evidence(leaf=ORACLE_LEAF, oracle_version=VERSION, observed=observed, reason=reason)
