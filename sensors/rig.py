"""Rigs: which sensors stand where on the subject vehicle. Strict TOML in data/rigs, devices in data/rigs/devices."""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.records import load_toml, number
from roadnet.base.shipped import data_path
from roadnet.frames import transform
from sensors.camera.device import CameraDevice, load_camera
from sensors.lidar.device import LidarDevice, load_device

# body axes (x forward, y left, z up) from optical axes (x right, y down, z forward)
BODY_R_OPTICAL = ((0.0, 0.0, 1.0), (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LidarMount:
    """A lidar on the vehicle. ego: centre of the footprint on the ground, x forward, y left, z up."""

    stream: str
    ego_T_sensor: Array  # (4, 4)
    device: LidarDevice
    period_ns: int  # one turn
    offset_ns: int = 0  # start of the first turn


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CameraMount:
    """A camera on the vehicle. Sensor frame: optical, x right, y down, z forward."""

    stream: str
    ego_T_sensor: Array  # (4, 4)
    width: int  # px
    height: int
    fov_rad: float  # horizontal
    device: CameraDevice
    exposure_ns: int  # longest
    period_ns: int
    offset_ns: int = 0
    serial: int = 0  # names the device's fixed pattern


Mount = LidarMount | CameraMount


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rig:
    """Sensors of a vehicle; streams are unique and sorted."""

    name: str
    mounts: tuple[Mount, ...]

    @property
    def streams(self) -> tuple[str, ...]:
        """Return the stream names."""
        return tuple(m.stream for m in self.mounts)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mounting:
    stream: str
    xyz_m: tuple[float, float, float] = number(above=-20.0, below=20.0)
    yaw_deg: float = number(least=-360.0, most=360.0, default=0.0)
    pitch_deg: float = number(least=-90.0, most=90.0, default=0.0)
    roll_deg: float = number(least=-180.0, most=180.0, default=0.0)
    rate_hz: float = number(above=0.0, most=100.0)
    offset_ms: float = number(least=0.0, most=1000.0, default=0.0)

    def mounting(self) -> Array:
        """Return ego_T_mount (4, 4)."""
        yaw, pitch, roll = (math.radians(a) for a in (self.yaw_deg, self.pitch_deg, self.roll_deg))
        return transform(self.xyz_m, yaw=yaw, pitch=pitch, roll=roll)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lidar(_Mounting):
    device: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Camera(_Mounting):
    width: int = number(least=16, most=8192)
    height: int = number(least=16, most=8192)
    fov_deg: float = number(above=0.0, below=170.0)
    device: str = "cmos"
    exposure_ms: float = number(above=0.0, most=100.0, default=8.0)
    serial: int = number(least=0, default=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class _RigFile:
    schema: int = number(least=1, most=1)
    kind: Literal["rig"]
    lidar: tuple[_Lidar, ...] = ()
    camera: tuple[_Camera, ...] = ()


def shipped_rigs() -> tuple[str, ...]:
    """Return the names of the shipped rigs."""
    return tuple(sorted(p.stem for p in data_path("rigs").glob("*.toml")))


def load_rig(name_or_path: str | Path) -> Rig:
    """Return a shipped rig by name, or the rig of a TOML file. Raises InputError."""
    path = Path(name_or_path)
    if path.suffix == ".toml":
        return _rig(path, path.stem)
    name = str(name_or_path)
    if name not in shipped_rigs():
        raise InputError(
            "--rig", got=f"rig {name!r}", wanted=f"a shipped rig or a .toml{did_you_mean(name, shipped_rigs())}"
        )
    return _shipped_rig(name)


@cache
def _shipped_rig(name: str) -> Rig:
    return _rig(data_path("rigs", f"{name}.toml"), name)


def _rig(path: Path, name: str) -> Rig:
    file = load_toml(path, _RigFile)
    mounts: list[Mount] = [_lidar(m) for m in file.lidar]
    mounts += [_camera(m) for m in file.camera]
    mounts.sort(key=lambda m: m.stream)
    streams = [m.stream for m in mounts]
    for stream in streams:
        if streams.count(stream) > 1 or not stream.isidentifier():
            raise InputError(f"{path.name}: stream", got=repr(stream), wanted="unique names of letters, digits and _")
    if not mounts:
        raise InputError(path.name, got="no lidar and no camera", wanted="at least one mount")
    return Rig(name=name, mounts=tuple(mounts))


def _lidar(m: _Lidar) -> LidarMount:
    return LidarMount(
        stream=m.stream,
        ego_T_sensor=m.mounting(),
        device=load_device(m.device),
        period_ns=round(1e9 / m.rate_hz),
        offset_ns=round(m.offset_ms * 1e6),
    )


def _camera(m: _Camera) -> CameraMount:
    body_T_optical = np.eye(4)
    body_T_optical[:3, :3] = BODY_R_OPTICAL
    return CameraMount(
        stream=m.stream,
        ego_T_sensor=m.mounting() @ body_T_optical,
        width=m.width,
        height=m.height,
        fov_rad=math.radians(m.fov_deg),
        device=load_camera(m.device),
        exposure_ns=round(m.exposure_ms * 1e6),
        period_ns=round(1e9 / m.rate_hz),
        offset_ns=round(m.offset_ms * 1e6),
        serial=m.serial,
    )
