"""Compiles the kernels by using each of them once on something small; what is compiled stays in the cache folder."""

import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import msgpack
import numpy as np

import roadnet
from roadnet.base.compiled import cache_folder
from roadnet.network import RoadNetwork
from scenarios.criticality.extremes import worst_of
from scenarios.model.recording import Agents, Contacts, Recording, Statics, Surroundings
from scenarios.model.spec import Kind
from scenarios.sampling.traffic import traffic_scenario
from scenarios.simulation import kernel
from scenarios.simulation.drivers.registry import drivers
from scenarios.simulation.drivers.trials.grids import GRIDS as TESTS
from scenarios.simulation.drivers.trials.grids import crash_counts
from scenarios.simulation.simulate import simulate_batch
from scenarios.suite import batch
from scenarios.suite.codecs import WEATHER
from scenarios.suite.runner import run_blocks
from sensors.lidar import projection
from sensors.raster import fill
from sensors.rig import load_rig
from sensors.sensing import sense
from viewer.draw.theme import DARK
from viewer.pictures import VIEWS
from viewer.source import Episode

RIG = "demo"  # has a lidar and a camera
STEPS = 13  # 0.6 s: a few revolutions and frames
PICTURE_PX = (640, 360)  # the least that holds every part of a picture
APART_M = 12.0


def compile_all(*, workers: int = 2) -> dict[str, float]:
    """Use every kernel once, the groups in parallel, and return the seconds of each group."""
    results = run_blocks(compile_group, [name.encode() for name in GROUPS], workers=workers)
    return {str(r["group"]): float(r["seconds"]) for r in results}


def is_compiled() -> bool:
    """Return whether machine code of the largest kernels is in the cache; it may still lack some of the others."""
    folders = [cache_folder(Path(str(module.__file__)).resolve()) for module in (kernel, projection, fill)]
    return all(any(folder.rglob("*.nbc")) for folder in folders)


def compile_group(payload: bytes) -> bytes:
    """Use the kernels of one group once; return its name and the seconds spent."""
    name, start = payload.decode(), time.perf_counter()
    GROUPS[name]()
    return bytes(msgpack.packb({"group": name, "seconds": time.perf_counter() - start}))


def use_scenarios() -> None:
    """Make one scenario of every hazard, judged without sensors."""
    with tempfile.TemporaryDirectory() as folder:
        batch.generate(Path(folder) / "suite", count=8)


def use_sensors() -> None:
    """Let the sensors of a rig look at two cars, and draw them."""
    net = roadnet.load(roadnet.shipped_maps()[0])
    recording = two_cars(net)
    for _ in islice(sense(recording, net, load_rig(RIG), (), seed=0), 4):
        pass
    episode = Episode(title="warm-up", command="", net=net, recording=recording).ready(RIG)
    for view in VIEWS.values():
        view(episode, episode.duration_s, PICTURE_PX, DARK)


def use_measures() -> None:
    """Take every measure of criticality of two cars."""
    net = roadnet.load(roadnet.shipped_maps()[0])
    worst_of(two_cars(net), net)


def use_traffic() -> None:
    """Let two drivers drive by lanes."""
    net = roadnet.load(roadnet.shipped_maps()[0])
    simulate_batch([traffic_scenario(net, agents=2, duration_s=STEPS * 0.05)], net)


def use_drivers() -> None:
    """Make every reference driver, and run the published tests of those that have some."""
    for file in drivers().values():
        file.Driver()
    for grid in TESTS:
        crash_counts(grid, drivers=("cc",))


GROUPS: dict[str, Callable[[], None]] = {
    "scenarios": use_scenarios,
    "sensors": use_sensors,
    "measures": use_measures,
    "drivers": use_drivers,
    "traffic": use_traffic,
}


def two_cars(net: RoadNetwork) -> Recording:
    """Return two cars that stand one behind the other on the map's longest drivable lane."""
    lanes = net.lanes
    row = int(np.argmax(np.where(lanes.drivable, lanes.length_m, 0.0)))
    span = slice(int(lanes.centre_start[row]), int(lanes.centre_start[row + 1]))
    s, centre, heading = lanes.centre_s[span], lanes.centre[span], lanes.centre_heading[span]
    at = 0.5 * s[-1] + np.array([0.0, APART_M])
    xyz = np.column_stack([np.interp(at, s, centre[:, k]) for k in range(3)])
    yaw = np.interp(at, s, np.unwrap(heading))
    still = np.zeros((2, STEPS), np.float32)
    clear = dict.fromkeys(WEATHER, 0.0) | {"mor_m": 20000.0, "illuminance_lux": 20000.0, "sun_elevation_rad": 0.8}
    return Recording(
        map_digest=net.digest,
        t_ns=np.arange(STEPS, dtype=np.int64) * 50_000_000,
        subject=0,
        agents=Agents(
            kind=np.full(2, Kind.CAR, np.uint8),
            size=np.tile(np.array([4.5, 1.8, 1.5], np.float32), (2, 1)),
            look=np.arange(2, dtype=np.uint32),
            valid=np.ones((2, STEPS), bool),
            xyz=np.repeat(xyz[:, None], STEPS, 1),
            yaw=np.repeat(yaw[:, None], STEPS, 1).astype(np.float32),
            speed=still,
            accel=still,
            yaw_rate=still,
            lamps=np.zeros((2, STEPS), np.uint8),
            gait=still,
        ),
        statics=Statics(kind=(), pose=np.zeros((0, 4)), size=np.zeros((0, 3), np.float32), look=np.zeros(0, np.uint32)),
        surroundings=Surroundings(**{k: np.full(STEPS, v, np.float32) for k, v in clear.items()}),
        signal_state=np.zeros((len(net.signals.group_id), STEPS), np.uint8),
        contacts=Contacts(
            pair=np.zeros((0, 2), np.int32), t_ns=np.zeros(0, np.int64), closing_mps=np.zeros(0, np.float32)
        ),
    )
