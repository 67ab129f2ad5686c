"""One scenario, one planner: run it, measure it, judge it. Nothing that a planner does can break its neighbours."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import one_line
from roadnet.network import RoadNetwork
from roadnet.polyline import project
from scenarios.criticality import ttc
from scenarios.evaluation.impact import Touch, contact_of, first_touch
from scenarios.evaluation.observe import kinematic_oracles, observe
from scenarios.evaluation.progress import deviation, route_of, share_of, travelled
from scenarios.evaluation.references import Drivers, careful_run, is_preventable
from scenarios.evaluation.verdict import NON_REACTIVE_M, Facts, Result, verdict_of
from scenarios.model.evidence import Evidence, Observed, Outcome
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario
from scenarios.simulation.closed_loop import Observer
from scenarios.simulation.hosting.guard import Guarded
from scenarios.simulation.planner import Planner, PlannerFailed
from scenarios.simulation.simulate import simulate
from scenarios.simulation.tracks import replays

Judge = Callable[[ConcreteScenario, Recording, RoadNetwork], Sequence[Evidence]]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trial:
    """What came of it; there is no recording where the run broke."""

    result: Result
    recording: Recording | None = None


def trial(
    spec: ConcreteScenario,
    net: RoadNetwork,
    planner: Planner,
    *,
    packets: str | Observer = "objects",
    recorded: Recording | None = None,
    severity_mps2: float | None = None,
    judge: Judge | None = None,
    known: Drivers | None = None,
) -> Trial:
    """Return the verdict on a planner in a scenario, and the recording.

    packets: what `simulate` lets the planner observe. recorded: the scenario as its suite holds it, for the
    deviation. severity_mps2: unmitigated, as its suite says. judge: asked about leaves that motion alone does not
    tell. known: the reference drivers, by default all there are. Never raises, save for an interruption.
    """
    started = time.perf_counter()
    recording: Recording | None = None
    try:
        recording = simulate(spec, net, Guarded(planner), observe=packets)
        result = measured(spec, net, recording, recorded=recorded, judge=judge, known=known)
    except PlannerFailed as failed:
        result = judged(spec, Facts(failure=failed.kind, failure_detail=failed.detail))
    except Exception as error:  # whatever breaks on our side is this scenario's row, and never its neighbours'
        result = judged(spec, Facts(rig_error=one_line(f"{type(error).__name__}: {error}")))
    seconds = time.perf_counter() - started
    return Trial(result=replace(result, severity_mps2=severity_mps2, seconds=seconds), recording=recording)


def judged(spec: ConcreteScenario, facts: Facts) -> Result:
    """Return the result that follows from the facts alone."""
    verdict, reason = verdict_of(facts)
    return Result(
        index=spec.index, leaf=spec.leaf, verdict=verdict, reason=reason, failure=facts.failure, contact=facts.contact
    )


def measured(
    spec: ConcreteScenario,
    net: RoadNetwork,
    recording: Recording,
    *,
    recorded: Recording | None = None,
    judge: Judge | None = None,
    known: Drivers | None = None,
) -> Result:
    """Return the verdict on a run that came to its end, with what it is made of."""
    route = route_of(spec, net)
    made, could = travelled(recording, route, net), travelled(careful_run(spec, net), route, net)
    touch = first_touch(recording)
    contact = preventable = None
    if touch is not None:
        by_then = min(round(touch.t_s / recording.step_s), len(made) - 1)
        offset = project(route, recording.agents.xyz[recording.subject, :, :2])[1]
        progress = share_of(float(made[by_then]), float(could[by_then]))
        contact = contact_of(touch, spec, recording, net, progress=progress, offset=offset)
        preventable = is_preventable(spec, net, known)
    seen = observed(spec, recording, net, judge)
    worst = max((e.outcome for e in seen), default=Outcome.NONE)
    facts = Facts(
        contact=contact,
        preventable=bool(preventable),
        progress=share_of(float(made[-1]), float(could[-1])),
        conflict=bool(seen),
        near=worst >= Outcome.NEAR_MISS,
    )
    moved = 0.0 if recorded is None else deviation(recording, recorded)
    return replace(
        judged(spec, facts),
        outcome=worst.name.lower().replace("_", " "),
        min_ttc_s=least_ttc(recording, touch),
        distance_m=float(made[-1]),
        progress=facts.progress,
        conflict=facts.conflict,
        preventable=preventable,
        deviation_m=None if recorded is None else moved,
        non_reactive=any(replays(a.path) for a in spec.actors[1:]) and moved > NON_REACTIVE_M,
    )


def observed(spec: ConcreteScenario, recording: Recording, net: RoadNetwork, judge: Judge | None) -> list[Evidence]:
    """Return what was observed; the judge is asked where motion shows nothing and the leaf is not one of motion."""
    evidence = observe(recording, net, None, kinematic_oracles())
    seen = [e for e in evidence if e.observed == Observed.OBSERVED]
    if seen or judge is None or spec.leaf in kinematic_oracles():
        return seen
    return [e for e in judge(spec, recording, net) if e.observed == Observed.OBSERVED]


def least_ttc(recording: Recording, touch: Touch | None) -> float | None:
    """Return the least TTC to anybody until the first contact, s; None where nobody ever closed."""
    series = ttc.evaluate(recording)
    value, valid = series.value, series.valid & until(recording, touch)
    return float(value[valid].min()) if valid.any() else None


def until(recording: Recording, touch: Touch | None) -> Array:
    """Return (T,) bool: up to the first contact."""
    end = np.inf if touch is None else touch.t_s
    return np.asarray(recording.t_ns * 1e-9 <= end)
