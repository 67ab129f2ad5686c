"""Junctions by claim: who goes first, who waits, and that everybody gets through."""

from dataclasses import replace

import numpy as np
import pytest
import sim_world as w
import traffic_world as t

from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.model.spec import ActorProgram, Kind, PathSpec
from scenarios.sampling.lights import GREEN, fixed_time, stages
from scenarios.sampling.traffic import FLEET, populate, traffic_scenario
from scenarios.simulation import lane_layout as c
from scenarios.simulation.engine import simulate_batch
from scenarios.simulation.lane_table import lane_table, ring_lanes, traffic_graph

KINDS = pytest.mark.parametrize("kind", [Kind.CAR, Kind.VAN, Kind.MOTORCYCLE], ids=lambda k: k.name.lower())


def conflicts(net: RoadNetwork, waits: int, sort: int) -> list[tuple[int, int, int, int]]:
    """Return (approach, lane of the junction) of the one that waits and of the one that goes first."""
    table, graph, ways = lane_table(net), traffic_graph(net), t.entries(net)
    out = []
    for minor in ways:
        for lane in sorted(graph.successors(minor)):
            for clash in table.clash[table.lane[lane, c.CLASH] : table.lane[lane, c.CLASH_END]]:
                other = int(clash[c.OTHER])
                major = [m for m in ways if other in graph.successors(m)]
                if clash[c.WAITS] == waits and clash[c.SORT] == sort and major and table.lane[lane, c.INSIDE]:
                    out.append((minor, lane, major[0], other))
    return out


def coming(net: RoadNetwork, name: str, entry: int, lane: int, away_m: float, kind: Kind) -> ActorProgram:
    """Return a driver that comes to a junction, its front `away_m` before it, at a speed of 9 m/s."""
    way = (*t.approach(net, entry), lane)
    after = sorted(traffic_graph(net).successors(lane))[:1]
    s = t.before_m(net, entry) - away_m - 0.5 * t.SIZES[kind][0]
    return t.driver(name, (*way, *after), s, 9.0, kind=kind)


RULES = [
    ("four_way_signs", {"control": "stop"}, c.CROSSES), ("four_way_signs", {"control": "none"}, c.CROSSES),
    ("t_crossing", {"control": "yield"}, c.CROSSES), ("t_crossing", {"control": "yield"}, c.MERGES),
    ("roundabout", {}, c.MERGES), ("small_town", {}, c.CROSSES),
]  # fmt: skip


@pytest.mark.parametrize(("form", "values", "sort"), RULES, ids=lambda x: str(x))
@KINDS
def test_who_must_wait_lets_the_other_pass_and_then_goes(
    form: str, values: dict[str, str], sort: int, kind: Kind
) -> None:
    net = t.net_of(form, **values)
    found = conflicts(net, c.I_WAIT, sort)
    if not found and form == "roundabout":
        found = ring_conflicts(net)
    assert found
    for minor, lane, major, other in found[:6]:
        first = coming(net, "ego", major, other, min(30.0, t.before_m(net, major) - 4.0), kind)
        second = coming(net, "minor", minor, lane, 30.0, kind)
        alone = w.drive(t.scenario(net, first, duration_s=12.0), net)
        run = w.drive(t.scenario(net, first, second, duration_s=40.0), net)
        n = len(alone.t)
        # the one with priority drives as if it were alone, or nearly so where lanes merge: who follows close behind
        # the minor's rear eases off; the other enters after it, and does enter
        hindered = np.abs(run.of("speed", "ego")[:n] - alone.of("speed", "ego")).max()
        assert hindered < (2.0 if sort == c.MERGES else 0.3)
        assert t.enters_at(net, run, "minor", second, minor) > t.enters_at(net, run, "ego", first, major)
        assert t.enters_at(net, run, "minor", second, minor) < 40.0
        assert not len(run.recording.contacts.t_ns)


