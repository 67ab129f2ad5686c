"""What a model is shown of one other road user, and what it answers."""

from typing import NamedTuple

CALM, RISK, ENDS = 0, 1, 2  # Judgement.risk; ENDS: no risk, and the published test is over


class Encounter(NamedTuple):
    """Ego and one other at an instant, along and across ego's way; footprints are rectangles."""

    ahead: bool  # the other's centre is not behind ego's
    gap_m: float  # between the near ends along the way; negative alongside
    clear_m: float  # between the flanks; negative where the other is in ego's corridor
    pass_m: float  # until ego has passed whole
    speed_mps: float  # ego's
    other_mps: float  # the other's, along ego's way
    nearing_mps: float  # at which the other nears ego's side; negative where it drifts away
    accel_mps2: float  # ego's over the last step; 0 where there is none


class Judgement(NamedTuple):
    """A model's answer."""

    risk: int  # CALM, RISK, ENDS
    demand_mps2: float  # the most it wants to brake now; infinity: as hard as it can
    pfs: float  # fsm: proactive fuzzy safety, 0 safe to 1 unsafe; else 0
    cfs: float  # fsm: critical fuzzy safety
