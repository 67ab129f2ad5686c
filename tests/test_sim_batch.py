"""The same bits however a scenario is run; and planners in the loop."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sim_world as w

from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.model.recording import LAMP_HEAD, Recording
from scenarios.model.spec import ConcreteScenario, Kind, PathSpec, What, When
from scenarios.model.variants import truncated, with_environment, without_actor
from scenarios.simulation import layout as c
from scenarios.simulation.lawbook import lawbook, values_of
from scenarios.simulation.planner import Controls, PlannerFailed, PlannerInput, Trajectory
from scenarios.simulation.simulate import simulate, simulate_batch
from scenarios.simulation.tables import rows_of
from scenarios.simulation.tracks import light_groups


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


def mixed(index: int) -> ConcreteScenario:
    """Return scenarios of different agents, durations, laws and outcomes."""
    steps = (w.step(When.TIME_HEADWAY, 1.5, What.SPEED, 0.0, 3.0 + index % 3, "ego"),)
    actors = [
        w.actor("ego", w.arc(40.0), 5.0 + index, 12.0, "careful_human"),
        w.actor("lead", w.arc(40.0), 40.0 + index, 10.0, steps=steps),
        w.actor("idm", w.arc(40.0), 60.0, 11.0, "idm", offset_m=-3.5),
        w.actor("child", w.along_y(60.0), 180.0, 1.5, "walk", kind=Kind.PEDESTRIAN, size=(0.4, 0.5, 1.2)),
    ]
    return w.scenario(*actors[: 2 + index % 3], index=index, duration_s=4.0 + index % 4)


def same(a: Recording, b: Recording) -> bool:
    def arrays(part: object) -> list[np.ndarray]:
        fields = [getattr(part, name) for name in part.__dataclass_fields__]  # type: ignore[attr-defined]
        return [f for f in fields if isinstance(f, np.ndarray)]

    parts = ("agents", "contacts", "surroundings", "statics")
    pairs = [(x, y) for p in parts for x, y in zip(arrays(getattr(a, p)), arrays(getattr(b, p)), strict=True)]
    pairs += [(a.t_ns, b.t_ns), (a.signal_state, b.signal_state)]
    return a.subject == b.subject and all(x.dtype == y.dtype and x.tobytes() == y.tobytes() for x, y in pairs)


def test_a_batch_equals_one_by_one_in_any_order_and_with_any_threads(net: RoadNetwork) -> None:
    specs = [mixed(i) for i in range(24)]
    alone = [simulate(spec, net) for spec in specs]
    assert all(map(same, alone, simulate_batch(specs, net)))
    assert all(map(same, alone, simulate_batch(specs, net, threads=2)))
    assert all(map(same, alone, simulate_batch(specs, net, threads=5)))
    assert all(map(same, alone[::-1], simulate_batch(specs[::-1], net)))
    assert not same(alone[0], alone[3])


def test_no_scenarios_are_no_recordings(net: RoadNetwork) -> None:
    assert simulate_batch([], net) == []


def test_removing_a_bystander_changes_nothing_of_others(net: RoadNetwork) -> None:
    spec = w.scenario(
        w.actor("ego", w.along_x(), 5.0, 12.0, "careful_human"),
        w.actor("lead", w.along_x(), 40.0, 8.0),
        w.actor("bystander", w.along_x(y=60.0), 10.0, 5.0),
    )
    fewer = without_actor(spec, "bystander")
    with_one, without = w.drive(spec, net), w.drive(fewer, net)
    for field in ("xyz", "yaw", "speed", "accel", "yaw_rate", "lamps", "gait"):
        for name in ("ego", "lead"):
            assert with_one.of(field, name).tobytes() == without.of(field, name).tobytes()
    assert fewer.lineage_id == spec.lineage_id


def test_removing_whom_a_step_waits_for_leaves_the_step_waiting(net: RoadNetwork) -> None:
    steps = (w.step(When.RELATIVE_DISTANCE, 20.0, What.SPEED, 0.0, 3.0, "lead"),)
    spec = w.scenario(
        w.actor("ego", w.along_x(), 0.0, 12.0), w.actor("lead", w.along_x(), 30.0, 5.0),
        w.actor("waits", w.along_x(y=20.0), 30.0, 10.0, steps=steps),
    )  # fmt: skip
    assert w.drive(without_actor(spec, "lead"), net).of("speed", "waits")[-1] == 10.0
    with pytest.raises(InputError, match="an actor that can go; did you mean 'lead'"):
        without_actor(spec, "leed")


def test_a_truncated_scenario_is_the_beginning_of_the_whole(net: RoadNetwork) -> None:
    spec = mixed(2)
    whole, part = simulate(spec, net), simulate(truncated(spec, 2.0), net)
    assert part.agents.xyz.tobytes() == whole.agents.xyz[:, :41].tobytes()


def test_darkness_lights_the_headlamps_of_vehicles(net: RoadNetwork) -> None:
    run = w.drive(with_environment(mixed(2), illuminance_lux=10.0), net)
    assert (run.of("lamps", "ego") & LAMP_HEAD).all()
    assert not (run.of("lamps", "child") & LAMP_HEAD).any()


def test_rows_are_shuffled_by_the_scenario_and_the_subject_is_found(net: RoadNetwork) -> None:
    subjects = {simulate(replace(mixed(2), index=i), net).subject for i in range(12)}
    assert len(subjects) > 1
    spec = mixed(2)
    assert simulate(spec, net).subject == rows_of(spec)["ego"]


class IdmPlanner:
    """The law `idm` as a planner on a straight road: it knows the one vehicle ahead."""

    def reset(self, seed: int) -> None:
        self.law = lawbook()["idm"]
        self.values, self.memory = np.array(values_of(self.law, (), where="")), np.zeros(c.MEMORY)

    def act(self, now: PlannerInput) -> Controls:
        see = np.full(c.NOW, np.inf)
        see[c.NOW_STEP], see[c.NOW_SPEED], see[c.NOW_WISH] = w.STEP_S, now.ego_speed_mps, 15.0
        see[c.NOW_GAP] = now.object_pose[0, 0] - now.ego_pose[0] - 2.25 - 2.25
        see[c.NOW_LEAD_SPEED] = now.object_speed[0]
        see[c.NOW_CAP] = now.route[0, 4]
        return Controls(float(self.law.function(see, self.values, self.memory)), 0.0)


def test_a_planner_that_is_the_law_gives_the_laws_path(net: RoadNetwork) -> None:
    steps = (w.step(When.SIMULATION_TIME, 1.0, What.SPEED, 4.0, 3.0),)
    spec = w.scenario(
        w.actor("ego", w.along_x(), 10.0, 15.0, "idm"), w.actor("lead", w.along_x(), 40.0, 14.0, steps=steps)
    )
    law, planner = simulate(spec, net), simulate(spec, net, IdmPlanner())
    assert np.abs(law.agents.speed - 15.0).max() > 5.0
    # the gap is formed from places instead of path positions: equal but for rounding
    np.testing.assert_allclose(planner.agents.xyz, law.agents.xyz, atol=1e-9)


class Spy:
    """A planner that keeps all it was shown."""

    def reset(self, seed: int) -> None:
        self.seen: list[PlannerInput] = []

    def act(self, now: PlannerInput) -> Controls:
        self.seen.append(now)
        return Controls(0.0, 0.0)


def test_a_planner_sees_the_others_as_they_are_in_an_order_without_meaning(net: RoadNetwork) -> None:
    spec, spy = mixed(2), Spy()
    run = w.Driven(spec, simulate(spec, net, spy))
    agents, k = run.recording.agents, 17
    now = spy.seen[k]
    others = [r for r in range(4) if r != run.recording.subject]
    assert now.t_ns == run.recording.t_ns[k]
    np.testing.assert_array_equal(now.ego_pose[:3], agents.xyz[run.recording.subject, k])
    assert sorted(map(tuple, now.object_pose[:, :3])) == sorted(tuple(agents.xyz[r, k]) for r in others)
    assert sorted(now.object_track.tolist()) == [0, 1, 2]
    assert all((s.object_track == now.object_track).all() for s in spy.seen)
    orders = set()
    for i in range(12):
        simulate(replace(spec, index=i), net, spy)
        orders.add(tuple(spy.seen[0].object_kind.tolist()) + tuple(spy.seen[0].object_track.tolist()))
    assert len(orders) > 3


def test_held_controls_drive_a_circle_of_the_asked_curvature(net: RoadNetwork) -> None:
    class Circle(Spy):
        def act(self, now: PlannerInput) -> Controls:
            return Controls(0.0, 0.05)

    spec = w.scenario(w.actor("ego", w.along_x(), 50.0, 8.0), duration_s=20.0)
    run = w.Driven(spec, simulate(spec, net, Circle()))
    yaw, back = run.of("yaw", "ego").astype(float), 0.3 * w.CAR[0]
    rear = np.stack([run.x("ego") - back * np.cos(yaw), run.y("ego") - back * np.sin(yaw)], 1)[40:]
    centre = 0.5 * (rear.max(0) + rear.min(0))
    np.testing.assert_allclose(np.hypot(*(rear - centre).T), 20.0, atol=0.02)
    assert run.of("yaw_rate", "ego")[-1] == pytest.approx(0.4, rel=1e-4)


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (Controls(float("nan"), 0.0), "not_finite"),
        (Controls(0.0, float("inf")), "not_finite"),
        (Controls("fast", 0.0), "wrong_shape"),  # type: ignore[arg-type]
        (Controls(np.zeros(2), 0.0), "wrong_shape"),  # type: ignore[arg-type]
        (Controls(np.zeros(2), np.zeros(2)), "wrong_shape"),  # type: ignore[arg-type]
        ((0.0, 0.0), "wrong_shape"),
        (None, "wrong_shape"),
        (Trajectory(np.zeros((3, 4))), "wrong_shape"),
        (Trajectory(np.zeros((0, 5))), "wrong_shape"),
        (Trajectory(np.zeros((3, 5))), "wrong_shape"),  # stamps that do not rise
        (Trajectory(np.array([[0.1, 0.0, 0.0, 0.0, -1.0]])), "wrong_shape"),
        (Trajectory(np.array([[0.1, np.nan, 0.0, 0.0, 1.0]])), "not_finite"),
        (Trajectory(np.arange(1001 * 5.0).reshape(-1, 5)), "wrong_shape"),
        (Trajectory([[0.1, 0.0], [0.2]]), "wrong_shape"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_answer_is_refused_with_its_class(net: RoadNetwork, bad: Any, kind: str) -> None:
    class Bad(Spy):
        def act(self, now: PlannerInput) -> Any:
            return bad

    with pytest.raises(PlannerFailed) as failed:
        simulate(mixed(0), net, Bad())
    assert failed.value.kind == kind


def test_another_map_is_refused(net: RoadNetwork) -> None:
    with pytest.raises(InputError, match="got map crossing"):
        simulate(replace(mixed(0), map_digest="0" * 32), net)
    with pytest.raises(InputError, match="did you mean 'objects'"):
        simulate(mixed(0), net, Spy(), observe="object")


def test_a_second_process_compiles_nothing(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[1]
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "import sim_world as w, test_sim_batch as t\n"
        "from scenarios.simulation.simulate import simulate\n"
        "from scenarios.simulation.kernel import run\n"
        "simulate(t.mixed(2), w.net())\n"
        "print(sum(run().__closure__[0].cell_contents.stats.cache_misses.values()))\n"
    )
    env = os.environ | {"NEARMISS_CACHE": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", code, str(root), str(root / "tests")]
    first, second = (subprocess.run(command, env=env, capture_output=True, text=True, check=True) for _ in range(2))
    assert first.stdout.strip() == "1"
    assert second.stdout.strip() == "0"


def test_a_planner_is_told_which_signals_hold_on_its_route(net: RoadNetwork) -> None:
    lane, groups = next((k, g) for k, g in sorted(light_groups(net).items()) if net.lanes.length_m[k] > 100.0)
    path, spy = PathSpec(lanes=(lane,)), Spy()
    simulate(w.scenario(w.actor("ego", path, 5.0, 10.0), duration_s=0.1), net, spy)
    lines = spy.seen[0].stop_lines
    assert lines[:, 0] == pytest.approx([net.lanes.length_m[lane]] * len(groups))  # a line lies at its lane's end
    assert tuple(lines[:, 1]) == groups
    simulate(w.scenario(w.actor("ego", w.along_x(), 5.0, 10.0), duration_s=0.1), net, spy)
    assert spy.seen[0].stop_lines.shape == (0, 2)
