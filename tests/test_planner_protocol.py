"""The protocol with planners: what goes in comes out, what is no message is refused, what misbehaves is named."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nst
from test_planner_faults import MARK, marked

from roadnet.base.errors import InputError
from scenarios.simulation.hosting import wire
from scenarios.simulation.hosting.hosted import Hosted
from scenarios.simulation.hosting.limits import Limits
from scenarios.simulation.hosting.messages import act_message, answer_message, answer_of, input_of
from scenarios.simulation.hosting.spec import open_planner
from scenarios.simulation.hosting.wire import WireError, pack, receive, unpack
from scenarios.simulation.planner import Controls, Planner, PlannerFailed, PlannerInput, Trajectory

floats = st.floats(-1e6, 1e6)


def rows(count: st.SearchStrategy[int] | int, width: int | None, dtype: str = "<f8") -> st.SearchStrategy[np.ndarray]:
    numbers = floats if dtype == "<f8" else None
    lengths = st.just(count) if isinstance(count, int) else count
    return lengths.flatmap(
        lambda n: nst.arrays(np.dtype(dtype), (n,) if width is None else (n, width), elements=numbers)
    )


@st.composite
def inputs(draw: Callable[..., Any]) -> PlannerInput:
    objects, some = draw(st.integers(0, 4)), st.integers(0, 4)
    packet = {"stream": "top", "seq": draw(some), "xyz": draw(rows(some, 3, "<f4"))}
    return PlannerInput(
        t_ns=draw(st.integers(0, 2**60)),
        ego_pose=draw(rows(4, None)),
        ego_speed_mps=draw(floats),
        ego_accel_mps2=draw(floats),
        ego_yaw_rate=draw(floats),
        ego_size=draw(rows(3, None)),
        route=draw(rows(some, 5)),
        object_kind=draw(rows(objects, None, "|u1")),
        object_pose=draw(rows(objects, 4)),
        object_speed=draw(rows(objects, None)),
        object_size=draw(rows(objects, 3)),
        object_track=draw(rows(objects, None, "<i4")),
        signal_state=draw(rows(some, None, "|u1")),
        stop_lines=draw(rows(some, 2)),
        packets=draw(st.sampled_from([(), (packet,)])),
    )


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and a == b


@settings(max_examples=40)
@given(inputs(), inputs(), st.sets(st.sampled_from([f.name for f in fields(PlannerInput)])))
def test_what_a_planner_is_shown_comes_through_to_the_last_bit(
    first: PlannerInput, second: PlannerInput, kept: set[str]
) -> None:
    second = replace(second, **{name: getattr(first, name) for name in kept})
    world: dict[str, Any] = {}
    for now, before in ((first, None), (second, first)):
        got = input_of(unpack(pack(act_message(now, before))[4:]), world)
        assert [f.name for f in fields(now) if not same(getattr(now, f.name), getattr(got, f.name))] == []
    assert kept.isdisjoint(act_message(second, first)["now"])


@given(floats, floats, rows(st.integers(1, 5), 5))
def test_answers_come_through_to_the_last_bit(accel: float, curvature: float, points: np.ndarray) -> None:
    points[:, 0], points[:, 4] = np.arange(1.0, len(points) + 1.0), np.abs(points[:, 4])
    said = answer_of(unpack(pack(answer_message(Controls(accel, curvature), 7))[4:]), 7)
    assert same([said.accel_mps2, said.curvature_1pm], [accel, curvature])
    path = answer_of(unpack(pack(answer_message(Trajectory(points), 7))[4:]), 7)
    assert same(path.points, points)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_refused(body: bytes) -> None:
    with suppress(WireError):
        assert isinstance(unpack(body)["type"], str)


@pytest.mark.parametrize(
    "tree",
    [
        {"dtype": "<f8", "shape": [2], "data": b"1234567"},
        {"dtype": "<f8", "shape": [-1], "data": b"12345678"},
        {"dtype": "<f8", "shape": [2**40, 2**40], "data": b""},
        {"dtype": "O", "shape": [1], "data": b"12345678"},
        {"dtype": "<f8", "shape": 1, "data": b"12345678"},
        {"dtype": ["<f8"], "shape": [1], "data": b"12345678"},
        {"dtype": "<f8", "shape": [1], "data": "12345678"},
    ],
)
def test_arrays_that_do_not_fit_their_description_are_refused(tree: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        unpack(pack({"type": "controls", "points": tree})[4:])


def test_streams_that_end_early_or_promise_too_much_are_refused() -> None:
    def read_from(data: bytes) -> Callable[[int], bytes]:
        left = [data]

        def read(size: int) -> bytes:
            taken, left[0] = left[0][:size], left[0][size:]
            return taken

        return read

    whole = pack({"type": "ready"})
    assert receive(read_from(whole), most=100) == {"type": "ready"}
    assert receive(read_from(b""), most=100) is None
    for part in range(1, len(whole)):
        with pytest.raises(WireError, match="ends early"):
            receive(read_from(whole[:part]), most=100)
    with pytest.raises(WireError, match="at most 100"):
        receive(read_from(wire.HEADER.pack(101)), most=100)


# ------------------------------------------------------------------------- commands that misbehave

PREAMBLE = """
import os, struct, sys, time
import msgpack
def read():
    head = sys.stdin.buffer.read(4)
    return msgpack.unpackb(sys.stdin.buffer.read(struct.unpack(">I", head)[0])) if head else sys.exit(0)
