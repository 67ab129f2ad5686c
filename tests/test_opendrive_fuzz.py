"""Whatever a map file holds: it loads into a sound network or is refused in one line, quickly and in bounded memory.

The default run reads a fortieth of the campaign; `pytest -m campaign tests/test_opendrive_fuzz.py` reads it all.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import hostile
import pytest
from conftest import CI, REAL

import roadnet

MUTANTS, DEFAULT_SHARE = 50_000, 40
CHUNK = 2_500  # mutants a process: what one leaves behind does not pile up
SEEDS = (
    "esmini+esmini/resources/xodr/fabriksgatan.xodr",
    "esmini+esmini/resources/xodr/soderleden.xodr",
    "esmini+esmini/resources/xodr/tunnels.xodr",
    "esmini+esmini/resources/xodr/crest-curve.xodr",
    "esmini+esmini/EnvironmentSimulator/Unittest/xodr/lane_offset_intersection.xodr",
    "esmini+esmini/EnvironmentSimulator/Unittest/xodr/mixed_roads.xodr",
    "esmini+esmini/EnvironmentSimulator/Unittest/xodr/direct_junction_simple.xodr",
    "esmini+esmini/EnvironmentSimulator/Unittest/xodr/stationary_objects.xodr",
    "maliput+maliput_malidrive/resources/TShapeRoad.xodr",
    "maliput+maliput_malidrive/resources/ParametricCubicCurveComplexRoad.xodr",
    "maliput+maliput_malidrive/resources/LoopRoadPedestrianCrosswalk.xodr",
    "BerkeleyLearnVerify+Scenic/assets/maps/misc/shoulders.xodr",
    "ivsg-psu+PathPlanning_MapTools_ParseXODR/Data/allSignAndObjects.xodr",
    "asam-ev+qc-opendrive/tests/data/not_implemented_yet/rule_178_junctions_priority_high_and_low_attrib_valid.xodr",
)


def seeds() -> list[Path]:
    """Return the files that are mutated: real ones, and the shipped ones."""
    found = [REAL / "opendrive" / name for name in SEEDS]
    there = [path for path in found if path.exists()]
    assert not CI or len(there) == len(SEEDS), "real maps are missing"
    return [*there, *(roadnet.map_path(name) for name in roadnet.shipped_maps())]


def campaign(first: int, count: int, timeout_s: float) -> dict[str, int]:
    """Read mutants in a child process under limits; fail with the number of each that was not taken well."""
    command = [sys.executable, hostile.__file__, str(first), str(count), *map(str, seeds())]
    environment = os.environ | {"NEARMISS_MAP_CACHE": "0", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, env=environment)
    assert done.returncode == 0, f"the child ended with {done.returncode}: {done.stderr[-2000:]}"
    said = json.loads(done.stdout)
    share = said["accepted"] / count
    print(f"mutants {first} to {first + count - 1}: {share:.1%} accepted, {said['refused']} refused, slowest "
          f"{said['slowest_s']:.2f} s, {said['grown_mib']} MiB more than the unmutated maps")  # fmt: skip
    assert not said["failures"], "\n".join(said["failures"][:20])
    assert said["accepted"] + said["refused"] == count
    assert said["slowest_s"] < hostile.SLOWEST_S
    return said


def test_a_fortieth_of_the_mutants_load_soundly_or_are_refused_in_one_line() -> None:
    said = campaign(0, MUTANTS // DEFAULT_SHARE, timeout_s=300)
    assert said["accepted"] > said["refused"] * 0.2  # a reader that refused everything would show nothing


@pytest.mark.campaign
@pytest.mark.skipif("campaign" not in " ".join(sys.argv), reason="all mutants: pytest -m campaign")
@pytest.mark.parametrize("first", range(0, MUTANTS, CHUNK))
def test_every_mutant_loads_soundly_or_is_refused_in_one_line(first: int) -> None:
    campaign(first, CHUNK, timeout_s=1800)


@pytest.mark.parametrize(
    ("verdict", "examine"),
    [
        ("accepted", "pass"),
        ("ZeroDivisionError: division by zero", "1 / 0"),
        ("refusal 'no place: got x, want y'", "raise InputError('no place', got='x', wanted='y')"),
        ("MemoryError: ", "raise MemoryError"),
    ],
)
def test_the_harness_tells_a_bad_reader_from_a_good_one(tmp_path: Path, verdict: str, examine: str) -> None:
    def bad(path: Path) -> None:
        exec(f"from roadnet.base.errors import InputError\n{examine}")

    assert hostile.outcome(tmp_path / "map.xodr", bad) == verdict


def test_a_mutant_is_a_pure_function_of_its_number() -> None:
    data = roadnet.map_path("crossing").read_bytes()
    assert hostile.mutant(data, 7) == hostile.mutant(data, 7)
    assert len({hostile.mutant(data, n) for n in range(40)}) > 30
