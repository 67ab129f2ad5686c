"""The last instants: until when does full braking, or a swerve, still avoid every contact?

The subject vehicle holds speed and path (nobody mitigates) until an instant, then brakes with all the grip there is,
or moves a lane's width aside as fast as grip and lock allow. Clairvoyant bounds, no drivers: they say when it is too
late for anybody. Every instant is tried, from the contact backwards, so nothing is assumed about what comes earlier.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from roadnet.network import RoadNetwork
from roadnet.polyline import project
from scenarios.evaluation.impact import Touch, first_touch
from scenarios.evaluation.progress import on_road, route_of
from scenarios.evaluation.references import on_its_way
from scenarios.model.recording import Recording
from scenarios.model.spec import Action, ActorProgram, ConcreteScenario, Control, Step, Trigger, What, When
from scenarios.simulation.bodies import BODIES
from scenarios.simulation.simulate import simulate_batch

GRAVITY_MPS2 = 9.81
ASIDE_M = 3.5  # a lane's width: how far a swerve goes
TRIED_AT_ONCE = 16  # instants in a batch


@dataclass(frozen=True, kw_only=True, slots=True)
class Evasion:
    """What happens if nobody mitigates, and until when that can be undone."""

    contact_s: float | None  # None: holding speed and path touches nobody
    impact_mps: float | None
    braking_s: float | None  # latest start of full braking that avoids every contact; None: never, or not needed
    steering_s: float | None  # latest start of a swerve
    side: str  # "left" or "right", where the swerve goes


def evasion(spec: ConcreteScenario, net: RoadNetwork) -> Evasion:
    """Return the last instants of a scenario, each to one of its steps."""
    idle = unmitigated(spec)
    touch = first_touch(simulate_batch([idle], net)[0])
    if touch is None:
        return Evasion(contact_s=None, impact_mps=None, braking_s=None, steering_s=None, side="")
    last = step_before_touch(idle, touch)
    braking = latest(idle, net, last, {"": braking_action(idle)})
    steering = latest(idle, net, last, swerves(idle))
    return Evasion(
        contact_s=touch.t_s,
        impact_mps=touch.closing_mps,
        braking_s=None if braking is None else braking[0],
        steering_s=None if steering is None else steering[0],
        side="" if steering is None else steering[1],
    )


def unmitigated(spec: ConcreteScenario) -> ConcreteScenario:
    """Return the scenario whose subject vehicle holds speed and path, on rails."""
    return replace(spec, actors=(scripted(on_its_way(spec.actors[0]), ()), *spec.actors[1:]))


def scripted(ego: ActorProgram, steps: tuple[Step, ...]) -> ActorProgram:
    """Return the subject vehicle on rails with a program of its own."""
    return replace(ego, law="programmed", law_values=(), steps=steps, control=Control.SCRIPTED)


def step_before_touch(spec: ConcreteScenario, touch: Touch) -> int:
    """Return the last step before a touch."""
    return max(0, int(np.ceil(touch.t_s / spec.step_s - 1e-6)) - 1)


def braking_action(spec: ConcreteScenario) -> Action:
    """Return full braking: all of the road's grip."""
    return Action(What.SPEED, 0.0, spec.environment.friction * GRAVITY_MPS2)


def swerves(spec: ConcreteScenario) -> dict[str, Action]:
    """Return the swerves to both sides: half a cosine whose peak acceleration is what grip and lock give."""
    ego = spec.actors[0]
    lock = BODIES[ego.kind].curvature_most_1pm * ego.speed_mps * ego.speed_mps
    most = min(spec.environment.friction * GRAVITY_MPS2, lock)
    rate = float(np.sqrt(0.5 * most * ASIDE_M))  # half a cosine over D with peak speed r peaks at 2 r^2 / D
    if rate <= 0.0:
        return {}
    sides = {"left": ASIDE_M, "right": -ASIDE_M}
    return {side: Action(What.LANE_OFFSET, ego.offset_m + aside, rate) for side, aside in sides.items()}


def latest(idle: ConcreteScenario, net: RoadNetwork, last: int, actions: dict[str, Action]) -> tuple[float, str] | None:
    """Return (s, which) of the latest step at which one of the actions still avoids every contact; None if none."""
    for steps in chunks(last):
        tried = [(k, name) for k in steps for name in actions]
        specs = [acting(idle, k, actions[name]) for k, name in tried]
        for (k, name), spec, recording in zip(tried, specs, simulate_batch(specs, net), strict=True):
            if first_touch(recording) is None and stays_on_road(spec, recording, net):
                return round(k * idle.step_s, 9), name
    return None


def chunks(last: int) -> Iterator[Sequence[int]]:
    """Yield the steps from `last` down to 0, some at a time."""
    for high in range(last, -1, -TRIED_AT_ONCE):
        yield range(high, max(high - TRIED_AT_ONCE, -1), -1)


def acting(idle: ConcreteScenario, k: int, action: Action) -> ConcreteScenario:
    """Return the scenario whose subject vehicle does one thing from step k on."""
    step = Step(Trigger(When.SIMULATION_TIME, k * idle.step_s), action)
    return replace(idle, actors=(scripted(idle.actors[0], (step,)), *idle.actors[1:]))


def stays_on_road(spec: ConcreteScenario, recording: Recording, net: RoadNetwork) -> bool:
    """Return whether the subject ends on the road; where the map is silent, its own path is the road."""
    if not spec.actors[0].path.lanes:
        return True
    xy = recording.agents.xyz[recording.subject, :, :2]
    return bool(on_road(xy, project(route_of(spec, net), xy)[1], net).all())
