"""Cost of lidar frames. Aim: 40 ns a ray with physics; floors in the field: 20-30 (own prototype), 117-132 (Embree)."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import zoo
from worlds import device, mount, town

from roadnet.loading import load
from sensors.lidar.geometry import range_image
from sensors.lidar.model import sweep
from sensors.rig import LidarMount, load_rig
from sensors.sensing import sense
from sensors.staging import stage

RAYS = 64 * 2048


def bench_mount() -> LidarMount:
    """Return a lidar of 64 beams and 2048 columns with the figures of the OS1 class."""
    return device(
        mount("demo"),
        columns=2048,
        elevation_rad=np.radians(np.linspace(-24.8, 2.0, 64)),
        azimuth_offset_rad=np.zeros(64),
        firing_ns=np.zeros(64, np.uint32),
    )


def least_cpu_s(work: Callable[[], Any], repeats: int = 15) -> float:
    """Return the least process CPU time of several runs, s: the machine may be busy."""
    work()
    best = np.inf
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return float(best)


def test_frame_of_64_x_2048_in_a_town(benchmark: Any) -> None:
    world, m = town(moving=True), bench_mount()
    whole, geometry = least_cpu_s(lambda: sweep(world, m, 1)), least_cpu_s(lambda: range_image(world, m))
    benchmark.extra_info.update(ns_a_ray=round(whole / RAYS * 1e9, 1), geometry_ns=round(geometry / RAYS * 1e9, 1))
    print(f"\nlidar 64 x 2048: {whole / RAYS * 1e9:.1f} ns a ray with physics, {geometry / RAYS * 1e9:.1f} without")
    benchmark.pedantic(sweep, args=(world, m, 1), rounds=3)


def test_observer_rig_over_eight_seconds_on_a_map(benchmark: Any) -> None:
    net, rig = load("boulevard"), load_rig("observer")
    recording = zoo.recording(16, 161, gap_m=10.0, speeds=(10.0,))
    recording.agents.xyz[...] += net.lanes.centre[len(net.lanes.centre) // 2]
    cpu = least_cpu_s(lambda: list(sense(recording, net, rig, seed=1)), 3)
    staging = least_cpu_s(lambda: stage(recording, net, 0, 100_000_000))
    benchmark.extra_info.update(cpu_s=round(cpu, 3), stage_ms=round(1e3 * staging, 2))
    print(f"\nobserver rig, 8 s, 16 agents: {cpu:.3f} s CPU; one scene {1e3 * staging:.2f} ms")
    benchmark.pedantic(lambda: list(sense(recording, net, rig, seed=1)), rounds=1)
