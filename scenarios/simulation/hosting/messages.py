"""What is said to a planner's process and what it answers; docs/contract.md has the same as a table.

hello, reset, act go to the planner; hello, ready, controls, trajectory, error come back. Each answer follows one
question.
"""

from dataclasses import fields
from typing import Any

from scenarios.simulation.hosting.wire import PROTOCOL, VERSION, Message, WireError
from scenarios.simulation.planner import (
    FAILURES,
    Answer,
    Controls,
    PlannerFailed,
    PlannerInput,
    Trajectory,
    checked_answer,
)

HELLO: Message = {"type": "hello", "protocol": PROTOCOL, "version": VERSION}
FIELDS = tuple(f.name for f in fields(PlannerInput))


def reset_message(seed: int) -> Message:
    """Return the question that begins a scenario."""
    return {"type": "reset", "seed": seed}


def act_message(now: PlannerInput, before: PlannerInput | None) -> Message:
    """Return the question of one instant: the fields that are not the very objects of the call before."""
    changed = {name: getattr(now, name) for name in FIELDS}
    if before is not None:
        changed = {name: value for name, value in changed.items() if value is not getattr(before, name)}
    return {"type": "act", "t_ns": now.t_ns, "now": changed}


def input_of(message: Message, before: dict[str, Any]) -> PlannerInput:
    """Return the instant that an `act` describes; `before` holds all fields so far and is brought up to date."""
    before.update(message["now"], t_ns=message["t_ns"])
    before["packets"] = tuple(before.get("packets", ()))
    return PlannerInput(**before)


def answer_message(answer: Answer, t_ns: int) -> Message:
    """Return the answer to the `act` of `t_ns`."""
    if isinstance(answer, Controls):
        pair = {"accel_mps2": answer.accel_mps2, "curvature_1pm": answer.curvature_1pm}
        return {"type": "controls", "t_ns": t_ns, **pair}
    return {"type": "trajectory", "t_ns": t_ns, "points": answer.points}


def error_message(kind: str, detail: str) -> Message:
    """Return the answer of a planner that failed, or whose SPEC is wrong (kind "spec")."""
    return {"type": "error", "kind": kind, "detail": detail[:2000]}


def answer_of(message: Message, t_ns: int) -> Answer:
    """Return the answer in a message; PlannerFailed where it holds none."""
    kind = message["type"]
    if kind == "error":
        raise failure_of(message)
    if kind not in ("controls", "trajectory"):
        raise PlannerFailed("output", f"got the message {kind[:40]!r}, want controls or trajectory")
    if message.get("t_ns") != t_ns:
        raise PlannerFailed("output", f"got an answer to t_ns {str(message.get('t_ns'))[:40]}, asked was {t_ns}")
    wanted = ("accel_mps2", "curvature_1pm") if kind == "controls" else ("points",)
    for name in wanted:
        if name not in message:
            raise PlannerFailed("wrong_shape", f"{kind}: {name} is missing")
    values = [message[name] for name in wanted]
    return checked_answer(Controls(*values) if kind == "controls" else Trajectory(*values))


def failure_of(message: Message) -> PlannerFailed:
    """Return what an `error` message says."""
    kind, detail = message.get("kind"), str(message.get("detail", ""))
    return PlannerFailed(kind, detail) if kind in FAILURES else PlannerFailed("raised", f"{kind}: {detail}")


def check_hello(message: Message | None) -> None:
    """Raise WireError, which names what was said, unless a message opens this version of this protocol."""
    said = message or {}
    got = (said.get("type"), said.get("protocol"), said.get("version"))
    if got != ("hello", PROTOCOL, VERSION):
        raise WireError(" ".join(str(g)[:40] for g in got))
