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
from roadnet.base.maths import exp, log
from sensors.lidar.tables import RangeImage

SURFACE, FOG, RAIN = 0, 1, 2  # Truth.arrays["cause"]
NO_MATERIAL = 255
NORMALS = 4096  # entries of the table of normal quantiles: 12 random bits choose one
GAIN_STEP_M = 0.1  # of the table of gain over range
RETRO_TOP = 1000.0  # brightness against a white diffuse target that reads 255
SPECKLE = 0.05  # relative sigma of the reported reflectivity; assumed
FLOOR_COSINE = 0.05  # steeper than 87 deg the footprint is no longer stretched
f4 = np.float32
u8 = np.uint64
UNIT = f4(1 / 16777216)
GOLDEN = u8(0x9E3779B97F4A7C15)
# Rays are worked on in batches, each quantity in a row of one array: the compiler takes many rays at once where a loop
# has no branch, no look-up and offsets that are constants.
BATCH = 512
DISTANCE, COSINE, BRIGHT, GAIN, FADE, SIGNAL, VALUE, SPREAD, NOISE, MEASURED = (i * BATCH for i in range(10))
ROWS = 10


class Link(NamedTuple):
    """The link budget of a sweep."""

    # (R, 2) f4 per GAIN_STEP_M: signal of a white target that faces the beam, 1 is seen with Pd 0.5; two-way
    # transmission of the air
    gain: Array
    reflectance: Array  # (1 + K, materials) f4 diffuse; row: instance
    retro: Array  # (materials,) f4
    normal: Array  # (NORMALS,) f4 quantiles
    threshold: Array  # (NORMALS,) f4 quantiles of the detection threshold, 1 in the middle
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
    """Return (NORMALS,) quantiles of the standard normal, up to +-3.7 sigma."""
    return ndtri((np.arange(NORMALS) + 0.5) / NORMALS).astype(np.float32)


@inlined
def _hash(x):  # type: ignore[no-untyped-def]
    """Return 64 mixed bits of a 64-bit number."""
    x = (x ^ (x >> u8(30))) * u8(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> u8(27))) * u8(0x94D049BB133111EB)
    return x ^ (x >> u8(31))


@inlined
def _quantile(table, bits):  # type: ignore[no-untyped-def]
    """Return the table's quantile that the lowest random bits choose."""
    return table[bits & u8(NORMALS - 1)]


@compiled
def receive(
    image: RangeImage, link: Link, key: Any, slot_of_ring: Array, group_of_ring: Array, azimuth: Array, slope: Array,
    level: Array, column_ns: Array, firing_ns: Array, counts: Array, out: Returns,
) -> int:  # fmt: skip
    """Fill `out` with the points of a sweep and return how many.

    azimuth (C, G, 2) f4 cosine and sine; slope, level by slot; counts (1 + K, 2) i4, filled by instance: points
    delivered, rays that met it within reach and were lost.
    """
    depth, cosine, surface = image.depth, image.cosine, image.surface
    gain, reflectance, retro = link.gain, link.reflectance, link.retro
    farthest, per_step, last_step = f4(link.limits[5]), f4(1 / GAIN_STEP_M), f4(len(gain) - 2)
    clear = link.limits[6] == 0 and link.limits[9] == 0
    C, B = depth.shape
    steep = f4(1) / level
    t, bits = np.zeros(ROWS * BATCH, np.float32), np.zeros(BATCH, np.uint64)
    met, cause = np.empty(BATCH, np.int32), np.empty(BATCH, np.int8)
    column, channel = np.empty(BATCH, np.int32), np.empty(BATCH, np.int32)
    k, n = 0, 0
    for c in range(C):
        for ring in range(B):
            b = slot_of_ring[ring]
            label, distance = surface[c, b], depth[c, b] * steep[b]
            if label < 0 or distance > farthest:
                if clear:
                    continue
                label, distance = np.int32(-1), farthest
                t[COSINE + k], t[BRIGHT + k] = f4(1), f4(0)
            else:
                place = min(distance * per_step, last_step)
                step = np.uint32(place)
                part, material = place - f4(step), label & 255
                t[COSINE + k] = cosine[c, b]
                t[BRIGHT + k] = reflectance[label >> 8, material] * cosine[c, b] * retro[material]
                t[GAIN + k] = gain[step, 0] + part * (gain[step + 1, 0] - gain[step, 0])
                t[FADE + k] = gain[step, 1] + part * (gain[step + 1, 1] - gain[step, 1])
            t[DISTANCE + k], met[k], column[k], channel[k] = distance, label, c, ring
            bits[k] = u8(key) + u8(c * B + ring + 1) * GOLDEN
            k += 1
            if k == BATCH:
                _detect(link, k, t, bits, met, cause)
                n = _report(link, k, t, bits, met, cause, column, channel, slot_of_ring, group_of_ring, azimuth, slope,
                            level, column_ns, firing_ns, counts, out, n)  # fmt: skip
                k = 0
    _detect(link, k, t, bits, met, cause)
    n = _report(link, k, t, bits, met, cause, column, channel, slot_of_ring, group_of_ring, azimuth, slope, level,
                column_ns, firing_ns, counts, out, n)  # fmt: skip
    return int(n)


