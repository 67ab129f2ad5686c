"""Work off the UI thread: only the newest request counts, and who destroys what it leaves. Needs no display."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import threading

import pytest

pytest.importorskip("PySide6", reason="the extra `viewer` is not installed")

from viewer.window.garbage import collected_between_events
from viewer.window.latest import Latest

WAIT_MS = 20_000


@pytest.fixture(autouse=True)
def collected(qapp):
    with collected_between_events():
        yield


def test_only_the_newest_request_counts(qtbot):
    worker = Latest("test")
    seen = []
    worker.done.connect(lambda key, _: seen.append(key))
    gate = threading.Event()
    worker.submit("first", gate.wait)
    qtbot.waitUntil(lambda: worker._busy, timeout=WAIT_MS)
    worker.submit("second", int)
    worker.submit("third", int)
    gate.set()
    qtbot.waitUntil(lambda: seen == ["first", "third"], timeout=WAIT_MS)
    with qtbot.waitSignal(worker.failed, timeout=WAIT_MS) as caught:
        worker.submit("bad", lambda: 1 / 0)
    assert caught.args[1] == "division by zero"
    worker.close()


def test_cycles_are_broken_on_the_ui_thread_even_where_a_worker_makes_them(qtbot):
    broken_in, wanted = [], 5000  # more than Python lets lie

    class Cycle:
        def __init__(self):
            self.me = self

        def __del__(self):
            broken_in.append(threading.current_thread())

    worker = Latest("test")
    with qtbot.waitSignal(worker.done, timeout=WAIT_MS):
        worker.submit("cycles", lambda: len([Cycle() for _ in range(wanted)]))
    qtbot.waitUntil(lambda: len(broken_in) == wanted, timeout=WAIT_MS)
    assert set(broken_in) == {threading.main_thread()}
    worker.close()
