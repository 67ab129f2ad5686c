"""How who drives by lanes moves: a bicycle whose rear axle is steered along the lanes, one foot point a step.

The same bicycle and the same return to the path as in scenarios/simulation/motion.py. The rear axle is the
reference point on lanes, so that a lane's end is passed once and a turn's inner side is kept.
"""

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from roadnet.base.maths import sincos
from roadnet.polyline import STEP_M
from scenarios.simulation.bodies import REAR_AXLE as REAR_AXLE_SHARE
from scenarios.simulation.lane_layout import (
    ALONG,
    ASIDE,
    ASKEW,
    BESIDE,
    CHANGES,
    END,
    FIRST,
    HALF,
    HEAD,
    LANE,
    LEFT,
    LONG,
    RIGHT,
    WANTS,
    WAYS,
)
from scenarios.simulation.layout import (
    ACCEL,
    COS,
    CURVATURE,
    CURVATURE_MOST,
    OFFSET,
    PCOS,
    PCURVATURE,
    PSIN,
    PX,
    PY,
    PZ,
    REAR_AXLE,
    SHIFT,
    SHIFT_ACCEL,
    SHIFT_RATE,
    SHIFT_TIME,
    SIN,
    SPEED,
    STEER_MOST,
    TRAVEL,
    WIDTH,
    YAW,
    S,
    X,
    Y,
)
from scenarios.simulation.motion import GRAVITY, PREVIEW_S, RETURN_S, put, travel_in

RETURN_PART = 0.55  # the return to the lane takes this part of the body ahead of the rear axle; assumed
STEER_LAG_1PM = 0.1  # and as long as steering takes to bend the way by so much; assumed
ASKEW_MOST = 0.25  # rad, at most, to the lane
NEARLY_M = 0.5  # who is wider than its lane has changed once it is so near to the middle; assumed
LANE_M = 3.5  # a lane of usual width
LONG_M = 7.0  # bodies beyond this count as long
OVER_M, LONG_OVER_M = 0.3, -0.15  # how far a body, and a long one, may swing over the lane's line; assumed
TIGHT = 1.15  # bends up to this times what the steering gives are taken; assumed
INWARDS_MOST_M = 0.8  # and at most so far; assumed


@lean
def foot_once(
    sample: Array, first: int, end: int, x: float, y: float, guess: float
) -> tuple[float, float, float, float, float]:
    """Return (s, offset, cos, sin of the lane there, its z) of the foot of a point near `guess`; one Newton step."""
    last = end - first - 1
    inside = min(max(guess, 0.0), last * STEP_M)
    k = min(int(inside / STEP_M), last - 1)
    f, r = inside / STEP_M - k, first + k
    cos_h = sample[r, PCOS] + (sample[r + 1, PCOS] - sample[r, PCOS]) * f
    sin_h = sample[r, PSIN] + (sample[r + 1, PSIN] - sample[r, PSIN]) * f
    dx = x - sample[r, PX] - (sample[r + 1, PX] - sample[r, PX]) * f - (guess - inside) * cos_h
    dy = y - sample[r, PY] - (sample[r + 1, PY] - sample[r, PY]) * f - (guess - inside) * sin_h
    offset = dy * cos_h - dx * sin_h
    bend = sample[r, PCURVATURE] if guess == inside else 0.0
    along = (dx * cos_h + dy * sin_h) / max(1.0 - bend * offset, 0.2)
    turn = bend * along  # the direction at the foot itself
    z = sample[r, PZ] + (sample[r + 1, PZ] - sample[r, PZ]) * f
    return guess + along, offset - 0.5 * turn * along, cos_h - turn * sin_h, sin_h + turn * cos_h, z


@lean
def bend_at(lane: Array, metric: Array, sample: Array, plan: Array, way: Array, i: int, s: float) -> float:
    """Return the curvature `s` m along driver i's way from the begin of its lane, 1/m."""
    for w in range(plan[i, WAYS]):
        row = way[i, w]
        if s <= metric[row, LONG]:
            last = lane[row, END] - lane[row, FIRST] - 1
            return float(sample[lane[row, FIRST] + min(max(int(s / STEP_M + 0.5), 0), last), PCURVATURE])
        s -= metric[row, LONG]
    return 0.0


