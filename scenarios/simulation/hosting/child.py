"""The process that runs a planner written in Python: questions on standard input, answers on standard output.

`python -m scenarios.simulation.hosting.child SPEC` runs one by hand. The host runs the file itself and hands over
its own import path, so that a folder of the user's in the working directory shadows nothing of ours.

What the planner prints goes to standard error, from C too: standard output is for answers. A copy of the process
that a planner forked ends when it returns here; it never answers.
"""

import json
import os
import sys

if __name__ == "__main__" and len(sys.argv) > 2:
    sys.path[:] = json.loads(sys.argv[2])

from collections.abc import Callable
from typing import Any

from roadnet.base.errors import InputError
from scenarios.simulation.hosting.guard import Guarded, guarded
from scenarios.simulation.hosting.messages import (
    HELLO,
    answer_message,
    check_hello,
    error_message,
    input_of,
)
from scenarios.simulation.hosting.resolve import resolve
from scenarios.simulation.hosting.wire import Message, WireError, pack, receive
from scenarios.simulation.planner import PlannerFailed

QUESTION_BYTES = 1 << 30


def main() -> None:
    """Serve the planner of argv[1] until standard input closes."""
    questions, answers, born = os.dup(0), os.dup(1), os.getpid()
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)

    def say(message: Message) -> None:
        if os.getpid() != born:
            os._exit(0)
        whole = memoryview(pack(message))
        while whole:
            whole = whole[os.write(answers, whole) :]

    def hear() -> Message | None:
        return receive(lambda size: os.read(questions, size), most=QUESTION_BYTES)

    try:
        check_hello(hear())
        planner = Guarded(guarded(lambda: resolve(sys.argv[1], where="planner"), passing=(InputError,)))
        say(HELLO | {"period_s": planner.period_s})
        serve(planner, hear, say)
    except InputError as error:
        say(error_message("spec", json.dumps([error.where, error.got, error.wanted])))
    except PlannerFailed as error:
        say(error_message(error.kind, error.detail))
    except WireError as error:
        sys.exit(f"planner host: got {error}")


def serve(planner: Guarded, hear: Callable[[], Message | None], say: Callable[[Message], None]) -> None:
    """Answer questions until there are no more; raises PlannerFailed where the planner fails."""
    world: dict[str, Any] = {}
    while (question := hear()) is not None:
        if question["type"] == "reset":
            world = {}
            planner.reset(question["seed"])
            say({"type": "ready"})
        elif question["type"] == "act":
            now = input_of(question, world)
            say(answer_message(planner.act(now), now.t_ns))
        else:
            raise WireError(f"the question {question['type'][:40]!r}, want reset or act")


if __name__ == "__main__":
    main()
