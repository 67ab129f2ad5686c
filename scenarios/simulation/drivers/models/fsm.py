"""fsm: the fuzzy safety model. Mattas et al., Accident Analysis & Prevention 148 (2020) 105794; ec-jrc/JRC-FSM.

PFS, proactive: how far the following gap is from safe if the leader should brake hard. CFS, critical: how far it is
from safe if the leader holds its speed. Risk: either is above 0; the brake follows how much.
"""

from roadnet.base.compiled import compiled
from scenarios.simulation.drivers.models.encounter import CALM, RISK, Encounter, Judgement
from scenarios.simulation.drivers.models.response import Response
from scenarios.simulation.drivers.models.rules import MOST_JERK_MPS3, Rules

TITLE = "Fuzzy safety model (FSM)"
SOURCE = "Mattas et al., Accident Analysis & Prevention 148 (2020) 105794; ec-jrc/JRC-FSM"
RESPONSE = Response(delay_s=0.75, coast_mps2=0.0, rise_mps3=MOST_JERK_MPS3, most_mps2=0.774 * 9.81)
DELAY_S = 0.75
SOFT_MPS2, HARD_MPS2, LEADER_MPS2 = 4.0, 6.0, 7.0  # ego's comfortable and hard braking, the leader's braking
MARGIN_M = 2.0
LATE_S = 0.1  # who reaches ego's corridor this long after ego has passed is no risk


@compiled
def judge(seen: Encounter, rules: Rules) -> Judgement:
    """Return RISK with PFS, CFS and the braking they ask for."""
    if not seen.ahead or passes_first(seen, rules):
        return Judgement(CALM, 0.0, 0.0, 0.0)
    pfs = proactive(seen.gap_m + rules.edge_m, seen.speed_mps, seen.other_mps)
    cfs = critical(seen.gap_m, seen.speed_mps, seen.other_mps, seen.accel_mps2)
    if not pfs + cfs > 0.0:
        return Judgement(CALM, 0.0, pfs, cfs)
    demand = SOFT_MPS2 + cfs * (HARD_MPS2 - SOFT_MPS2) if cfs > 0.0 else pfs * SOFT_MPS2
    return Judgement(RISK, demand, pfs, cfs)


@compiled
def passes_first(seen: Encounter, rules: Rules) -> bool:
    """Return whether ego has passed before the other reaches its corridor, or the other does not near it."""
    if seen.clear_m <= rules.edge_m:
        return False
    if seen.nearing_mps <= 0.0:
        return True
    closing = seen.speed_mps - seen.other_mps
    if rules.passes_only_closing and closing <= 0.0:
        return False
    return bool(seen.clear_m / seen.nearing_mps > seen.pass_m / closing + LATE_S)


@compiled
def proactive(gap: float, speed: float, lead: float) -> float:
    """Return PFS in [0, 1]. gap m; speeds m/s; a leader that comes towards ego has its way to stop against it."""
    reaching = speed * DELAY_S
    leads = lead * abs(lead) / (2.0 * LEADER_MPS2)
    safe = reaching + speed * speed / (2.0 * SOFT_MPS2) - leads + MARGIN_M
    unsafe = reaching + speed * speed / (2.0 * HARD_MPS2) - leads
    distance = gap - MARGIN_M
    if distance > safe:
        return 0.0
    if distance < unsafe:
        return 1.0
    return float((safe - distance) / (safe - unsafe))


@compiled
def critical(gap: float, speed: float, lead: float, accel: float) -> float:
    """Return CFS in [0, 1]. gap m; speeds m/s; accel: ego's, m/s2."""
    if speed <= lead:
        return 0.0
    bounded = max(accel, -SOFT_MPS2)
    later = speed + bounded * DELAY_S  # ego's speed after the delay
    if later < lead:
        closing = speed - lead
        return 1.0 if gap < closing * closing / abs(2.0 * accel) else 0.0
    run = (speed + bounded * DELAY_S / 2.0 - lead) * DELAY_S
    closing = later - lead
    safe = run + closing * closing / (2.0 * SOFT_MPS2)
    unsafe = run + closing * closing / (2.0 * HARD_MPS2)
    if gap > safe:
        return 0.0
    if gap < unsafe:
        return 1.0
    return float((safe - gap) / (safe - unsafe))


def equilibrium_gap_m(speed_mps: float) -> float:
    """Return the gap at common speed where PFS leaves 0, m."""
    v = speed_mps
    return v * DELAY_S + v * v / (2.0 * SOFT_MPS2) - v * v / (2.0 * LEADER_MPS2) + MARGIN_M + MARGIN_M
