"""Maps: loading, meshing, finding places and lanes. pytest tests/bench/test_bench_maps.py --benchmark-enable"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import roadnet
from roadnet.checks import check
from roadnet.network import RoadNetwork
from roadnet.places import KINDS, places
from roadnet.queries import nearest_lane
from roadnet.surface import whole_surface

MAPS = {
    "Town01": "opendrive/BerkeleyLearnVerify+Scenic/assets/maps/CARLA/Town01.xodr",
    "Town03": "opendrive/carla-simulator+opendrive-test-files/OpenDrive/Town03.xodr",
}
QUERIES = 200_000


@pytest.fixture(params=(*MAPS, "boulevard"))
def path(request: pytest.FixtureRequest, real: Callable[[str], Path]) -> str:
    return str(real(MAPS[request.param])) if request.param in MAPS else request.param


def once_each(benchmark, work: Callable[[RoadNetwork], object], path: str, rounds: int = 5) -> None:
    """Time `work` on a network that was just loaded, so that nothing is kept from before; CPU seconds."""
    benchmark.pedantic(work, setup=lambda: ((roadnet.load(path),), {}), rounds=rounds)


@pytest.fixture
def cpu(benchmark):
    """Return the benchmark, timing CPU seconds of this process: other work on the machine does not count."""
    benchmark._timer = time.process_time
    return benchmark


def test_bench_load(cpu, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARMISS_MAP_CACHE", "0")
    net = cpu.pedantic(roadnet.load, args=(path,), rounds=5)
    assert len(net.lanes)


def test_bench_second_load(cpu, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARMISS_CACHE", str(tmp_path))
    roadnet.load(path)
    net = cpu.pedantic(roadnet.load, args=(path,), rounds=10)
    assert len(net.lanes)


def test_bench_check(cpu, path: str) -> None:
    once_each(cpu, check, path)


def test_bench_places(cpu, path: str) -> None:
    once_each(cpu, lambda net: [places(net, kind) for kind in KINDS], path)


def test_bench_ground(cpu, path: str) -> None:
    once_each(cpu, whole_surface, path)


@pytest.mark.parametrize("which", ["drivable", "all"])
def test_bench_nearest_lane(cpu, path: str, which: str) -> None:
    """Points beside the lanes that are looked for."""
    net = roadnet.load(path)
    rng = np.random.Generator(np.random.Philox(5))
    owner = np.repeat(np.arange(len(net.lanes)), np.diff(net.lanes.centre_start))
    near = net.lanes.centre[net.lanes.drivable[owner] | (which == "all"), :2]
    xy = near[rng.integers(0, len(near), QUERIES)] + rng.normal(0, 2, (QUERIES, 2))
    nearest_lane(net, xy[:1], drivable_only=which == "drivable")
    lane, *_ = cpu.pedantic(nearest_lane, args=(net, xy), kwargs={"drivable_only": which == "drivable"}, rounds=5)
    assert len(lane) == QUERIES
    if cpu.stats is not None:
        cpu.extra_info["queries_per_s"] = QUERIES / cpu.stats.stats.min
