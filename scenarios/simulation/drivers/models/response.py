"""How a model answers a risk: a delay, then a brake that rises. The same for all four, with their own numbers."""

from typing import NamedTuple

import numpy as np

from roadnet.base.compiled import compiled
from scenarios.simulation.drivers.models.encounter import RISK, Judgement
from scenarios.simulation.drivers.models.rules import Rules

EDGE_S = 1e-9  # a delay within this of a step's end ends there


class Response(NamedTuple):
    """The numbers of a model's response."""

    delay_s: float  # from the first risk to the brake
    coast_mps2: float  # how it slows meanwhile
    rise_mps3: float  # of the brake; infinity: at once
    most_mps2: float  # of the brake


class Mind(NamedTuple):
    """What a driver remembers from step to step."""

    reacted: bool  # a risk was seen once
    left_s: float  # of the delay
    brake_mps2: float


def calm_mind(response: Response) -> Mind:
    """Return the mind of a driver that has seen no risk."""
    return Mind(False, response.delay_s, 0.0)


@compiled
def respond(
    response: Response, judged: Judgement, mind: Mind, speed_mps: float, rules: Rules
) -> tuple[float, float, Mind]:
    """Return (speed after the step, travel in it, mind after it); a driver who never saw a risk holds its speed."""
    if judged.risk != RISK and not mind.reacted:
        return speed_mps, speed_mps / rules.rate_hz, mind
    if rules.delay_by_clock:
        after, travel, mind = by_clock(response, judged, mind, speed_mps, rules)
    else:
        after, mind = by_steps(response, judged, mind, speed_mps, rules)
        travel = ((1.0 - rules.old_share) * after + rules.old_share * speed_mps) * (1.0 / rules.rate_hz)
    return after, travel, mind


@compiled
def by_steps(response: Response, judged: Judgement, mind: Mind, speed_mps: float, rules: Rules) -> tuple[float, Mind]:
    """Return (speed, mind) where the delay costs whole steps, a started one counting in full. Calm holds the speed."""
    step_s = 1.0 / rules.rate_hz
    left, brake = mind.left_s, mind.brake_mps2
    if judged.risk != RISK:
        left -= step_s if rules.clock_runs_on else 0.0
        return speed_mps, Mind(True, left, max(brake - rules.ease_mps3 * step_s, 0.0))
    if left > 0.0:
        coast = min(response.coast_mps2, rules.coast_most_mps2)
        return speed_mps - coast * step_s, Mind(True, left - step_s, coast)  # no floor at standstill, as published
    rise = min(brake + response.rise_mps3 * step_s, response.most_mps2)
    brake = min(rise, judged.demand_mps2)
    return max(speed_mps - brake * step_s, 0.0), Mind(True, left, brake)


@compiled
def by_clock(
    response: Response, judged: Judgement, mind: Mind, speed_mps: float, rules: Rules
) -> tuple[float, float, Mind]:
    """Return (speed, travel, mind), exact where the delay ends inside the step and the brake moves at its jerk."""
    step_s, at_risk = 1.0 / rules.rate_hz, judged.risk == RISK
    wait = max(mind.left_s, 0.0) if at_risk or rules.clock_runs_on else 0.0
    wait = step_s if wait > step_s - EDGE_S else wait
    left, brake, goal = mind.left_s - wait, mind.brake_mps2, 0.0
    if at_risk:
        brake = max(brake, min(response.coast_mps2, rules.coast_most_mps2))
        goal = min(response.most_mps2, judged.demand_mps2)
    elif rules.ease_mps3 == 0.0:
        return speed_mps, speed_mps * step_s, Mind(True, left, brake)
    speed, travel = slowed(speed_mps, brake, 0.0, wait)
    if wait == step_s:
        return speed, travel, Mind(True, left, brake)
    jerk = response.rise_mps3 if goal > brake else -rules.ease_mps3
    moving = min((goal - brake) / jerk, step_s - wait) if goal != brake else 0.0
    if moving > 0.0:
        speed, run = slowed(speed, brake, jerk, moving)
        travel += run
    brake = brake + jerk * moving if moving == step_s - wait else goal
    speed, run = slowed(speed, brake, 0.0, step_s - wait - moving)
    return speed, travel + run, Mind(True, left, brake)


@compiled
def slowed(speed_mps: float, brake_mps2: float, jerk_mps3: float, span_s: float) -> tuple[float, float]:
    """Return (speed, travel) after `span_s` of a brake that moves by `jerk_mps3` and stays above 0; no rolling back."""
    after = speed_mps - (brake_mps2 + 0.5 * jerk_mps3 * span_s) * span_s
    t = span_s
    if after < 0.0:
        t = 2.0 * speed_mps / (brake_mps2 + np.sqrt(brake_mps2 * brake_mps2 + 2.0 * jerk_mps3 * speed_mps))
    return max(after, 0.0), ((speed_mps - 0.5 * brake_mps2 * t) - jerk_mps3 * t * t / 6.0) * t
