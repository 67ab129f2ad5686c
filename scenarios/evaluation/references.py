"""Reference drivers in a scenario: who avoids every contact, and how far the careful human comes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from roadnet.network import RoadNetwork
from scenarios.evaluation.impact import first_touch
from scenarios.model.recording import Recording
from scenarios.model.spec import ActorProgram, ConcreteScenario, Control, PathSpec
from scenarios.simulation.drivers.registry import drivers
from scenarios.simulation.layout import RSPEED
from scenarios.simulation.planner import Planner
from scenarios.simulation.simulate import simulate, simulate_batch
from scenarios.simulation.tracks import points_along, replays, trajectory_of

CAREFUL = "careful_human"
PREVENTERS = ("cc", "fsm")  # a contact that one of these avoids is preventable; clairvoyant optima do not count

Drivers = Mapping[str, Callable[[], Planner]]


def reference_drivers() -> Drivers:
    """Return id -> a fresh driver, for every reference driver there is."""
    return {name: module.Driver for name, module in drivers().items()}


def avoided_by(
    spec: ConcreteScenario, net: RoadNetwork, ids: Iterable[str], known: Drivers | None = None
) -> dict[str, bool]:
    """Return id -> whether that driver comes through the scenario without touching anybody."""
    makers = reference_drivers() if known is None else known
    return {name: first_touch(simulate(spec, net, makers[name]())) is None for name in ids}


def is_preventable(spec: ConcreteScenario, net: RoadNetwork, known: Drivers | None = None) -> bool:
    """Return whether CC or FSM avoids any contact in the scenario. The cheaper answer first: one is enough."""
    return any(avoided_by(spec, net, (name,), known)[name] for name in PREVENTERS)


def careful(spec: ConcreteScenario) -> ConcreteScenario:
    """Return the scenario with the careful human at the wheel of the subject vehicle."""
    if spec.actors[0].law == CAREFUL:
        return spec
    ego = on_its_way(spec.actors[0])
    wish = ego.speed_mps if ego is spec.actors[0] else fastest(spec.actors[0])
    values = (("desired_speed_mps", wish),) if wish > 0.0 else ()
    driver = replace(ego, law=CAREFUL, law_values=values, steps=(), control=Control.REACTIVE)
    return replace(spec, actors=(driver, *spec.actors[1:]))


def on_its_way(actor: ActorProgram) -> ActorProgram:
    """Return an actor that is free to drive where it replays recorded states: along the way that those went."""
    if not replays(actor.path):
        return actor
    points = points_along(trajectory_of(actor.path, f"actor {actor.name!r}"))
    return replace(actor, path=PathSpec(points=points), s_m=0.0, offset_m=0.0, steps=())


def fastest(actor: ActorProgram) -> float:
    """Return the highest speed that was recorded of an actor that replays, m/s."""
    return float(trajectory_of(actor.path, f"actor {actor.name!r}")[:, RSPEED].max())


def careful_run(spec: ConcreteScenario, net: RoadNetwork) -> Recording:
    """Return what happens when the careful human drives."""
    return simulate_batch([careful(spec)], net)[0]
