"""Specs become the kernel's tables: many scenarios side by side, each with its own number of agents and steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.maths import sincos
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from roadnet.polyline import UNLIMITED_MPS
from scenarios.model.recording import LAMP_HEAD
from scenarios.model.spec import Action, ActorProgram, ActuationFault, ConcreteScenario, Gust, Kind, What
from scenarios.simulation import layout as c
from scenarios.simulation.bodies import BODIES, REAR_AXLE
from scenarios.simulation.lane_agents import LaneAgents, drives_by_lanes, lane_agents
from scenarios.simulation.lawbook import find, values_of
from scenarios.simulation.pursuit import ONCOMING_M, ROAD_M, SOLID_M
from scenarios.simulation.rooms import crossing, rooms
from scenarios.simulation.tracks import Track, replays, track, trajectory_of
from scenarios.simulation.wind import windage

EGO = "ego"
HEADLAMPS_BELOW_LUX = 1000.0  # UN R48, 6.2.7: dipped beams on when it is darker
LONGEST_S = 36000.0  # a scenario; bounds what is allocated
NS = 1_000_000_000
WALKERS = (Kind.PEDESTRIAN, Kind.ANIMAL)  # they need no speed to step aside
Columns = tuple[list[float], list[int], list[float], list[float]]  # body, code, state, law values of an agent
CARRIED_MODE = {Kind.TRAILER: c.TOWED, Kind.DOOR: c.HINGED}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Tables:
    """A batch before and after it ran: what never changes, what does, and what is recorded. N agents, S scenarios."""

    orders: tuple[tuple[int, ...], ...]  # (S) of rows -> actor
    egos: tuple[int, ...]  # (S,) row of the subject vehicle
    tracks: tuple[Track, ...]  # by CODE row PATH
    values: Array  # (N, VALUES)
    memory: Array  # (N, MEMORY)
    control: Array  # (N, 2) acceleration and curvature from outside
    path: Array
    path_start: Array
    stop: Array
    stop_start: Array
    script: Array
    agent_start: Array  # (S + 1,)
    steps: Array  # (S,) samples, the first included
    step_ns: Array  # (S,)
    friction: Array  # (S,)
    head_lamp: Array  # (S,) bits
    light: Array  # flat (groups, steps) a scenario
    light_start: Array
    groups: Array
    sample_start: Array  # (S + 1,) rows of xyz
    pair_start: Array  # (S + 1,)
    lane: Array  # from here to `clash`: the map's lanes, scenarios/simulation/lane_layout.py
    metric: Array
    sample: Array
    link: Array
    clash: Array
    route: Array  # from here to `order`: who is on them, scenarios/simulation/lane_agents.py
    route_s: Array
    driven: Array
    plan: Array
    drive: Array
    way: Array
    order: Array
    body: Array
    code: Array
    state: Array
    along: Array
    met: Array
    sweep: Array  # (N,) agents, each scenario's sorted along its axis
    axis: Array  # (S,) column of state along which the sweep sorts
    xyz: Array  # (samples, 3): (agents, steps) a scenario
    motion: Array  # (5, samples) yaw, speed, acceleration, yaw rate, gait
    lamps: Array
    valid: Array  # (samples,) bool: present
    pair: Array
    pair_ns: Array
    pair_closing: Array
    pair_count: Array
    replay: Array  # (R, REPLAY_COLUMNS)
    subject: Array  # (S,) column of the subject vehicle
    fault: Array  # (F, FAULT_COLUMNS)
    fault_start: Array  # (S + 1,)
    command: Array  # (samples of scenarios with faults, 2) what the subject's driver asked for
    command_start: Array  # (S + 1,)
    gust: Array  # (G, GUST_COLUMNS)
    gust_start: Array  # (S + 1,)
    room: Array  # (M, 2) m, offsets that adversaries may use along their paths

    def arguments(self) -> tuple[Array, ...]:
        """Return the tables in the kernel's order."""
        return tuple(getattr(self, name) for name in list(self.__dataclass_fields__)[3:])


