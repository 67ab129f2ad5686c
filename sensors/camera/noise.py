"""From radiance to digits: lens blur, vignetting, exposure, electrons, shot and read noise, fixed pattern, bits.

Relations of EMVA 1288 release 4.0: mu_y = mu_dark + K mu_e; sigma_y^2 = K^2 sigma_d^2 + 1/12 + K (mu_y - mu_dark);
SNR = mu_e / sqrt(mu_e + sigma_d^2 + 1/(12 K^2)). Every random number is a hash of (key, pixel): pictures of one key
differ only where their scenes do, whatever the order, the faults and the workers.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.special import ndtri

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from roadnet.base.streams import MASK64, key64
from sensors.camera.device import CameraDevice
from sensors.raster.tone import WHITE_ALBEDO, tone_curve

PHOTONS_PER_LUX_S_M2 = 1.0 / (683.002 * 6.62607015e-34 * 299_792_458.0 / 555e-9)  # at 555 nm (SI, CIE V)
GREY = 0.18
BLACK_LEVEL_SHARE = 1.0 / 64.0  # of full scale, added so that noise about zero is not cut off
NORMAL_BITS, PATTERN_BITS = 16, 10
STEP, MIX_A, MIX_B = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
S30, S27, S31 = np.uint64(30), np.uint64(27), np.uint64(31)


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What the exposure control chose for a frame."""

    time_s: float
    gain: float
    electrons_per_luminance: float  # e- a cd/m2 on the axis
    dn_per_electron: float  # K, DN/e-

    @property
    def grey_electrons(self) -> float:
        """Return the electrons per lux of light on the scene that an 18 % grey makes."""
        return self.electrons_per_luminance * GREY / float(np.pi)


def exposure_for(device: CameraDevice, illuminance_lux: float, *, longest_s: float | None = None) -> Setting:
    """Return exposure time and gain by the light that falls on the scene (incident metering).

    An 18 % grey fills `grey_share` of the well. By the light and not by the picture, so that a thing in view changes
    no pixel that it does not cover.
    """
    sensor, lens, limits = device.sensor, device.lens, device.exposure
    # E = pi L T / (4 N^2), photons a pixel and second, electrons
    pixel_m2 = (sensor.pixel_um * 1e-6) ** 2
    lux_per_luminance = float(np.pi) * lens.transmittance / (4.0 * lens.f_number**2)
    rate = lux_per_luminance * pixel_m2 * PHOTONS_PER_LUX_S_M2 * sensor.quantum_efficiency * sensor.filter_share
    wanted = limits.grey_share * sensor.full_well_e
    needed_s = wanted / max(rate * GREY * illuminance_lux / float(np.pi), 1e-12)
    most_s = min(limits.longest_ms * 1e-3, longest_s or np.inf)
    time_s = float(np.clip(needed_s, limits.shortest_us * 1e-6, most_s))
    gain = float(np.clip(needed_s / time_s, 1.0, limits.gain_most))
    full_scale = 2**sensor.bits - 1
    return Setting(
        time_s=time_s,
        gain=gain,
        electrons_per_luminance=rate * time_s,
        dn_per_electron=gain * full_scale * (1.0 - BLACK_LEVEL_SHARE) / sensor.full_well_e,
    )


def digitise(
    radiance: Array, device: CameraDevice, setting: Setting, *, focal_px: float, key: int, serial: int
) -> tuple[Array, Array]:
    """Return digits (H, W, 3) u2 and their 8-bit picture (H, W, 3) u1 of radiance (H, W, 3) f4 cd/m2.

    key: 64 bits, new for every frame; serial: the copy of the camera, which keys DSNU and PRNU.
    """
    sensor, lens = device.sensor, device.lens
    full_scale = 2**sensor.bits - 1
    flat = len(radiance), 3 * radiance.shape[1]
    raw, rgb = np.empty(radiance.shape, np.uint16), np.empty(radiance.shape, np.uint8)
    figures = [
        setting.electrons_per_luminance,
        sensor.dark_e_per_s * setting.time_s,
        sensor.read_noise_e**2,
        sensor.dsnu_e,
        sensor.prnu,
        sensor.full_well_e,
        setting.dn_per_electron,
        BLACK_LEVEL_SHARE * full_scale,
        full_scale,
        0.5 * lens.psf_sigma_px**2,
        lens.vignetting,
        1.0 / focal_px,
    ]
    _digitise(
        np.ascontiguousarray(radiance, np.float32).reshape(flat),
        np.array(figures, np.float32),
        np.uint64(key & MASK64),
        np.uint64(key64("fixed pattern", serial)),
        normals(NORMAL_BITS),
        normals(PATTERN_BITS),
        developing(sensor.bits, device.exposure.grey_share),
        raw.reshape(flat),
        rgb.reshape(flat),
    )
    return raw, rgb


