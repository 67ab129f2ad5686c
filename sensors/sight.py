"""How far a lidar sees, from its packets: what they bring against what the same beams would bring in clear air.

The reference is the recording's scene in clear air, never its weather: attenuation is measured, not looked up.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from scipy.special import log_ndtr

from roadnet.base.arrays import Array
from roadnet.base.shipped import data_path
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from sensors.lidar.device import LidarDevice, load_device
from sensors.lidar.geometry import range_image
from sensors.lidar.model import link_budget
from sensors.lidar.optics import layout
from sensors.lidar.signal import GAIN_STEP_M, SPECKLE
from sensors.packet import SensorPacket
from sensors.rig import LidarMount
from sensors.scene import Weather
from sensors.staging import stage

CLEAR = Weather(
    mor_m=1e6, rain_mmph=0.0, water_film_mm=0.0, illuminance_lux=2e4, sun_elevation_rad=0.8, sun_azimuth_rad=0.0
)
MOR_GRID_M = np.geomspace(8.0, 8000.0, 49)
RAYS = 1500  # of a packet: enough for 5 % at 500 m
MATCH_M = 0.5  # a return this near to the expected range is that surface
RETRO = 2.0  # brighter materials saturate the reading
SPREAD = np.array([-1.2816, -0.5244, 0.0, 0.5244, 1.2816])  # five equal shares of a normal
READING_SIGMA = 0.4  # of the rounded reflectivity reading, beside the speckle
LEAST_LOG = -7.0  # one ray says at most so much: what hides a surface need not be the air


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What a few packets say of the air."""

    mor_m: float  # most likely visibility; MOR_GRID_M's end where the air is clear
    range_m: float  # 95th percentile of surface returns
    clear_range_m: float  # the same as expected in clear air
    far_share: float  # delivered of the returns expected beyond `far_m`; 0 where none was expected
    rays: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rays:
    """Rays that meet a diffuse surface, in fired columns of a packet; N rays."""

    range_m: Array  # (N,) expected
    signal: Array  # (N,) expected in clear air, 1 is seen with Pd 0.5
    reading: Array  # (N,) expected reflectivity reading in clear air, 0-100, not rounded
    seen: Array  # (N,) bool: a return within MATCH_M
    shown: Array  # (N,) the reading; read where seen
    softness_db: float


def rays_of(recording: Recording, net: RoadNetwork | None, packet: SensorPacket) -> Rays | None:
    """Return the packet's rays beside their expectation, None where no known device fits the packet."""
    facts = dict(packet.info)
    device = _device(int(facts["rings"]), int(facts["columns"]))
    if device is None:
        return None
    scene = replace(stage(recording, net, packet.stamp_start_ns, packet.stamp_end_ns), weather=CLEAR)
    mount = LidarMount(stream=packet.stream, ego_T_sensor=packet.ego_T_sensor, device=device, period_ns=0)
    image, link, plan = range_image(scene, mount), link_budget(scene, device), layout(device)
    slot = plan.slot_of_ring
    label, distance = image.surface[:, slot], image.depth[:, slot] / plan.level[slot]
    material = label & 255
    fired = np.zeros(device.columns, bool)
    fired[packet.arrays["column"]] = True
    use = (label >= 0) & (distance < device.max_range_m) & (distance > device.min_range_m) & fired[:, None]
    use &= link.retro[np.where(label >= 0, material, 0)] < RETRO
    column, ring = np.nonzero(use)
    column, ring = (a[:: max(len(a) // RAYS, 1)] for a in (column, ring))
    value = link.reflectance[label[column, ring] >> 8, material[column, ring]] * image.cosine[:, slot][column, ring]
    r = distance[column, ring].astype(np.float64)
    seen_range, shown = _grid(packet, device)
    return Rays(
        range_m=r,
        signal=value * np.interp(r, np.arange(len(link.gain)) * GAIN_STEP_M, link.gain[:, 0]),
        reading=100.0 * value,
        seen=np.abs(seen_range[column, ring] - r) < MATCH_M,
        shown=shown[column, ring],
        softness_db=device.softness_db,
    )


def sight_of(samples: list[Rays], *, far_share_of_mor: float) -> Sight:
    """Return the visibility that explains the samples best, and what it takes from the stream."""
    score = np.sum([_log_likelihood(s) for s in samples], axis=0)
    mor = float(MOR_GRID_M[int(np.argmax(score))])
    r, signal = (np.concatenate([getattr(s, name) for s in samples]) for name in ("range_m", "signal"))
    seen, clear = np.concatenate([s.seen for s in samples]), signal > 1.0
    far = clear & (r > far_share_of_mor * mor)
    return Sight(
        mor_m=mor,
        range_m=float(np.quantile(r[seen], 0.95)) if seen.any() else 0.0,
        clear_range_m=float(np.quantile(r[clear], 0.95)) if clear.any() else 0.0,
        far_share=float(seen[far].mean()) if far.any() else 0.0,
        rays=len(r),
    )


def _log_likelihood(s: Rays) -> Array:
    """Return (MOR_GRID_M,) the log likelihood of what was seen, and of how bright it looked."""
    alpha = np.log(20.0) / MOR_GRID_M[:, None]
    fade = np.exp(-2.0 * alpha * s.range_m)
    margin = 10.0 * np.log10(np.maximum(s.signal * fade, 1e-12)) / s.softness_db
    detection = np.maximum(log_ndtr(np.where(s.seen, margin, -margin)), LEAST_LOG)
    bright = s.reading[s.seen] * fade[:, s.seen]
    mean = np.mean([np.floor(bright * (1.0 + SPECKLE * z) + 0.5) for z in SPREAD], axis=0)
    sigma = READING_SIGMA + SPECKLE * bright
    reading = np.maximum(-0.5 * ((s.shown[s.seen] - mean) / sigma) ** 2, LEAST_LOG) - np.log(sigma)
    return np.asarray(detection.sum(1) + reading.sum(1))


def _grid(packet: SensorPacket, device: LidarDevice) -> tuple[Array, Array]:
    """Return range and reading of a packet by column and ring; 0 where no point."""
    column, ring = packet.arrays["column"], packet.arrays["ring"]
    seen, shown = np.zeros((device.columns, device.rings)), np.zeros((device.columns, device.rings))
    seen[column, ring] = np.linalg.norm(packet.arrays["xyz"].astype(np.float64), axis=1)
    shown[column, ring] = packet.arrays["intensity"]
    return seen, shown


@cache
def _device(rings: int, columns: int) -> LidarDevice | None:
    names = sorted(Path(p).stem for p in data_path("rigs", "devices").glob("*.toml"))
    fits = [d for d in map(load_device, names) if (d.rings, d.columns) == (rings, columns)]
    return fits[0] if fits else None
