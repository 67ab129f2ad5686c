"""The toolkit itself: does it give back the references it takes, and when may what it lent be destroyed? No display."""

import gc
import os
import subprocess
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest

pytest.importorskip("PySide6", reason="the extra `viewer` is not installed")

from PySide6.QtGui import QPainterPath, QPen


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from 3.12 on")
def test_qt_gives_back_the_references_it_takes():
    """PySide6 6.12.0 on Python 3.11 takes one reference to None a call and aborts after some thousand."""
    path, pen = QPainterPath(), QPen()
    gc.collect()
    before = sys.getrefcount(None)
    for _ in range(1000):
        path.moveTo(0.0, 0.0)
        pen.setCosmetic(True)
    assert abs(sys.getrefcount(None) - before) < 200


DISCONNECTS = """
import gc
from contextlib import nullcontext
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QGraphicsObject
from viewer.window.garbage import collected_between_events

class Item(QGraphicsObject):
    moved = Signal()

class Sender(QObject):
    fired = Signal()

app = QApplication([])
with {context}():
    for n in range(4000):
        sender, slot = Sender(), lambda: None
        sender.fired.connect(slot)
        for _ in range(20):
            item = Item()
            item.me = item
            item.moved.connect(slot)
        del item
        gc.set_threshold(gc.get_count()[0] + n % 8)
        sender.fired.disconnect(slot)
        if n % 50 == 0:
            gc.collect()
"""


def test_a_disconnect_never_waits_for_itself():
    """PySide6 6.11 does where a collection begins inside it: see `collected_between_events`. nullcontext hangs."""
    code = DISCONNECTS.format(context="collected_between_events")
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
