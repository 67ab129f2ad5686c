"""The toolkit itself: does it give back the references it takes? Needs no display."""

import gc
import os
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
