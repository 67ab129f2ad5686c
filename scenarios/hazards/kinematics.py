"""Closed forms that predict an onset from initial states; everything broadcasts."""

import numpy as np

from roadnet.base.arrays import Array
from scenarios.hazards.taxonomy import taxonomy

# what the careful human does before there is a risk (simulation/laws/careful_human.py)
SOFT_DECEL_MPS2, HEADWAY_S, JAM_M, ACCEL_MPS2, DECEL_MPS2 = 2.0, 1.6, 2.0, 1.5, 1.67


def meeting(
    gap: Array, closing: Array, through: Array | float, clear: Array, lateral: Array, over: Array | float
) -> Array:
    """Return when two boxes meet at constant speeds, s; inf where they do not.

    gap: m along the path to the other's near end, closing at m/s, `through` m until its far end is passed.
    clear: m between the flanks, below 0 where they overlap, closing at `lateral` m/s, `over` m until across.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        first, last = _between(gap, closing, through)
        enter, leave = _between(clear, lateral, over)
        at = np.maximum(np.maximum(first, enter), 0.0)
        return np.where(at <= np.minimum(last, leave), at, np.inf)


def straight_ttc(
    ahead: Array, aside: Array, bend: Array, speed: Array, other_speed: Array, slope: Array | float,
    size: tuple[float, float],
) -> Array:  # fmt: skip
    """Return the time until two bodies of one size meet at constant velocities on a road of curvature `bend`, s.

    ahead, aside: m along and beside the subject's path, centre to centre, left positive; slope: rad of the other's
    heading against the path there. The other is placed where the bend has taken it, as seen from the subject.
    """
    length, width = size
    heading = slope + bend * ahead
    y = aside + 0.5 * bend * ahead**2
    sine, cosine = np.abs(np.sin(heading)), np.cos(heading)
    long, wide = length * cosine + width * sine, length * sine + width * cosine
    return meeting(
        ahead - 0.5 * (length + long), speed - other_speed * cosine, length + long,
        np.abs(y) - 0.5 * (width + wide), -np.sign(y) * other_speed * np.sin(heading), width + wide,
    )  # fmt: skip


def _between(gap: Array, rate: Array, width: Array | float) -> tuple[Array, Array]:
    """Return when a gap that shrinks by `rate` is in [-width, 0]: (from, until), s; (inf, -inf) for never."""
    begin, end = gap / rate, (gap + width) / rate
    within = (gap <= 0.0) & (gap + width >= 0.0)
    moves = np.abs(rate) > 1e-9
    never = ~moves & ~within
    return (
        np.where(never, np.inf, np.where(moves, np.minimum(begin, end), -np.inf)),
        np.where(never, -np.inf, np.where(moves, np.maximum(begin, end), np.inf)),
    )


def soft_braking(speed: Array, gap: Array, closing: Array) -> Array:
    """Return how the careful human brakes for a leader before there is a risk, m/s2."""
    wanted = JAM_M + np.maximum(0.0, speed * HEADWAY_S + speed * closing / (2.0 * np.sqrt(ACCEL_MPS2 * DECEL_MPS2)))
    return np.asarray(np.clip(ACCEL_MPS2 * (wanted / np.maximum(gap, 0.1)) ** 2, 0.0, SOFT_DECEL_MPS2))


def urgent(ttc_s: Array, required_mps2: Array | float, margin: float) -> Array:
    """Return where an onset criterion holds with `margin`, a share by which it must be passed."""
    onset = taxonomy().thresholds.onset
    return np.asarray(
        (ttc_s < onset.ttc_s.value * (1.0 - margin))
        | (np.asarray(required_mps2) > onset.required_deceleration_mps2.value * (1.0 + margin))
    )


def steady(margin: float) -> int:
    """Return at how many instants, 0.1 s apart, an onset must hold: more where a margin is wanted."""
    return 2 if margin <= 0.0 else 5


def bends(margin: float) -> tuple[str, ...]:
    """Return the features of the road's bend to reckon with: its mean, or its extremes where a margin is wanted."""
    return ("bend_1pm",) if margin <= 0.0 else ("bend_low_1pm", "bend_high_1pm")


def held(mask: Array, *, instants: int = 2) -> Array:
    """Return (N,) whether `mask` (N, K) holds at so many instants in a row."""
    run = mask[:, instants - 1 :].copy()
    for back in range(1, instants):
        run &= mask[:, instants - 1 - back : -back]
    return np.asarray(run.any(1))
