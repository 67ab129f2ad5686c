"""A planner in a process of its own, as a planner: each call is one question and one answer."""

import json
import os
from collections.abc import Sequence
from typing import NoReturn

from roadnet.base.errors import InputError
from scenarios.simulation.hosting.cage import Cage
from scenarios.simulation.hosting.limits import Limits
from scenarios.simulation.hosting.messages import (
    HELLO,
    act_message,
    answer_of,
    check_hello,
    failure_of,
    reset_message,
)
from scenarios.simulation.hosting.wire import PROTOCOL, VERSION, Message, WireError, pack, unpack
from scenarios.simulation.planner import Answer, PlannerFailed, PlannerInput

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Hosted:
    """A planner in a process of its own; after a failure the next `reset` starts a new one."""

    def __init__(self, command: Sequence[str], limits: Limits, *, where: str) -> None:
        self.command, self.limits, self.where = tuple(command), limits, where
        self.cage: Cage | None = None
        self.before: PlannerInput | None = None
        self.period_s: float | None = None
        self.start()

    def reset(self, seed: int) -> None:
        """Make the planner forget everything, or start it anew. Raises PlannerFailed."""
        if self.cage is None:
            self.start()
        self.before = None
        said = self._ask(reset_message(seed), self.limits.start_s)
        if said["type"] == "error":
            self._fail(failure_of(said))
        if said["type"] != "ready":
            self._fail(PlannerFailed("output", f"got the message {said['type'][:40]!r}, want ready"))

    def act(self, now: PlannerInput) -> Answer:
        """Return the planner's answer. Raises PlannerFailed."""
        said = self._ask(act_message(now, self.before), self.limits.step_s)
        self.before = now
        try:
            return answer_of(said, now.t_ns)
        except PlannerFailed as error:
            self._fail(error)

    def start(self) -> None:
        """Start the process. Raises InputError where it is the SPEC that is wrong, else PlannerFailed."""
        self.cage = Cage(self.command, self.limits, environment())
        said = self._ask(HELLO, self.limits.start_s)
        if said["type"] == "error" and said.get("kind") == "spec":
            self.close()
            _where, got, wanted = json.loads(said["detail"])
            raise InputError(self.where, got=got, wanted=wanted)
        if said["type"] == "error":
            self._fail(failure_of(said))
        try:
            check_hello(said)
        except WireError as error:
            self.close()
            raise InputError(
                self.where, got=f"a planner that says {error}", wanted=f"hello {PROTOCOL} {VERSION}"
            ) from None
        self.period_s = said.get("period_s")

    def close(self) -> None:
        """End the process and everything that it has started."""
        if self.cage is not None:
            self.cage.close()
            self.cage = None

    def _ask(self, question: Message, seconds: float) -> Message:
        if self.cage is None:
            raise PlannerFailed("exited", "it has ended; reset starts it anew")
        try:
            return unpack(self.cage.ask(pack(question), seconds))
        except PlannerFailed:
            self.close()
            raise
        except WireError as error:
            self._fail(PlannerFailed("output", f"got {error}"))

    def _fail(self, error: PlannerFailed) -> NoReturn:
        """End the process for what it answered, and raise that, or how it had ended by then."""
        cage, self.cage = self.cage, None
        if cage is not None and error.kind == "output":
            cage.fail(error.kind, error.detail)
        if cage is not None:
            cage.close()
        raise error


def environment() -> dict[str, str]:
    """Return the environment of a planner: as ours, one thread each for numeric libraries, and one order of hashes.

    Threads of a library reserve more addresses than the limit has, on large machines, and add in varying order.
    """
    return dict.fromkeys(ONE_THREAD, "1") | {"PYTHONHASHSEED": "0"} | dict(os.environ)
