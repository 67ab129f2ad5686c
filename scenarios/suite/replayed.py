"""Recordings of others as scenarios of ours: every recorded road user a scripted actor that replays its states.

The subject vehicle is one of them, or, where the file sets a task, a careful human who drives it among them. Nobody
replayed answers to anybody. Priors do not know such scenarios: their odds are masked.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.batch_poses import lane_frenet
from roadnet.frames import wrap_angle
from roadnet.lane_changes import route_with_changes
from roadnet.network import RoadNetwork
from roadnet.queries import nearest_lane
from roadnet.routes import extend
from scenarios.model.imported import Imported, Problem
from scenarios.model.recording import LAMP_BRAKE, LAMP_REVERSE, Contacts, Recording
from scenarios.model.spec import (
    Action,
    ActorProgram,
    ConcreteScenario,
    Control,
    Environment,
    Kind,
    Odds,
    PathSpec,
    SignalPhase,
    StaticObject,
    Step,
    Trigger,
    What,
    When,
)  # fmt: skip
from scenarios.simulation.tables import order_of

LEAF = "imported"  # no leaf of the taxonomy is intended
STREAM = "imported"
EGO, CAR_SIZE_M = "ego", (4.5, 1.8, 1.5)  # of who drives a task: the file says nothing of it
OFF_LANE_M, ASKEW_RAD = 3.0, 1.0  # a start further off any lane, or more across it, is driven straight to its goal
SAME_M, SAME_RAD = 0.5, 0.2  # who stands so near a task's start, the same way round, is the one whose task it is
BEYOND_M = 300.0  # the way goes on so far behind the goal, or ahead where none is set
MOMENT_S = 1e-6  # how long who was seen once is there


def recorded_scenario(
    found: Imported, *, index: int, suite_key: int, map_name: str, map_digest: str, lineage_id: str
) -> tuple[ConcreteScenario, Recording]:
    """Return the scenario of a recording as it was, over the time in which its subject is there, and that recording.

    Rows are in the scenario's own shuffled order. InputError where the subject is there for a single sample.
    """
    valid = found.recording.agents.valid[found.recording.subject].nonzero()[0]
    first, last = int(valid[0]), int(valid[-1])
    if last == first:
        got = f"subject vehicle {found.names[found.recording.subject]!r} at a single time"
        raise InputError(found.path, got=got, wanted="one that is there for two steps or more (--subject)")
    rows = present_rows(found.recording, first, last)
    rows = [found.recording.subject, *(r for r in rows if r != found.recording.subject)]
    spec = scenario(
        found, rows, first, last, index=index, suite_key=suite_key, map_name=map_name, map_digest=map_digest,
        lineage_id=lineage_id, place=f"{found.name}, subject {found.names[rows[0]]}",
    )  # fmt: skip
    order = [rows[actor] for actor in order_of(spec)]
    return spec, taken(found.recording, order, first, last, map_digest)


def task_scenario(
    found: Imported, problem: Problem, net: RoadNetwork, *, index: int, suite_key: int, map_name: str, lineage_id: str
) -> ConcreteScenario:
    """Return the scenario of a task: a careful human drives it, from its start to the end of what was recorded.

    InputError where the task begins when the recording is over.
    """
    recording = found.recording
    first, last = round(problem.t_s / recording.step_s), len(recording.t_ns) - 1
    if not 0 <= first < last:
        got = f"task {problem.id!r} that begins at {problem.t_s:g} s"
        raise InputError(found.path, got=got, wanted=f"a beginning from 0 to {recording.duration_s:g} s")
    double = double_of(problem, recording, first)
    rows = [r for r in present_rows(recording, first, last) if r != double]
    spec = scenario(
        found, rows, first, last, index=index, suite_key=suite_key, map_name=map_name, map_digest=net.digest,
        lineage_id=lineage_id, place=f"{found.name}, task {problem.id}", subject=None,
    )  # fmt: skip
    path, s_m, offset_m = way_of(problem, net)
    body = (Kind.CAR, CAR_SIZE_M) if double is None else body_of(recording, double)
    ego = ActorProgram(
        name=EGO,
        kind=body[0],
        size=body[1],
        path=path,
        s_m=s_m,
        offset_m=offset_m,
        speed_mps=max(problem.speed_mps, 0.0),
        law="careful_human",
        control=Control.REACTIVE,
    )
    return replace(spec, actors=(ego, *spec.actors))


def double_of(problem: Problem, recording: Recording, first: int) -> int | None:
    """Return the row of who was recorded at the task's start, or None: the subject vehicle drives in its place."""
    x, y, yaw = problem.pose
    agents = recording.agents
    away = np.hypot(agents.xyz[:, first, 0] - x, agents.xyz[:, first, 1] - y)
    turned = np.abs(wrap_angle(agents.yaw[:, first].astype(np.float64) - yaw))
    same = np.flatnonzero(agents.valid[:, first] & (away < SAME_M) & (turned < SAME_RAD))
    return int(same[away[same].argmin()]) if len(same) else None


