"""From what a beam meets to what the device reports: link budget, detection, range noise, fog, rain.

Every ray owns its random bits, a hash of (key, ray id): what one ray meets never shifts the noise of another, so
that a fault or a missing thing changes only the rays it touches.
Hash: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (splitmix64).
"""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled, inlined
from sensors.lidar.tables import RangeImage

SURFACE, FOG, RAIN = 0, 1, 2  # Truth.arrays["cause"]
NO_MATERIAL = 255
NORMALS = 1024  # entries of the table of normal quantiles
GAIN_STEP_M = 0.1  # of the table of gain over range
RETRO_TOP = 1000.0  # brightness against a white diffuse target that reads 255
SPECKLE = 0.05  # relative sigma of the reported reflectivity; assumed
FLOOR_COSINE = 0.05  # steeper than 87 deg the footprint is no longer stretched
f4 = np.float32
u8 = np.uint64
FRACTION = f4(1 / 16384)
UNIT = f4(1 / 16777216)


class Link(NamedTuple):
    """The link budget of a sweep."""

    # (R, 2) f4 per GAIN_STEP_M: signal of a white target that faces the beam, 1 is seen with Pd 0.5; two-way
    # transmission of the air
    gain: Array
    reflectance: Array  # (1 + K, materials) f4 diffuse; row: instance
    retro: Array  # (materials,) f4
    normal: Array  # (NORMALS + 1,) f4 quantiles
    threshold: Array  # (NORMALS + 1,) f4 quantiles of the detection threshold, 1 in the middle
    # (12,) f8: sigma_0^2; k^2 / SNR of signal 1; (divergence^2) / 12; lsb m; nearest m; farthest m; fog signal at 0 m;
    # 2 alpha of fog 1/m; how far fog answers m; probability of a drop; ln range and sigma of drops
    limits: Array


class Returns(NamedTuple):
    """Room for the points of a sweep, one row a ray; the first `n` are filled, in firing order."""

    xyz: Array  # (N, 3) f4 m
    intensity: Array  # (N,) u1
    t_off_ns: Array  # (N,) u4
    ring: Array  # (N,) u2
    column: Array  # (N,) u2
    instance: Array  # (N,) i4
    material: Array  # (N,) u1
    range_m: Array  # (N,) f4
    cause: Array  # (N,) u1


@lru_cache(maxsize=1)
def normal_quantiles() -> Array:
    """Return (NORMALS + 1,) quantiles of the standard normal, at +-3.3 sigma where it would not end."""
    return ndtri((np.arange(NORMALS + 1) + 0.5) / (NORMALS + 1)).astype(np.float32)


@inlined
def _hash(x):  # type: ignore[no-untyped-def]
    """Return 64 mixed bits of a 64-bit number."""
    x = (x ^ (x >> u8(30))) * u8(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> u8(27))) * u8(0x94D049BB133111EB)
    return x ^ (x >> u8(31))


@inlined
def _quantile(table, bits):  # type: ignore[no-untyped-def]
    """Return the table's quantile at 24 random bits."""
    i = np.int64((bits >> u8(14)) & u8(1023))
    return table[i] + (table[i + 1] - table[i]) * (f4(np.int64(bits & u8(16383))) * FRACTION)


