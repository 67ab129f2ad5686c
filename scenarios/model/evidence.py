"""Evidence: a hazard re-detected in what came out. Definitions: docs/contract.md, "What counts as observed"."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from scenarios.model.recording import Recording


class Observed(IntEnum):
    """Three values; "not measured" never counts as missing."""

    NOT_MEASURED = 0
    NOT_OBSERVED = 1
    OBSERVED = 2


class Outcome(IntEnum):
    """What came of it with the driver that drove (mitigated)."""

    NONE = 0  # no conflict
    CONFLICT = 1  # an onset, then nothing worse
    NEAR_MISS = 2
    COLLISION = 3


class Counterfactual(IntEnum):
    """Did the onset vanish when the declared cause was removed, and stay when a bystander was?"""

    NOT_RUN = 0
    CONFIRMED = 1
    REFUTED = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One leaf's verdict on one recording."""

    leaf: str
    oracle_version: int
    observed: Observed
    agents: tuple[int, ...] = ()  # rows of the recording: who did it; empty for modifiers
    t_on_s: float = 0.0  # onset; read only where observed
    t_off_s: float = 0.0
    severity_mps2: float = 0.0  # required deceleration at onset if ego holds speed and path (unmitigated)
    outcome: Outcome = Outcome.NONE
    min_ttc_s: float = 0.0  # over the interval; read only where has_ttc
    has_ttc: bool = False
    counterfactual: Counterfactual = Counterfactual.NOT_RUN
    effect: tuple[tuple[str, float], ...] = ()  # what a modifier was measured to do, unit in the name
    reason: str = ""  # one line: why it was not observed or not measured


# An oracle sees a recording, the map and the packets; never a spec. `packets` is None where nothing was
# rendered; the answer of an oracle that needs them is then "not measured".
Oracle = Callable[[Recording, Any, Iterable[Any] | None], Evidence]
