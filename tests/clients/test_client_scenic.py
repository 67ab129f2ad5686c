"""Loading a map, side by side with Scenic's OpenDRIVE parser in an environment of its own."""

import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from clients import environment

import roadnet

pytestmark = pytest.mark.client
SCRIPT = Path(__file__).with_name("time_scenic.py")
MAPS = "opendrive/BerkeleyLearnVerify+Scenic/assets/maps/CARLA"  # Scenic dies on Town03 with a bare assertion
SHARE = 0.2  # of Scenic's time


@pytest.mark.parametrize("name", ["Town01", "Town07"])
def test_our_reader_takes_at_most_a_fifth_of_scenics_time(
    name: str, real: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = real(f"{MAPS}/{name}.xodr")
    monkeypatch.setenv("NEARMISS_MAP_CACHE", "0")
    roadnet.load("crossing")  # what is compiled is compiled
    theirs = json.loads(environment.run("scenic", SCRIPT, path))
    ours = min(timed(path) for _ in range(3))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name}: ours {ours:.3f} s CPU (process peak {peak:.0f} MiB), Scenic {theirs['cpu_s']:.3f} s CPU "
          f"(process peak {theirs['peak_mib']:.0f} MiB): {ours / theirs['cpu_s']:.1%}")  # fmt: skip
    assert theirs["lanes"] > 10
    assert ours <= SHARE * theirs["cpu_s"]


def timed(path: Path) -> float:
    """Return the CPU seconds of one load."""
    begin = time.process_time()
    roadnet.load(path)
    return time.process_time() - begin
