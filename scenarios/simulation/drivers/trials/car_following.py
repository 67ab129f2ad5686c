"""The car-following test: the leader brakes to standstill, ego following at its model's equilibrium gap.

CC and Reg157 are at risk in every step, without a test: their verdict here is "delay, then brake fully".
"""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.drivers.models.response import Response
from scenarios.simulation.drivers.models.rules import Rules
from scenarios.simulation.drivers.models.table import MODELS
from scenarios.simulation.drivers.trials.loop import (
    AT_STANDSTILL_OR_CRASH,
    EGO_SPEED,
    LENGTH,
    LENGTH_M,
    SPEED,
    TRACE,
    TRACK,
    WATCHED,
    X,
    drive,
)
from scenarios.simulation.drivers.trials.outcomes import Outcomes, no_outcomes

LASTS_S = 34.9
KPH = 3.6
GRAVITY = 9.81
UNTESTED = ("cc", "reg157")  # at risk in every step


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Followings:
    """Cases of the test, N of them."""

    ego_kph: Array  # (N,) of both at the start
    other_kph: Array  # (N,) the same
    decel_mps2: Array  # (N,) of the leader


def following_grid() -> Followings:
    """Return the 1,121 cases of the published grid: 12 to 128 km/h, leaders braking by 0.05 to 0.95 g."""
    kph, decel = np.meshgrid(np.arange(12.0, 130.0, 2.0), GRAVITY * 0.05 * np.arange(1, 20), indexing="ij")
    return Followings(ego_kph=kph.ravel(), other_kph=kph.ravel(), decel_mps2=decel.ravel())


def car_following(driver: str, cases: Followings, rules: Rules, *, wider_m: float = 0.0) -> Outcomes:
    """Return what came of following with a driver of MODELS; `wider_m` is added to its equilibrium gap."""
    out = no_outcomes(len(cases.ego_kph))
    model, speed = MODELS[driver], cases.ego_kph / KPH
    gap = np.array([model.equilibrium_gap_m(v) for v in speed.tolist()]) + wider_m
    number, always = list(MODELS).index(driver), driver in UNTESTED
    results = out.crash, out.crash_s, out.crash_mps, out.pfs, out.cfs
    run_all(number, model.RESPONSE, rules, always, gap, speed, cases.decel_mps2, *results)
    return out


@compiled
def run_all(
    model: int, response: Response, rules: Rules, always: bool, gap: Array, speed: Array, decel: Array,
    crash: Array, crash_s: Array, crash_mps: Array, pfs: Array, cfs: Array,
) -> None:  # fmt: skip
    """Run cases, each (N,) in and out."""
    rows = int(LASTS_S * rules.rate_hz + 0.5) + 1
    track, trace = np.zeros((rows, TRACK)), np.zeros((rows, TRACE))
    track[:, LENGTH], track[:, WATCHED] = LENGTH_M, 1.0
    for i in range(len(gap)):
        lay(gap[i] + LENGTH_M, speed[i], decel[i], rules, track)
        start = 0.0 if rules.smooth_track else speed[i] / rules.rate_hz
        crash[i], at, _end, pfs[i], cfs[i] = drive(
            model, response, rules, always, AT_STANDSTILL_OR_CRASH, start, speed[i], track, trace
        )
        if crash[i] > 0:
            crash_s[i], crash_mps[i] = at / rules.rate_hz, trace[at, EGO_SPEED] - track[at, SPEED]


@compiled
def lay(x: float, speed: float, decel: float, rules: Rules, track: Array) -> None:
    """Fill in the leader's track; x: of its centre where ego's is 0."""
    along, stop_s = 0.0, speed / decel
    for row in range(len(track)):
        if rules.smooth_track:
            t = min(row / rules.rate_hz, stop_s)
            track[row, SPEED], track[row, X] = max(speed - decel * t, 0.0), x + speed * t - 0.5 * decel * t * t
        else:
            track[row, SPEED] = max(speed - row * decel * (1.0 / rules.rate_hz), 0.0)
            along += track[row, SPEED]
            track[row, X] = along / rules.rate_hz + x
