"""The same scenario, begun later: everybody starts from where a run had them, and what was still to come comes.

What a program is in the middle of (half a lane change, say) goes on from there by the same action; what a driver
remembers is forgotten. So it is another scenario of the same lineage, good for what it is then seen to do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from roadnet.polyline import project
from scenarios.model.recording import Recording
from scenarios.model.spec import (
    ActorProgram,
    ActuationFault,
    ConcreteScenario,
    Gust,
    PathSpec,
    SensorEvent,
    SignalPhase,
    Step,
    Trigger,
    When,
)
from scenarios.simulation.tables import rows_of
from scenarios.simulation.tracks import track

Window = TypeVar("Window", SensorEvent, ActuationFault, Gust)


def started_later(spec: ConcreteScenario, net: RoadNetwork, recording: Recording, k: int) -> ConcreteScenario:
    """Return the scenario that starts at step k of a run of it, 0 < k < its last step."""
    t_s, row = round(k * spec.step_s, 9), rows_of(spec)
    runs = {name: run_lengths(recording, i) for name, i in row.items()}
    return replace(
        spec,
        duration_s=round(spec.duration_s - t_s, 9),  # a whole number of steps, without the dust of a difference
        actors=tuple(moved(a, net, recording, row[a.name], k, t_s, runs) for a in spec.actors),
        phases=shifted_phases(spec.phases, t_s),
        sensor_events=shifted(spec.sensor_events, t_s),
        actuation_faults=shifted(spec.actuation_faults, t_s),
        gusts=shifted(spec.gusts, t_s),
    )


def run_lengths(recording: Recording, row: int) -> Array:
    """Return (T,) m that an agent has travelled."""
    ways = np.hypot(*np.diff(recording.agents.xyz[row, :, :2], axis=0).T)
    return np.concatenate([[0.0], np.cumsum(ways)])


def moved(
    actor: ActorProgram,
    net: RoadNetwork,
    recording: Recording,
    row: int,
    k: int,
    t_s: float,
    runs: dict[str, Array],
) -> ActorProgram:
    """Return an actor as it was at step k, with what is left of its program."""
    if actor.path.trajectory is not None:
        return replace(actor, path=replace(actor.path, trajectory=cut_trajectory(actor.path, t_s)))
    if actor.attached_to:
        return actor
    agents = recording.agents
    path = track(net, actor.path, where=f"actor {actor.name!r}").path
    s, offset = project(path, agents.xyz[row, k, :2])
    return replace(
        actor,
        s_m=float(s[0]),
        offset_m=float(offset[0]),
        speed_mps=abs(float(agents.speed[row, k])),
        steps=steps_left(actor, k, t_s, runs),
        law_values=wished(actor),
    )


def wished(actor: ActorProgram) -> tuple[tuple[str, float], ...]:
    """Return the law's values with the initial speed as the wish where the wish was the initial speed."""
    given = dict(actor.law_values)
    if actor.law == "programmed" or given.get("desired_speed_mps") or actor.speed_mps <= 0.0:
        return actor.law_values
    return tuple((given | {"desired_speed_mps": actor.speed_mps}).items())


def steps_left(actor: ActorProgram, k: int, t_s: float, runs: dict[str, Array]) -> tuple[Step, ...]:
    """Return what fired, the last of each sort and at once, and then what is still to fire.

    Triggers on other things than time and way count as not fired: they fire again as soon as they hold.
    """
    left = list(actor.steps)
    fired: dict[int, Step] = {}
    while left and has_fired(left[0], actor.name, k, t_s, runs):
        step = left.pop(0)
        fired[step.action.what] = replace(step, trigger=Trigger(When.SIMULATION_TIME, 0.0))
    return (*(fired[what] for what in sorted(fired)), *(sooner(s, actor.name, k, t_s, runs) for s in left))


def has_fired(step: Step, name: str, k: int, t_s: float, runs: dict[str, Array]) -> bool:
    """Return whether a step's trigger has come by step k, as far as time and way tell."""
    trigger = step.trigger
    if trigger.when == When.SIMULATION_TIME:
        return trigger.value <= t_s
    if trigger.when == When.TRAVELED_DISTANCE:
        return trigger.value <= float(runs[trigger.entity or name][k])
    return False


def sooner(step: Step, name: str, k: int, t_s: float, runs: dict[str, Array]) -> Step:
    """Return a step still to come, its time or way counted from the new start."""
    trigger = step.trigger
    gone = {
        When.SIMULATION_TIME: t_s,
        When.TRAVELED_DISTANCE: float(runs[trigger.entity or name][k]),
    }.get(trigger.when, 0.0)
    return replace(step, trigger=replace(trigger, value=round(trigger.value - gone, 9)))


def cut_trajectory(path: PathSpec, t_s: float) -> Array:
    """Return recorded states from an instant on, stamps from there; the first is interpolated where none is there."""
    rows = np.asarray(path.trajectory, np.float64)
    rows = np.column_stack([rows[:, 0] - t_s, rows[:, 1:]])
    later = rows[rows[:, 0] >= 0.0]
    if len(later) < 2:
        return rows[-2:]  # gone by the new start
    if len(later) == len(rows) or later[0, 0] == 0.0:
        return later
    columns = [*rows[:, 1:4].T, np.unwrap(rows[:, 4]), rows[:, 5]]
    return np.vstack([[0.0, *(np.interp(0.0, rows[:, 0], column) for column in columns)], later])


def shifted(windows: Iterable[Window], t_s: float) -> tuple[Window, ...]:
    """Return faults and gusts that are not over, timed from the new start."""
    return tuple(
        replace(w, t_on_s=max(round(w.t_on_s - t_s, 9), 0.0), t_off_s=round(w.t_off_s - t_s, 9))
        for w in windows
        if w.t_off_s > t_s
    )


def shifted_phases(phases: Sequence[SignalPhase], t_s: float) -> tuple[SignalPhase, ...]:
    """Return the signals' phases timed from the new start: the last of each group before it, and what comes."""
    now: dict[int, SignalPhase] = {}
    for phase in sorted(phases, key=lambda p: p.t_s):
        if phase.t_s <= t_s:
            now[phase.group] = replace(phase, t_s=0.0)
    later = [replace(p, t_s=round(p.t_s - t_s, 9)) for p in phases if p.t_s > t_s]
    return (*(now[group] for group in sorted(now)), *later)
