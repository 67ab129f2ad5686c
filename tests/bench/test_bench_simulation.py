"""Agent-steps per second a core, contact included, and what building and unpacking a batch costs.

Run: pytest tests/bench/test_bench_simulation.py --benchmark-enable -s
CPU time minima, printed beside what is wanted of the reference machine.
"""

from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
import traffic_world as t
from pytest_benchmark.fixture import BenchmarkFixture

import roadnet
from roadnet.network import RoadNetwork
from scenarios.model.spec import (
    Action,
    ActorProgram,
    ConcreteScenario,
    Control,
    Kind,
    PathSpec,
    Step,
    Trigger,
    What,
    When,
)
from scenarios.sampling.traffic import traffic_scenario
from scenarios.simulation.engine import recordings, start, step, time_to_contact

TOWN = "opendrive/BerkeleyLearnVerify+Scenic/assets/maps/CARLA/Town01.xodr"
WANTED_NS = {32: 333.0, 300: 300.0}  # an agent-step of traffic, by drivers
CAR = (4.5, 1.8, 1.5)
ROUNDS = 5


def traffic(net: RoadNetwork, agents: int, index: int) -> ConcreteScenario:
    """Return dense traffic on the boulevard: a quarter reactive, the rest on programs with steps."""
    lanes = [row for row in range(len(net.lanes)) if net.lanes.drivable[row] and net.lanes.length_m[row] > 300.0][:4]
    actors = []
    for i in range(agents):
        reactive = i % 4 == 0
        steps = () if reactive else (Step(Trigger(When.SIMULATION_TIME, 2.0 + 0.1 * i), Action(What.SPEED, 8.0, 2.0)),)
        actors.append(
            ActorProgram(
                name="ego" if i == 0 else f"car {i}",
                kind=Kind.CAR,
                size=CAR,
                path=PathSpec(lanes=(lanes[i % len(lanes)],)),
                s_m=10.0 + 14.0 * (i // len(lanes)) + index % 5,
                speed_mps=10.0,
                law="careful_human" if i == 0 else "idm" if reactive else "programmed",
                control=Control.REACTIVE if reactive else Control.SCRIPTED,
                steps=steps,
            )
        )
    return ConcreteScenario(
        leaf="BENCH", index=index, map_name=net.name, map_digest=net.digest, place="", values=(), duration_s=8.0,
        actors=tuple(actors), suite_key=7,
    )  # fmt: skip


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return roadnet.load("boulevard")


@pytest.mark.parametrize(
    ("name", "agents", "scenarios"), [("small_town", 32, 16), ("crossing", 32, 32), ("town", 32, 8), ("town", 300, 2)]
)
def test_agent_steps_a_second_of_traffic(
    benchmark: BenchmarkFixture, real: Callable[[str], Path], name: str, agents: int, scenarios: int
) -> None:
    """Every driver by lanes: junctions, lane changes, contact, and each one's own time to contact in every step."""
    net = roadnet.load(str(real(TOWN))) if name == "town" else t.net_of(name)
    specs = [traffic_scenario(net, agents=agents, duration_s=10.0, index=i, suite_key=21) for i in range(scenarios)]
    spent = []
    for _ in range(ROUNDS if benchmark.enabled else 1):
        batch = start(specs, net)
        begin = process_time()
        step(batch, batch.last)
        spent.append(process_time() - begin)
    steps = sum(int(r.agents.valid[:, 1:].sum()) for r in recordings(batch))
    assert all(len(time_to_contact(batch, n)) == agents for n in range(scenarios))
    each_ns = min(spent) / steps * 1e9
    benchmark.extra_info["ns_an_agent_step"] = each_ns
    print(
        f"\n{name}, {agents} drivers: {each_ns:.0f} ns an agent-step (wanted {WANTED_NS[agents]:.0f}), "
        f"{1e3 / each_ns:.2f} M agent-steps/s a core"
    )
    benchmark.pedantic(lambda: step(start(specs[:1], net), 10), rounds=1)


@pytest.mark.parametrize("agents", [16, 32])
def test_agent_steps_a_second(net: RoadNetwork, benchmark: BenchmarkFixture, agents: int) -> None:
    specs = [traffic(net, agents, i) for i in range(32)]
    start(specs[:1], net)
    times = {"build": [], "kernel": [], "unpack": []}  # type: dict[str, list[float]]
    for _ in range(ROUNDS if benchmark.enabled else 1):
        t0 = process_time()
        batch = start(specs, net)
        t1 = process_time()
        step(batch, batch.last)
        t2 = process_time()
        recordings(batch)
        for name, spent in zip(times, (t1 - t0, t2 - t1, process_time() - t2), strict=True):
            times[name].append(spent)
    steps = len(specs) * agents * 160
    benchmark.extra_info["agent_steps_a_second"] = rate = steps / min(times["kernel"])
    whole = sum(min(spent) for spent in times.values())
    print(
        f"\n{agents} agents: {rate / 1e6:.2f} M agent-steps/s a core in the kernel ({1e9 / rate:.0f} ns each), "
        f"{steps / whole / 1e6:.2f} M/s from spec to recording; "
        f"building {min(times['build']) / len(specs) * 1e3:.2f} ms, "
        f"unpacking {min(times['unpack']) / len(specs) * 1e3:.2f} ms a scenario"
    )
    benchmark.pedantic(lambda: step(start(specs, net), 160), rounds=1)
