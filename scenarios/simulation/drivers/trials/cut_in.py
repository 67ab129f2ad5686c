"""The cut-in test: somebody moves from the next lane to ego's centre line, ego driving at constant speed.

A case is a gap (m, at the reference instant, the flanks 1.6 m apart), the lateral speed (m/s), ego's speed and the
other's (km/h). Before the reference instant the other builds its lateral speed up by 1.5 m/s2.
"""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from roadnet.base.errors import InputError
from scenarios.simulation.drivers.models.response import Response
from scenarios.simulation.drivers.models.rules import Rules
from scenarios.simulation.drivers.models.table import MODELS
from scenarios.simulation.drivers.trials.loop import (
    ASIDE,
    AT_LAST,
    EGO_SPEED,
    LENGTH,
    LENGTH_M,
    SPEED,
    TRACE,
    TRACK,
    WATCHED,
    X,
    Y,
    drive,
)
from scenarios.simulation.drivers.trials.outcomes import Outcomes, no_outcomes

LANE_M = 3.5  # from ego's centre line to the other's at the reference instant
ASIDE_ACCEL_MPS2 = 1.5
LASTS_S = 35.0  # after the reference instant
LATERAL_MOST_MPS, RUN_UP_MOST_S = 4.0, 3.0  # the most that tables have room for
KPH = 3.6


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CutIns:
    """Cases of the test, N of them."""

    gap_m: Array  # (N,)
    lateral_mps: Array  # (N,)
    ego_kph: Array  # (N,)
    other_kph: Array  # (N,)


def grid(gaps_m: Array, pairs_kph: list[tuple[int, int]]) -> CutIns:
    """Return every gap with every lateral speed 0, 0.1, ... 1.7 m/s and every pair (ego, other) of speeds."""
    lateral = 0.1 * np.arange(18)  # these doubles, 0.30000000000000004 and so on, decide cells of the published grid
    pair, aside, gap = np.meshgrid(np.arange(len(pairs_kph)), lateral, gaps_m, indexing="ij")
    kph = np.array(pairs_kph, np.float64)[pair.ravel()]
    return CutIns(gap_m=gap.ravel(), lateral_mps=aside.ravel(), ego_kph=kph[:, 0], other_kph=kph[:, 1])


def low_speed_grid() -> CutIns:
    """Return the 15,930 cases of the published low-speed grid."""
    pairs = [(ego, other) for ego in range(20, 70, 10) for other in range(10, ego, 10)]
    return grid(np.arange(1.0, 60.0), pairs)


def high_speed_grid() -> CutIns:
    """Return the 14,040 cases of the published high-speed grid."""
    pairs = [(ego, other) for ego in range(70, 150, 20) for other in (10, 40, 70, 100) if other < ego]
    return grid(np.arange(1.0, 120.0, 2.0), pairs)


def cut_in(driver: str, cases: CutIns, rules: Rules, *, response: Response | None = None) -> Outcomes:
    """Return what came of cut-ins with a driver of MODELS; `response` replaces the driver's own."""
    if not ((cases.lateral_mps >= 0.0) & (cases.lateral_mps <= LATERAL_MOST_MPS)).all():
        raise InputError("lateral_mps", got=f"{cases.lateral_mps}", wanted=f"0 to {LATERAL_MOST_MPS} m/s")
    out = no_outcomes(len(cases.gap_m))
    model, answer = list(MODELS).index(driver), response or MODELS[driver].RESPONSE
    speeds = cases.ego_kph / KPH, cases.other_kph / KPH
    results = out.crash, out.crash_s, out.crash_mps, out.pfs, out.cfs
    run_all(model, answer, rules, cases.gap_m, cases.lateral_mps, *speeds, *results)
    return out


def trace_of(driver: str, case: tuple[float, float, float, float], rules: Rules) -> tuple[Array, int]:
    """Return (trace, row of the reference instant) of one case; the trace's columns are those of trials/loop.py."""
    gap, lateral, ego_kph, other_kph = case
    longest = int((LASTS_S + RUN_UP_MOST_S) * rules.rate_hz)
    track, trace = np.zeros((longest, TRACK)), np.zeros((longest, TRACE))
    model, speed = list(MODELS).index(driver), ego_kph / KPH
    rows, reference, x = lay(gap, lateral, speed, other_kph / KPH, rules, track)
    end = drive(model, MODELS[driver].RESPONSE, rules, False, AT_LAST, x, speed, track[:rows], trace)[2]
    return trace[: end + 1], reference