def framed(message):
    body = msgpack.packb(message)
    return struct.pack(">I", len(body)) + body
def say(message):
    os.write(1, framed(message))
def greet():
    read(); say({"type": "hello", "protocol": "nearmiss-planner", "version": 1})
    read(); say({"type": "ready"})
def held(now, **changed):
    return {"type": "controls", "t_ns": now["t_ns"], "accel_mps2": 0.5, "curvature_1pm": 0.0} | changed
"""
LIMITS = Limits(step_s=0.5, start_s=10.0)


@contextmanager
def command(folder: Path, script: str, limits: Limits = LIMITS) -> Iterator[Planner]:
    path = folder / "planner.py"
    path.write_text(PREAMBLE + textwrap.dedent(script))
    with open_planner(f"cmd:{sys.executable} {path}", limits=limits) as planner:
        yield planner


def instant(k: int) -> PlannerInput:
    zeros = {f.name: np.zeros((0,)) for f in fields(PlannerInput) if f.name not in ("t_ns", "packets")}
    numbers = dict.fromkeys(("ego_speed_mps", "ego_accel_mps2", "ego_yaw_rate"), 0.0)
    return PlannerInput(**(zeros | numbers | {"t_ns": k * 50_000_000}))


def driven(planner: Planner, calls: int = 3) -> str:
    """Return how a drive of some calls ends: "" or kind and detail of the failure."""
    try:
        planner.reset(5)
        for k in range(calls):
            assert planner.act(instant(k)) == Controls(0.5, 0.0)
    except PlannerFailed as error:
        return str(error)
    return ""


def test_a_command_that_behaves_drives(tmp_path: Path) -> None:
    with command(tmp_path, "greet()\nwhile True: say(held(read()))") as planner:
        assert driven(planner, 50) == ""


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ("read(); os.write(1, b'Welcome to my planner, version 2.0')", "output: a message of 1466264675 bytes"),
        ("read(); os.write(1, struct.pack('>I', 4) + b'abcd')", "output: .*not msgpack"),
        ("read(); os.write(1, struct.pack('>I', 4) + b'ab'); time.sleep(9)", "timeout: no answer within 0.5 s"),
        ("read(); os.write(1, struct.pack('>I', 4) + b'ab')", "exited: exit status 0"),
        ("read(); say([1, 2])", "output: .*without a type"),
        ("read(); say({'type': 'ready'})", "output: got the message 'ready', want controls or trajectory"),
        ("say(held(read(), t_ns=1))", "output: got an answer to t_ns 1, asked was 0"),
        ("say({'type': 'controls', 't_ns': read()['t_ns']})", "wrong_shape: .*accel_mps2 is missing"),
        ("say(held(read(), accel_mps2='fast'))", "wrong_shape"),
        ("say(held(read(), accel_mps2=None))", "wrong_shape"),
        ("say(held(read(), accel_mps2=float('inf')))", "not_finite"),
        ("say({'type': 'trajectory', 't_ns': read()['t_ns'], 'points': [[1] * 5] * 2})", "wrong_shape: .*rise"),
        ("now = read(); os.write(1, framed(held(now)) * 2); read()", "output: it wrote without being asked"),
        ("say(held(read())); time.sleep(0.1); say(held({'t_ns': 0})); read()", "output: .*to t_ns 0, asked was 5"),
        ("read(); say({'type': 'error', 'kind': 'memory', 'detail': 'no more'})", "memory: no more"),
        ("read(); say({'type': 'error', 'kind': 'odd', 'detail': 'x'})", "raised: odd: x"),
        ("read(); say({'type': 'error', 'kind': ' '.join(os.listdir('/proc/self/fd'))})", "raised: 0 1 2 3:$"),
        ("raise ValueError('lost the lane')", "exited: exit status 1; its last words: ValueError: lost the lane"),
        ("bytearray(20 << 30)", "memory: an allocation was refused.*MemoryError"),
        ("while True: os.write(2, b'log ' * 1000)", "output: it printed"),
        ("os.close(1); time.sleep(9)", "timeout"),
        ("os.close(0); os.close(1); os.close(2); time.sleep(9)", "timeout"),
        ("os.kill(os.getppid(), 9); time.sleep(9)", "crashed: its keeper was killed"),
        ("os.kill(os.getpid(), 15)", "crashed: SIGTERM"),
        ("os.fork()\nwhile True: now = read(); say(held(now, t_ns=0))", "forked: 1 more processes hold its output"),
    ],
)  # fmt: skip
def test_a_command_that_misbehaves_is_named(tmp_path: Path, script: str, wanted: str) -> None:
    with command(tmp_path, f"greet()\n{script}") as planner:
        began = time.monotonic()
        found = driven(planner)
        assert time.monotonic() - began < 6.0  # it was not waited for: the scripts sleep for 9 s
    assert re.match(wanted, found), found


def test_another_version_is_refused_before_the_first_scenario(tmp_path: Path) -> None:
    script = "read(); say({'type': 'hello', 'protocol': 'nearmiss-planner', 'version': 2}); read()"
    wanted = "^--planner: got a planner that says hello nearmiss-planner 2, want hello nearmiss-planner 1$"
    with pytest.raises(InputError, match=wanted), command(tmp_path, script):
        pass


def test_a_message_the_pipe_does_not_hold_at_once_comes_through(tmp_path: Path) -> None:
    large = replace(instant(0), route=np.zeros((200_000, 5)))
    with command(tmp_path, "greet()\nwhile True: say(held(read()))", replace(LIMITS, step_s=5.0)) as planner:
        planner.reset(5)
        assert planner.act(large) == Controls(0.5, 0.0)
        assert planner.act(replace(large, t_ns=50_000_000)) == Controls(0.5, 0.0)


def test_helpers_of_a_planner_are_borne_up_to_the_limit_and_end_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MARK, f"helpers-{os.getpid()}")
    helpers = """
        import subprocess
        greet()
        for _ in range({}): subprocess.Popen(["sleep", "30"], start_new_session=True)
        while True: time.sleep(0.03); say(held(read()))
    """
    with command(tmp_path, helpers.format(3)) as planner:
        assert driven(planner, 4) == ""
        assert len(marked(os.environ[MARK])) == 5
    assert marked(os.environ[MARK]) == []
    with command(tmp_path, helpers.format(9)) as planner:
        assert driven(planner, 20).startswith("forked: 9 processes beside it, at most 8")
    assert marked(os.environ[MARK]) == []


def test_what_helpers_hold_counts_as_the_planners_memory(tmp_path: Path) -> None:
    holds = """
        import subprocess
        greet()
        hold = "import time; held = bytearray(b'x' * (150 << 20)); time.sleep(30)"
        for _ in range({}): subprocess.Popen([sys.executable, "-I", "-S", "-c", hold])
        while True: time.sleep(0.05); say(held(read()))
    """
    limits = replace(LIMITS, memory_bytes=400 << 20, step_s=5.0)
    with command(tmp_path, holds.format(1), limits) as planner:
        assert driven(planner, 30) == ""
    with command(tmp_path, holds.format(4), limits) as planner:
        assert re.match(r"memory: \d+ bytes held, at most 419430400", driven(planner, 200))


def test_starting_and_ending_leaves_no_file_open(tmp_path: Path) -> None:
    def once() -> int:
        with command(tmp_path, "greet()\nsay(held(read()))\nread()") as planner:
            assert driven(planner).startswith("exited")
        return len(list(Path("/proc/self/fd").iterdir()))

    assert once() == once() == once()


PYTHON_PLANNERS = """
import os, sys, threading
from scenarios.simulation.planner import Controls
class Base:
    def reset(self, seed): pass
    def act(self, now):
        self.work(now)
        return Controls(0.5, 0.0)
