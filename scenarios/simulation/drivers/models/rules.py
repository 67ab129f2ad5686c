"""Where the published code and the physics part: one switch a pitfall, and the two modes that set them all.

`PUBLIC` reproduces published figures to the last bit, `PHYSICAL` does what regulation or physics say; the pitfalls
are told in docs/drivers.md. Never mix the two in one figure.
"""

from typing import NamedTuple

MOST_JERK_MPS3 = 12.65  # the rise of the brake of the R157 driver; a physical brake falls no faster


class Rules(NamedTuple):
    """What the models and their tests do where there is a choice; scalars only, so that kernels take it whole."""

    rate_hz: float  # samples a second
    # the models
    closing_only: bool  # cc, reg157: an opening gap is no risk; else it counts by its absolute value
    passes_only_closing: bool  # fsm: who does not close is never passed in time; else a negative time exempts
    reg157_spare_s: float  # reg157: added to the reaction time of the test
    nearing_only: bool  # rss: drifting away is not drifting in
    own_share: bool  # rss: the lateral distance holds ego's own share too
    edge_m: float  # side clearances and gaps this near to a threshold lie on it
    # the response
    coast_most_mps2: float  # cc: the most it slows while reacting; R157's stopping distances hold the speed
    delay_by_clock: bool  # a delay ends inside a step; else it costs whole steps
    clock_runs_on: bool  # a delay that began runs on through calm steps
    ease_mps3: float  # how fast the brake falls; 0: it keeps its value through calm, and falls to a demand at once
    # the tests
    old_share: float  # share of the old speed in a step's travel: 0 new speed, 0.5 mean, 1 old speed
    touch_m: float  # boxes with a gap and a clearance below this have crashed
    ends_early: bool  # cc, cut-in: a test that is not critical in the lane ends the case
    run_up: bool  # cut-in: the lateral speed is built up before the reference sample
    exact_run_up: bool  # cut-in: samples of run-up from the exact quotient, not from the rounded one
    smooth_track: bool  # tracks by closed form, not by running sums
    standing_m: float  # cut-out: length of the uncovered vehicle


PUBLIC = Rules(
    rate_hz=10.0,
    closing_only=False,
    passes_only_closing=False,
    reg157_spare_s=0.1,
    nearing_only=False,
    own_share=False,
    edge_m=0.0,
    coast_most_mps2=0.4,
    delay_by_clock=False,
    clock_runs_on=False,
    ease_mps3=0.0,
    old_share=0.0,
    touch_m=0.0,
    ends_early=True,
    run_up=True,
    exact_run_up=False,
    smooth_track=False,
    standing_m=5.0,
)
PHYSICAL = Rules(
    rate_hz=100.0,  # the published 10 Hz sees a risk up to 0.1 s late
    closing_only=True,
    passes_only_closing=True,
    reg157_spare_s=0.0,
    nearing_only=True,
    own_share=True,
    edge_m=1e-9,
    coast_most_mps2=0.0,
    delay_by_clock=True,
    clock_runs_on=True,
    ease_mps3=MOST_JERK_MPS3,
    old_share=0.5,
    touch_m=0.0,
    ends_early=False,
    run_up=True,
    exact_run_up=True,
    smooth_track=True,
    standing_m=4.3,
)
MODES = {"public": PUBLIC, "physical": PHYSICAL}
