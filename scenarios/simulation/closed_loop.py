"""One scenario with a planner in the loop, step by step: what `simulate` and the Gymnasium environment share."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario
from scenarios.simulation import engine
from scenarios.simulation import layout as c
from scenarios.simulation.planner import Answer, Controls, PlannerInput
from scenarios.simulation.results import readonly, recording_of
from scenarios.simulation.tables import Tables
from scenarios.simulation.tracking import follow, knots
from scenarios.simulation.tracks import Track

NO_OBJECTS: dict[str, Any] = {
    "object_kind": readonly(np.zeros(0, np.uint8)),
    "object_pose": readonly(np.zeros((0, 4))),
    "object_speed": readonly(np.zeros(0)),
    "object_size": readonly(np.zeros((0, 3))),
    "object_track": readonly(np.zeros(0, np.int32)),
}

# Returns the sensor packets delivered since the last call, from the recording up to now; made anew for each scenario.
Observer = Callable[[Recording], tuple[Any, ...]]


class ClosedLoop:
    """A scenario whose subject vehicle is driven from outside, at sample `k`."""

    def __init__(self, spec: ConcreteScenario, net: RoadNetwork, observer: Observer | None = None) -> None:
        """Put everybody in place; with an `observer` the planner is shown its packets instead of the objects."""
        self.spec, self.observer = spec, observer
        self.batch = engine.start([spec], net, outside=True)
        self.tables, self.ego = self.batch.tables, self.batch.tables.egos[0]
        self.windshield = Windshield(spec, self.tables)
        self.answer: Answer = Controls(0.0, 0.0)
        self.answered_at, self.knots = 0, np.zeros((0, 5))

    @property
    def k(self) -> int:
        """Return the sample that has been reached."""
        return self.batch.at

    @property
    def seed(self) -> int:
        """Return what the planner is reset with."""
        return Streams(self.spec.suite_key, self.spec.index).key("planner")

    @property
    def done(self) -> bool:
        """Return whether the scenario's last sample has been reached."""
        return engine.done(self.batch)

    @property
    def touched(self) -> bool:
        """Return whether the subject vehicle has been in contact with anybody."""
        return bool(self.tables.state[c.CRASHED, self.ego] > 0.0)

    @property
    def progress_m(self) -> float:
        """Return how far along its route the subject vehicle is."""
        return float(self.tables.state[c.S, self.ego])

    def look(self) -> PlannerInput:
        """Return the world now, as the planner may know it."""
        seen = self.windshield.at(self.k)
        return seen if self.observer is None else replace(seen, **NO_OBJECTS, packets=self.observer(self.past()))

    def past(self) -> Recording:
        """Return the recording up to now."""
        whole, end = recording_of(self.spec, self.tables, 0, self.batch.map_digest), self.k + 1
        return until(whole, end)

    def take(self, answer: Answer) -> None:
        """Take an answer, which has been checked, and hold or follow it until the next."""
        self.answer, self.answered_at = answer, self.k
        if not isinstance(answer, Controls):
            state, ego = self.tables.state, self.ego
            pose = state[[c.X, c.Y, c.Z, c.YAW], ego]
            self.knots = knots(answer.points, pose, float(state[c.SPEED, ego]), self.tables.body[c.REAR_AXLE, ego])

    def step(self) -> None:
        """Run one step."""
        self.tables.control[self.ego] = self._controls()
        engine.step(self.batch)

    def recording(self) -> Recording:
        """Return what has happened, once `done`."""
        return engine.recordings(self.batch)[0]

    def _controls(self) -> tuple[float, float]:
        if isinstance(self.answer, Controls):
            return self.answer.accel_mps2, self.answer.curvature_1pm
        h, state = self.spec.step_s, self.tables.state[:, self.ego]
        back = float(self.tables.body[c.REAR_AXLE, self.ego])
        x, y = float(state[c.X] - back * state[c.COS]), float(state[c.Y] - back * state[c.SIN])
        since = (self.k - self.answered_at) * h
        return follow(self.knots, since, h, x=x, y=y, yaw=float(state[c.YAW]), speed=float(state[c.SPEED]))


