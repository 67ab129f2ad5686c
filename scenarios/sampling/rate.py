"""Rates: how often the onset follows from the prior, and what an exploration stream says about it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaincinv

from roadnet.base.errors import InputError
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.hazards.spots import no_spot_reason, spots_of
from scenarios.sampling.draw import points_at
from scenarios.sampling.sequence import spread

SHIFTS, POINTS = 16, 1024  # randomly shifted copies of an even sequence: unbiased, with an error that can be told


@dataclass(frozen=True, slots=True)
class Rate:
    """A probability with the standard error of its estimate."""

    value: float
    standard_error: float


def predicted_rate(leaf_module: Any, net: RoadNetwork) -> Rate:
    """Return the probability under the prior, over the places of a map, that the closed form expects the onset.

    Raises InputError where the map has no place for the leaf.
    """
    leaf = leaf_module.LEAF
    spots = spots_of(net, leaf.place_kind)
    if not len(spots):
        raise InputError(f"{leaf.id} on {net.name}", got="no place", wanted=no_spot_reason(net, leaf.place_kind))
    dimensions = len(leaf.parameters) + 1
    shifts = Streams(0, 0).rng(f"rate {leaf.id}").random((SHIFTS, dimensions))
    shares = [
        points_at(leaf_module, spots, spread(0, POINTS, dimensions, shift=shift), fill=False).feasible.mean()
        for shift in shifts
    ]
    return Rate(float(np.mean(shares)), float(np.std(shares, ddof=1) / np.sqrt(SHIFTS)))


def rate_interval(successes: int, trials: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of an observed rate. Clopper and Pearson, Biometrika 26 (1934)."""
    if not 0 <= successes <= trials:
        raise ValueError(f"successes: got {successes} of {trials}, want 0 <= successes <= trials")
    tail = (1.0 - confidence) / 2.0
    low = 0.0 if successes == 0 else float(betaincinv(successes, trials - successes + 1, tail))
    high = 1.0 if successes == trials else float(betaincinv(successes + 1, trials - successes, 1.0 - tail))
    return low, high


def agrees(successes: int, trials: int, predicted: Rate, *, confidence: float = 0.99) -> bool:
    """Return whether an observed rate and a predicted one, give or take three standard errors, are compatible."""
    low, high = rate_interval(successes, trials, confidence=confidence)
    margin = 3.0 * predicted.standard_error
    return low - margin <= predicted.value <= high + margin