def order_of(spec: ConcreteScenario) -> tuple[int, ...]:
    """Return the actors' indices in the order of the recording's rows: shuffled by the stream "order"."""
    rng = Streams(spec.suite_key, spec.index).rng("order")
    return tuple(int(i) for i in rng.permutation(len(spec.actors)))


def rows_of(spec: ConcreteScenario) -> dict[str, int]:
    """Return actor name -> row in the recording."""
    return {spec.actors[actor].name: row for row, actor in enumerate(order_of(spec))}


def tables(specs: Sequence[ConcreteScenario], net: RoadNetwork, *, outside: bool = False) -> Tables:
    """Return the tables of scenarios on one map; `outside`: a planner drives the subject vehicle. InputError."""
    group_count = len(net.signals.group_id)
    orders, egos, scripts, lights = [], [], [], []
    agents: list[Columns] = []
    on_lanes: list[tuple[int, ActorProgram, bool]] = []
    numbers: dict[int, int] = {}  # id of a Track -> its number; the tracks live as long as the list below
    tracks: list[Track] = []
    script_rows, replay_rows, room_rows = 0, 0, 0
    trajectories: list[Array] = []
    free_room: list[Array] = []
    for spec in specs:
        where, base = f"scenario {spec.index}", len(agents)
        order = order_of(spec)
        rows = named_rows(spec, order, where)
        orders.append(order)
        egos.append(rows[EGO])
        carriers = carriers_of(spec, where)
        for actor in (spec.actors[i] for i in order):
            at = f"{where}, actor {actor.name!r}"
            carrier = carriers.get(actor.name)
            found = track(net, carrier.path if carrier else actor.path, where=at)
            if id(found) not in numbers:
                numbers[id(found)] = len(tracks)
                tracks.append(found)
            steps = script_of(actor, rows, at)
            span = (script_rows, script_rows + len(steps))
            script_rows += len(steps)
            scripts += steps
            joined = (base + rows[carrier.name], base + rows[carrier.name]) if carrier else (c.NOBODY, len(agents))
            columns = agent_of(actor, numbers[id(found)], span, joined, outside and actor.name == EGO, at)
            if columns[1][c.MODE] == c.REPLAYED:
                trajectories.append(trajectory_of(actor.path, at))
                first, replay_rows = replay_rows, replay_rows + len(trajectories[-1])
                columns[1][c.REPLAY_FIRST], columns[1][c.REPLAY_END] = first, replay_rows
            if columns[1][c.SEEKS]:
                room = seek(actor, found, spec.actors[0], columns, net, at)
                columns[1][c.ROOM_FIRST], columns[1][c.ROOM_END] = room_rows, room_rows + len(room)
                room_rows += len(room)
                free_room.append(room)
            agents.append(columns)
            on_lanes.append((len(orders) - 1, actor, columns[1][c.MODE] == c.LANES))
        lights.append(light_of(spec, group_count, where))
    on_lanes_tables = lane_agents(net, specs, on_lanes)
    return _tables(
        specs, orders, egos, tracks, agents, scripts, lights, group_count, trajectories, free_room, on_lanes_tables
    )


def named_rows(spec: ConcreteScenario, order: tuple[int, ...], where: str) -> dict[str, int]:
    """Return actor name -> row; InputError for names that clash and where the first is not the subject vehicle."""
    if not spec.actors or spec.actors[0].name != EGO:
        raise InputError(where, got="no subject vehicle", wanted=f"a first actor named {EGO!r}")
    rows = {spec.actors[actor].name: row for row, actor in enumerate(order)}
    if len(rows) < len(order):
        raise InputError(where, got="two actors of one name", wanted="unique names")
    return rows


def script_of(actor: ActorProgram, rows: dict[str, int], where: str) -> list[tuple[float, ...]]:
    """Return the actor's steps in the kernel's columns."""
    out: list[tuple[float, ...]] = []
    for step in actor.steps:
        entity, action = step.trigger.entity or actor.name, step.action
        check_finite((step.trigger.value, action.target, action.rate), where)
        if entity not in rows:
            raise InputError(where, got=f"trigger entity {entity!r}", wanted=f"an actor{did_you_mean(entity, rows)}")
        check_action(actor, action, where)
        if action.what not in (What.LAMPS, What.DIRECTION) and not action.rate > 0.0:
            raise InputError(where, got=f"{action.what.name} at rate {action.rate:g}", wanted="a rate above zero")
        if action.what == What.SPEED and action.target < 0.0:
            raise InputError(where, got=f"SPEED to {action.target:g} m/s", wanted="a speed of zero or more")
        out.append(
            (
                float(step.trigger.when),
                step.trigger.value,
                float(rows[entity]),
                float(action.what),
                action.target,
                action.rate,
            )
        )
    return out


