"""Small worlds for tests of the simulation: straight and curved paths of their own, on a shipped map."""

from dataclasses import replace
from typing import Any

import numpy as np

import roadnet
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import Action, ActorProgram, ConcreteScenario, Control, Kind, PathSpec, Step, Trigger
from scenarios.simulation.simulate import simulate
from scenarios.simulation.tables import rows_of

CAR = (4.5, 1.8, 1.5)
STEP_S = 0.05


def net() -> RoadNetwork:
    return roadnet.load("crossing")


def along_x(length_m: float = 2000.0, y: float = 0.0) -> PathSpec:
    return PathSpec(points=np.array([[-50.0, y, 0.0], [length_m, y, 0.0]]))


def along_y(x: float, length_m: float = 200.0) -> PathSpec:
    return PathSpec(points=np.array([[x, -length_m, 0.0], [x, length_m, 0.0]]))


def arc(radius_m: float, turn_rad: float = np.pi, lead_m: float = 60.0) -> PathSpec:
    """Return a straight of `lead_m`, an arc to the left, and a straight again."""
    angle = np.arange(0.0, turn_rad, 0.5 / radius_m)
    bend = np.stack([radius_m * np.sin(angle), radius_m * (1 - np.cos(angle))], 1)
    before = np.stack([np.arange(-lead_m, 0.0, 0.5), np.zeros(round(lead_m / 0.5))], 1)
    end, heading = bend[-1], angle[-1]
    after = end + np.arange(0.5, lead_m, 0.5)[:, None] * [np.cos(heading), np.sin(heading)]
    xy = np.concatenate([before, bend, after])
    return PathSpec(points=np.column_stack([xy, np.zeros(len(xy))]))


def actor(
    name: str, path: PathSpec, s_m: float, speed_mps: float, law: str = "programmed", **fields: Any
) -> ActorProgram:
    given = {"kind": Kind.CAR, "size": CAR, "control": Control.REACTIVE if law != "programmed" else Control.SCRIPTED}
    return ActorProgram(name=name, path=path, s_m=s_m, speed_mps=speed_mps, law=law, **(given | fields))


def scenario(*actors: ActorProgram, duration_s: float = 10.0, index: int = 0, **fields: Any) -> ConcreteScenario:
    return ConcreteScenario(
        leaf="TEST", index=index, map_name="crossing", map_digest="", place="", values=(), duration_s=duration_s,
        actors=actors, suite_key=11, **fields,
    )  # fmt: skip


def step(when: int, value: float, what: int, target: float, rate: float = 1.0, entity: str = "") -> Step:
    return Step(Trigger(when, value, entity), Action(what, target, rate))  # type: ignore[arg-type]


class Driven:
    """A recording with its rows by actor name."""

    def __init__(self, spec: ConcreteScenario, recording: Recording) -> None:
        self.recording, self.row, self.t = recording, rows_of(spec), recording.t_ns * 1e-9

    def x(self, name: str) -> np.ndarray:
        return self.recording.agents.xyz[self.row[name], :, 0]

    def y(self, name: str) -> np.ndarray:
        return self.recording.agents.xyz[self.row[name], :, 1]

    def of(self, field: str, name: str) -> np.ndarray:
        return getattr(self.recording.agents, field)[self.row[name]]


def drive(spec: ConcreteScenario, on: RoadNetwork, planner: Any = None) -> Driven:
    return Driven(spec, simulate(spec, on, planner))


def with_law(spec: ConcreteScenario, name: str, law: str, **values: float) -> ConcreteScenario:
    return replace(
        spec,
        actors=tuple(
            replace(a, law=law, law_values=tuple(values.items())) if a.name == name else a for a in spec.actors
        ),
    )
