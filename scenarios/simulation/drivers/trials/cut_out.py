"""The cut-out test: the leader swerves out of the lane and uncovers a standing vehicle.

Ego follows the leader at its model's equilibrium gap and answers once the leader has left its wandering zone, or
has crashed. CC is then at risk in every step, without a test. Reg157 has no published figures here.
"""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.drivers.models.response import Response
from scenarios.simulation.drivers.models.rules import Rules
from scenarios.simulation.drivers.models.table import MODELS
from scenarios.simulation.drivers.trials.loop import (
    AT_STANDSTILL,
    EGO_SPEED,
    LENGTH,
    LENGTH_M,
    SPEED,
    TRACE,
    TRACK,
    WATCHED,
    WIDTH_M,
    X,
    Y,
    drive,
)
from scenarios.simulation.drivers.trials.outcomes import Outcomes, no_outcomes

LASTS_S = 34.9
KPH = 3.6
ASIDE_M = 4.0  # the leader goes so far aside
WANDERING_M = 0.375  # the leader wanders so far without being thought to leave
UNTESTED = ("cc", "reg157")  # at risk in every step


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CutOuts:
    """Cases of the test, N of them."""

    ego_kph: Array  # (N,) of ego and leader
    other_kph: Array  # (N,) of the uncovered vehicle: 0
    front_m: Array  # (N,) from the leader to the standing vehicle
    lateral_mps: Array  # (N,) of the leader


def cut_out_grid() -> CutOuts:
    """Return the 5,850 cases of the published grid."""
    axes = np.arange(10.0, 140.0, 10.0), np.arange(2.0, 150.0, 5.0), 0.1 + 0.2 * np.arange(15)
    kph, front, lateral = (a.ravel() for a in np.meshgrid(*axes, indexing="ij"))
    return CutOuts(ego_kph=kph, other_kph=np.zeros_like(kph), front_m=front, lateral_mps=lateral)


def cut_out(driver: str, cases: CutOuts, rules: Rules) -> Outcomes:
    """Return what came of cut-outs with a driver of MODELS."""
    out = no_outcomes(len(cases.ego_kph))
    model, speed = MODELS[driver], cases.ego_kph / KPH
    gap = np.array([model.equilibrium_gap_m(v) for v in speed.tolist()])
    number, always = list(MODELS).index(driver), driver in UNTESTED
    results = out.crash, out.crash_s, out.crash_mps, out.pfs, out.cfs
    run_all(number, model.RESPONSE, rules, always, gap, speed, cases.front_m, cases.lateral_mps, *results)
    return out


@compiled
def run_all(
    model: int, response: Response, rules: Rules, always: bool,
    gap: Array, speed: Array, front: Array, lateral: Array,
    crash: Array, crash_s: Array, crash_mps: Array, pfs: Array, cfs: Array,
) -> None:  # fmt: skip
    """Run cases, each (N,) in and out."""
    rows = int(LASTS_S * rules.rate_hz + 0.5) + 1
    track, trace = np.zeros((rows, TRACK)), np.zeros((rows, TRACE))
    for i in range(len(gap)):
        lay(gap[i] + LENGTH_M, speed[i], front[i], lateral[i], rules, track)
        start = 0.0 if rules.smooth_track else speed[i] / rules.rate_hz
        crash[i], at, _end, pfs[i], cfs[i] = drive(
            model, response, rules, always, AT_STANDSTILL, start, speed[i], track, trace
        )
        if crash[i] > 0:
            crash_s[i], crash_mps[i] = at / rules.rate_hz, trace[at, EGO_SPEED] - track[at, SPEED]


@compiled
def lay(x: float, speed: float, front: float, lateral: float, rules: Rules, track: Array) -> None:
    """Fill in whom ego answers at each sample: nobody, the standing vehicle, or the leader that crashed into it.

    x: of the leader's centre where ego's is 0.
    """
    standing, rate = x + front + LENGTH_M, rules.rate_hz
    reach = LENGTH_M / 2.0 + rules.standing_m / 2.0
    crashed, stop_x, stop_y, along, across = False, 0.0, 0.0, 0.0, 0.0
    for row in range(len(track)):
        moves = row < int(ASIDE_M * rate / lateral) + 1
        along += speed
        across -= lateral if moves else 0.0
        lead_x, lead_y = along / rate + x, (across / rate + ASIDE_M) - ASIDE_M
        if rules.smooth_track:
            lead_x, lead_y = x + speed * (row / rate), -min(lateral * (row / rate), ASIDE_M)
        if not crashed and abs(standing - lead_x) < reach and abs(lead_y) < WIDTH_M:
            crashed, stop_x, stop_y = True, lead_x, lead_y
        track[row] = 0.0
        if crashed:
            track[row, X], track[row, Y], track[row, LENGTH], track[row, WATCHED] = stop_x, stop_y, LENGTH_M, 1.0
        elif lead_y < -WANDERING_M:
            track[row, X], track[row, LENGTH], track[row, WATCHED] = standing, rules.standing_m, 1.0
