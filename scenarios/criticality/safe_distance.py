"""Safe distances of responsibility-sensitive safety. Shalev-Shwartz, Shammah, Shashua, arXiv:1708.06374."""

import numpy as np

from roadnet.base.arrays import Array

RESPONSE_S = 1.0  # these four: values of the paper's examples, assumed
ACCEL_MPS2 = 3.5  # the subject may accelerate so during the response
BRAKE_MPS2 = 4.0  # and brakes at least so after it
BRAKE_MOST_MPS2 = 8.0  # the leader brakes at most so
LATERAL_RESPONSE_S, LATERAL_MPS2, LATERAL_MARGIN_M = 0.75, 1.0, 0.3  # JRC-FSM


def same_way(rear: Array, front: Array) -> Array:
    """Return the safe gap behind a leader, m, not below 0; speeds m/s. Definition 1."""
    return np.maximum(response_and_stop(rear) - 0.5 * front**2 / BRAKE_MOST_MPS2, 0.0)


def oncoming(one: Array, other: Array) -> Array:
    """Return the safe gap between two that come towards each other, m; both speeds positive. Definition 2, where
    the one in the wrong lane brakes no harder than the other.
    """
    return response_and_stop(one) + response_and_stop(other)


def response_and_stop(speed: Array) -> Array:
    """Return how far a car gets that accelerates during the response and then brakes least, m."""
    later = speed + RESPONSE_S * ACCEL_MPS2
    return np.asarray(0.5 * (speed + later) * RESPONSE_S + 0.5 * later**2 / BRAKE_MPS2)


def beside(drift: Array) -> Array:
    """Return how far one that drifts inwards at `drift` m/s gets until it drifts no more, m; negative outwards.
    Definition 6.
    """
    later = drift + LATERAL_RESPONSE_S * LATERAL_MPS2
    return np.asarray(0.5 * (drift + later) * LATERAL_RESPONSE_S + 0.5 * later * np.abs(later) / LATERAL_MPS2)