@compiled
def run_all(
    model: int, response: Response, rules: Rules, gap: Array, lateral: Array, ego: Array, other: Array,
    crash: Array, crash_s: Array, crash_mps: Array, pfs: Array, cfs: Array,
) -> None:  # fmt: skip
    """Run cases, each (N,) in and out."""
    longest = int((LASTS_S + RUN_UP_MOST_S) * rules.rate_hz)
    track, trace = np.zeros((longest, TRACK)), np.zeros((longest, TRACE))
    for i in range(len(gap)):
        rows, reference, x = lay(gap[i], lateral[i], ego[i], other[i], rules, track)
        crash[i], at, _end, pfs[i], cfs[i] = drive(
            model, response, rules, False, AT_LAST, x, ego[i], track[:rows], trace
        )
        if crash[i] > 0:
            crash_s[i], crash_mps[i] = (at - reference) / rules.rate_hz, trace[at, EGO_SPEED] - track[at, SPEED]


@compiled
def lay(gap: float, lateral: float, ego: float, other: float, rules: Rules, track: Array) -> tuple[int, int, float]:
    """Return (rows, reference row, ego's first x) and fill in the other's track. Speeds in m/s.

    Ego's x is 0 at the reference instant.
    """
    before = run_up_samples(lateral, rules)
    rows = before + int(LASTS_S * rules.rate_hz + 0.5) + 1
    track[:rows, SPEED], track[:rows, LENGTH], track[:rows, WATCHED] = other, LENGTH_M, 1.0
    if rules.smooth_track:
        lay_smooth(gap + LENGTH_M, lateral, other, before, rules.rate_hz, track[:rows])
        return rows, before, -ego * before / rules.rate_hz
    return rows, before, lay_sums(gap + LENGTH_M, lateral, ego, other, before, rules.rate_hz, track[:rows])


@compiled
def run_up_samples(lateral: float, rules: Rules) -> int:
    """Return the samples before the reference one."""
    if not rules.run_up or lateral == 0.0:
        return 0
    quotient = lateral / (ASIDE_ACCEL_MPS2 / rules.rate_hz)
    return int(np.ceil(quotient - 1e-9 if rules.exact_run_up else quotient))


@compiled
def lay_sums(x: float, lateral: float, ego: float, other: float, before: int, rate: float, track: Array) -> float:
    """Fill in the track as the published code does, by running sums whose last bits decide cells; return ego's x."""
    step = ASIDE_ACCEL_MPS2 / rate
    aside, back, ego_back = 0.0, 0.0, 0.0
    for j in range(before - 1, -1, -1):
        aside += step * j / rate
        back += other / rate
        ego_back += ego / rate
        track[j, X], track[j, Y], track[j, ASIDE] = x - back, aside + LANE_M, -step * j
    crossing = int(min(LANE_M * rate / lateral, 1.0 * len(track))) + 1 if lateral > 0.0 else 0
    across, along = 0.0, 0.0
    for k in range(len(track) - before):
        row = before + k
        if k > 0:
            along += other
            across -= lateral if k <= crossing else 0.0
        track[row, X], track[row, Y] = along / rate + x, across / rate + LANE_M
        track[row, ASIDE] = -lateral if k <= crossing else 0.0
    return -ego_back


@compiled
def lay_smooth(x: float, lateral: float, other: float, before: int, rate: float, track: Array) -> None:
    """Fill in the track by its closed form: constant lateral acceleration, constant speed, then ego's centre line."""
    whole_s = lateral / ASIDE_ACCEL_MPS2
    for row in range(len(track)):
        t = (row - before) / rate  # since the reference instant
        track[row, X] = x + other * t
        if t < 0.0:
            since = max(t + whole_s, 0.0)
            track[row, ASIDE] = -ASIDE_ACCEL_MPS2 * since
            track[row, Y] = LANE_M + 0.5 * (lateral * whole_s - ASIDE_ACCEL_MPS2 * since * since)
        else:
            track[row, ASIDE] = -lateral if lateral * t < LANE_M else 0.0
            track[row, Y] = max(LANE_M - lateral * t, 0.0)
