"""The same bytes whatever the CPU, the C library, the hash seed, the threads and the order of a batch.

Each switch must show in something of the machine's own that we do not use, else it was not thrown: numpy's
exponential without AVX-512, the C library's sine without FMA, the compiler's target, the hash of a text. The default
run takes 3 hash seeds, `pytest -m campaign` takes 10.
"""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent
NO_AVX512 = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}
NO_FMA = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable,-AVX2,-FMA,-FMA4"}
OLDER_CPU = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": ""}
# what the switch changes, the switch, what the CPU must have for it to change anything
SWITCHES = (("numpy", NO_AVX512, "avx512f"), ("libm", NO_FMA, "fma"), ("numba", OLDER_CPU, ""))


@cache
def figures(environment: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    """Return what a fresh process with these variables prints."""
    done = subprocess.run(
        [sys.executable, str(TESTS / "same_bits.py")],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONHASHSEED": "0", **dict(environment)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def flags() -> set[str]:
    """Return what the CPU can do, as the system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    return set(next((x for x in lines if x.startswith("flags")), "").split())


@pytest.mark.parametrize(("part", "switch", "needs"), SWITCHES, ids=[s[0] for s in SWITCHES])
def test_another_cpu_gives_the_same_bytes(part: str, switch: dict[str, str], needs: str) -> None:
    here, there = figures(), figures(tuple(switch.items()))
    if not needs or needs in flags():
        assert there["machine"][part] != here["machine"][part], f"the switch of {part} was not thrown"
    assert there["results"] == here["results"]


@pytest.mark.campaign
def test_hash_seeds_give_the_same_bytes() -> None:
    seeds = range(10 if "campaign" in " ".join(sys.argv) else 3)
    runs = [figures((("PYTHONHASHSEED", str(seed)),)) for seed in seeds]
    assert len({run["machine"]["hashes"] for run in runs}) == len(seeds)
    assert all(run["results"] == runs[0]["results"] for run in runs)
