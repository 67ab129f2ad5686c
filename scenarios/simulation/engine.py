"""The engine: many scenarios side by side, step by step. Running to the end is that step in a loop.

batch = start(specs, net)
while not done(batch):
    step(batch)
first, *others = recordings(batch)
"""

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario
from scenarios.simulation.kernel import run
from scenarios.simulation.lane_layout import TTC
from scenarios.simulation.results import readonly, recording_of
from scenarios.simulation.tables import Tables, tables

START = -1  # the kernel's `from_step` that puts everybody in place


@dataclass(slots=True)
class Batch:
    """Scenarios of one map on their way; `tables.state` is the world as it is at sample `at`."""

    specs: tuple[ConcreteScenario, ...]
    map_digest: str
    tables: Tables
    at: int  # samples recorded so far, less one

    @property
    def last(self) -> int:
        """Return the last sample of the longest scenario."""
        return int(self.tables.steps.max()) - 1 if len(self.specs) else 0


def start(specs: Sequence[ConcreteScenario], net: RoadNetwork, *, outside: bool = False) -> Batch:
    """Return a batch with everybody in place; `outside`: the subject vehicles obey `tables.control`. InputError."""
    for spec in specs:
        check_map(spec, net)
    made = tables(specs, net, outside=outside)
    run()(*made.arguments(), 0, len(specs), START, 0)
    return Batch(tuple(specs), net.digest, made, 0)


def step(batch: Batch, steps: int = 1, *, threads: int = 1) -> None:
    """Run every scenario of a batch on by `steps`; those that have ended stay as they are.

    The result does not depend on how many steps are asked for at once, nor on the threads.
    """
    if steps < 0:
        raise InputError("steps", got=str(steps), wanted="0 or more")
    goal = min(batch.at + steps, batch.last)
    kernel, arguments, count = run(), batch.tables.arguments(), len(batch.specs)
    edges = np.linspace(0, count, max(1, min(threads, count)) + 1).astype(int).tolist()
    spans = list(itertools.pairwise(edges))
    if len(spans) == 1:
        kernel(*arguments, 0, count, batch.at, goal)
    else:
        with ThreadPoolExecutor(len(spans)) as pool:
            list(pool.map(lambda span: kernel(*arguments, *span, batch.at, goal), spans))
    batch.at = goal


def done(batch: Batch) -> bool:
    """Return whether every scenario has ended."""
    return batch.at >= batch.last


def recordings(batch: Batch) -> list[Recording]:
    """Return what happened in each scenario of a batch that has run to the end. InputError before."""
    if not done(batch):
        raise InputError("batch", got=f"sample {batch.at} of {batch.last}", wanted="a batch that has run to the end")
    return [recording_of(spec, batch.tables, n, batch.map_digest) for n, spec in enumerate(batch.specs)]


def simulate_batch(specs: Sequence[ConcreteScenario], net: RoadNetwork, *, threads: int = 1) -> list[Recording]:
    """Return the recordings of scenarios on one map, each as if it ran alone, whatever the order and the threads."""
    if not specs:
        return []
    batch = start(specs, net)
    step(batch, batch.last, threads=threads)
    return recordings(batch)


def check_map(spec: ConcreteScenario, net: RoadNetwork) -> None:
    """Raise InputError unless a scenario is meant for this map."""
    if spec.map_digest and spec.map_digest != net.digest:
        raise InputError(
            f"scenario {spec.index}",
            got=f"map {net.name} ({net.digest})",
            wanted=f"{spec.map_name} ({spec.map_digest})",
        )


def time_to_contact(batch: Batch, n: int) -> Array:
    """Return (A,) s: when each driver on lanes of scenario n would touch whom it sees, at constant speeds.

    As of the last step; infinity for who closes in on nobody and for agents that do not drive by lanes. Rows as in
    the recording: that of the subject vehicle is `batch.tables.egos[n]`.
    """
    low, high = batch.tables.agent_start[n : n + 2]
    return readonly(batch.tables.drive[low:high, TTC].copy())
