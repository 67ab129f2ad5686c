"""The runner: every block once whatever dies, exceptions arrive as what they were, no process is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import suite_jobs

from roadnet.base.errors import InputError, NondeterminismError
from scenarios.suite import runner
from scenarios.suite.runner import run_blocks

ROOT = Path(runner.__file__).resolve().parents[2]
TESTS = Path(suite_jobs.__file__).resolve().parent
PAYLOADS = [f"block {i}".encode() for i in range(7)]


@pytest.mark.parametrize("workers", [1, 2])
def test_every_payload_is_run_once(workers: int) -> None:
    results = list(run_blocks(suite_jobs.echo, PAYLOADS, workers=workers))
    assert sorted(r["got"] for r in results) == PAYLOADS
    assert (os.getpid() in {r["pid"] for r in results}) == (workers == 1)


@pytest.mark.parametrize(
    ("kind", "error"),
    [("input", InputError), ("nondeterminism", NondeterminismError), ("system", OSError), ("bug", RuntimeError)],
)
def test_exceptions_arrive_as_what_they_were(kind: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        list(run_blocks(suite_jobs.fail, [kind.encode()] * 2, workers=1))
    if kind == "input":
        assert str(caught.value) == "map.xodr: line 3: got nan, want a number"
    if kind == "system":
        assert isinstance(caught.value, OSError)
        assert (caught.value.errno, caught.value.filename) == (28, "suite/tmp/x")


def test_exceptions_arrive_from_another_process() -> None:
    with pytest.raises(InputError, match="line 3"):
        list(run_blocks(suite_jobs.fail, [b"input"] * 2, workers=2))


def test_a_worker_that_is_killed_costs_time_and_nothing_else(tmp_path: Path) -> None:
    payloads = [str(tmp_path / name).encode() for name in ("a", "die1", "b", "c", "die2", "d")]
    results = list(run_blocks(suite_jobs.die_once, payloads, workers=2))
    assert sorted(r["got"] for r in results) == sorted(payloads)


def test_a_block_that_kills_every_worker_ends_the_run() -> None:
    with pytest.raises(RuntimeError, match="died 3 times"):
        list(run_blocks(suite_jobs.die_always, [b"a", b"b"], workers=2))


PARENT = """
import sys
sys.path.insert(0, sys.argv[1])
import suite_jobs
from scenarios.suite.runner import run_blocks
if __name__ == "__main__":
    list(run_blocks(suite_jobs.slow, [p.encode() for p in sys.argv[2:]], workers=2))
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition: object, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the process table of Linux")
@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_its_parent(tmp_path: Path, blow: signal.Signals) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    marks = [tmp_path / "one", tmp_path / "two"]
    parent = subprocess.Popen(
        [sys.executable, str(script), str(TESTS), *map(str, marks)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    try:
        assert until(lambda: all(m.exists() and m.read_text() for m in marks), 30.0)
        pids = [int(m.read_text()) for m in marks]
        assert all(alive(pid) for pid in pids)
        parent.send_signal(blow)
        parent.wait(5.0)
        assert until(lambda: not any(alive(pid) for pid in pids), 5.0)
    finally:
        if parent.poll() is None:
            parent.kill()
            parent.wait()