def body_of(recording: Recording, row: int) -> tuple[Kind, tuple[float, float, float]]:
    """Return kind and length, width, height m of an agent."""
    length, width, height = (float(v) for v in recording.agents.size[row])
    return Kind(int(recording.agents.kind[row])), (length, width, height)


def present_rows(recording: Recording, first: int, last: int) -> list[int]:
    """Return the rows of who is there between two samples."""
    return np.flatnonzero(recording.agents.valid[:, first : last + 1].any(1)).tolist()


def scenario(
    found: Imported, rows: Sequence[int], first: int, last: int, *, index: int, suite_key: int, map_name: str,
    map_digest: str, lineage_id: str, place: str, subject: str | None = EGO,
) -> ConcreteScenario:  # fmt: skip
    """Return the scenario in which the agents of these rows replay samples first to last; the first is `subject`."""
    recording = found.recording
    names = names_of([found.names[r] for r in rows], subject)
    around = recording.surroundings
    return ConcreteScenario(
        leaf=LEAF,
        index=index,
        map_name=map_name,
        map_digest=map_digest,
        place=place,
        values=(),
        duration_s=(last - first) * recording.step_s,
        step_s=recording.step_s,
        actors=tuple(actor_of(recording, r, name, first, last) for r, name in zip(rows, names, strict=True)),
        statics=statics_of(recording),
        environment=Environment(**{n: float(getattr(around, n)[first]) for n in Environment.__dataclass_fields__}),
        phases=phases_of(recording.signal_state[:, first : last + 1], recording.step_s),
        odds=Odds(stream=STREAM, log_p=0.0, log_q=0.0, has_p=False, has_q=False),
        suite_key=suite_key,
        lineage_id=lineage_id,
    )


def names_of(names: Sequence[str], subject: str | None) -> list[str]:
    """Return unique actor names; only the subject vehicle is called "ego"."""
    out = [subject, *names[1:]] if subject is not None and names else list(names)
    start = 1 if subject is not None else 0
    return [*out[:start], *(f"{n} (recorded)" if n == EGO else n for n in out[start:])]


def actor_of(recording: Recording, row: int, name: str, first: int, last: int) -> ActorProgram:
    """Return the actor that replays one row."""
    agents = recording.agents
    path = trajectory_of(recording, row, first, last)
    kind, size = body_of(recording, row)
    return ActorProgram(
        name=name,
        kind=kind,
        size=size,
        path=PathSpec(trajectory=path),
        s_m=0.0,
        speed_mps=max(float(path[0, 5]), 0.0),
        steps=lamp_steps(agents.lamps[row, first : last + 1], recording.step_s),
        control=Control.SCRIPTED,
        look=int(agents.look[row]),
    )


def trajectory_of(recording: Recording, row: int, first: int, last: int) -> Array:
    """Return (N, 6) t s, x, y, z m, yaw rad, speed m/s: where the agent is there, t from sample `first`."""
    agents = recording.agents
    at = first + agents.valid[row, first : last + 1].nonzero()[0]
    states = (agents.yaw[row, at], agents.speed[row, at])
    rows = np.column_stack([(at - first) * recording.step_s, agents.xyz[row, at], *states]).astype(np.float64)
    return rows if len(rows) > 1 else np.concatenate([rows, rows + np.array([MOMENT_S, 0.0, 0.0, 0.0, 0.0, 0.0])])


def lamp_steps(lamps: Array, step_s: float) -> tuple[Step, ...]:
    """Return the steps that light what no motion lights, indicators and hazard lights: a step shows a sample later."""
    shown = lamps & np.uint8(0xFF & ~(LAMP_BRAKE | LAMP_REVERSE))
    changes = np.flatnonzero(np.diff(shown.astype(int), prepend=0))
    return tuple(
        Step(Trigger(When.SIMULATION_TIME, max(int(k) - 1, 0) * step_s), Action(What.LAMPS, float(shown[k]), 0.0))
        for k in changes
    )


