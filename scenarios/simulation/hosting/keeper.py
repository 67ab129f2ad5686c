"""The keeper: starts a planner's process, watches over it, and sees that nothing of it is left at the end.

Run as a script by the cage (cage.py), with the standard library alone so that it starts in some 15 ms. It passes
no message: the planner holds the pipes itself. It is what the planner's orphans are handed to (Linux, "child
subreaper"), so that leaving the session or the parent does not lead out. When the cage closes the `life` pipe,
or dies, the keeper kills all.

It reports lines of JSON: {"pid"} when the planner runs, and at the end {"end": exit | signal | forked | memory |
closed | no_start, "value", "copies"}. `copies` counts other processes that hold the planner's standard output.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from typing import Any

TICK_MS = 20  # between two looks at the number of processes and their memory
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
KILL_S = 3.0  # for how long the keeper goes on killing what does not die


def main() -> None:
    """Run one planner to its end; argv[1] is JSON: command, report, life, memory_bytes, processes."""
    wish = json.loads(sys.argv[1])
    for mine in (wish["report"], wish["life"]):
        os.set_inheritable(mine, False)  # the planner could report for us
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    wake, wake_in = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(wake_in, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_in, warn_on_full_buffer=False)
    outlet = _inode(1)
    pid, trouble = _start(wish)
    _leave_pipes()
    if trouble:
        _report(wish, end="no_start", value=trouble, copies=0)
        return
    _report(wish, pid=pid)
    end, value = _watch(wish, pid, wake)
    copies = sum(outlet in _open_pipes(p) for p in _family() if p != pid)
    _kill_all(pid)
    _report(wish, end=end, value=value, copies=copies)


def _start(wish: dict[str, Any]) -> tuple[int, str]:
    """Return the planner's pid and, where it could not be started, why."""
    told, tell = os.pipe()  # closes on exec
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and exec would keep that
            _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if wish["memory_bytes"] and sys.platform == "linux":  # elsewhere the system refuses or ignores it
                resource.setrlimit(resource.RLIMIT_AS, (wish["memory_bytes"], wish["memory_bytes"]))
            os.execvp(wish["command"][0], wish["command"])
        except BaseException as error:
            os.write(tell, (getattr(error, "strerror", None) or str(error)).encode())
        os._exit(127)
    os.close(tell)
    trouble = os.read(told, 1000).decode()
    os.close(told)
    return pid, trouble


def _watch(wish: dict[str, Any], pid: int, wake: int) -> tuple[str, object]:
    """Return how the planner ended, or why it must."""
    poller = select.poll()
    poller.register(wake, select.POLLIN)
    poller.register(wish["life"], select.POLLIN)
    newest, family = "", [pid]
    while True:
        woken = [fd for fd, _ in poller.poll(TICK_MS)]
        if wake in woken:
            os.read(wake, 4096)
        status = _reap(pid)
        if status is not None:
            code = os.waitstatus_to_exitcode(status)
            return ("exit", code) if code >= 0 else ("signal", signal.Signals(-code).name)
        if wish["life"] in woken:
            return "closed", ""
        if (last := _newest_pid()) != newest:
            newest, family = last, _family()
        if len(family) - 1 > wish["processes"]:
            return "forked", len(family) - 1
        if wish["memory_bytes"] and (held := sum(map(_private_bytes, family))) > wish["memory_bytes"]:
            return "memory", held


def _reap(pid: int) -> int | None:
    """Take leave of what has ended; return the planner's status if it is among them."""
    found = None
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if ended == 0:
            return found
        if ended == pid:
            found = status


def _kill_all(pid: int) -> None:
    """Kill the planner's group, then whatever descends from this process, until nothing does."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)  # at once for the whole group: nobody in it can fork meanwhile
    end = time.monotonic() + KILL_S
    while time.monotonic() < end:
        _reap(pid)
        family = _family()
        if not family:
            return
        for member in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        time.sleep(0.002)


def _family() -> list[int]:
    """Return the processes that descend from this one, zombies left out; none where there is no /proc."""
    children: dict[int, list[tuple[int, str]]] = {}
    try:
        entries = os.listdir("/proc")
    except OSError:
        return []
    for name in entries:
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb", buffering=0) as file:
                    state, parent = file.read(600).rpartition(b") ")[2].split()[:2]
            except (OSError, ValueError):
                continue  # it has just ended
            children.setdefault(int(parent), []).append((int(name), state.decode()))
    out, todo = [], [os.getpid()]
    while todo:
        for pid, state in children.get(todo.pop(), ()):
            todo.append(pid)
            if state not in "ZX":
                out.append(pid)
    return out


def _newest_pid() -> str:
    """Return the pid that was given out last: the same one means that nobody has forked."""
    try:
        with open("/proc/loadavg", "rb", buffering=0) as file:
            return file.read(200).split()[-1].decode()
    except OSError:
        return ""


def _private_bytes(pid: int) -> int:
    """Return the memory that a process holds, files it has mapped left out."""
    try:
        with open(f"/proc/{pid}/statm", "rb", buffering=0) as file:
            held = file.read(200).split()
    except OSError:
        return 0
    return (int(held[1]) - int(held[2])) * resource.getpagesize() if len(held) > 2 else 0


def _open_pipes(pid: int) -> set[int]:
    out = set()
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            out.add(os.stat(f"/proc/{pid}/fd/{fd}").st_ino)
    except OSError:
        pass
    return out


def _inode(fd: int) -> int:
    return os.fstat(fd).st_ino


def _leave_pipes() -> None:
    """Let go of the planner's pipes, so that their other ends see it end."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _report(wish: dict[str, Any], **line: object) -> None:
    with contextlib.suppress(OSError):  # the cage is gone
        os.write(wish["report"], json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    main()
