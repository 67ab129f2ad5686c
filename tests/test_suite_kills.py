"""Two writers on one suite are killed at random instants, again and again: nothing is torn, lost or doubled.

NEARMISS_KILLS sets how often; the default is a small part of a campaign.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import suite_zoo

from scenarios.suite import store
from scenarios.suite.check import check_suite
from scenarios.suite.store import block_path, missing_blocks, sealed_blocks

ROOT = Path(store.__file__).resolve().parents[2]
TESTS = Path(suite_zoo.__file__).resolve().parent
KILLS = int(os.environ.get("NEARMISS_KILLS", "8"))
COUNT, BLOCK = 600, 4
WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
import suite_zoo
from pathlib import Path
from scenarios.suite.store import missing_blocks, sweep
path = Path(sys.argv[2])
sweep(path)
print("ready", flush=True)
todo = missing_blocks(path, suite_zoo.plan(COUNT, BLOCK))
suite_zoo.make(path, count=COUNT, block_size=BLOCK, blocks=todo if sys.argv[3] == "up" else todo[::-1])
""".replace("COUNT", str(COUNT)).replace("BLOCK", str(BLOCK))


def writer(path: Path, order: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(TESTS), str(path), order],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.campaign
def test_random_kills_of_two_writers_lose_nothing(tmp_path: Path) -> None:
    path, dice = tmp_path / "suite", random.Random(1)
    suite_zoo.make(path, count=COUNT, block_size=BLOCK, blocks=())
    for _ in range(KILLS):
        writers = [writer(path, "up"), writer(path, "down")]
        try:
            for process in writers:
                assert process.stdout is not None
                assert process.stdout.readline() in ("ready\n", "")
            time.sleep(dice.uniform(0.0, 0.15))
        finally:
            for process in writers:
                process.send_signal(signal.SIGKILL)
                process.wait()
        assert [f.problem for f in check_suite(path)[1] if f.problem] == []
    plan = suite_zoo.plan(COUNT, BLOCK)
    assert sealed_blocks(path)
    suite_zoo.make(path, count=COUNT, block_size=BLOCK, blocks=missing_blocks(path, plan))
    whole = suite_zoo.make(tmp_path / "whole", count=COUNT, block_size=BLOCK)
    assert sealed_blocks(path) == sealed_blocks(whole)
    for block in sealed_blocks(whole):
        assert block_path(path, block).read_bytes() == block_path(whole, block).read_bytes()
    store.sweep(path)
    assert list((path / "tmp").iterdir()) == []
    assert list((path / "quarantine").iterdir()) == []