def steps_of(period_s: float | None, step_s: float) -> int:
    """Return how many steps lie between two calls of a planner with that period, one without. InputError."""
    if period_s is None:
        return 1
    steps = round(period_s / step_s) if isinstance(period_s, int | float) and 0.0 < period_s < 1e6 else 0
    if steps < 1 or abs(steps * step_s - period_s) > 1e-9:
        wanted = f"a whole multiple of the step, {step_s:g} s"
        raise InputError("period_s", got=repr(period_s)[:40], wanted=wanted)
    return steps


class Windshield:
    """What the subject vehicle may know, step by step; the order and the tracks of objects are shuffled."""

    def __init__(self, spec: ConcreteScenario, batch: Tables) -> None:
        order, ego = batch.orders[0], batch.egos[0]
        rng = Streams(spec.suite_key, spec.index).rng("tracks")
        others = [row for row in range(len(order)) if row != ego]
        self.batch, self.ego = batch, ego
        self.others = np.array(others, np.int64)[rng.permutation(len(others))]
        actors = [spec.actors[order[row]] for row in self.others]
        self.kind = readonly(np.array([a.kind for a in actors], np.uint8))
        self.size = readonly(np.array([a.size for a in actors], np.float64).reshape(-1, 3))
        self.track = readonly(rng.permutation(len(others)).astype(np.int32))
        self.ego_size = readonly(np.array(spec.actors[0].size, np.float64))
        track = batch.tracks[batch.code[c.PATH, ego]]
        self.route, self.stop_lines = route_of(track), readonly(track.stops)
        self.light = batch.light.reshape(int(batch.groups[0]), int(batch.steps[0]))
        self.step_ns = int(batch.step_ns[0])
        # what has not changed is the same object as in the step before: a host does not send it again
        self.here = np.ones(len(others), np.bool_)
        self.facts: tuple[Array, ...] = (self.kind, self.size, self.track)
        self.signals = readonly(self.light[:, 0].copy())

    def at(self, k: int) -> PlannerInput:
        """Return the world at step k, as the kernel's state has it now."""
        state, ego = self.batch.state, self.ego
        pose = state[[c.X, c.Y, c.Z, c.YAW]]
        here = state[c.PRESENT, self.others] > 0.0
        if not np.array_equal(here, self.here):
            self.here, self.facts = here, tuple(readonly(fact[here]) for fact in (self.kind, self.size, self.track))
        if not np.array_equal(self.signals, self.light[:, k]):
            self.signals = readonly(self.light[:, k].copy())
        rows, (kind, size, track) = self.others[here], self.facts
        return PlannerInput(
            t_ns=k * self.step_ns,
            ego_pose=readonly(pose[:, ego].copy()),
            ego_speed_mps=float(state[c.SPEED, ego]),
            ego_accel_mps2=float(state[c.ACCEL, ego]),
            ego_yaw_rate=float(state[c.YAW_RATE, ego]),
            ego_size=self.ego_size,
            route=self.route,
            object_kind=kind,
            object_pose=readonly(pose[:, rows].T),
            object_speed=readonly(state[c.SPEED, rows]),
            object_size=size,
            object_track=track,
            signal_state=self.signals,
            stop_lines=self.stop_lines,
        )


def until(recording: Recording, end: int) -> Recording:
    """Return the first `end` samples of a recording that is being made, without copying."""
    a, s = recording.agents, recording.surroundings
    over_time = ("valid", "xyz", "yaw", "speed", "accel", "yaw_rate", "lamps", "gait")
    return replace(
        recording,
        t_ns=recording.t_ns[:end],
        agents=replace(a, **{name: getattr(a, name)[:, :end] for name in over_time}),
        surroundings=replace(s, **{f.name: getattr(s, f.name)[:end] for f in fields(s)}),
        signal_state=recording.signal_state[:, :end],
    )


def route_of(track: Track) -> Array:
    """Return (N, 5) x, y, z, heading, speed limit of the path to follow."""
    p = track.path
    return readonly(np.stack([p.x, p.y, p.z, p.heading, p.speed_limit], -1))