def check_action(actor: ActorProgram, action: Action, where: str) -> None:
    """Raise InputError for a direction that is none, of a body that cannot back, and for the angle of no door."""
    if action.what == What.DIRECTION and (action.target not in (-1.0, 1.0) or find(actor.law, where=where).sees):
        got = f"DIRECTION {action.target:g} under law {actor.law!r}"
        raise InputError(where, got=got, wanted="1 or -1, under a law that follows its program")
    if action.what == What.ANGLE and not (actor.kind == Kind.DOOR and actor.attached_to):
        raise InputError(where, got=f"ANGLE of a {actor.kind.name.lower()}", wanted="a door attached to an actor")


def carriers_of(spec: ConcreteScenario, where: str) -> dict[str, ActorProgram]:
    """Return name -> the actor that carries it; InputError for who cannot be carried, by whom, or in a chain."""
    actors = {actor.name: actor for actor in spec.actors}
    carried = {actor.name: actor for actor in spec.actors if actor.attached_to}
    for name, actor in carried.items():
        at, to = f"{where}, actor {name!r}", actor.attached_to
        if to not in actors:
            raise InputError(at, got=f"attached to {to!r}", wanted=f"an actor{did_you_mean(to, actors)}")
        if to in carried or name == EGO:
            raise InputError(at, got=f"attached to {to!r}", wanted="a carrier that moves by itself, not the subject")
        if actor.kind not in CARRIED_MODE:
            raise InputError(at, got=f"an attached {actor.kind.name.lower()}", wanted="a trailer or a door")
    return {name: actors[actor.attached_to] for name, actor in carried.items()}


def agent_of(
    actor: ActorProgram, number: int, span: tuple[int, int], joined: tuple[int, int], outside: bool, where: str
) -> Columns:
    """Return an agent's columns: body, code, state, law values; joined: the columns of its carrier and its root."""
    law = find(actor.law, where=where)
    values = values_of(law, actor.law_values, where=where)
    limits, (length, width, _height) = BODIES[actor.kind], actor.size
    check_finite((*actor.size, actor.s_m, actor.offset_m, actor.speed_mps, *actor.joint_m, *values), where)
    if not (length > 0.0 and width > 0.0 and actor.speed_mps >= 0.0):
        raise InputError(
            where, got=f"size {actor.size}, speed {actor.speed_mps:g} m/s", wanted="a body, moving forward"
        )
    body = [
        length, width, 0.5 * float(np.hypot(length, width)), REAR_AXLE * length, limits.accel_most_mps2,
        limits.curvature_most_1pm, limits.steer_most_1pms, limits.gait_radpm, float(limits.has_lamps),
        *actor.joint_m, windage(actor.kind, actor.size), np.inf, np.inf,
    ]  # fmt: skip
    walks = actor.kind in WALKERS
    mode = c.STEERED if outside or (law.sees and not walks) else c.RAIL
    if actor.attached_to:
        mode = CARRIED_MODE[actor.kind]
    elif mode == c.RAIL and replays(actor.path):
        mode = c.REPLAYED
    if drives_by_lanes(actor, law, outside):
        mode = c.LANES
    code = [c.OUTSIDE if outside else law.row, mode, number, *span, int(law.sees), int(walks), *joined, 0, 0]
    code += [int(law.seeks and not outside), 0, 0]
    wish = actor.speed_mps
    if law.sees:
        asked = dict(zip(law.defaults, values, strict=False)).get("desired_speed_mps", 0.0)
        wish = asked or (UNLIMITED_MPS if law.by_lanes else wish or UNLIMITED_MPS)
    state = [0.0] * c.STATE
    state[c.SPEED], state[c.S], state[c.OFFSET] = actor.speed_mps, actor.s_m, actor.offset_m
    state[c.NEXT_STEP], state[c.WISH], state[c.WISH_TARGET], state[c.WISH_RATE] = float(span[0]), wish, wish, 1.0
    state[c.SHIFT] = state[c.SHIFT_TO] = actor.offset_m
    state[c.PRESENT] = state[c.WAY] = state[c.NEXT_WAY] = 1.0
    return body, code, state, values


