"""What hosting a planner costs: a step's question and answer, and a start, against the same planner in this process.

The planner does nothing, so that all of it is overhead. 20 objects, a route of 800 m.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios.simulation.hosting.spec import open_planner
from scenarios.simulation.planner import Controls, PlannerInput

COMMAND = """
import os, struct, sys, msgpack
while head := sys.stdin.buffer.read(4):
    asked = msgpack.unpackb(sys.stdin.buffer.read(struct.unpack(">I", head)[0]))
    said = {"hello": asked, "reset": {"type": "ready"}}.get(asked["type"])
    said = said or {"type": "controls", "t_ns": asked["t_ns"], "accel_mps2": 0.5, "curvature_1pm": 0.0}
    body = msgpack.packb(said)
    os.write(1, struct.pack(">I", len(body)) + body)
"""


class Nothing:
    """A planner that costs nothing."""

    def reset(self, seed: int) -> None: ...

    def act(self, now: PlannerInput) -> Controls:
        return Controls(0.5, 0.0)


def instants(count: int) -> list[PlannerInput]:
    """Return instants as the loop makes them: what moves is new each time, the rest is not."""
    rng = np.random.default_rng(1)
    first = PlannerInput(
        t_ns=0, ego_pose=rng.random(4), ego_speed_mps=10.0, ego_accel_mps2=0.1, ego_yaw_rate=0.01,
        ego_size=rng.random(3), route=rng.random((1600, 5)), object_kind=np.zeros(20, np.uint8),
        object_pose=rng.random((20, 4)), object_speed=rng.random(20), object_size=rng.random((20, 3)),
        object_track=np.arange(20, dtype=np.int32), signal_state=np.zeros(8, np.uint8), stop_lines=rng.random((2, 2)),
    )  # fmt: skip
    moving = ("ego_pose", "object_pose", "object_speed")
    return [
        replace(first, t_ns=k * 50_000_000, **{name: getattr(first, name).copy() for name in moving})
        for k in range(count)
    ]


def spec_of(way: str, folder: Path) -> str:
    (folder / "command.py").write_text(COMMAND)
    return f"cmd:{sys.executable} {folder / 'command.py'}" if way == "command" else "test_bench_planners:Nothing"


@pytest.mark.parametrize("way", ["in process", "class", "command"])
def test_a_step(benchmark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    steps = instants(40)  # few, so that some rounds pass without anybody else on the core
    with open_planner(spec_of(way, tmp_path), in_process=way == "in process") as planner:

        def drive() -> None:
            planner.reset(1)
            for now in steps:
                planner.act(now)

        drive()
        benchmark(drive)
    if benchmark.stats:
        benchmark.extra_info["us_a_step"] = round(benchmark.stats.stats.min / len(steps) * 1e6, 1)


def test_a_start_and_an_end(benchmark: Any) -> None:
    def once() -> None:
        with open_planner("planner_zoo:class_none") as planner:
            planner.reset(1)

    benchmark.pedantic(once, rounds=5)