@cache
def developing(bits: int, grey_share: float) -> Array:
    """Return (2^bits,) u1: what each digit becomes, black level off and the tone curve on."""
    full_scale = 2**bits - 1
    linear = (np.arange(full_scale + 1) / full_scale - BLACK_LEVEL_SHARE) / (1.0 - BLACK_LEVEL_SHARE)
    return np.asarray(tone_curve(np.maximum(linear, 0.0) * GREY / (grey_share * WHITE_ALBEDO)))


@cache
def normals(bits: int) -> Array:
    """Return (2^bits,) f4 equally likely values of a normal distribution, mean 0 and variance 1 exactly enough."""
    n = 1 << bits
    z = ndtri((np.arange(n) + 0.5) / n)
    out: Array = (z / np.sqrt(np.mean(z * z))).astype(np.float32)
    out.setflags(write=False)
    return out


@compiled
def hashed(key: Any, index: Any) -> Any:
    """Return 64 well-mixed bits of two 64-bit numbers: splitmix64, Steele, Lea and Flood 2014."""
    z = key + index * STEP
    z = (z ^ (z >> S30)) * MIX_A
    z = (z ^ (z >> S27)) * MIX_B
    return z ^ (z >> S31)


@compiled
def _digitise(
    radiance: Array,  # (H, 3 W) f4
    figures: Array,  # (12,) f4
    key: Any,
    serial: Any,
    normal: Array,
    pattern: Array,
    curve: Array,
    raw: Array,  # (H, 3 W) u2 out
    rgb: Array,  # (H, 3 W) u1 out
) -> None:
    """One row at a time, one step at a time over the row: the arithmetic runs in SIMD, the look-ups by themselves."""
    height, n = radiance.shape
    width = n // 3
    scale, dark, read2, dsnu, prnu, well, K, black, top, side, vignetting, per_px = figures
    one, half, sixth = np.float32(1.0), np.float32(0.5), np.float32(1.0 / 6.0)
    centre = one - side - side
    line, light = np.empty(n, np.float32), np.empty(n, np.float32)
    z, gain, offset = np.empty(n, np.float32), np.empty(n, np.float32), np.empty(n, np.float32)
    digit = np.empty(n, np.int32)
    for row in range(height):
        above, below = max(row - 1, 0), min(row + 1, height - 1)
        for i in range(n):
            line[i] = centre * radiance[row, i] + side * (radiance[above, i] + radiance[below, i])
        for i in range(3, n - 3):
            light[i] = centre * line[i] + side * (line[i - 3] + line[i + 3])
        for c in range(3):  # the outer columns stand in for what lies beyond them
            light[c] = (centre + side) * line[c] + side * line[c + 3]
            light[n - 3 + c] = (centre + side) * line[n - 3 + c] + side * line[n - 6 + c]
        for col in range(width):
            index = np.uint64(row * width + col)
            bits, fixed = hashed(key, index), hashed(serial, index)
            for c in range(3):
                z[3 * col + c] = normal[bits & np.uint64(65535)]
                gain[3 * col + c] = pattern[fixed & np.uint64(1023)]
                offset[3 * col + c] = pattern[(fixed >> np.uint64(10)) & np.uint64(1023)]
                bits >>= np.uint64(16)
                fixed >>= np.uint64(20)
        y = (np.float32(row) + half - half * np.float32(height)) * per_px
        for i in range(n):
            x = (np.float32(i // 3) + half - half * np.float32(width)) * per_px
            cos2 = one / (one + x * x + y * y)
            axis = scale * (one - vignetting * (one - cos2 * cos2))
            mean = light[i] * axis * (one + prnu * gain[i]) + dark
            variance = mean + read2
            # Cornish and Fisher 1938: the normal bent to the Poisson's third cumulant
            bent = mean / max(variance, np.float32(1e-9)) * (z[i] * z[i] - one) * sixth
            electrons = min(mean + dsnu * offset[i] + np.sqrt(max(variance, np.float32(0.0))) * z[i] + bent, well)
            digit[i] = np.int32(min(max(electrons * K + black + half, np.float32(0.0)), top))
        for i in range(n):
            raw[row, i] = digit[i]
            rgb[row, i] = curve[digit[i]]