def check_finite(numbers: tuple[float, ...], where: str) -> None:
    """Raise InputError unless all are finite numbers."""
    if not all(map(isfinite, numbers)):
        raise InputError(where, got=f"{next(x for x in numbers if not isfinite(x))}", wanted="finite numbers")


def samples_of(spec: ConcreteScenario) -> int:
    """Return the number of samples, first and last included. InputError for times that cannot be."""
    if not (0.0 < spec.step_s <= 1.0 and 0.0 <= spec.duration_s <= LONGEST_S and spec.environment.friction > 0.0):
        raise InputError(
            f"scenario {spec.index}",
            got=f"{spec.duration_s:g} s in steps of {spec.step_s:g} s at friction {spec.environment.friction:g}",
            wanted=f"0 to {LONGEST_S:g} s in steps of 0 to 1 s, friction above 0",
        )
    return round(spec.duration_s / spec.step_s) + 1


def light_of(spec: ConcreteScenario, groups: int, where: str) -> Array:
    """Return (groups, T) uint8: each signal group's state; 0 (dark) before its first phase."""
    out = np.zeros((groups, samples_of(spec)), np.uint8)
    for phase in sorted(spec.phases, key=lambda p: p.t_s):
        if not 0 <= phase.group < groups:
            raise InputError(where, got=f"signal group {phase.group}", wanted=f"one of the map's {groups}")
        out[phase.group, max(0, int(np.ceil(phase.t_s / spec.step_s - 1e-9))) :] = phase.state
    return out


def starts(counts: Array | list[int]) -> Array:
    """Return the (N + 1,) int64 offsets of rows of these lengths, writable as the kernel's arguments are."""
    return np.concatenate([[0], np.cumsum(np.asarray(counts, np.int64))]).astype(np.int64)


