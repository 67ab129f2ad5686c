"""Run scenarios: by their own laws in batches, or with a planner in the loop."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario
from scenarios.simulation import layout as c
from scenarios.simulation.engine import recordings, simulate_batch, start, step
from scenarios.simulation.planner import Controls, Planner, PlannerInput
from scenarios.simulation.results import readonly
from scenarios.simulation.tables import Tables
from scenarios.simulation.tracks import Track

__all__ = ["simulate", "simulate_batch"]
OBSERVE = ("objects",)


def simulate(
    spec: ConcreteScenario, net: RoadNetwork, planner: Planner | None = None, *, observe: str = "objects"
) -> Recording:
    """Return what happens when `planner` drives the subject vehicle, or its own law if there is none.

    observe: what the planner is shown; "objects" are the states of the others as they are. Raises InputError for
    a spec that cannot run and for controls that are not finite numbers.
    """
    if observe not in OBSERVE:
        raise InputError("observe", got=repr(observe), wanted=f"one of {OBSERVE}{did_you_mean(observe, OBSERVE)}")
    if planner is None:
        return simulate_batch([spec], net)[0]
    batch = start([spec], net, outside=True)
    tables = batch.tables
    planner.reset(Streams(spec.suite_key, spec.index).key("planner"))
    view = Windshield(spec, tables)
    for k in range(batch.last):
        tables.control[tables.egos[0]] = checked(planner.act(view.at(k)), k * spec.step_s)
        step(batch)
    return recordings(batch)[0]


def checked(controls: Controls, time_s: float) -> tuple[float, float]:
    """Return (acceleration, curvature); InputError unless both are finite numbers."""
    pair = (float(controls.accel_mps2), float(controls.curvature_1pm))
    if not np.isfinite(pair).all():
        raise InputError(f"planner at {time_s:.2f} s", got=f"controls {pair}", wanted="finite numbers")
    return pair


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

    def at(self, k: int) -> PlannerInput:
        """Return the world at step k, as the kernel's state has it now."""
        state, ego = self.batch.state, self.ego
        pose = state[[c.X, c.Y, c.Z, c.YAW]]
        here = state[c.PRESENT, self.others] > 0.0
        rows = self.others[here]
        return PlannerInput(
            t_ns=k * self.step_ns,
            ego_pose=readonly(pose[:, ego].copy()),
            ego_speed_mps=float(state[c.SPEED, ego]),
            ego_accel_mps2=float(state[c.ACCEL, ego]),
            ego_yaw_rate=float(state[c.YAW_RATE, ego]),
            ego_size=self.ego_size,
            route=self.route,
            object_kind=readonly(self.kind[here]),
            object_pose=readonly(pose[:, rows].T),
            object_speed=readonly(state[c.SPEED, rows]),
            object_size=readonly(self.size[here]),
            object_track=readonly(self.track[here]),
            signal_state=readonly(self.light[:, k].copy()),
            stop_lines=self.stop_lines,
        )


def route_of(track: Track) -> Array:
    """Return (N, 5) x, y, z, heading, speed limit of the path to follow."""
    p = track.path
    return readonly(np.stack([p.x, p.y, p.z, p.heading, p.speed_limit], -1))
