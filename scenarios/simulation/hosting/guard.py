"""What a planner's own code raises becomes the failure that names it; the same in a process of its own and in ours."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from scenarios.simulation.planner import Answer, Planner, PlannerFailed, PlannerInput, checked_answer

T = TypeVar("T")


def guarded(work: Callable[[], T], *, passing: tuple[type[Exception], ...] = ()) -> T:
    """Return what `work` returns; what it raises becomes PlannerFailed, but for the types that pass."""
    try:
        return work()
    except PlannerFailed:
        raise
    except MemoryError as error:
        raise PlannerFailed("memory", f"{type(error).__name__}: {error}") from error
    except passing:
        raise
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        at = f"{Path(frame.filename).name}:{frame.lineno}"
        raise PlannerFailed("raised", f"{type(error).__name__}: {error} ({at})") from error


class Guarded:
    """A planner in this process, whose exceptions and answers are classed as those of a hosted one."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.period_s: float | None = getattr(planner, "period_s", None)

    def reset(self, seed: int) -> None:
        """Reset the planner. Raises PlannerFailed."""
        guarded(lambda: self.planner.reset(seed))

    def act(self, now: PlannerInput) -> Answer:
        """Return the planner's answer, checked. Raises PlannerFailed."""
        return guarded(lambda: checked_answer(self.planner.act(now)))