class Prints(Base):
    def work(self, now):
        print("at", now.t_ns, flush=True)
        os.write(1, b"straight to the file descriptor")
        try:
            input()
        except EOFError:
            pass
class Copies(Base):
    def work(self, now):
        os.fork()
class Quick(Base):
    def __init__(self):
        self.found = sorted({"numba", "scipy", "lxml", "shapely"} & set(sys.modules))
        if self.found: raise RuntimeError(str(self.found))
    def work(self, now): pass
class Last:
    def reset(self, seed): pass
    def act(self, now): return Controls(0.0, 0.0) if "numba" in sys.modules else Controls(0.5, 0.0)
class BadStart:
    def __init__(self): raise OSError("no weights")
class BadReset(Base):
    def reset(self, seed): raise KeyError("weights")
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working directory with planners, and with a folder called `scenarios` as users have."""
    (tmp_path / "mine.py").write_text(PYTHON_PLANNERS)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "__init__.py").write_text("raise ImportError('a folder of the user')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    return tmp_path


@pytest.mark.parametrize("name", ["Prints", "Copies", "Quick", "Last"])
def test_a_python_planner_may_print_fork_and_live_beside_a_folder_called_scenarios(mine: Path, name: str) -> None:
    with open_planner(f"mine:{name}", limits=LIMITS) as planner:
        assert driven(planner, 5) == ""


def test_a_python_planner_runs_by_hand_as_a_command(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(wire.__file__).parents[3]))
    text = f"cmd:{sys.executable} -P -m scenarios.simulation.hosting.child mine:Prints"
    with open_planner(text, limits=LIMITS) as planner:
        assert driven(planner) == ""


def test_what_goes_wrong_before_the_first_step_is_told_apart(mine: Path) -> None:
    wanted = r"mine:BadStart, which does not start: raised: OSError: no weights \(mine\.py:\d+\)"
    with pytest.raises(InputError, match=wanted), open_planner("mine:BadStart"):
        pass
    for in_process in (False, True):
        with open_planner("mine:BadReset", in_process=in_process) as planner:
            assert driven(planner).startswith("raised: KeyError: 'weights' (mine.py:")


def test_nothing_of_a_planner_outlives_the_death_of_its_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, f"death-{os.getpid()}")
    (tmp_path / "planner.py").write_text(PREAMBLE + "os.fork()\ngreet()\ntime.sleep(60)")
    code = (
        "import sys, time\nsys.path[:0] = sys.argv[2:]\n"
        "from scenarios.simulation.hosting.cage import Cage\nfrom scenarios.simulation.hosting.limits import Limits\n"
        "import os\ncage = Cage([sys.executable, sys.argv[1]], Limits(), dict(os.environ))\n"
        "print('up', flush=True)\ntime.sleep(60)"
    )
    arguments = [str(tmp_path / "planner.py"), str(Path(wire.__file__).parents[3])]
    user = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE)
    assert user.stdout is not None
    assert user.stdout.readline() == b"up\n"
    waited(lambda: len(marked(os.environ[MARK])) >= 4)  # user, keeper, planner, its copy
    user.send_signal(signal.SIGKILL)
    user.wait()
    user.stdout.close()
    waited(lambda: not marked(os.environ[MARK]))


def waited(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_planner_that_failed_waits_for_a_reset(tmp_path: Path) -> None:
    with command(tmp_path, "greet()\nsay(held(read()))\nread()") as planner:
        assert driven(planner).startswith("exited")
        assert isinstance(planner, Hosted)
        with pytest.raises(PlannerFailed, match="reset starts it anew"):
            planner.act(instant(0))
        assert driven(planner, 1) == ""
