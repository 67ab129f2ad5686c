"""One planner, written once, wrapped as class, policy and command; and nine ways to fail, in one scenario of many.

Imported by the planners' processes: `planner_zoo:class_none`, `gym:planner_zoo:policy_hang`, and
planner_command.py for commands.
"""

import ctypes
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from scenarios.simulation.observation import LAYOUT, controls, observation
from scenarios.simulation.planner import Controls, PlannerInput

VICTIM_LENGTH_M = 4.75  # faults strike in the scenario whose subject vehicle is this long
STRIKES_AT_CALL = 5


def out_of_bounds() -> None:
    ctypes.string_at(0)


def endless() -> None:
    while True:
        print("x" * 1000, flush=True)


def forks() -> None:
    for _ in range(200):  # what contains it must come earlier
        if os.fork() == 0:
            time.sleep(20.0)
            os._exit(0)
    time.sleep(20.0)


FAULTS: dict[str, tuple[str, Callable[[], Any]]] = {
    "raise": ("raised", lambda: {}["nothing"]),
    "exit": ("exited", lambda: sys.exit(3)),
    "segfault": ("crashed", out_of_bounds),
    "hang": ("timeout", lambda: time.sleep(1000.0)),
    "alloc": ("memory", lambda: bytearray(10 << 30)),
    "nan": ("not_finite", lambda: np.array([np.nan, 0.0])),
    "shape": ("wrong_shape", lambda: np.zeros(3)),
    "output": ("output", endless),
    "fork": ("forked", forks),
}


class Brain:
    """From an observation to an action; what it remembers tells a reset that was forgotten."""

    def __init__(self, fault: str = "none") -> None:
        self.fault = fault

    def reset(self, seed: int) -> None:
        self.calls, self.taste = 0, (seed % 1000) * 1e-3

    def __call__(self, seen: np.ndarray) -> np.ndarray:
        self.calls += 1
        if self.fault != "none" and abs(seen[3] - VICTIM_LENGTH_M) < 1e-3 and self.calls >= STRIKES_AT_CALL:
            return FAULTS[self.fault][1]()
        route, near = seen[LAYOUT["route"]].reshape(-1, 5), seen[LAYOUT["objects"]].reshape(-1, 9)[0]
        wanted = min(float(route[0, 4]), 10.0 + self.taste, 0.5 * float(abs(near[1])) if near[0] else 99.0)
        drive = 0.3 * (wanted - float(seen[0]) + 0.001 * self.calls)
        return np.array([drive, 0.5 * float(route[2, 1]) / 50.0], np.float32)


class Wrapped:
    """The brain as a planner class."""

    def __init__(self, fault: str) -> None:
        self.brain = Brain(fault)

    def reset(self, seed: int) -> None:
        self.brain.reset(seed)

    def act(self, now: PlannerInput) -> Any:
        return controls(self.brain(observation(now)))


for fault in ("none", *FAULTS):
    globals()[f"class_{fault}"] = partial(Wrapped, fault)
    globals()[f"policy_{fault}"] = partial(Brain, fault)


class counts_points:  # noqa: N801 named as the others are
    """Brakes with the number of points that its lidars deliver."""

    def reset(self, seed: int) -> None:
        self.points = 0

    def act(self, now: PlannerInput) -> Controls:
        self.points += sum(len(p["arrays"]["xyz"]) for p in now.packets if p["kind"] == "lidar")
        return Controls(-1e-5 * self.points, 0.0)


class raises_when_blind:  # noqa: N801 likewise
    """Fails half a second after the last point of a lidar."""

    def reset(self, seed: int) -> None:
        self.seen_ns = 0

    def act(self, now: PlannerInput) -> Controls:
        if any(len(p["arrays"]["xyz"]) for p in now.packets if p["kind"] == "lidar"):
            self.seen_ns = now.t_ns
        if now.t_ns - self.seen_ns > 500_000_000:
            raise RuntimeError("nothing to see")
        return Controls(0.0, 0.0)