@compiled
def receive(
    image: RangeImage, link: Link, key: Any, slot_of_ring: Array, group_of_ring: Array, azimuth: Array, slope: Array,
    level: Array, column_ns: Array, firing_ns: Array, counts: Array, out: Returns,
) -> int:  # fmt: skip
    """Fill `out` with the points of a sweep and return how many.

    azimuth (C, G, 2) f4 cosine and sine; slope, level by slot; counts (1 + K, 3) i4, filled by instance: rays that
    meet it within reach, points delivered, rays lost.
    """
    depth, cosine, surface = image.depth, image.cosine, image.surface
    gain, reflectance, retro = link.gain, link.reflectance, link.retro
    normal, threshold = link.normal, link.threshold
    xyz, intensity, t_off_ns, ring_out, column_out = out.xyz, out.intensity, out.t_off_ns, out.ring, out.column
    instance_out, material_out, range_out, cause_out = out.instance, out.material, out.range_m, out.cause
    sigma_0, sigma_k, stretch = f4(link.limits[0]), f4(link.limits[1]), f4(link.limits[2])
    lsb, nearest, farthest = f4(link.limits[3]), f4(link.limits[4]), f4(link.limits[5])
    fog, fog_rate, fog_reach = f4(link.limits[6]), f4(link.limits[7]), f4(link.limits[8])
    drop, drop_ln, drop_sigma = f4(link.limits[9]), f4(link.limits[10]), f4(link.limits[11])
    per_step, last_step = f4(1 / GAIN_STEP_M), f4(len(gain) - 2)
    per_lsb, retro_scale = f4(1) / lsb, f4(154 / math.log(RETRO_TOP))
    C, B = depth.shape
    clear, n = fog == 0 and drop == 0, 0
    steep = f4(1) / level
    for c in range(C):
        for ring in range(B):
            b = slot_of_ring[ring]
            label = surface[c, b]
            if label < 0 and clear:
                continue
            bits = _hash(u8(key) + u8(c * B + ring + 1) * u8(0x9E3779B97F4A7C15))
            distance, signal, retro_gain = farthest, f4(0), f4(1)
            instance, material, cause, found = np.int32(0), NO_MATERIAL, SURFACE, False
            value, spread = f4(0), f4(0)
            if label >= 0:
                distance = depth[c, b] * steep[b]
                if distance <= farthest:
                    instance, material = label >> 8, label & 255
                    place = min(distance * per_step, last_step)
                    step = int(place)
                    part = place - f4(step)
                    incidence = cosine[c, b]
                    retro_gain = retro[material]
                    value = reflectance[instance, material] * incidence * retro_gain
                    signal = value * (gain[step, 0] + part * (gain[step + 1, 0] - gain[step, 0]))
                    value *= gain[step, 1] + part * (gain[step + 1, 1] - gain[step, 1])
                    flat = max(incidence, f4(FLOOR_COSINE))
                    spread = stretch * distance * distance * (f4(1) / (flat * flat) - f4(1))
                    counts[instance, 0] += 1
                    found = distance >= nearest and signal > _quantile(threshold, bits >> u8(24))
                else:
                    distance = farthest
            reported = distance
            if not clear:
                more = _hash(bits + u8(0x9E3779B97F4A7C15))
                if drop > 0:
                    third = _hash(more + u8(0x9E3779B97F4A7C15))
                    if f4(np.int64(third & u8(0xFFFFFF))) * UNIT < drop:
                        r = f4(math.exp(drop_ln + drop_sigma * _quantile(normal, third >> u8(24))))
                        if nearest < r < distance:
                            reported, cause, found = r, RAIN, True
                            value = f4(0.02) * f4(np.int64((third >> u8(48)) & u8(1)))
                if fog > 0:
                    # where along the beam the brightest patch lies: as likely as it is bright
                    room = f4(1) - f4(math.exp(-fog_rate * max(min(distance, fog_reach) - nearest, f4(0))))
                    u = f4(np.int64(more & u8(0xFFFFFF))) * UNIT
                    r = nearest - f4(math.log(f4(1) - u * room)) / fog_rate
                    soft = fog * f4(math.exp(-fog_rate * r))
                    loud = soft > _quantile(threshold, more >> u8(24))
                    if r < distance and loud and (not found or soft > signal):
                        reported, cause, found, signal = r, FOG, True, soft
                        value, spread = soft / gain[0, 0], f4(0)
            if not found:
                if material != NO_MATERIAL:
                    counts[instance, 2] += 1
                continue
            if cause == SURFACE:
                counts[instance, 1] += 1
            else:
                if material != NO_MATERIAL:
                    counts[instance, 2] += 1
                instance, material, retro_gain = np.int32(0), NO_MATERIAL, f4(1)
            sigma = f4(math.sqrt(sigma_0 + sigma_k / max(signal, f4(0.05)) + spread))
            noisy = reported + sigma * _quantile(normal, bits)
            measured = f4(math.floor(max(noisy, lsb) * per_lsb + f4(0.5))) * lsb
            group = group_of_ring[ring]
            flat_range = measured * level[b]
            xyz[n, 0], xyz[n, 1] = flat_range * azimuth[c, group, 0], flat_range * azimuth[c, group, 1]
            xyz[n, 2] = flat_range * slope[b]
            if retro_gain > 10 and value > 1:
                shown = f4(101) + min(f4(154), retro_scale * f4(math.log(value)))
            else:
                shown = min(f4(100) * value * (f4(1) + f4(SPECKLE) * _quantile(normal, bits >> u8(40))), f4(100))
            intensity[n] = np.uint8(max(shown + f4(0.5), f4(0)))
            t_off_ns[n] = np.uint32(column_ns[c] + firing_ns[ring])
            ring_out[n], column_out[n] = ring, c
            instance_out[n], material_out[n], range_out[n], cause_out[n] = instance, material, reported, cause
            n += 1
    return n
