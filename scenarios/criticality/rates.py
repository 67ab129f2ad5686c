"""Rates of change of recorded values between the steps that are present."""

import numpy as np

from roadnet.base.arrays import Array


def rate(value: Array, present: Array, step_s: float) -> tuple[Array, Array]:
    """Return (dvalue/dt, valid), (T,) each: central differences, one-sided beside an absence, masked alone."""
    before, after = np.zeros_like(present), np.zeros_like(present)
    before[1:] = present[1:] & present[:-1]
    after[:-1] = before[1:]
    low, high = np.roll(value, 1), np.roll(value, -1)
    rise = np.where(after, high, value) - np.where(before, low, value)
    steps = after.astype(np.float64) + before
    return rise / np.maximum(steps, 1.0) / step_s, before | after
