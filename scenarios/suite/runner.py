"""Runs blocks, here or in other processes: module-level functions on bytes, results of a few numbers.

What a block holds depends on its number alone, and done means sealed in the store, so it does not matter who
runs a block, in which order, how often, or whether somebody is killed.
"""

import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context, parent_process
from typing import Any

import msgpack

from roadnet.base.errors import InputError, NondeterminismError

Work = Callable[[bytes], bytes]
QUEUED_PER_WORKER = 2  # blocks handed out ahead: memory stays bounded, nobody waits
ATTEMPTS = 3  # a block whose process dies this often ends the run
SINGLE_THREADED = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def run_blocks(work: Work, payloads: Sequence[bytes], *, workers: int) -> Iterator[dict[str, Any]]:
    """Yield the result of `work` on each payload, in the order of completion.

    `work` must be importable by name where workers > 1. An exception in it ends the run here as what it was;
    a process that dies is replaced and its blocks are run again. On any end the processes are gone.
    """
    if workers <= 1 or len(payloads) <= 1:
        for payload in payloads:
            yield unwrapped(guarded(work, payload))
        return
    waiting = list(reversed(payloads))
    died: dict[bytes, int] = {}
    while waiting:
        pool = new_pool(min(workers, len(waiting)))
        try:
            yield from drain(pool, work, waiting, workers)
        except BrokenProcessPool as broken:
            lost: list[bytes] = getattr(broken, "payloads", [])
            waiting.extend(lost)
            for payload in lost:
                died[payload] = died.get(payload, 0) + 1
            if any(died[p] >= ATTEMPTS for p in lost):
                raise RuntimeError(f"a worker process died {ATTEMPTS} times on the same block") from None
        finally:
            end(pool)


def drain(pool: Executor, work: Work, waiting: list[bytes], workers: int) -> Iterator[dict[str, Any]]:
    """Yield results until nothing waits; on a dead process raise BrokenProcessPool with the payloads it lost."""
    running: dict[Future[bytes], bytes] = {}
    lost: list[bytes] = []
    while waiting or running:
        try:
            while waiting and len(running) < QUEUED_PER_WORKER * workers:
                payload = waiting[-1]
                running[pool.submit(guarded, work, payload)] = payload
                waiting.pop()
        except BrokenProcessPool:
            lost.extend(running.values())
            running.clear()
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            payload = running.pop(future)
            try:
                result = future.result()
            except BrokenProcessPool:
                lost.append(payload)
                continue
            yield unwrapped(result)
        if lost:
            broken = BrokenProcessPool("a worker process died")
            broken.payloads = [*lost, *running.values()]  # type: ignore[attr-defined]
            raise broken


def new_pool(workers: int) -> ProcessPoolExecutor:
    """Return a pool of fresh processes: nothing is inherited, so a worker is the same on every system."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=become_worker)


def become_worker() -> None:
    """Prepare a worker: one thread a process, Ctrl-C is the parent's business, and no orphan stays."""
    for name in SINGLE_THREADED:
        os.environ[name] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=follow_parent, daemon=True).start()


def follow_parent() -> None:
    """End this process when the one that started it is gone."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def end(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool; blocks in work are lost, which costs their time and nothing else."""
    for process in list((getattr(pool, "_processes", None) or {}).values()):
        with suppress(OSError):
            process.terminate()
    pool.shutdown(wait=True, cancel_futures=True)


def guarded(work: Work, payload: bytes) -> bytes:
    """Return the result of `work`, or its exception as plain data: most exceptions do not survive the journey."""
    try:
        return work(payload)
    except InputError as error:
        found: dict[str, Any] = {"input": [error.where, error.got, error.wanted]}
    except NondeterminismError as error:
        found = {"nondeterminism": str(error)}
    except OSError as error:
        found = {"system": [error.errno or 0, error.strerror or str(error), str(error.filename or "")]}
    except Exception:
        found = {"bug": traceback.format_exc()}
    return bytes(msgpack.packb({"error": found}))


def unwrapped(result: bytes) -> dict[str, Any]:
    """Return a block's result, or raise the exception that it carries."""
    out: dict[str, Any] = msgpack.unpackb(result)
    match out.get("error"):
        case {"input": [where, got, wanted]}:
            raise InputError(where, got=got, wanted=wanted)
        case {"nondeterminism": text}:
            raise NondeterminismError(text)
        case {"system": [number, text, filename]}:
            raise OSError(number, text, filename or None)
        case {"bug": text}:
            error = RuntimeError(f"a block ended in a bug: {text.strip().splitlines()[-1]}")
            error.add_note(text)  # the traceback of where it happened
            raise error
    return out
