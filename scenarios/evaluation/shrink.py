"""Shrinking: the fewest actors, things, faults and seconds with which a planner still gets the same verdict.

Delta debugging (ddmin; Zeller and Hildebrandt, IEEE TSE 28 (2002) 183) over what a scenario is made of, then the end
and the start of its time, over again until nothing more goes. Every step is a run of the planner: what comes out has
been seen to fail, whatever was assumed on the way.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from roadnet.network import RoadNetwork
from scenarios.evaluation.edits import actuation_text
from scenarios.evaluation.started_later import started_later
from scenarios.evaluation.trial import Trial
from scenarios.evaluation.verdict import Verdict
from scenarios.model.spec import ActuationFault, ConcreteScenario, Gust, SensorEvent, StaticObject
from scenarios.model.variants import EGO, truncated, without_actor

Part = tuple[str, int]  # a field of the scenario and a row of it: ("actors", 2)
FIELDS = ("actors", "statics", "sensor_events", "actuation_faults", "gusts")
ROUNDS = 3  # over parts and time; the second seldom finds anything
Run = Callable[[ConcreteScenario], Trial]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Shrunk:
    """What is left, and how it was found."""

    spec: ConcreteScenario
    trial: Trial  # of what is left
    removed: tuple[str, ...] = ()  # what went, in words
    end_cut_s: float = 0.0
    start_cut_s: float = 0.0


class Judge:
    """The planner's verdicts on variants, counted."""

    def __init__(self, run: Run, wanted: Verdict, budget: int) -> None:
        self.run, self.wanted, self.budget = run, wanted, budget
        self.runs = 0

    @property
    def exhausted(self) -> bool:
        """Return whether no run is left."""
        return self.runs >= self.budget

    def same(self, spec: ConcreteScenario) -> Trial | None:
        """Return the trial where the verdict is the wanted one; None where it is not, or no run is left."""
        if self.exhausted:
            return None
        self.runs += 1
        trial = self.run(spec)
        return trial if trial.result.verdict is self.wanted else None


def shrink(spec: ConcreteScenario, net: RoadNetwork, first: Trial, judge: Judge) -> Shrunk:
    """Return the smallest scenario found that keeps the verdict of `first`, the planner's trial on `spec`.

    Where the judge's budget ends, the smallest so far is returned.
    """
    best = Shrunk(spec=spec, trial=first)
    for _ in range(ROUNDS):
        before = best.spec
        best = latest_start(earliest_end(fewest_parts(best, judge), judge), net, judge)
        if best.spec is before or judge.exhausted:
            break
    return best


# ---------------------------------------------------------------------------------------------- parts


def parts_of(spec: ConcreteScenario) -> list[Part]:
    """Return what a scenario could do without: actors but the subject, static things, faults, gusts."""
    rows = [(name, i) for name in FIELDS for i in range(len(getattr(spec, name)))]
    return [part for part in rows if part != ("actors", 0)]


def keeping(spec: ConcreteScenario, kept: Sequence[Part]) -> ConcreteScenario:
    """Return the scenario with only these of its parts; what is carried goes with its carrier."""
    keep, whole = set(kept), spec
    things: dict[str, Any] = {
        name: tuple(x for i, x in enumerate(getattr(whole, name)) if (name, i) in keep) for name in FIELDS[1:]
    }
    spec = replace(spec, **things)
    for i, actor in enumerate(whole.actors):
        if actor.name != EGO and ("actors", i) not in keep and any(a.name == actor.name for a in spec.actors):
            spec = without_actor(spec, actor.name)
    return spec


def fewest_parts(best: Shrunk, judge: Judge) -> Shrunk:
    """Return the scenario with as few parts as ddmin leaves: no single one of them can go."""
    spec, trial = best.spec, best.trial
    kept = parts_of(spec)
    bare = judge.same(keeping(spec, ())) if kept else None
    if bare is not None:
        return without(best, (), bare)
    count = 2
    while len(kept) >= 2:
        found = next(smaller(spec, kept, count, judge), None)
        if found is not None:
            kept, trial, count = found
        elif count >= len(kept):
            break
        else:
            count = min(2 * count, len(kept))
    return without(best, kept, trial)


def smaller(
    spec: ConcreteScenario, kept: Sequence[Part], count: int, judge: Judge
) -> Iterator[tuple[list[Part], Trial, int]]:
    """Yield each of `count` subsets of `kept`, then each complement, that keeps the verdict: (parts, trial, count)."""
    edges = [len(kept) * i // count for i in range(count + 1)]
    subsets = [list(kept[edges[i] : edges[i + 1]]) for i in range(count)]
    tries = [(subset, 2) for subset in subsets]
    if count > 2:  # of two subsets each is the other's complement
        tries += [([p for p in kept if p not in subset], max(count - 1, 2)) for subset in subsets]
    for parts, then in tries:
        trial = judge.same(keeping(spec, parts))
        if trial is not None:
            yield parts, trial, min(then, max(len(parts), 2))


def without(best: Shrunk, kept: Sequence[Part], trial: Trial) -> Shrunk:
    """Return what is left when only these parts stay, with what went in words."""
    gone = tuple(words(best.spec, part) for part in parts_of(best.spec) if part not in set(kept))
    if not gone:
        return best
    return replace(best, spec=keeping(best.spec, kept), trial=trial, removed=(*best.removed, *gone))


def words(spec: ConcreteScenario, part: Part) -> str:
    """Return a part in words."""
    thing = getattr(spec, part[0])[part[1]]
    match thing:
        case StaticObject():
            return f"{thing.kind} at ({thing.pose[0]:.1f}, {thing.pose[1]:.1f})"
        case SensorEvent():
            return f"sensor fault {thing.kind}:{thing.stream}@{thing.t_on_s:g}-{thing.t_off_s:g}"
        case ActuationFault():
            return f"fault {actuation_text(thing)}"
        case Gust():
            return f"gust of {thing.speed_mps:g} m/s at {thing.t_on_s:g} s"
        case _:
            return f"actor {thing.name}"


# ----------------------------------------------------------------------------------------------- time


def earliest_end(best: Shrunk, judge: Judge) -> Shrunk:
    """Return the scenario that ends as early as keeps the verdict, by bisection."""
    spec = best.spec
    whole = round(spec.duration_s / spec.step_s)
    low, high = 0, whole  # `high` steps are enough, `low` are too few
    while high - low > 1 and not judge.exhausted:
        middle = (low + high) // 2
        tried = truncated(spec, round(middle * spec.step_s, 9))
        trial = judge.same(tried)
        if trial is None:
            low = middle
        else:
            high, best = middle, replace(best, spec=tried, trial=trial)
    return replace(best, end_cut_s=best.end_cut_s + (whole - high) * spec.step_s)


def latest_start(best: Shrunk, net: RoadNetwork, judge: Judge) -> Shrunk:
    """Return the scenario that starts as late as keeps the verdict, by bisection."""
    spec, recording = best.spec, best.trial.recording
    if recording is None:  # the run broke: nobody knows where everybody would have been
        return best
    low, high = 0, round(spec.duration_s / spec.step_s)  # `low` steps can go; with `high` nothing is left
    while high - low > 1 and not judge.exhausted:
        middle = (low + high) // 2
        tried = started_later(spec, net, recording, middle)
        trial = judge.same(tried)
        if trial is None:
            high = middle
        else:
            low, best = middle, replace(best, spec=tried, trial=trial)
    return replace(best, start_cut_s=best.start_cut_s + low * spec.step_s)