@pytest.mark.parametrize(
    ("form", "values"),
    [("t_crossing", {"control": "yield"}), ("four_way_signs", {"control": "stop"}), ("small_town", {})],
)
@pytest.mark.parametrize("away_m", [20.0, 40.0])
def test_who_goes_straight_on_is_not_held_up_by_who_turns_in_behind_it(
    form: str, values: dict[str, str], away_m: float
) -> None:
    net = t.net_of(form, **values)
    found = [x for x in conflicts(net, c.I_WAIT, c.MERGES) if lane_table(net).lane[x[3], c.TURNS] == 0]
    assert found
    for minor, lane, major, other in found[:4]:
        first = coming(net, "ego", major, other, min(away_m, t.before_m(net, major) - 4.0), Kind.CAR)
        second = coming(net, "minor", minor, lane, 12.0, Kind.CAR)
        alone = w.drive(t.scenario(net, first, duration_s=15.0), net)
        run = w.drive(t.scenario(net, first, second, duration_s=15.0), net)
        # it may ease off for who comes to its line, never more
        assert (alone.of("speed", "ego") - run.of("speed", "ego")).max() < 1.5
        assert not len(run.recording.contacts.t_ns)


@pytest.mark.parametrize("error", ["gap_misjudged", "speed_misjudged"])
def test_who_misjudges_who_comes_takes_gaps_that_others_leave(error: str) -> None:
    net = t.net_of("t_crossing", control="yield")
    minor, lane, major, other = conflicts(net, c.I_WAIT, c.CROSSES)[0]

    def takes(away_m: float, by: float) -> bool:
        first = coming(net, "ego", major, other, away_m, Kind.CAR)
        second = replace(coming(net, "minor", minor, lane, 12.0, Kind.CAR), law_values=((error, by),))
        run = w.drive(t.scenario(net, first, second, duration_s=20.0), net)
        return t.enters_at(net, run, "minor", second, minor) < t.enters_at(net, run, "ego", first, major)

    ways = np.arange(10.0, t.before_m(net, major) - 4.0, 4.0)
    bold, nominal, timid = ({m for m in ways if takes(m, by)} for by in (0.4, 0.0, -0.4))
    assert timid < nominal < bold


def ring_conflicts(net: RoadNetwork) -> list[tuple[int, int, int, int]]:
    """Return (entry, its lane into the ring, the ring's lane that leads on, the ring's lane beside it)."""
    table, graph = lane_table(net), traffic_graph(net)
    rings, out = ring_lanes(net, graph), []
    for minor in t.entries(net):
        for lane in sorted(graph.successors(minor)):
            for clash in table.clash[table.lane[lane, c.CLASH] : table.lane[lane, c.CLASH_END]]:
                if clash[c.WAITS] == c.I_WAIT and int(clash[c.OTHER]) in rings:
                    before = [p for p in graph.predecessors(int(clash[c.OTHER])) if p in rings]
                    out.append((minor, lane, before[0], int(clash[c.OTHER])))
    return out


def test_a_stop_sign_stops_who_would_have_had_the_way_free_but_not_who_rolls() -> None:
    net = t.net_of("four_way_signs", control="stop")
    table = lane_table(net)
    entry = next(e for e in t.entries(net) if table.lane[t.turns(net, e)[0], c.SIGN] == c.STOP)
    slowest = []
    for rolls in (0.0, 1.0):
        actor = replace(
            t.driver("ego", t.through(net, entry, 0), t.before_m(net, entry) - 60.0, 12.0),
            law_values=(("rolls_stop_sign", rolls),),
        )
        run = w.drive(t.scenario(net, actor, duration_s=25.0), net)
        when = t.enters_at(net, run, "ego", actor, entry)
        assert when < 20.0
        slowest.append(float(run.of("speed", "ego")[: round(when / w.STEP_S)].min()))
    assert slowest[0] < 0.5
    assert slowest[1] > 3.0


SATURATED = [
    ("four_way_signs", {"control": "all_stop"}), ("four_way_signs", {"control": "none"}),
    ("four_way_signs", {"control": "stop"}), ("roundabout", {}), ("t_crossing", {"control": "none"}),
]  # fmt: skip


