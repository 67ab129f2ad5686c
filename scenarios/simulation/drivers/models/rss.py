"""rss: responsibility-sensitive safety. Shalev-Shwartz, Shammah, Shashua, arXiv:1708.06374; ec-jrc/JRC-FSM.

Risk: nearer than the safe distance both along and across the way. Values: those of the R157 comparison.
"""

import numpy as np

from roadnet.base.compiled import compiled
from scenarios.simulation.drivers.models.encounter import CALM, RISK, Encounter, Judgement
from scenarios.simulation.drivers.models.response import Response
from scenarios.simulation.drivers.models.rules import MOST_JERK_MPS3, Rules

TITLE = "Responsibility-sensitive safety (RSS)"
SOURCE = "Shalev-Shwartz, Shammah, Shashua, arXiv:1708.06374; ec-jrc/JRC-FSM"
RESPONSE = Response(delay_s=0.75, coast_mps2=0.0, rise_mps3=MOST_JERK_MPS3, most_mps2=0.774 * 9.81)
RHO_S = 0.75  # response time
ACCEL_MPS2 = 3.0  # ego may speed up by this while it responds
BRAKE_MPS2 = 6.0  # both brake
ASIDE_MPS2 = 1.0  # lateral acceleration and braking
SWAY_M = 0.3  # lateral fluctuation


@compiled
def judge(seen: Encounter, rules: Rules) -> Judgement:
    """Return RISK inside both safe distances."""
    along = longitudinal_m(seen.speed_mps, seen.other_mps, RHO_S, ACCEL_MPS2, BRAKE_MPS2, BRAKE_MPS2)
    nearing = max(seen.nearing_mps, 0.0) if rules.nearing_only else abs(seen.nearing_mps)
    across = SWAY_M + share_m(nearing)
    if rules.own_share:
        across += share_m(0.0)  # ego keeps to its way
    inside = seen.gap_m < along - rules.edge_m and seen.clear_m < across - rules.edge_m
    return Judgement(RISK if seen.ahead and inside else CALM, np.inf, 0.0, 0.0)


@compiled
def longitudinal_m(
    speed: float, lead: float, rho_s: float, accel: float, brake_least: float, brake_most: float
) -> float:
    """Return the safe distance behind a leader, m; negative where it drives away.

    accel: what the rear may speed up by during `rho_s`; then it brakes by `brake_least` at least, the leader by
    `brake_most` at most (the paper's definition for one direction, not floored at 0). The way to stop of a leader
    that comes towards ego counts against it.
    """
    faster = speed + rho_s * accel
    run = speed * rho_s + accel * (rho_s * rho_s) / 2.0 + faster * faster / (2.0 * brake_least)
    return float(run - lead * abs(lead) / (2.0 * brake_most))


@compiled
def share_m(nearing: float) -> float:
    """Return one vehicle's share of the lateral distance, m: it accelerates aside for RHO_S, then brakes aside."""
    later = nearing + ASIDE_MPS2 * RHO_S
    return float((2.0 * nearing + ASIDE_MPS2 * RHO_S) * RHO_S / 2.0 + later * later / (2.0 * ASIDE_MPS2))


def equilibrium_gap_m(speed_mps: float) -> float:
    """Return the gap at common speed that is still safe after the leader has braked for RHO_S, ego not yet, m."""
    slower = max(speed_mps - RHO_S * BRAKE_MPS2, 0.0)
    lost = BRAKE_MPS2 * RHO_S * RHO_S / 2.0
    return float(longitudinal_m(speed_mps, slower, RHO_S, ACCEL_MPS2, BRAKE_MPS2, BRAKE_MPS2)) + lost
