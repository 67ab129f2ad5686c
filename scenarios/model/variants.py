"""Variants: a spec with one thing changed, everything else and every random stream as before.

They keep index, suite key and lineage, so counterfactuals, twins and shrunk children stay on one side of a split.
"""

from dataclasses import replace

from roadnet.base.errors import InputError, did_you_mean
from scenarios.model.spec import ActorProgram, ActuationFault, ConcreteScenario, Environment, SensorEvent, Step

EGO = "ego"


def without_actor(spec: ConcreteScenario, name: str) -> ConcreteScenario:
    """Return the scenario without one actor and what it carries. Steps that wait for it never fire, nor later ones."""
    others = [actor.name for actor in spec.actors if actor.name != EGO]
    if name not in others:
        raise InputError("without", got=f"actor {name!r}", wanted=f"an actor that can go{did_you_mean(name, others)}")
    gone = {name}
    while more := {a.name for a in spec.actors if a.attached_to in gone} - gone:
        gone |= more
    return replace(spec, actors=tuple(_unwaiting(a, gone) for a in spec.actors if a.name not in gone))


def with_environment(spec: ConcreteScenario, **changes: float) -> ConcreteScenario:
    """Return the scenario in other weather or light: fields of Environment by name."""
    for name in changes:
        if name not in Environment.__dataclass_fields__:
            known = did_you_mean(name, Environment.__dataclass_fields__)
            raise InputError("environment", got=repr(name), wanted=f"a quantity of the environment{known}")
    return replace(spec, environment=replace(spec.environment, **changes))


def with_fault(spec: ConcreteScenario, fault: SensorEvent) -> ConcreteScenario:
    """Return the scenario with one more sensor fault."""
    return replace(spec, sensor_events=(*spec.sensor_events, fault))


def with_actuation_fault(spec: ConcreteScenario, fault: ActuationFault) -> ConcreteScenario:
    """Return the scenario with one more fault of the subject vehicle's actuators."""
    return replace(spec, actuation_faults=(*spec.actuation_faults, fault))


def truncated(spec: ConcreteScenario, duration_s: float) -> ConcreteScenario:
    """Return the scenario that ends earlier."""
    if not 0.0 < duration_s <= spec.duration_s:
        raise InputError("duration", got=f"{duration_s:g} s", wanted=f"more than 0 and at most {spec.duration_s:g} s")
    return replace(spec, duration_s=duration_s)


def _unwaiting(actor: ActorProgram, gone: set[str]) -> ActorProgram:
    steps: list[Step] = []
    for step in actor.steps:
        if step.trigger.entity in gone:
            return replace(actor, steps=tuple(steps))
        steps.append(step)
    return actor
