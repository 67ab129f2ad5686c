"""Work off the UI thread where only the newest request counts."""

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal


class Latest(QObject):
    """One worker thread. A request that waits is replaced by the next; results arrive on the UI thread.

    `done` carries the key and the result of a request, `failed` the key and one line of what went wrong.
    """

    done = Signal(object, object)
    failed = Signal(object, str)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ready = threading.Condition()
        self._waiting: tuple[object, Callable[[], Any]] | None = None
        self._busy = self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, key: object, work: Callable[[], Any]) -> None:
        """Ask for `work()`; forget a request that has not begun."""
        with self._ready:
            self._waiting = (key, work)
            self._ready.notify()

    @property
    def idle(self) -> bool:
        """Return whether nothing runs or waits."""
        with self._ready:
            return self._waiting is None and not self._busy

    @property
    def closed(self) -> bool:
        """Return whether the thread is to end."""
        return self._closed

    def close(self) -> None:
        """End the thread after the running request."""
        with self._ready:
            self._closed, self._waiting = True, None
            self._ready.notify()
        self._thread.join(timeout=20.0)

    def _run(self) -> None:
        while True:
            with self._ready:
                self._ready.wait_for(lambda: self._closed or self._waiting is not None)
                if self._closed:
                    return
                request, self._waiting, self._busy = self._waiting, None, True
            if request is None:
                continue
            key, work = request
            try:
                result, problem = work(), ""
            except Exception as error:  # shown in the pane: a picture that fails must not end the window
                result, problem = None, str(error) or type(error).__name__
            with self._ready:
                self._busy = False
            if self.closed:
                return
            if problem:
                self.failed.emit(key, problem)
            else:
                self.done.emit(key, result)
