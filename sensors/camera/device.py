"""CameraDevice: optics, sensor figures and exposure of a make of camera, each table with its source."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.records import load_toml, number
from roadnet.base.shipped import data_path

Grade = Literal["measured", "published", "datasheet", "assumed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lens:
    """How the lens projects and what it takes away."""

    f_number: float = number(above=0.0, most=64.0)
    transmittance: float = number(above=0.0, most=1.0)
    psf_sigma_px: float = number(least=0.0, most=0.7)  # Gaussian blur of lens and pixel aperture
    vignetting: float = number(least=0.0, most=1.0)  # share of the cos^4 law that the design leaves
    brown_conrady: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)  # k1 k2 p1 p2 k3
    source: str
    grade: Grade


@dataclass(frozen=True, kw_only=True, slots=True)
class Sensor:
    """EMVA 1288 figures of the sensor; three colour channels a pixel, no mosaic."""

    pixel_um: float = number(above=0.0, most=50.0)
    quantum_efficiency: float = number(above=0.0, most=1.0)
    filter_share: float = number(above=0.0, most=1.0)  # of white light that one colour filter passes
    full_well_e: float = number(above=100.0, most=1e7)
    read_noise_e: float = number(least=0.0, most=1000.0)
    dark_e_per_s: float = number(least=0.0, most=1e6)
    dsnu_e: float = number(least=0.0, most=1000.0)  # standard deviation of the dark signal over pixels
    prnu: float = number(least=0.0, below=0.2)  # standard deviation of the gain over pixels
    bits: int = number(least=8, most=14)
    source: str
    grade: Grade


@dataclass(frozen=True, kw_only=True, slots=True)
class Exposure:
    """What the exposure control may do."""

    shortest_us: float = number(above=0.0, most=1e6)
    longest_ms: float = number(above=0.0, most=1000.0)
    gain_most: float = number(least=1.0, most=1000.0)
    grey_share: float = number(above=0.0, below=0.5)  # of the full well that an 18 % grey fills
    source: str
    grade: Grade


@dataclass(frozen=True, kw_only=True, slots=True)
class CameraDevice:
    """A make of camera."""

    schema: int = number(least=1, most=1)
    licence: str
    lens: Lens
    sensor: Sensor
    exposure: Exposure


class CameraMount(Protocol):
    """What the model reads of a camera on a vehicle; sensors.rig.CameraMount fits."""

    @property
    def device(self) -> CameraDevice:
        """The make."""

    @property
    def serial(self) -> int:
        """The copy: keys its fixed pattern."""

    @property
    def ego_T_sensor(self) -> Array:  # noqa: N802
        """(4, 4); the sensor's frame is optical: x right, y down, z forward."""

    @property
    def width(self) -> int:
        """Columns, px."""

    @property
    def height(self) -> int:
        """Rows, px."""

    @property
    def fov_rad(self) -> float:
        """Horizontal field of view of the image without distortion."""


def focal_px(width: int, fov_rad: float) -> float:
    """Return the focal length, px; pixels are square and the axis meets the image's centre."""
    return 0.5 * width / float(np.tan(0.5 * fov_rad))


@cache
def load_camera(name: str) -> CameraDevice:
    """Return the shipped camera called `name`, or that of a TOML file. Raises InputError."""
    if name.endswith(".toml"):
        return load_toml(Path(name), CameraDevice)
    known = shipped_cameras()
    if name not in known:
        raise InputError("camera", got=repr(name), wanted=f"a file or a shipped camera{did_you_mean(name, known)}")
    return load_toml(data_path("rigs", "cameras", f"{name}.toml"), CameraDevice)


def shipped_cameras() -> tuple[str, ...]:
    """Return the names of the shipped cameras, sorted."""
    return tuple(sorted(p.stem for p in data_path("rigs", "cameras").glob("*.toml")))
