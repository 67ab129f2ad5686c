"""Tone: linear light becomes 8-bit sRGB."""

import numpy as np

from roadnet.base.arrays import Array

WHITE_ALBEDO = 0.85  # a matt white under the scene's light is shown at 0.8 of full scale; brighter rolls off
STEPS, BRIGHTEST = 4096, 4.0


def tone_mapped(radiance: Array, white: float) -> Array:
    """Return (H, W, 3) u1 sRGB of linear radiance; `white` is what counts as white, in its unit."""
    scaled = np.minimum(radiance * np.float32(STEPS / (BRIGHTEST * white)), np.float32(STEPS - 1))
    return np.take(tone_curve(np.arange(STEPS) * (BRIGHTEST / STEPS)), scaled.astype(np.uint16))


def tone_curve(relative: Array) -> Array:
    """Return u1 sRGB of relative radiance (1 = white): 1 - exp(-x ln 5) in linear light, coded by IEC 61966-2-1."""
    linear = 1.0 - np.exp(-np.log(5.0) * np.asarray(relative, np.float64))
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0) ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(255.0 * coded), np.uint8)
