"""reg157: the formula of the regulation's paragraph on cut-ins (UN Regulation No. 157, 5.2.5.2), as a driver.

Risk: the other has intruded 0.3 m into the lane (its side is within 0.5 m of ego's) and is nearer in time than
closing speed / (2 * 6 m/s2) + 0.35 s. 0.35 s later it brakes by 6 m/s2 at once. Public: 0.1 s more in the test.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.drivers.models.encounter import CALM, RISK, Encounter, Judgement
from scenarios.simulation.drivers.models.response import Response
from scenarios.simulation.drivers.models.rules import Rules

TITLE = "Cut-in formula of UN Regulation No. 157 (Reg157)"
SOURCE = "UN Regulation No. 157, paragraph 5.2.5.2; ec-jrc/JRC-FSM"
RESPONSE = Response(delay_s=0.35, coast_mps2=0.0, rise_mps3=np.inf, most_mps2=6.0)
INTRUDED_CLEAR_M = 0.5  # 0.8 m from ego's side to the marking, less 0.3 m of intrusion
HEADWAY_S = 2.0  # start gap of the published following tests
# the regulation's least headway in a lane, by speed in km/h; from memory, confirmed by the gaps that the tests hold
HEADWAY_KPH = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0])
HEADWAYS_S = np.array([1.1, 1.2, 1.3, 1.4, 1.5, 1.6])


@compiled
def judge(seen: Encounter, rules: Rules) -> Judgement:
    """Return RISK with the other intruded and nearer in time than braking by 6 m/s2 takes."""
    if not seen.ahead or seen.clear_m > INTRUDED_CLEAR_M + rules.edge_m:
        return Judgement(CALM, np.inf, 0.0, 0.0)
    closing = seen.speed_mps - seen.other_mps
    if rules.closing_only and closing <= 0.0:
        return Judgement(CALM, np.inf, 0.0, 0.0)
    needed_s = closing / (2.0 * RESPONSE.most_mps2) + RESPONSE.delay_s + rules.reg157_spare_s
    near = not abs(seen.gap_m / closing) > needed_s  # 0 / 0 is a risk
    return Judgement(RISK if near else CALM, np.inf, 0.0, 0.0)


def equilibrium_gap_m(speed_mps: float) -> float:
    """Return the gap at which it follows at common speed in the published tests, m."""
    return HEADWAY_S * speed_mps


def least_gap_m(speed_mps: float) -> float:
    """Return the regulation's least following gap, m: speed times a headway that grows from 1.1 s to 1.6 s."""
    headways: Array = np.interp(3.6 * speed_mps, HEADWAY_KPH, HEADWAYS_S)
    return float(speed_mps * headways)
