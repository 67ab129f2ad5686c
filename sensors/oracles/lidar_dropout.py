"""SN-01: the lidar falls silent while a traffic situation is active. Read from the packets."""

from collections.abc import Iterable

from roadnet.network import RoadNetwork
from scenarios.hazards.taxonomy import taxonomy
from scenarios.model.evidence import Evidence, Observed
from scenarios.model.recording import Recording
from sensors.packet import SensorPacket
from sensors.silence import Silence, silences
from sensors.situation import overlap_s, situation

ORACLE_LEAF = "SN-01"
VERSION = 1


def oracle(recording: Recording, net: RoadNetwork | None, packets: Iterable[SensorPacket] | None) -> Evidence:
    """Return whether a lidar stream lost its frames for long enough while somebody was ahead."""
    if packets is None:
        return _verdict(Observed.NOT_MEASURED, "no packets were rendered")
    streams = silences(packets, recording.duration_s)
    if not streams:
        return _verdict(Observed.NOT_MEASURED, "no lidar packet")
    active, t_s = situation(recording, net), recording.t_ns * 1e-9
    met = [(overlap_s(list(s.intervals), active, t_s), s) for s in streams]
    (held, first, last), worst = max(met, key=lambda m: (m[0][0], m[1].stream))
    if held + 1e-9 < taxonomy().thresholds.modifier.dropout_held_s.value:
        silent = sum(b - a for s in streams for a, b in s.intervals) > 0.0
        why = "silent, but nobody was ahead" if silent else "no lidar frame was lost"
        return _verdict(Observed.NOT_OBSERVED, why)
    return Evidence(
        leaf=ORACLE_LEAF,
        oracle_version=VERSION,
        observed=Observed.OBSERVED,
        t_on_s=first,
        t_off_s=last,
        effect=_effect(worst),
    )


def _effect(silence: Silence) -> tuple[tuple[str, float], ...]:
    silent_s = sum(b - a for a, b in silence.intervals)
    return ("silent_s", round(silent_s, 6)), ("frames_lost", float(silence.frames_lost))


def _verdict(observed: Observed, reason: str) -> Evidence:
    return Evidence(leaf=ORACLE_LEAF, oracle_version=VERSION, observed=observed, reason=reason)
