"""Who takes the garbage out: the UI thread, between two events."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from pyqtgraph.util.garbage_collector import GarbageCollector

INTERVAL_S = 0.5


@contextmanager
def collected_between_events() -> Iterator[None]:
    """While the block lasts, let cyclic garbage be collected by a timer of the UI thread alone.

    Python collects wherever an allocation happens to be one too many: in a worker thread, in the midst of painting,
    or inside QObject.disconnect. There Qt holds a lock and PySide makes an exception object; if that one starts a
    collection which destroys a widget, the widget waits for the same lock for ever (seen in a stack).
    """
    was_on = gc.isenabled()
    collector = GarbageCollector(INTERVAL_S)
    try:
        yield
    finally:
        collector.timer.stop()
        del collector
        gc.collect()  # here Qt holds nothing
        if was_on:
            gc.enable()
