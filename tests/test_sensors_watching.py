"""Sensors in the closed loop: only the past is read, each packet comes in its time and is the one of afterwards."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sim_world as w
from test_planner_protocol import same
from test_walls import ALLOWED, LABEL

from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario, SensorEvent
from scenarios.simulation.closed_loop import until
from scenarios.simulation.hosting.spec import open_planner
from scenarios.simulation.planner import Controls, PlannerInput
from scenarios.simulation.simulate import simulate
from sensors.rig import Rig, load_rig
from sensors.sensing import sense
from sensors.watching import Watch, as_map

DROPOUT = SensorEvent(kind="dropout", stream="lidar*", t_on_s=0.25, t_off_s=0.45)


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Rig:
    """Return a lidar and a small camera whose exposures end between the steps."""
    path = tmp_path_factory.mktemp("rig") / "mine.toml"
    path.write_text(
        'schema = 1\nkind = "rig"\n[[lidar]]\nstream = "lidar_top"\ndevice = "vlp16"\nxyz_m = [0.2, 0.0, 1.85]\n'
        'rate_hz = 10\n[[camera]]\nstream = "camera_front"\nxyz_m = [0.6, 0.0, 1.4]\nrate_hz = 15\nwidth = 64\n'
        "height = 48\nfov_deg = 80\nexposure_ms = 8\n"
    )
    return load_rig(path)


@pytest.fixture(scope="module")
def spec() -> ConcreteScenario:
    return w.scenario(
        w.actor("ego", w.along_x(), 5.0, 9.0),
        w.actor("lead", w.along_x(), 25.0, 6.0),
        w.actor("child", w.along_y(30.0), 195.0, 1.5, "walk", kind=6, size=(0.4, 0.5, 1.2)),
        duration_s=0.7,
        sensor_events=(DROPOUT,),
    )


class Sees:
    """A planner that keeps what it is shown."""

    def __init__(self, period_s: float | None = None) -> None:
        self.period_s = period_s

    def reset(self, seed: int) -> None:
        self.seen: list[PlannerInput] = []

    def act(self, now: PlannerInput) -> Controls:
        self.seen.append(now)
        return Controls(-1.0, 0.0)


@pytest.mark.parametrize("period_s", [None, 0.1])
def test_packets_of_the_loop_are_those_of_afterwards_each_in_its_time(
    net: RoadNetwork, rig: Rig, spec: ConcreteScenario, period_s: float | None
) -> None:
    planner = Sees(period_s)
    watch = Watch(net, rig, spec.sensor_events, seed=spec.sensor_seed)
    recording = simulate(spec, net, planner, observe=watch)
    afterwards = list(sense(recording, net, rig, spec.sensor_events, seed=spec.sensor_seed))
    calls = [now.t_ns for now in planner.seen]
    due = [
        [as_map(p) for p in afterwards if a < p.stamp_end_ns <= b] for a, b in zip([-1, *calls], calls, strict=False)
    ]
    assert sum(map(len, due)) >= 10
    assert {p["stream"] for some in due for p in some} == {"lidar_top", "camera_front"}
    assert any(p["arrays"].get("xyz", np.zeros(0)).size for some in due for p in some)
    assert all(same(list(now.packets), some) for now, some in zip(planner.seen, due, strict=True))


def test_with_a_rig_the_objects_are_seen_by_sensors_alone(net: RoadNetwork, rig: Rig, spec: ConcreteScenario) -> None:
    planner = Sees()
    recording = simulate(spec, net, planner, observe=Watch(net, rig, seed=1))
    told = Sees()
    assert simulate(spec, net, told).agents.xyz.tobytes() == recording.agents.xyz.tobytes()
    for now, full in zip(planner.seen, told.seen, strict=True):
        for name in ("object_kind", "object_pose", "object_speed", "object_size", "object_track"):
            mine, theirs = getattr(now, name), getattr(full, name)
            assert len(mine) == 0
            assert (mine.dtype, mine.shape[1:]) == (theirs.dtype, theirs.shape[1:])
            assert len(theirs) == 2


def test_an_observer_is_shown_the_past_alone(net: RoadNetwork, spec: ConcreteScenario) -> None:
    shown: list[tuple[int, bytes, Any]] = []

    def observer(past: Recording) -> tuple[Any, ...]:
        arrays = [getattr(past.agents, name) for name in ("valid", "xyz", "yaw", "speed", "accel", "lamps", "gait")]
        arrays += [past.surroundings.friction[None], past.signal_state, past.t_ns[None]]
        shown.append((len(past.t_ns), past.agents.xyz.tobytes(), {a.shape[1] for a in arrays}))
        return ()

    recording = simulate(spec, net, Sees(), observe=observer)
    assert [count for count, _, _ in shown] == list(range(1, 15))
    for count, xyz, lengths in shown:
        assert xyz == recording.agents.xyz[:, :count].tobytes()
        assert lengths == {count}


def test_a_packet_that_reports_a_later_stamp_comes_later(net: RoadNetwork, rig: Rig, spec: ConcreteScenario) -> None:
    recording = simulate(spec, net)
    watch = Watch(net, rig, seed=1)
    (first,) = (p for p in sense(recording, net, rig, seed=1) if p.stream == "lidar_top" and p.seq == 0)
    late = replace(first, stamp_end_ns=first.stamp_end_ns + 130_000_000)
    watch.late = [late]
    watch.next = None
    came = [k for k in range(1, 15) if watch(until(recording, k))]
    assert came == [6]  # sample 5, at 0.25 s, is the first not before 0.1 + 0.13 s


def test_a_hosted_planner_is_handed_the_same_packets(net: RoadNetwork, rig: Rig, spec: ConcreteScenario) -> None:
    found = []
    for in_process in (True, False):
        with open_planner("planner_zoo:counts_points", in_process=in_process) as planner:
            watch = Watch(net, rig, spec.sensor_events, seed=spec.sensor_seed)
            found.append(simulate(spec, net, planner, observe=watch).agents.speed.tobytes())
    assert found[0] == found[1]
    with open_planner("planner_zoo:counts_points", in_process=True) as planner:
        blind = simulate(spec, net, planner)
    assert found[0] != blind.agents.speed.tobytes()


def test_the_map_of_a_packet_has_no_more_than_the_wall_lets_through(
    net: RoadNetwork, rig: Rig, spec: ConcreteScenario
) -> None:
    watch = Watch(net, rig, seed=1)
    packets = watch(simulate(spec, net))
    assert packets
    for packet in packets:
        assert packet.keys() == ALLOWED["SensorPacket"].keys()
        assert [name for part in (packet["arrays"], packet["info"]) for name in part if LABEL.search(name)] == []
