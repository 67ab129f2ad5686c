"""The published grids by name, and the crash counts of drivers on them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from roadnet.base.errors import InputError, did_you_mean
from scenarios.simulation.drivers.models.rules import MODES
from scenarios.simulation.drivers.models.table import MODELS
from scenarios.simulation.drivers.trials.car_following import car_following, following_grid
from scenarios.simulation.drivers.trials.cut_in import cut_in, high_speed_grid, low_speed_grid
from scenarios.simulation.drivers.trials.cut_out import cut_out, cut_out_grid
from scenarios.simulation.drivers.trials.outcomes import counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A published grid: what its cases are, what runs them, and whose figures were published."""

    title: str
    cases: Callable[[], Any]
    run: Callable[..., Any]  # run(driver, cases, rules) -> Outcomes
    drivers: tuple[str, ...]


ALL, TESTED = tuple(MODELS), ("cc", "fsm", "rss")
GRIDS = {
    "cut-in-low": Grid(title="cut-in, ego 20 to 60 km/h", cases=low_speed_grid, run=cut_in, drivers=ALL),
    "cut-in-high": Grid(title="cut-in, ego 70 to 130 km/h", cases=high_speed_grid, run=cut_in, drivers=ALL),
    "cut-out": Grid(title="cut-out before a standing vehicle", cases=cut_out_grid, run=cut_out, drivers=TESTED),
    "car-following": Grid(title="leader brakes", cases=following_grid, run=car_following, drivers=TESTED),
}


def crash_counts(grid: str, *, mode: str = "public", drivers: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return an entry a driver: its crashes on a grid, in all and per pair of speeds. Raises InputError.

    mode: "public" reproduces the published figures, "physical" does what regulation and physics say.
    """
    if grid not in GRIDS:
        raise InputError("--grid", got=repr(grid), wanted=f"one of {', '.join(GRIDS)}{did_you_mean(grid, GRIDS)}")
    if mode not in MODES:
        raise InputError("--mode", got=repr(mode), wanted=f"one of {', '.join(MODES)}{did_you_mean(mode, MODES)}")
    known = GRIDS[grid].drivers
    for driver in drivers:
        if driver not in known:
            wanted = f"one of {', '.join(known)}, which {grid} has{did_you_mean(driver, known)}"
            raise InputError("--driver", got=repr(driver), wanted=wanted)
    cases = GRIDS[grid].cases()
    return [counted(driver, counts(cases, GRIDS[grid].run(driver, cases, MODES[mode]))) for driver in drivers or known]


def counted(driver: str, pairs: list[dict[str, int]]) -> dict[str, Any]:
    """Return the sums of the pairs, and the pairs."""
    sums = {key: sum(pair[key] for pair in pairs) for key in ("crashes", "side", "front", "cases")}
    return {"driver": driver, "title": MODELS[driver].TITLE, **sums, "pairs": pairs}
