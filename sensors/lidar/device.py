"""Rotary lidar devices: six arrays over the channels and a link budget, from data/rigs/devices."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from roadnet.base.arrays import Array, frozen
from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.records import load_toml, number
from roadnet.base.shipped import data_path

Grade = Literal["measured", "published", "datasheet", "assumed"]
Z_90 = 1.2815515655446004  # standard normal quantile of 0.9


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LidarDevice:
    """A rotary lidar; B channels, numbered as its rings."""

    name: str
    columns: int  # firing columns a turn
    clockwise: bool  # seen from above
    start_azimuth_rad: float  # of column 0, from the sensor's +x, counter-clockwise
    elevation_rad: Array  # (B,)
    azimuth_offset_rad: Array  # (B,) from the column's azimuth, counter-clockwise
    firing_ns: Array  # (B,) from the column's start
    min_range_m: float
    max_range_m: float
    lsb_m: float
    half_range_m: float  # where a 10 % target is seen with Pd 0.5, clear air
    exponent: float  # n of the received signal rho / R^n
    softness_db: float  # one sigma of the detection threshold
    sigma_0_m: float
    sigma_k_m: float  # range sigma = sqrt(sigma_0^2 + (k / sqrt(SNR))^2)
    half_snr: float  # SNR of a target seen with Pd 0.5
    divergence_rad: float  # full width at half maximum
    near_field_m: float  # below it the receiver's overlap and swept gain hold the signal level
    pulse_s: float  # full width at half maximum

    @property
    def rings(self) -> int:
        """Return the number of channels."""
        return len(self.elevation_rad)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Channels:
    elevation_deg: tuple[float, ...] = number(above=-90.0, below=90.0)
    azimuth_offset_deg: tuple[float, ...] = number(above=-30.0, below=30.0)
    firing_ns: tuple[int, ...] = number(least=0, most=1_000_000)
    source: str
    grade: Grade


@dataclass(frozen=True, kw_only=True, slots=True)
class _Turn:
    columns: int = number(least=8, most=8192)
    clockwise: bool
    start_azimuth_deg: float = number(least=-180.0, most=180.0)
    source: str
    grade: Grade


@dataclass(frozen=True, kw_only=True, slots=True)
class _Detection:
    r50_10_m: float = number(above=0.0, most=1000.0)
    r50_80_m: float = number(above=0.0, most=1000.0)
    r90_10_m: float = number(above=0.0, most=1000.0)
    r90_80_m: float = number(above=0.0, most=1000.0)
    min_range_m: float = number(least=0.0, most=20.0)
    max_range_m: float = number(above=0.0, most=1000.0)
    near_field_m: float = number(above=0.0, most=100.0)
    source: str
    grade: Grade


@dataclass(frozen=True, kw_only=True, slots=True)
class _Range:
    sigma_0_m: float = number(least=0.0, most=1.0)
    sigma_k_m: float = number(least=0.0, most=2.0)
    half_snr: float = number(above=0.0, most=1000.0)
    lsb_mm: float = number(above=0.0, most=100.0)
    source: str
    grade: Grade


@dataclass(frozen=True, kw_only=True, slots=True)
class _Beam:
    divergence_mrad: float = number(least=0.0, most=20.0)
    pulse_ns: float = number(above=0.0, most=200.0)
    source: str
    grade: Grade


@dataclass(frozen=True, kw_only=True, slots=True)
class _DeviceFile:
    schema: int = number(least=1, most=1)
    kind: Literal["lidar"]
    title: str
    channels: _Channels
    turn: _Turn
    detection: _Detection
    range: _Range
    beam: _Beam


@cache
def load_device(name: str) -> LidarDevice:
    """Return a shipped lidar device by name. Raises InputError."""
    known = sorted(p.stem for p in data_path("rigs", "devices").glob("*.toml"))
    if name not in known:
        raise InputError(f"lidar device {name!r}", got="an unknown name", wanted=f"a device{did_you_mean(name, known)}")
    file = load_toml(data_path("rigs", "devices", f"{name}.toml"), _DeviceFile)
    channels, B = file.channels, len(file.channels.elevation_deg)
    if not B or len(channels.azimuth_offset_deg) != B or len(channels.firing_ns) != B:
        raise InputError(f"{name}.toml: channels", got="arrays of unequal length", wanted="one value a channel in each")
    return LidarDevice(
        name=name,
        columns=file.turn.columns,
        clockwise=file.turn.clockwise,
        start_azimuth_rad=math.radians(file.turn.start_azimuth_deg),
        elevation_rad=frozen("elevation", np.radians(channels.elevation_deg), np.float64, (B,)),
        azimuth_offset_rad=frozen("azimuth_offset", np.radians(channels.azimuth_offset_deg), np.float64, (B,)),
        firing_ns=frozen("firing_ns", channels.firing_ns, np.uint32, (B,)),
        min_range_m=file.detection.min_range_m,
        max_range_m=file.detection.max_range_m,
        lsb_m=1e-3 * file.range.lsb_mm,
        half_range_m=file.detection.r50_10_m,
        exponent=signal_exponent(file.detection.r50_10_m, file.detection.r50_80_m),
        softness_db=_softness_db(file.detection),
        sigma_0_m=file.range.sigma_0_m,
        sigma_k_m=file.range.sigma_k_m,
        half_snr=file.range.half_snr,
        divergence_rad=1e-3 * file.beam.divergence_mrad,
        near_field_m=file.detection.near_field_m,
        pulse_s=1e-9 * file.beam.pulse_ns,
    )


def signal_exponent(r_10_m: float, r_80_m: float) -> float:
    """Return n of the received signal rho / R^n from the ranges at which 10 % and 80 % targets look alike.

    1/R^2 misses the datasheets' pairs by up to 25 %: OS1 rev 6 needs 2.6-2.7, gen 1 1.89.
    """
    return math.log(8.0) / math.log(r_80_m / r_10_m)


def _softness_db(d: _Detection) -> float:
    n = signal_exponent(d.r50_10_m, d.r50_80_m)
    return 5.0 * n * (math.log10(d.r50_10_m / d.r90_10_m) + math.log10(d.r50_80_m / d.r90_80_m)) / Z_90