@lean
def steer_by_lanes(
    lane: Array, metric: Array, sample: Array, plan: Array, drive: Array, way: Array, body: Array, state: Array, i: int
) -> float:
    """Return the curvature that leads driver i's rear axle to its lane and wished offset, 1/m.

    In bends the front swings out by k l^2 / 2; the rear axle keeps half of that to the inside, so that the body is
    in the middle of the lane.
    """
    speed, aside = state[SPEED, i], drive[i, ASIDE]
    at, head, quick = drive[i, ALONG], drive[i, HEAD], max(state[SPEED, i], 1.0)
    reach = max(RETURN_PART * head, max(RETURN_S, STEER_LAG_1PM / body[STEER_MOST, i]) * speed)
    inwards = bend_at(lane, metric, sample, plan, way, i, at) + bend_at(lane, metric, sample, plan, way, i, at + head)
    inwards = min(max(0.125 * inwards * head * head, -INWARDS_MOST_M), INWARDS_MOST_M)
    turn_in = 0.5 * (inwards + state[SHIFT, i] - aside) / reach + state[SHIFT_RATE, i] / quick
    askew = min(max(turn_in, -ASKEW_MOST), ASKEW_MOST)
    bend = bend_at(lane, metric, sample, plan, way, i, at + PREVIEW_S * speed)
    bend = bend / max(1.0 - bend * aside, 0.2) + state[SHIFT_ACCEL, i] / (quick * quick)
    return float(bend + 2.0 * (askew - drive[i, ASKEW]) / reach)


@lean
def drive_on(
    lane: Array, sample: Array, plan: Array, drive: Array, body: Array, state: Array, i: int,
    curvature: float, demand: float, friction: float, h: float,
) -> None:  # fmt: skip
    """Drive agent i for `h` s as a bicycle, the curvature within lock, steering rate and grip; find it on its lane."""
    step = body[STEER_MOST, i] * h
    curvature = min(max(curvature, state[CURVATURE, i] - step), state[CURVATURE, i] + step)
    most = min(body[CURVATURE_MOST, i], friction * GRAVITY / max(state[SPEED, i] * state[SPEED, i], 1.0))
    curvature = min(max(curvature, -most), most)
    travel, speed = travel_in(state[SPEED, i], demand, h)
    back, turn = body[REAR_AXLE, i], curvature * travel
    sin_t, cos_t = sincos(0.5 * turn)
    cos_0, sin_0 = state[COS, i], state[SIN, i]
    cos_m, sin_m = cos_0 * cos_t - sin_0 * sin_t, sin_0 * cos_t + cos_0 * sin_t
    yaw = state[YAW, i] + turn
    sin_y, cos_y = sincos(yaw)
    chord = travel * (1.0 - turn * turn / 24.0)
    rear_x = state[X, i] - back * cos_0 + chord * cos_m
    rear_y = state[Y, i] - back * sin_0 + chord * sin_m
    row = plan[i, LANE]
    s, aside, cos_h, sin_h, z = foot_once(
        sample, lane[row, FIRST], lane[row, END], rear_x, rear_y, drive[i, ALONG] + travel
    )  # fmt: skip
    put(state, i, rear_x + back * cos_y, rear_y + back * sin_y, z, yaw, h)
    state[SIN, i], state[COS, i], state[CURVATURE, i] = sin_y, cos_y, curvature
    drive[i, ALONG], drive[i, ASIDE] = s, aside
    drive[i, ASKEW] = sin_y * cos_h - cos_y * sin_h
    state[ACCEL, i], state[SPEED, i] = (speed - state[SPEED, i]) / h, speed
    state[TRAVEL, i] += travel
    state[S, i] += travel
    state[OFFSET, i] = aside


@lean
def settle(lane: Array, metric: Array, plan: Array, drive: Array, body: Array, state: Array, i: int) -> None:
    """End driver i's lane change once its body is inside the new lane."""
    row, aside = plan[i, LANE], abs(drive[i, ASIDE])
    inside = aside + 0.5 * body[WIDTH, i] < metric[row, HALF]
    if inside or (aside < NEARLY_M and state[SHIFT_TIME, i] == 0.0):
        plan[i, BESIDE], plan[i, CHANGES], plan[i, WANTS] = -1, 0, 0


@lean
def keep_beside(lane: Array, plan: Array, i: int) -> None:
    """On entering its next lane in the middle of a change, let driver i straddle that lane's neighbour."""
    row = plan[i, LANE]
    plan[i, BESIDE] = lane[row, RIGHT if plan[i, CHANGES] > 0 else LEFT]


def tightest(size_m: tuple[float, float, float], curvature_most_1pm: float) -> float:
    """Return the strongest bend that a body takes without leaving a lane of LANE_M by more than it may, 1/m."""
    head = (0.5 + REAR_AXLE_SHARE) * size_m[0]
    room = 0.5 * (LANE_M - size_m[1]) + (OVER_M if size_m[0] < LONG_M else LONG_OVER_M)
    return min(TIGHT * curvature_most_1pm, 4.0 * max(room, 0.0) / (head * head))
