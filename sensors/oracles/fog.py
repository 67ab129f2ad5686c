"""WX-02: fog takes the lidar's sight while a traffic situation is active. Visibility is measured in the packets."""

from collections.abc import Iterable

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from scenarios.hazards.taxonomy import taxonomy
from scenarios.model.evidence import Evidence, Observed
from scenarios.model.recording import Recording
from sensors.packet import SensorPacket
from sensors.sight import Rays, rays_of, sight_of
from sensors.situation import situation

ORACLE_LEAF = "WX-02"
VERSION = 1
SAMPLES = 3  # packets that are looked at, spread over the active situation
LEAST_RAYS = 200  # fewer cannot tell
GONE = 0.3  # at most this share of the returns expected beyond the fog's reach may be there


def oracle(recording: Recording, net: RoadNetwork | None, packets: Iterable[SensorPacket] | None) -> Evidence:
    """Return whether the stream's returns are those of fog while somebody was ahead."""
    if packets is None:
        return _verdict(Observed.NOT_MEASURED, "no packets were rendered")
    active, t_s = situation(recording, net), recording.t_ns * 1e-9
    samples, lidar = _samples(recording, net, packets, active)
    if not lidar:
        return _verdict(Observed.NOT_MEASURED, "no lidar packet")
    if not active.any():
        return _verdict(Observed.NOT_OBSERVED, "nobody was ahead")
    if sum(len(s.range_m) for s in samples) < LEAST_RAYS:
        return _verdict(Observed.NOT_MEASURED, "too few beams met anything while somebody was ahead")
    limits = taxonomy().thresholds.modifier
    seen = sight_of(samples, far_share_of_mor=limits.fog_range_share.value)
    if seen.mor_m >= limits.fog_mor_m.value or seen.far_share > GONE:
        return _verdict(Observed.NOT_OBSERVED, f"the lidar saw as far as visibility {seen.mor_m:.0f} m allows")
    return Evidence(
        leaf=ORACLE_LEAF,
        oracle_version=VERSION,
        observed=Observed.OBSERVED,
        t_on_s=float(t_s[active][0]),
        t_off_s=float(t_s[active][-1]),
        effect=(
            ("mor_m", round(seen.mor_m, 1)),
            ("range_m", round(seen.range_m, 1)),
            ("clear_range_m", round(seen.clear_range_m, 1)),
        ),
    )


def _samples(
    recording: Recording, net: RoadNetwork | None, packets: Iterable[SensorPacket], active: Array
) -> tuple[list[Rays], bool]:
    """Return the rays of a few packets of the first lidar stream while the situation was active."""
    steps = np.flatnonzero(active)
    due = recording.t_ns[steps[_spread(len(steps))]].tolist() if len(steps) else []
    stream: str = ""
    out: list[Rays] = []
    for packet in packets:
        if packet.kind != "lidar":
            continue
        stream = stream or packet.stream
        middle = (packet.stamp_start_ns + packet.stamp_end_ns) // 2
        step = int(np.searchsorted(recording.t_ns, middle, side="right")) - 1
        if packet.stream == stream and due and middle >= due[0] and active[step]:
            rays = rays_of(recording, net, packet)
            due = [t for t in due if t > middle]
            out += [] if rays is None else [rays]
    return out, bool(stream)


def _spread(steps: int) -> Array:
    """Return SAMPLES rows spread evenly over `steps`."""
    return np.asarray(np.arange(SAMPLES) * max(steps - 1, 0) // SAMPLES)


def _verdict(observed: Observed, reason: str) -> Evidence:
    return Evidence(leaf=ORACLE_LEAF, oracle_version=VERSION, observed=observed, reason=reason)
