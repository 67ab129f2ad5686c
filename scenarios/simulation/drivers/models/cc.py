"""cc: the competent and careful human driver of UN R157.

Risk: the other is in ego's corridor and less than 2 s away at constant speeds. 0.75 s later the brake rises by
12.65 m/s3 to 0.774 g. UN Regulation No. 157, Annex 4, Appendix 3, as read by the public code of the European
Commission's Joint Research Centre (ec-jrc/JRC-FSM), which also slows by 0.4 m/s2 during the delay.
"""

import numpy as np

from roadnet.base.compiled import compiled
from scenarios.simulation.drivers.models.encounter import CALM, ENDS, RISK, Encounter, Judgement
from scenarios.simulation.drivers.models.response import Response
from scenarios.simulation.drivers.models.rules import MOST_JERK_MPS3, Rules

TITLE = "Competent and careful human driver (CC)"
SOURCE = "UN Regulation No. 157, Annex 4, Appendix 3; ec-jrc/JRC-FSM"
RESPONSE = Response(delay_s=0.75, coast_mps2=0.4, rise_mps3=MOST_JERK_MPS3, most_mps2=0.774 * 9.81)
RISK_TTC_S = 2.0
HEADWAY_S = 2.0  # start gap of the published following tests


@compiled
def judge(seen: Encounter, rules: Rules) -> Judgement:
    """Return RISK with the other in the corridor and within 2 s; ENDS in the corridor, but not that near."""
    if not seen.ahead or seen.clear_m > rules.edge_m:
        return Judgement(CALM, np.inf, 0.0, 0.0)
    closing = seen.speed_mps - seen.other_mps
    opening = rules.closing_only and closing <= 0.0
    if not opening and not abs(seen.gap_m / closing) > RISK_TTC_S:  # 0 / 0 is a risk
        return Judgement(RISK, np.inf, 0.0, 0.0)
    return Judgement(ENDS if rules.ends_early else CALM, np.inf, 0.0, 0.0)


def equilibrium_gap_m(speed_mps: float) -> float:
    """Return the gap at which it follows at common speed in the published tests, m."""
    return HEADWAY_S * speed_mps


def stopping_distance_m(speed_mps: float) -> float:
    """Return how far it runs from the first risk to standstill, m: held speed, rising brake, full brake."""
    brake, ramp_s = RESPONSE.most_mps2, RESPONSE.most_mps2 / RESPONSE.rise_mps3
    if speed_mps <= 0.5 * brake * ramp_s:  # stands while the brake still rises
        stop_s = np.sqrt(2.0 * speed_mps / RESPONSE.rise_mps3)
        return float(speed_mps * RESPONSE.delay_s + 2.0 / 3.0 * speed_mps * stop_s)
    slower = speed_mps - 0.5 * brake * ramp_s
    ramp_m = speed_mps * ramp_s - brake * ramp_s * ramp_s / 6.0
    return float(speed_mps * RESPONSE.delay_s + ramp_m + slower * slower / (2.0 * brake))
