"""One run of a test: a model behind the wheel on a straight road, the others on tracks laid down before.

Plane road, x forward, y left, positions are centres, footprints never turn; ego keeps y = 0.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.drivers.models.encounter import ENDS, RISK, Encounter, Judgement
from scenarios.simulation.drivers.models.response import Mind, Response, respond
from scenarios.simulation.drivers.models.rules import Rules
from scenarios.simulation.drivers.models.table import judged

LENGTH_M, WIDTH_M = 4.3, 1.9  # of every vehicle, the standing one's length apart
# track (N + 1, TRACK): the other that is to be answered at each sample; WATCHED 0: nobody
X, Y, SPEED, ASIDE, LENGTH, WATCHED = range(6)
TRACK = 6
# trace (N + 1, TRACE): ego at each sample; BRAKE and RISKY: of the step from it on
EGO_X, EGO_SPEED, BRAKE, RISKY, GAP, CLEAR = range(6)
TRACE = 6
NONE, SIDE, FRONT = 0, 1, 2  # kind of crash: the other drove into ego's side; ego ran into the other
HALVINGS = 40  # of a step in the search for the instant of a risk
# when a run ends
AT_LAST, AT_STANDSTILL, AT_STANDSTILL_OR_CRASH = 0, 1, 2


@compiled
def encounter(x: float, speed: float, before: float, other: Array, rules: Rules) -> Encounter:
    """Return ego at `x` with the other of a track's row; before: ego's speed a sample ago."""
    apart = abs(other[X] - x)
    return Encounter(
        not x > other[X],
        apart - LENGTH_M / 2.0 - other[LENGTH] / 2.0,
        abs(other[Y]) - WIDTH_M / 2.0 - WIDTH_M / 2.0,
        apart + LENGTH_M / 2.0 + other[LENGTH] / 2.0,
        speed,
        other[SPEED],
        -other[ASIDE],
        (speed - before) * rules.rate_hz,
    )


@compiled
def drive(
    model: int, response: Response, rules: Rules, always: bool, until: int,
    x: float, speed: float, track: Array, trace: Array,
) -> tuple[int, int, int, float, float]:  # fmt: skip
    """Return (kind of crash, its row, last row reached, largest PFS, largest CFS) and fill in the trace.

    always: at risk in every step, without a test. A crash is looked for at the sample from which a step starts.
    The body is one loop, step 1 to 4 of the published description, and so is longer than others.
    """
    mind, before, step_s = Mind(False, response.delay_s, 0.0), speed, 1.0 / rules.rate_hz
    kind, crash_row, pfs, cfs = NONE, -1, 0.0, 0.0
    row, last = 0, len(track) - 1
    while row < last:
        after, travel, ended = speed, speed * step_s, False
        trace[row, BRAKE], trace[row, RISKY] = 0.0, 0.0
        if track[row, WATCHED] > 0.0:
            seen = encounter(x, speed, before, track[row], rules)
            answer = Judgement(RISK, np.inf, 0.0, 0.0) if always else judged(model, seen, rules)
            if rules.delay_by_clock and answer.risk == RISK and not mind.reacted and row > 0 and not always:
                late_s = seen_late(model, x, speed, track[row - 1 : row + 1], rules)
                mind = Mind(False, mind.left_s - late_s, 0.0)
            after, travel, mind = respond(response, answer, mind, speed, rules)
            pfs, cfs = max(pfs, answer.pfs), max(cfs, answer.cfs)
            if kind == NONE and overlap(seen, rules):
                kind, crash_row = FRONT if seen.ahead else SIDE, row
            ended = answer.risk == ENDS
            trace[row, GAP], trace[row, CLEAR] = seen.gap_m, seen.clear_m
            trace[row, BRAKE], trace[row, RISKY] = mind.brake_mps2, 1.0 if answer.risk == RISK else 0.0
        trace[row, EGO_X], trace[row, EGO_SPEED] = x, speed
        ended = ended or (until != AT_LAST and speed == 0.0) or (until == AT_STANDSTILL_OR_CRASH and kind != NONE)
        x += travel
        before, speed = speed, after
        row += 1
        if ended:
            break
    trace[row, EGO_X], trace[row, EGO_SPEED] = x, speed
    return kind, crash_row, row, pfs, cfs


@compiled
def overlap(seen: Encounter, rules: Rules) -> bool:
    """Return whether the two have crashed."""
    depth_m = rules.touch_m - rules.edge_m
    return bool(seen.gap_m < depth_m and seen.clear_m < depth_m)


@compiled
def seen_late(model: int, x: float, speed: float, rows: Array, rules: Rules) -> float:
    """Return how long before the second of two samples a risk began that is seen first there, s.

    x: ego's at the second; its speed was held since the first. rows (2, TRACK).
    """
    if rows[0, WATCHED] == 0.0:
        return 0.0
    step_s = 1.0 / rules.rate_hz
    calm, risky = 0.0, 1.0  # shares of the step
    between = rows[0].copy()
    for _ in range(HALVINGS):
        share = 0.5 * (calm + risky)
        for column in range(LENGTH):
            between[column] = rows[0, column] + share * (rows[1, column] - rows[0, column])
        seen = encounter(x - (1.0 - share) * speed * step_s, speed, speed, between, rules)
        if judged(model, seen, rules).risk == RISK:
            risky = share
        else:
            calm = share
    return (1.0 - risky) * step_s