def _tables(
    specs: Sequence[ConcreteScenario], orders: list[tuple[int, ...]], egos: list[int], tracks: list[Track],
    agents: list[Columns], scripts: list[tuple[float, ...]],
    lights: list[Array], group_count: int, trajectories: list[Array], free_room: list[Array],
    traffic: LaneAgents,
) -> Tables:  # fmt: skip
    counts = np.array([len(order) for order in orders], np.int64)
    steps = np.array([samples_of(spec) for spec in specs], np.int64)
    body, code, state, values = ([a[i] for a in agents] for i in range(4))
    agent_start = starts(counts)
    command_start = starts(np.array([int(n) * bool(s.actuation_faults) for n, s in zip(steps, specs, strict=True)]))
    sample_start, pair_start = starts(counts * steps), starts(counts * counts)
    samples, pairs, N = int(sample_start[-1]), int(pair_start[-1]), len(agents)
    stop_start = starts([len(t.stops) for t in tracks])
    return Tables(
        orders=tuple(orders),
        egos=tuple(egos),
        tracks=tuple(tracks),
        values=np.array(values, np.float64).reshape(N, c.VALUES),
        memory=np.zeros((N, c.MEMORY)),
        control=np.zeros((N, 2)),
        path=np.concatenate([t.samples for t in tracks]),
        path_start=starts([len(t.samples) for t in tracks]),
        stop=np.concatenate([t.stops for t in tracks]),
        stop_start=stop_start,
        script=np.array(scripts, np.float64).reshape(-1, c.SCRIPT_COLUMNS),
        agent_start=agent_start,
        steps=steps,
        step_ns=np.array([round(spec.step_s * NS) for spec in specs], np.int64),
        friction=np.array([spec.environment.friction for spec in specs], np.float64),
        head_lamp=np.array(
            [LAMP_HEAD * (spec.environment.illuminance_lux < HEADLAMPS_BELOW_LUX) for spec in specs], np.int64
        ),
        light=np.concatenate([x.ravel() for x in lights]),
        light_start=starts(group_count * steps),
        groups=np.full(len(specs), group_count, np.int64),
        sample_start=sample_start,
        pair_start=pair_start,
        **{name: getattr(traffic.table, name) for name in ("lane", "metric", "sample", "link", "clash")},
        **{name: getattr(traffic, name) for name in ("route", "route_s", "driven", "plan", "drive", "way", "order")},
        body=np.ascontiguousarray(np.array(body, np.float64).T),
        code=np.ascontiguousarray(np.array(code, np.int64).T),
        state=np.ascontiguousarray(np.array(state, np.float64).T),
        along=np.full(pairs, np.inf),
        met=np.zeros(pairs, np.bool_),
        sweep=np.arange(N),
        axis=np.zeros(len(specs), np.int64),
        xyz=np.empty((samples, 3)),
        motion=np.empty((5, samples), np.float32),
        lamps=np.empty(samples, np.uint8),
        valid=np.empty(samples, np.bool_),
        pair=np.empty((pairs, 2), np.int32),
        pair_ns=np.empty(pairs, np.int64),
        pair_closing=np.empty(pairs, np.float32),
        pair_count=np.zeros(len(specs), np.int64),
        replay=np.concatenate(trajectories) if trajectories else np.zeros((0, c.REPLAY_COLUMNS)),
        subject=agent_start[:-1] + np.array(egos, np.int64),
        fault=np.array([fault_of(x, s) for s in specs for x in s.actuation_faults], np.float64).reshape(
            -1, c.FAULT_COLUMNS
        ),
        fault_start=starts([len(spec.actuation_faults) for spec in specs]),
        command=np.zeros((int(command_start[-1]), 2)),
        command_start=command_start,
        gust=np.array([gust_of(x, s) for s in specs for x in s.gusts], np.float64).reshape(-1, c.GUST_COLUMNS),
        gust_start=starts([len(spec.gusts) for spec in specs]),
        room=np.concatenate(free_room) if free_room else np.zeros((0, 2)),
    )


def seek(
    actor: ActorProgram, found: Track, subject: ActorProgram, columns: Columns, net: RoadNetwork, where: str
) -> Array:  # fmt: skip
    """Return (M, 2) the room an adversary may use along its path, none off the lanes; note where it meets `subject`."""
    body, values = columns[0], columns[3]
    other = track(net, subject.path, where=where)
    body[c.CROSS_OWN], body[c.CROSS_SUBJECT] = crossing(found, actor.s_m, other, subject.s_m)
    if not actor.path.lanes or actor.path.reverse:
        return np.zeros((0, 2))
    allowed = (values[SOLID_M] > 0.0, values[ONCOMING_M] > 0.0, values[ROAD_M] > 0.0)
    return rooms(net, tuple(actor.path.lanes), found.path.length_m, *allowed)


def fault_of(fault: ActuationFault, spec: ConcreteScenario) -> tuple[float, ...]:
    """Return an actuation fault in the kernel's columns. InputError for gains and times below zero."""
    row = (
        fault.t_on_s, fault.t_off_s, fault.brake_gain, fault.steer_lag_s, fault.steer_offset_1pm, fault.latency_s,
    )  # fmt: skip
    where = f"scenario {spec.index}, actuation fault"
    check_finite(row, where)
    if min(fault.brake_gain, fault.steer_lag_s, fault.latency_s) < 0.0:
        raise InputError(where, got=str(fault), wanted="a gain, lag and latency of zero or more")
    return row


def gust_of(gust: Gust, spec: ConcreteScenario) -> tuple[float, ...]:
    """Return a gust in the kernel's columns. InputError for numbers that are not finite."""
    check_finite((gust.t_on_s, gust.t_off_s, gust.speed_mps, gust.azimuth_rad), f"scenario {spec.index}, gust")
    sine, cosine = sincos(gust.azimuth_rad)
    return gust.t_on_s, gust.t_off_s, gust.speed_mps * cosine, gust.speed_mps * sine
