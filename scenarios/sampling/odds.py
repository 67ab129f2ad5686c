"""Odds: the only place that computes log p and log q.

p is the declared prior: place given map (by usable metres or by count), then each parameter given the place and
the parameters before it. q is what was drawn from: p itself in the exploration stream; in gap filling, even over
the box that the parameters' `fill` ranges span at the place, given that the onset is expected there; even over
[low, high] where a user says so. Dressing is drawn alike under both and left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from scenarios.hazards.distributions import Truncated
from scenarios.hazards.leaf import Columns, Leaf, Parameter
from scenarios.sampling.overrides import Override

DECIMALS = 6  # drawn values are rounded: the last bits of exp and log differ between processors, these do not


@dataclass(frozen=True, slots=True)
class Drawn:
    """N points of a parameter space with their log densities given the place."""

    values: dict[str, Array]  # (N,) by name
    log_p: Array  # (N,) -inf outside the prior's support
    log_q: Array  # (N,) without the normaliser of gap filling; 0 in pinned parameters
    possible: Array  # (N,) bool: the place leaves room for these values


def conditional(parameter: Parameter, values: Columns, features: Columns) -> Truncated:
    """Return the prior of a parameter given the place and the values before it."""
    location, scale = (0.0, 1.0) if parameter.given is None else parameter.given(values, features)
    lo, hi = np.asarray(parameter.lo, float), np.asarray(parameter.hi, float)
    if parameter.within is not None:
        low, high = parameter.within(values, features)
        lo, hi = np.maximum(lo, low), np.minimum(hi, high)
    return Truncated(parameter.prior.distribution, np.asarray(location, float), np.asarray(scale, float), lo, hi)


def draw_values(leaf: Leaf, u: Array, features: Columns, *, fill: bool, overrides: Sequence[Override] = ()) -> Drawn:
    """Return the parameters at the points u (N, P) of the unit box.

    fill: spread evenly over the fill ranges instead of following the prior.
    """
    chosen = {o.name: o for o in overrides}
    values: dict[str, Array] = {}
    log_p, log_q, possible = np.zeros(len(u)), np.zeros(len(u)), np.ones(len(u), bool)
    for j, parameter in enumerate(leaf.parameters):
        prior = conditional(parameter, values, features)
        override = chosen.get(parameter.name)
        if override is not None:
            low, high = np.asarray(override.low), np.asarray(override.high)
        else:
            low, high = fill_range(parameter, prior)
        if fill or override is not None:
            x = low + u[:, j] * (high - low)
            possible &= high >= low
            pinned = override is not None and override.pinned
            width = np.where(high > low, high - low, 1.0)  # where only one value is left it is certain, as under p
            log_q_j = np.zeros(len(u)) if pinned else -np.log(width)
        else:
            x, log_q_j = prior.inverse(u[:, j]), None
        values[parameter.name] = x = np.round(x, DECIMALS)
        log_p_j = prior.log_density(x)
        log_p = log_p + log_p_j
        log_q = log_q + (log_p_j if log_q_j is None else log_q_j)
    return Drawn(values, log_p, log_q, possible)


def fill_range(parameter: Parameter, prior: Truncated) -> tuple[Array, Array]:
    """Return the ends of the range that gap filling spreads over, inside the prior's support."""
    low = np.maximum(prior.location + prior.scale * parameter.fill[0], prior.lo)
    high = np.minimum(prior.location + prior.scale * parameter.fill[1], prior.hi)
    return low, high
