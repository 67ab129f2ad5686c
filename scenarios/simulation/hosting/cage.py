"""The cage: a planner's process with its pipes, asked one question at a time under the limits.

The keeper (keeper.py) starts the process, watches memory and forks, and kills all at the end; this side holds
the time and the size of what comes back.
"""

import json
import math
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from scenarios.simulation.hosting import keeper
from scenarios.simulation.hosting.limits import Limits
from scenarios.simulation.hosting.wire import HEADER
from scenarios.simulation.planner import PlannerFailed

CHUNK = 1 << 16
TAIL_BYTES = 4096  # of standard error, kept for the message
GOODBYE_S = 5.0  # for the keeper to kill and to report; it gives up earlier
NO_MEMORY = ("MemoryError", "bad_alloc", "Cannot allocate memory", "out of memory", "Out of memory")


class Cage:
    """One planner's process, from its start to its end. A failure ends it and raises PlannerFailed."""

    def __init__(self, command: Sequence[str], limits: Limits, env: Mapping[str, str]) -> None:
        self.limits = limits
        self.answer, self.tail, self.report = bytearray(), b"", b""
        self.end: dict[str, Any] = {}  # the keeper's last line
        self.is_open, self.is_sending = True, False
        self.keeper, self.life, self.reports = start_keeper(command, limits, env)
        pipes = (self.keeper.stdin, self.keeper.stdout, self.keeper.stderr)
        self.to, self.out, self.err = (pipe.fileno() for pipe in pipes if pipe is not None)
        self.poller = select.poll()
        self.streams = {self.out, self.err, self.reports}
        for fd in self.streams:
            self.poller.register(fd, select.POLLIN)
        for fd in (self.to, *self.streams):
            os.set_blocking(fd, False)

    def ask(self, question: bytes, seconds: float) -> bytes:
        """Return the body of the message that answers `question`."""
        if self.answer:
            self.fail("output", "it wrote without being asked")
        until, printed = time.monotonic() + seconds, 0
        unsent = self._send(memoryview(question))
        while unsent or (body := self._message()) is None:
            if self.end:
                self.fail("exited", "it ended")
            if printed > self.limits.print_bytes:
                self.fail("output", f"it printed {printed} bytes within one call, at most {self.limits.print_bytes}")
            left = until - time.monotonic()
            if left <= 0.0:
                self.fail("timeout", f"no answer within {seconds:g} s")
            for fd, _ in self.poller.poll(math.ceil(1000.0 * left)):
                if fd == self.to:
                    unsent = self._send(unsent)
                elif fd == self.err:
                    printed += self._listen()
                elif fd == self.out:
                    self._take()
                elif fd == self.reports:
                    self._take()  # what it answered before it ended
                    self._hear()
        return body

    def fail(self, kind: str, detail: str) -> NoReturn:
        """End the process and raise PlannerFailed: for what it wrote, else for how it ended itself, else as given."""
        self.close()
        words, copies = self.tail.decode("utf-8", "replace"), self.end.get("copies")
        if kind != "output":
            kind, detail = self._own_end(words) or (kind, detail)
        elif copies:
            kind, detail = "forked", f"{copies} more processes hold its output; {detail}"
        last = words.strip().splitlines()[-1:]
        raise PlannerFailed(kind, f"{detail}; its last words: {last[0]}" if last else detail)

    def _own_end(self, words: str) -> tuple[str, str] | None:
        """Return kind and detail of an end that was not our doing; `words` are the last it printed."""
        end, value, limits = self.end.get("end"), self.end.get("value"), self.limits
        if end in ("exit", "signal") and value != 0 and any(text in words for text in NO_MEMORY):
            return "memory", "an allocation was refused, and it ended"
        return {
            "exit": ("exited", f"exit status {value}"),
            "signal": ("crashed", f"{value}"),
            "memory": ("memory", f"{value} bytes held, at most {limits.memory_bytes}"),
            "forked": ("forked", f"{value} processes beside it, at most {limits.processes}"),
            "no_start": ("exited", f"it cannot be started: {value}"),
            "lost": ("crashed", "its keeper was killed"),
        }.get(str(end))

    def close(self) -> None:
        """End the process and everything that it has started."""
        if not self.is_open:
            return
        self.is_open = False
        os.close(self.life)
        until = time.monotonic() + GOODBYE_S
        while not self.end and time.monotonic() < until:
            select.select([self.reports], [], [], 0.1)
            self._hear()
        self.keeper.kill()  # it has ended, or it hangs
        self.keeper.wait()
        self._listen()
        os.close(self.reports)
        for pipe in (self.keeper.stdin, self.keeper.stdout, self.keeper.stderr):
            if pipe is not None:
                pipe.close()

    def _send(self, unsent: memoryview) -> memoryview:
        """Write what the pipe takes; return the rest, for which the poller then waits."""
        try:
            rest = unsent[os.write(self.to, unsent) :]
        except BlockingIOError:
            rest = unsent
        except BrokenPipeError:  # it no longer reads: what it says or how it ended tells more
            rest = unsent[len(unsent) :]
        if rest and not self.is_sending:
            self.poller.register(self.to, select.POLLOUT)
        elif self.is_sending and not rest:
            self.poller.unregister(self.to)
        self.is_sending = bool(rest)
        return rest

    def _message(self) -> bytes | None:
        """Return the body of the message received, None while it is not whole."""
        if len(self.answer) < HEADER.size:
            return None
        size = HEADER.unpack_from(self.answer)[0]
        if size > self.limits.answer_bytes:
            self.fail("output", f"a message of {size} bytes, at most {self.limits.answer_bytes}")
        if len(self.answer) < HEADER.size + size:
            return None
        body = bytes(self.answer[HEADER.size : HEADER.size + size])
        del self.answer[: HEADER.size + size]
        return body

    def _take(self) -> None:
        """Read what it answers."""
        self.answer += self._read(self.out) or b""

    def _listen(self) -> int:
        """Read what it prints, keep the end, return how much it was."""
        count = 0
        while (data := self._read(self.err)) and count <= self.limits.print_bytes:
            self.tail = (self.tail + data)[-TAIL_BYTES:]
            count += len(data)
        return count

    def _hear(self) -> None:
        """Read what the keeper reports; a keeper that is gone has been killed, and the planner shall not outlive it."""
        data = self._read(self.reports)
        self.report += data or b""
        lines = [json.loads(line) for line in self.report.split(b"\n")[:-1]]
        if lines and "end" in lines[-1]:
            self.end = lines[-1]
        elif data == b"":
            self.end = {"end": "lost"}
            with suppress(ProcessLookupError):
                os.killpg(lines[0]["pid"] if lines else self.keeper.pid, signal.SIGKILL)

    def _read(self, fd: int) -> bytes | None:
        """Return what there is, None for nothing yet, nothing at the end of the stream, which is then left alone."""
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            return None
        if not data and fd in self.streams:
            self.poller.unregister(fd)
            self.streams.discard(fd)
        return data


def start_keeper(
    command: Sequence[str], limits: Limits, env: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], int, int]:
    """Return the keeper of a new planner, the pipe whose closing ends both, and the pipe of its reports."""
    reports, report = os.pipe()
    alive, life = os.pipe()
    wish = {"command": list(command), "report": report, "life": alive}
    wish |= {"memory_bytes": limits.memory_bytes, "processes": limits.processes}
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(keeper.__file__), json.dumps(wish)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            pass_fds=(report, alive),
            start_new_session=True,  # Ctrl-C is for the command line, which closes the cage
            env=dict(env),
        )
    except BaseException:
        os.close(reports)
        os.close(life)
        raise
    finally:
        os.close(report)
        os.close(alive)
    return process, life, reports