def statics_of(recording: Recording) -> tuple[StaticObject, ...]:
    """Return the scenery of a recording as a spec has it."""
    things = recording.statics
    return tuple(
        StaticObject(
            kind=kind,
            pose=(float(pose[0]), float(pose[1]), float(pose[2]), float(pose[3])),
            size=(float(size[0]), float(size[1]), float(size[2])),
            look=int(look),
        )
        for kind, pose, size, look in zip(things.kind, things.pose, things.size, things.look, strict=True)
    )


def phases_of(states: Array, step_s: float) -> tuple[SignalPhase, ...]:
    """Return the changes of signals (groups, T)."""
    return tuple(
        SignalPhase(group=group, t_s=int(k) * step_s, state=int(row[k]))
        for group, row in enumerate(states)
        for k in np.flatnonzero(np.diff(row.astype(int), prepend=0))
    )


def way_of(problem: Problem, net: RoadNetwork) -> tuple[PathSpec, float, float]:
    """Return the path of a task, and s and offset of its start on it: along lanes, else straight to its goal."""
    x, y, yaw = problem.pose
    here = np.array([[x, y]])
    lane, _, _, distance = nearest_lane(net, here)
    s, offset = lane_frenet(net, lane, here)
    row = int(lane[0])
    part = slice(int(net.lanes.centre_start[row]), int(net.lanes.centre_start[row + 1]))
    heading = float(np.interp(s[0], net.lanes.centre_s[part], np.unwrap(net.lanes.centre_heading[part])))
    if distance[0] > OFF_LANE_M or abs(float(wrap_angle(np.asarray(heading - yaw)))) > ASKEW_RAD:
        goal = problem.goals[0] if problem.goals else (x + BEYOND_M * np.cos(yaw), y + BEYOND_M * np.sin(yaw))
        points = np.array([(x, y, 0.0), (*goal, 0.0)])
        return PathSpec(points=points), 0.0, 0.0
    lanes: tuple[int, ...] = ()
    if problem.goals:
        target, _, _, _ = nearest_lane(net, np.array([problem.goals[0]]))
        lanes = route_with_changes(net, row, int(target[0]))
    lanes = lanes or (row,)
    further, _ = extend(net, lanes[-1], ahead_m=BEYOND_M, behind_m=0.0)
    return PathSpec(lanes=(*lanes, *(k for k in further[1:] if k not in lanes))), float(s[0]), float(offset[0])


# ---------------------------------------------------------------------------------------- recordings


def taken(recording: Recording, rows: Sequence[int], first: int, last: int, map_digest: str) -> Recording:
    """Return samples first to last of the agents of these rows, which include the subject, in this order."""
    at, picked = slice(first, last + 1), np.asarray(rows)
    columns = {
        name: frozen(value[picked] if value.ndim < 2 or name == "size" else value[picked][:, at])
        for name, value in ((n, getattr(recording.agents, n)) for n in recording.agents.__dataclass_fields__)
    }
    around = {n: frozen(getattr(recording.surroundings, n)[at]) for n in recording.surroundings.__dataclass_fields__}
    return replace(
        recording,
        map_digest=map_digest,
        t_ns=frozen(recording.t_ns[at] - recording.t_ns[first]),
        subject=list(rows).index(recording.subject),
        agents=replace(recording.agents, **columns),
        surroundings=replace(recording.surroundings, **around),
        signal_state=frozen(recording.signal_state[:, at]),
        contacts=contacts_within(recording, list(rows), first, last),
    )


def contacts_within(recording: Recording, rows: list[int], first: int, last: int) -> Contacts:
    """Return the contacts between these rows in this time, rows and stamps renumbered."""
    contacts, begin, end = recording.contacts, recording.t_ns[first], recording.t_ns[last]
    kept = [
        k
        for k, (pair, t) in enumerate(zip(contacts.pair.tolist(), contacts.t_ns.tolist(), strict=True))
        if begin <= t <= end and pair[0] in rows and pair[1] in rows
    ]
    pair = np.array([sorted(rows.index(i) for i in contacts.pair[k]) for k in kept], np.int32).reshape(-1, 2)
    t_ns, closing = contacts.t_ns[kept] - begin, contacts.closing_mps[kept]
    order = np.lexsort((pair[:, 1], pair[:, 0], t_ns))
    return Contacts(pair=frozen(pair[order]), t_ns=frozen(t_ns[order]), closing_mps=frozen(closing[order]))


def frozen(array: Array) -> Array:
    """Return an array, contiguous and read-only."""
    array = np.ascontiguousarray(array)
    array.setflags(write=False)
    return array
