"""human: everyday traffic. Follows by the intelligent driver model, changes lanes, merges, gives way, errs if told.

The law itself answers what the driver sees ahead: leader, closed line, whom to let in. On a path of lanes the engine
also gives it lanes: its way, MOBIL lane changes, priority and gaps at junctions (docs/traffic.md). Defaults are
nominal: no error. Spread and correlations between drivers: scenarios/sampling/traits.py.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.laws.idm import behind, free_road
from scenarios.simulation.layout import (
    NOW_CAP,
    NOW_FROZEN,
    NOW_GAP,
    NOW_LEAD_SPEED,
    NOW_LET_GAP,
    NOW_LET_SPEED,
    NOW_OTHER_GAP,
    NOW_OTHER_SPEED,
    NOW_SPEED,
    NOW_STEP,
    NOW_STOP,
    NOW_WISH,
)
from scenarios.simulation.signature import LAW

SEES = True
BY_LANES = True  # on a path of lanes it plans its own way
SIGNED = frozenset({"gap_misjudged", "speed_misjudged"})
DEFAULTS = {
    "accel_mps2": 1.4,  # Kesting, Treiber, Helbing, Phil. Trans. R. Soc. A 368 (2010), table 1, as the three below
    "decel_mps2": 2.0,
    "jam_gap_m": 2.0,
    "headway_s": 1.5,
    "desired_speed": 1.0,  # of limit and comfort in curves
    "desired_speed_mps": 0.0,  # 0: the factor times the limit
    "decel_most_mps2": 8.0,  # what brakes give; assumed
    "politeness": 0.25,  # MOBIL: Kesting, Treiber, Helbing, TRR 1999 (2007): 0 to 0.5
    "threshold_mps2": 0.2,  # the same: 0.1 to 0.2
    "safe_decel_mps2": 4.0,  # the same: what a change may ask of the follower
    "change_s": 4.0,  # a lane change takes; assumed
    "critical_gap_left_major_s": 4.1,  # critical headways: HCM 2010, ch. 19, as the three below
    "critical_gap_right_minor_s": 6.2,
    "critical_gap_s": 6.5,  # through from a minor road
    "critical_gap_left_minor_s": 7.1,
    "critical_gap_side_s": 4.1,  # right before left, into a ring, where speeds are low; assumed
    "patience_s": 30.0,  # after so long at a line the critical gap has halved; assumed
    "reaction_s": 0.0,  # looks up once in so long and holds the pedals in between
    "surprise_s": 0.0,  # suddenly asked for much more brake, goes on as before for so long
    "distraction_duration_s": 0.0,  # looks away for so long, once in distraction_interval_s
    "distraction_interval_s": 60.0,
    "gap_misjudged": 0.0,  # takes the distances of others to be longer by this part of them
    "speed_misjudged": 0.0,  # takes others to come slower by this part of their closing speed
    "runs_red": 0.0,  # probability to pass a light up to 2 s after it closed
    "rolls_stop_sign": 0.0,  # probability not to stop at a stop sign
    "leaves_map": 0.0,  # 1: is gone where the map ends even as the subject vehicle, which else stays; others always are
}
(
    ACCEL, DECEL, JAM, HEADWAY, FACTOR, WISHED, DECEL_MOST, POLITENESS, THRESHOLD, SAFE_DECEL, CHANGE_S,
    GAPS, _RIGHT, _THROUGH, _LEFT, _SIDE, PATIENCE, REACTION, SURPRISE,
    DISTRACTION, DISTRACTION_EVERY, GAP_MISJUDGED, SPEED_MISJUDGED, LATE_AMBER, ROLLING_STOP, LEAVES,
) = range(len(DEFAULTS))  # fmt: skip
JERK_UP, JERK_DOWN = 4.0, 12.65  # m/s3: easing off a brake or pressing on, assumed; a brake's rise, UN R157
SOFT_DECEL = 2.0  # m/s2: brakes harder for a line only if it must; assumed
LET_DECEL = 1.5  # m/s2, the most it brakes to let somebody in; assumed
STARTLING, USED_S = 2.0, 1.0  # m/s2 more brake than it was used to in the last second are a surprise; assumed
ALERT_S = 5.0  # who has just been surprised is not again; assumed
# memory: the acceleration of the last step; what it goes for, m/s2; for how long it goes on as before, below zero how
# long it stays alert, s; what it is used to, m/s2; what it wanted when it last looked, m/s2
HELD, GOAL, STARTLED, USED_TO, SEEN = 0, 1, 2, 3, 4


@compiled
def wanted(now: Array, values: Array) -> float:
    """Return the acceleration that following, line and courtesy ask for, m/s2."""
    accel, decel, jam, headway = values[ACCEL], values[DECEL], values[JAM], values[HEADWAY]
    speed, stop_m = now[NOW_SPEED], now[NOW_STOP]
    free = free_road(speed, min(now[NOW_WISH], now[NOW_CAP]), accel, decel)
    follow = behind(speed, now[NOW_GAP], now[NOW_LEAD_SPEED], accel, decel, jam, headway)
    other = behind(speed, now[NOW_OTHER_GAP], now[NOW_OTHER_SPEED], accel, decel, jam, headway)
    demand = free + min(follow, other)
    if stop_m < np.inf:
        needed = 0.5 * speed * speed / max(stop_m - 0.5 * jam, 0.1)
        line = free + behind(speed, stop_m, 0.0, accel, decel, jam, headway)
        demand = min(demand, max(line, -max(SOFT_DECEL, needed)))
    if now[NOW_LET_GAP] < np.inf:
        let = free + behind(speed, now[NOW_LET_GAP], now[NOW_LET_SPEED], accel, decel, jam, headway)
        demand = min(demand, max(let, -LET_DECEL))
    return float(max(demand, -values[DECEL_MOST]))


@compiled
def is_startled(memory: Array, surprise_s: float, goal: float, step_s: float) -> bool:
    """Return whether the driver does not yet do what it now wants, m/s2, for surprise."""
    memory[USED_TO] += (goal - memory[USED_TO]) * min(step_s / USED_S, 1.0)
    if memory[STARTLED] == 0.0 and goal < min(memory[USED_TO], 0.0) - STARTLING:
        memory[STARTLED] = surprise_s
    if memory[STARTLED] > 0.0:
        memory[STARTLED] -= step_s
        if memory[STARTLED] > 0.0 and goal < memory[GOAL]:
            return True
        memory[STARTLED] = -ALERT_S
    memory[STARTLED] = min(memory[STARTLED] + step_s, 0.0)
    return False


@compiled(signature=LAW)
def law(now: Array, values: Array, memory: Array) -> float:
    """Return the acceleration on its way to what the driver wants, as fast as feet go; it thinks while it looks."""
    before, step_s = memory[HELD], now[NOW_STEP]
    if now[NOW_FROZEN] == 0.0:
        memory[SEEN] = wanted(now, values)
    # a surprise passes by the clock, whether it looks or not
    if values[SURPRISE] == 0.0 or not is_startled(memory, values[SURPRISE], memory[SEEN], step_s):
        memory[GOAL] = memory[SEEN]
    memory[HELD] = min(max(memory[GOAL], before - JERK_DOWN * step_s), before + JERK_UP * step_s)
    return float(memory[HELD])