@pytest.mark.parametrize(("form", "values"), SATURATED, ids=lambda x: str(x))
def test_queues_from_all_sides_dissolve_without_contact(form: str, values: dict[str, str]) -> None:
    net = t.net_of(form, **values)
    actors = []
    for entry in t.entries(net):
        room = t.before_m(net, entry)
        for k in range(4):
            lanes = t.approach(net, entry)
            actors.append(t.driver(f"car {entry} {k}", lanes, room - 8.0 - 9.0 * k, 0.0))
    actors.append(actors.pop(0))  # the subject, which stays where the map ends, is the last to matter
    for index in range(3):
        run = w.drive(t.scenario(net, *actors, duration_s=120.0, index=index), net)
        assert not len(run.recording.contacts.t_ns)
        moved = [t.progress(run, a.name if n else "ego")[-1] for n, a in enumerate(actors)]
        assert min(moved) > 50.0


@pytest.mark.parametrize("stands", [False, True])
def test_a_walker_on_the_crossing_is_yielded_to_and_one_at_the_kerb_is_not(stands: bool) -> None:
    net = t.net_of("urban_street")
    row = int(np.argmax(lane_table(net).metric[:, c.LONG]))
    actor = t.driver("ego", (row,), 40.0, 10.0)
    table = lane_table(net)
    sample = table.sample[table.lane[row, c.FIRST] + 180]  # 90 m along
    x, y, cos_h, sin_h = sample[:4]
    side = np.array([-sin_h, cos_h])
    path = np.array([[*(np.array([x, y]) - 6.0 * side), 0.0], [*(np.array([x, y]) + 12.0 * side), 0.0]])
    walker = w.actor(
        "walker", PathSpec(points=path), 0.5 if not stands else 2.0, 0.0 if stands else 1.4, "walk",
        kind=Kind.PEDESTRIAN, size=(0.5, 0.5, 1.75),
    )  # fmt: skip
    run = w.drive(t.scenario(net, actor, walker, duration_s=20.0), net)
    assert not len(run.recording.contacts.t_ns)
    slowest = float(run.of("speed", "ego").min())
    assert slowest > 9.0 if stands else slowest < 7.0
    assert run.of("accel", "ego").min() > -4.0


def test_groups_that_meet_are_never_green_together_and_each_turns_green() -> None:
    nets = [t.net_of("crossing"), t.net_of("small_town")]
    for net in nets:
        table = lane_table(net)
        phases = fixed_time(net, 200.0, offset_s=13.0)
        state = np.zeros((len(net.signals.group_id), 2000), int)
        for phase in phases:
            state[phase.group, round(phase.t_s * 10) :] = phase.state
        assert (state == GREEN).any(1).all()
        meets = 0
        for row in np.flatnonzero(table.lane[:, c.LIGHT] >= 0):
            mine = table.lane[row, c.LIGHT]
            for clash in table.clash[table.lane[row, c.CLASH] : table.lane[row, c.CLASH_END]]:
                other = table.lane[int(clash[c.OTHER]), c.LIGHT]
                if other >= 0 and other != mine and clash[c.SORT] != c.PARTS:
                    meets += 1
                    both = (state[mine] != 1) & (state[other] != 1) & (state[mine] != 2) & (state[other] != 2)
                    assert not both.any()
        assert meets
        assert all(len(sequence) >= 2 for sequence in stages(net))


def test_a_population_stands_apart_and_draws_its_drivers_by_name() -> None:
    net = t.net_of("small_town")
    calls = []

    def traits(streams: object, name: str, *, limit_mps: float | None = None) -> dict[str, float]:
        calls.append(name)
        return {"headway_s": 1.0 + 0.01 * len(calls), "no_value_of_this_law": 3.0}

    spec = traffic_scenario(net, agents=60, duration_s=1.0, suite_key=8, traits=traits)
    assert calls == [a.name for a in spec.actors]
    values = [dict(a.law_values) for a in spec.actors[:2]]
    assert values == [
        {"headway_s": 1.01, "leaves_map": 1.0},
        {"headway_s": 1.02, "leaves_map": 1.0},
    ]
    fewer = populate(net, agents=20, streams=Streams(8, 0))
    assert [(a.s_m, a.path.lanes, a.kind) for a in fewer] == [(a.s_m, a.path.lanes, a.kind) for a in spec.actors[:20]]
    recording = simulate_batch([spec], net)[0]
    assert not len(recording.contacts.t_ns)
    assert len({a.kind for a in spec.actors}) >= 3
    assert len(FLEET) == 6