@compiled
def _detect(link, count, t, bits, met, cause):  # type: ignore[no-untyped-def]
    """Find what each of a batch's rays returns: `cause`, -1 for nothing, and the range that is measured."""
    sigma_0, sigma_k, stretch = f4(link.limits[0]), f4(link.limits[1]), f4(link.limits[2])
    lsb, nearest = f4(link.limits[3]), f4(link.limits[4])
    per_lsb = f4(1) / lsb
    normal, threshold = link.normal, link.threshold
    for q in range(BATCH):
        bits[q] = _hash(bits[q])
    for q in range(BATCH):
        t[SIGNAL + q] = t[BRIGHT + q] * t[GAIN + q]
        t[VALUE + q] = t[BRIGHT + q] * t[FADE + q]
        flat = max(t[COSINE + q], f4(FLOOR_COSINE))
        t[SPREAD + q] = stretch * t[DISTANCE + q] * t[DISTANCE + q] * (f4(1) / (flat * flat) - f4(1))
    for q in range(count):
        seen = (met[q] >= 0) & (t[DISTANCE + q] >= nearest) & (t[SIGNAL + q] > _quantile(threshold, bits[q] >> u8(24)))
        cause[q] = SURFACE if seen else -1
        t[NOISE + q] = _quantile(normal, bits[q])
    if link.limits[6] > 0 or link.limits[9] > 0:
        _weather(link, count, t, bits, cause)
    for q in range(BATCH):
        sigma = np.sqrt(sigma_0 + sigma_k / max(t[SIGNAL + q], f4(0.05)) + t[SPREAD + q])
        noisy = t[DISTANCE + q] + sigma * t[NOISE + q]
        t[MEASURED + q] = np.floor(max(noisy, lsb) * per_lsb + f4(0.5)) * lsb


@compiled
def _weather(link, count, t, bits, cause):  # type: ignore[no-untyped-def]
    """Let drops and fog answer in front of what a ray meets."""
    normal, threshold = link.normal, link.threshold
    nearest = f4(link.limits[4])
    fog, fog_rate, fog_reach = f4(link.limits[6]), f4(link.limits[7]), f4(link.limits[8])
    drop, drop_ln, drop_sigma = f4(link.limits[9]), f4(link.limits[10]), f4(link.limits[11])
    white = link.gain[0, 0]
    for q in range(count):
        distance, more = t[DISTANCE + q], _hash(bits[q] + GOLDEN)
        if drop > 0:
            third = _hash(more + GOLDEN)
            if f4(np.int64(third & u8(0xFFFFFF))) * UNIT < drop:
                r = f4(exp(drop_ln + drop_sigma * _quantile(normal, third >> u8(24))))
                if nearest < r < distance:
                    t[DISTANCE + q], cause[q] = r, RAIN
                    t[VALUE + q] = f4(0.02) * f4(np.int64((third >> u8(48)) & u8(1)))
        if fog > 0:
            # where along the beam the brightest patch lies: as likely as it is bright
            room = f4(1) - f4(exp(-fog_rate * max(min(distance, fog_reach) - nearest, f4(0))))
            u = f4(np.int64(more & u8(0xFFFFFF))) * UNIT
            r = nearest - f4(log(f4(1) - u * room)) / fog_rate
            soft = fog * f4(exp(-fog_rate * r))
            loud = soft > _quantile(threshold, more >> u8(24))
            if r < distance and loud and (cause[q] < 0 or soft > t[SIGNAL + q]):
                t[DISTANCE + q], cause[q], t[SIGNAL + q] = r, FOG, soft
                t[VALUE + q], t[SPREAD + q] = soft / white, f4(0)


@compiled
def _report(  # type: ignore[no-untyped-def]
    link, count, t, bits, met, cause, column, channel, slot_of_ring, group_of_ring, azimuth, slope, level, column_ns,
    firing_ns, counts, out, n,
):  # fmt: skip
    """Write a batch's points behind the first n of `out`, keep the counts; return the new n."""
    xyz, intensity, t_off_ns, ring_out, column_out = out.xyz, out.intensity, out.t_off_ns, out.ring, out.column
    instance_out, material_out, range_out, cause_out = out.instance, out.material, out.range_m, out.cause
    normal, retro, retro_scale = link.normal, link.retro, f4(154 / math.log(RETRO_TOP))
    for q in range(count):
        label = met[q]
        if label >= 0:
            counts[label >> 8, 0 if cause[q] == SURFACE else 1] += 1
        if cause[q] < 0:
            continue
        if cause[q] != SURFACE:
            label = np.int32(NO_MATERIAL)
        c, ring = column[q], channel[q]
        group, b, value = group_of_ring[ring], slot_of_ring[ring], t[VALUE + q]
        flat_range = t[MEASURED + q] * level[b]
        xyz[n, 0], xyz[n, 1] = flat_range * azimuth[c, group, 0], flat_range * azimuth[c, group, 1]
        xyz[n, 2] = flat_range * slope[b]
        if value > 1 and cause[q] == SURFACE and retro[label & 255] > 10:
            shown = f4(101) + min(f4(154), retro_scale * f4(log(value)))
        else:
            shown = min(f4(100) * value * (f4(1) + f4(SPECKLE) * _quantile(normal, bits[q] >> u8(40))), f4(100))
        intensity[n] = np.uint8(max(shown + f4(0.5), f4(0)))
        t_off_ns[n] = np.uint32(column_ns[c] + firing_ns[ring])
        ring_out[n], column_out[n] = ring, c
        instance_out[n], material_out[n], range_out[n], cause_out[n] = (
            label >> 8,
            label & 255,
            t[DISTANCE + q],
            cause[q],
        )
        n += 1
    return n
