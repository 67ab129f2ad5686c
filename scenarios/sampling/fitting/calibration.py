"""The car-following model calibrated driver by driver: a follower simulated behind the recorded leader.

Kesting, Treiber, "Calibrating car-following models by using trajectory data", TRR 2088 (2008): gaps are compared, by
the mixed error F = <(s_sim - s)^2 / |s|> / <|s|>. Here it is minimised by least squares from several starts; the model
is our own `idm` law. A parameter that the recording does not fix (its standard error is large, or it lies at a bound)
is masked: steady following fixes a headway, but no acceleration.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.sampling.fitting.observed import Pair
from scenarios.simulation.laws.idm import behind, free_road

NAMES = ("headway", "jam_gap", "acceleration", "comfortable_deceleration", "free_speed")
UNITS = ("s", "m", "m/s2", "m/s2", "m/s")
LOW, HIGH = np.array([0.1, 0.5, 0.2, 0.3, 3.0]), np.array([5.0, 10.0, 5.0, 6.0, 60.0])  # what is searched; assumed
STARTS = ((1.2, 2.0, 1.2, 2.0, 1.1), (2.0, 4.0, 0.7, 1.2, 1.5), (0.7, 1.0, 2.0, 3.0, 1.3))  # the last over top speed
SHORTEST_S = 5.0
LEAST_MOTION_MPS = 0.5  # a follower's speeds must spread so far, or nothing is calibrated; assumed
UNSURE = 0.3  # relative standard error beyond which a parameter is masked; assumed
AT_BOUND = 1e-3  # of the range


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Calibrated:
    """The model's parameters for one pair."""

    driver: int
    value: Array  # (5,) by NAMES
    known: Array  # (5,) bool: fixed by the recording
    error: float  # root of the mixed error, 1
    seconds: float


@compiled
def follow(
    gap_m: float, speed: float, lead: Array, step_s: float, headway: float, jam: float, accel: float, decel: float,
    wish: float, decel_most: float, out: Array,
) -> None:  # fmt: skip
    """Write the gaps of a follower that starts `gap_m` behind a leader with these speeds; m, s."""
    out[0] = gap_m
    for k in range(len(lead) - 1):
        demand = free_road(speed, wish, accel, decel) + behind(speed, gap_m, lead[k], accel, decel, jam, headway)
        demand = max(demand, -decel_most)
        after = max(speed + demand * step_s, 0.0)
        way = speed * step_s + 0.5 * demand * step_s * step_s
        if after == 0.0:
            way = 0.5 * speed * speed / max(-demand, 1e-9)
        gap_m += 0.5 * (lead[k] + lead[k + 1]) * step_s - way
        speed = after
        out[k + 1] = gap_m


DECEL_MOST = 8.0  # m/s2, what the law takes brakes to give


def calibrated(pairs: Sequence[Pair]) -> tuple[Calibrated, ...]:
    """Return the parameters of each pair that is long enough and moves; the longest pair of each driver."""
    longest: dict[int, Pair] = {}
    for pair in pairs:
        usable = pair.duration_s >= SHORTEST_S and np.ptp(pair.speed) >= LEAST_MOTION_MPS
        if usable and pair.duration_s > (longest[pair.driver].duration_s if pair.driver in longest else 0.0):
            longest[pair.driver] = pair
    return tuple(calibrated_one(pair) for _, pair in sorted(longest.items()))


def calibrated_one(pair: Pair) -> Calibrated:
    """Return the parameters that bring the model's gaps nearest to the recorded ones."""
    lead, gap = np.ascontiguousarray(pair.lead_speed), pair.gap
    scale = np.sqrt(np.maximum(gap, 0.1) * gap.mean())
    out = np.empty(len(gap))

    def residual(log_value: Array) -> Array:
        follow(float(gap[0]), float(pair.speed[0]), lead, pair.step_s, *np.exp(log_value).tolist(), DECEL_MOST, out)
        return np.asarray((out - gap) / scale)

    bounds = (np.log(LOW), np.log(HIGH))
    top = float(max(pair.speed.max(), LOW[4]))
    best = None
    for start in STARTS:
        x0 = np.log(np.clip([*start[:4], start[4] * top], LOW * 1.01, HIGH * 0.99))
        found = optimize.least_squares(residual, x0, bounds=bounds, x_scale=0.3, max_nfev=200)
        if best is None or found.cost < best.cost:
            best = found
    assert best is not None
    return Calibrated(
        driver=pair.driver,
        value=np.exp(best.x),
        known=sure(best.x, np.asarray(best.jac), float(best.cost), len(gap), bounds),
        error=float(np.sqrt(2.0 * best.cost / len(gap))),
        seconds=pair.duration_s,
    )


def sure(x: Array, jacobian: Array, cost: float, n: int, bounds: tuple[Array, Array]) -> Array:
    """Return (5,) bool: relative standard error (of the logarithm) small enough, and away from the bounds."""
    information = jacobian.T @ jacobian
    variance = 2.0 * cost / max(n - len(x), 1)
    spread = np.sqrt(np.maximum(np.diag(np.linalg.pinv(information, rcond=1e-12)) * variance, 0.0))
    blind = np.diag(information) <= 1e-12
    away = np.minimum(x - bounds[0], bounds[1] - x) > AT_BOUND * (bounds[1] - bounds[0])
    return np.asarray((spread < UNSURE) & away & ~blind)
