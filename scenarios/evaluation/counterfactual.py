"""Counterfactuals: would it have happened without the one who is said to have caused it?

The scenario runs again without that actor, every other random stream as before: the onset must vanish for every
agent. And it runs again without somebody uninvolved (the placebo): then the onset must stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from roadnet.network import RoadNetwork
from scenarios.evaluation.observe import kinematic_oracles
from scenarios.hazards.registry import catalogue
from scenarios.model.evidence import Counterfactual, Evidence, Observed, Oracle
from scenarios.model.spec import ConcreteScenario
from scenarios.model.variants import without_actor
from scenarios.simulation.simulate import simulate_batch
from scenarios.simulation.tables import order_of

SUBJECT = "ego"
Judged = tuple[ConcreteScenario, tuple[Evidence, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """One re-run that decides about one verdict."""

    run: int  # row of the runs
    verdict: int  # row of the run's evidence
    spec: ConcreteScenario
    stays: bool  # placebo: the onset must stay; else it must vanish


def confirm(
    runs: Sequence[Judged], net: RoadNetwork, *, oracles: Mapping[str, Oracle] | None = None, threads: int = 1
) -> list[tuple[Evidence, ...]]:
    """Return the evidence of each run with `counterfactual` set on what was observed and an actor caused.

    All runs are on one map. Leaves that an actor does not cause, or whose oracle reads packets, stay as they are.
    """
    judges = kinematic_oracles() if oracles is None else oracles
    asked = [
        question
        for i, (spec, evidence) in enumerate(runs)
        for j, verdict in enumerate(evidence)
        if verdict.leaf in judges
        for question in questions(i, j, spec, verdict)
    ]
    recordings = simulate_batch([q.spec for q in asked], net, threads=threads)
    answers: dict[tuple[int, int], bool] = {}
    for question, recording in zip(asked, recordings, strict=True):
        leaf = runs[question.run][1][question.verdict].leaf
        onset = judges[leaf](recording, net, None).observed == Observed.OBSERVED
        key = (question.run, question.verdict)
        answers[key] = answers.get(key, True) and onset == question.stays
    return [
        tuple(
            replace(verdict, counterfactual=_answer(answers[i, j])) if (i, j) in answers else verdict
            for j, verdict in enumerate(evidence)
        )
        for i, (_, evidence) in enumerate(runs)
    ]


def questions(run: int, row: int, spec: ConcreteScenario, verdict: Evidence) -> list[Question]:
    """Return the re-runs that a verdict asks for: without its cause, and without a bystander if there is one."""
    if verdict.observed != Observed.OBSERVED or catalogue()[verdict.leaf].LEAF.cause != "actor" or not verdict.agents:
        return []
    order = order_of(spec)
    involved = {spec.actors[order[agent]].name for agent in verdict.agents}
    out = [Question(run, row, _without(spec, involved), stays=False)]
    bystanders = sorted({actor.name for actor in spec.actors} - involved - {SUBJECT})
    if bystanders:
        out.append(Question(run, row, without_actor(spec, bystanders[0]), stays=True))
    return out


def _without(spec: ConcreteScenario, names: set[str]) -> ConcreteScenario:
    for name in sorted(names):
        spec = without_actor(spec, name)
    return spec


def _answer(holds: bool) -> Counterfactual:
    return Counterfactual.CONFIRMED if holds else Counterfactual.REFUTED
