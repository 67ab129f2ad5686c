"""careful_human: the competent and careful driver of UN R157 (Annex 4, Appendix 3), who also follows and obeys.

Until there is a risk it follows softly by `idm`, keeps the limit, is comfortable in curves and stops at red.
Risk: contact within 2 s at constant speeds with somebody in its corridor, or crossing into it. Then, 0.75 s
after the risk began, the brake rises by 12.65 m/s3 to 0.774 g. An opening gap is no
risk; the brake falls at the same jerk once the risk is over; the delay is spent again only after a calm of 2 s.
"""

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.laws.idm import behind, free_road
from scenarios.simulation.layout import (
    NOW_CAP,
    NOW_CONFLICT,
    NOW_GAP,
    NOW_LEAD_SPEED,
    NOW_SPEED,
    NOW_STEP,
    NOW_STOP,
    NOW_WISH,
)
from scenarios.simulation.signature import LAW

SEES = True
DEFAULTS = {
    "accel_mps2": 1.5,  # comfortable; assumed
    "decel_mps2": 1.67,  # Treiber 2000, table I
    "jam_gap_m": 2.0,  # the same
    "headway_s": 1.6,  # the same
    "soft_decel_mps2": 2.0,  # the most it brakes without a risk; assumed
    "risk_ttc_s": 2.0,  # R157
    "delay_s": 0.75,  # R157
    "coast_mps2": 0.0,  # during the delay; the public JRC code takes 0.4, R157's stopping distances hold the speed
    "jerk_mps3": 12.65,  # R157
    "brake_most_mps2": 0.774 * 9.81,  # R157
    "desired_speed_mps": 0.0,  # 0: the initial speed, or the limit for who starts at standstill
    "calm_s": 2.0,  # after this the next risk surprises again; assumed
}
REACTED, BRAKE, CALM = 0, 1, 2  # memory: s of the delay spent, m/s2 of the brake now, s without risk
EDGE_S = 1e-9  # a delay within this of a step's end ends there


@compiled
def emergency(risk: bool, step_s: float, values: Array, memory: Array) -> float:
    """Return the mean deceleration of the emergency response over the step, m/s2, and remember its state."""
    coast, jerk, most = values[7], values[8], values[9]
    if not risk:
        memory[CALM] += step_s
        if memory[CALM] >= values[11]:
            memory[REACTED] = 0.0
        before = memory[BRAKE]
        memory[BRAKE] = max(before - jerk * step_s, 0.0)
        return float(0.5 * (before + memory[BRAKE]))
    memory[CALM] = 0.0
    left = values[6] - memory[REACTED]
    if left >= step_s - EDGE_S:
        memory[REACTED] += step_s
        memory[BRAKE] = max(memory[BRAKE], coast)
        return float(memory[BRAKE])
    memory[REACTED] = values[6]
    wait = max(left, 0.0)
    before = max(memory[BRAKE], coast)
    rise = min((most - before) / jerk, step_s - wait)  # s; the brake rises for so long, then holds
    memory[BRAKE] = before + jerk * rise
    mean = before * wait + 0.5 * (before + memory[BRAKE]) * rise + memory[BRAKE] * (step_s - wait - rise)
    return float(mean / step_s)


@compiled(signature=LAW)
def law(now: Array, values: Array, memory: Array) -> float:
    """Return the softest acceleration that satisfies following, stop line and emergency."""
    accel, decel, jam, headway, soft = values[0], values[1], values[2], values[3], values[4]
    speed, wish, stop_m = now[NOW_SPEED], min(now[NOW_WISH], now[NOW_CAP]), now[NOW_STOP]
    follow = behind(speed, now[NOW_GAP], now[NOW_LEAD_SPEED], accel, decel, jam, headway)
    stop = behind(speed, stop_m, 0.0, accel, decel, jam, headway)
    free = free_road(speed, wish, accel, decel)
    needed = 0.5 * speed * speed / max(stop_m - 0.5 * jam, 0.1)  # to stand before the line, m/s2
    calm = max(free + follow, -soft)
    calm = min(calm, max(free + stop, -max(soft, needed)))
    brake = emergency(now[NOW_CONFLICT] <= values[5], now[NOW_STEP], values, memory)
    return float(min(calm, -brake) if brake > 0.0 else calm)
