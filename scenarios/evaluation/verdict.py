"""Verdicts: what a scenario says about the planner that drove it, exactly one of eight. docs/contract.md, "Verdicts".

`verdict_of` holds the precedence and nothing else; what it judges is measured elsewhere.
"""

from dataclasses import dataclass
from enum import IntEnum

PROGRESS_SHARE = 0.8  # of the careful human's distance; less is no progress
NON_REACTIVE_M = 1.0  # farther than this from where it was recorded, replayed others no longer answer the subject


class Verdict(IntEnum):
    """Exactly one a scenario. Codes are stored; append only."""

    PASS_ = 0
    AT_FAULT_COLLISION = 1
    NEAR_MISS = 2
    UNAVOIDABLE_COLLISION = 3
    NOT_EXERCISED = 4
    NO_PROGRESS = 5
    PLANNER_FAILED = 6
    RIG_ERROR = 7

    @property
    def word(self) -> str:
        """Return the name in files and gates: "pass", "at_fault_collision", ..."""
        return self.name.lower().rstrip("_")


FAILED = (Verdict.AT_FAULT_COLLISION, Verdict.NO_PROGRESS, Verdict.PLANNER_FAILED)  # the planner's doing
UNCOUNTED = (Verdict.NOT_EXERCISED, Verdict.RIG_ERROR)  # these say nothing about the planner


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """The subject vehicle's first touch."""

    other: str  # the actor's name, or the kind of a static thing
    t_s: float
    impact_mps: float  # relative speed at the touch
    delta_v_mps: float  # of the subject vehicle, plastic impact
    struck: bool  # the other ran into it: from behind, or on foot while it stood
    normal: bool  # it drove normally until then


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What a verdict is made of. Where the run broke, only `rig_error` or `failure` is read."""

    rig_error: str = ""  # one line: our side broke
    failure: str = ""  # kind of PlannerFailed
    failure_detail: str = ""
    contact: Contact | None = None
    preventable: bool = False  # CC or FSM avoids any contact in the same scenario; read only where there was one
    progress: float = 1.0  # distance along the route as a share of the careful human's
    conflict: bool = False  # an onset was observed in what came out
    near: bool = False  # a near miss was


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One scenario, one planner. What was not measured is None; what is read where the run ended is said there."""

    index: int
    leaf: str
    verdict: Verdict
    reason: str  # one line
    failure: str = ""  # kind of PlannerFailed
    outcome: str = ""  # "none", "conflict", "near miss", "collision": the worst that was observed, mitigated
    severity_mps2: float | None = None  # unmitigated, of the intended leaf as generated
    min_ttc_s: float | None = None  # until the first contact
    distance_m: float | None = None  # along the route
    progress: float | None = None  # share of the careful human's distance
    conflict: bool = False  # an onset was observed
    preventable: bool | None = None  # CC or FSM avoids any contact; asked where there was one
    contact: Contact | None = None
    deviation_m: float | None = None  # largest distance from where the subject was when the scenario was recorded
    non_reactive: bool = False  # others are replayed and the subject deviated by more than NON_REACTIVE_M
    digest: str = ""  # of the recording
    seconds: float = 0.0  # of wall clock; the only figure here that differs from run to run

    @property
    def exercised(self) -> bool:
        """Return whether the scenario counts: the conflict arose, or the planner failed before it could."""
        return self.verdict not in UNCOUNTED


def verdict_of(facts: Facts) -> tuple[Verdict, str]:
    """Return the verdict and its reason in one line; the first that holds in this order."""
    if facts.rig_error:
        return Verdict.RIG_ERROR, facts.rig_error
    if facts.failure:
        return Verdict.PLANNER_FAILED, f"{facts.failure}: {facts.failure_detail}"
    if facts.contact is not None:
        return judged_contact(facts.contact, preventable=facts.preventable)
    if facts.progress < PROGRESS_SHARE:
        return Verdict.NO_PROGRESS, f"made {facts.progress:.0%} of the careful human's distance"
    if not facts.conflict:
        return Verdict.NOT_EXERCISED, "no conflict arose"
    if facts.near:
        return Verdict.NEAR_MISS, "a near miss"
    return Verdict.PASS_, ""


def judged_contact(contact: Contact, *, preventable: bool) -> tuple[Verdict, str]:
    """Return whose fault a contact was: avoidable, and not somebody else's who ran into a subject driving normally."""
    what = f"contact with {contact.other} at {contact.t_s:.2f} s, {contact.impact_mps:.1f} m/s"
    if not preventable:
        return Verdict.UNAVOIDABLE_COLLISION, f"{what}; neither CC nor FSM avoids one"
    if contact.struck and contact.normal:
        return Verdict.UNAVOIDABLE_COLLISION, f"{what}; it was struck while driving normally"
    return Verdict.AT_FAULT_COLLISION, f"{what}; CC or FSM avoids it"
