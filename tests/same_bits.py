"""Run as a script: draws, simulates and judges scenarios, and prints their hashes and what shows the machine's own.

Prints one JSON object: "results" (part -> sha256 of canonical bytes) must be the same wherever this runs;
"machine" (switch -> value) tells whether a switch of the environment took effect.
"""

import hashlib
import json
import math
import sys
import warnings
from collections.abc import Iterable

import numpy as np
from numba.core.registry import cpu_target

import roadnet
from roadnet.network import RoadNetwork
from scenarios.evaluation.counterfactual import confirm
from scenarios.evaluation.observe import kinematic_oracles, observe
from scenarios.hazards.registry import catalogue
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario
from scenarios.sampling.draw import EXPLORATION, GAP_FILLING, draw
from scenarios.sampling.traffic import traffic_scenario
from scenarios.sampling.traits import traits_of
from scenarios.simulation.simulate import simulate_batch
from scenarios.suite.records import Record, Verdicts, canonical

KEY, EACH = 20_261_127, 3
MAPS = ("boulevard", "crossing")


def drawn(net: RoadNetwork) -> list[ConcreteScenario]:
    """Return scenarios of every leaf that the map has a place for, in both streams."""
    found = [
        draw(module, net, net.name, stream=stream, suite_key=KEY, index=EACH * i + j)
        for i, module in enumerate(catalogue().values())
        for stream in (EXPLORATION, GAP_FILLING)
        for j in range(EACH)
    ]
    return [spec for spec in found if isinstance(spec, ConcreteScenario)]


def everyday(net: RoadNetwork) -> list[ConcreteScenario]:
    """Return nominal traffic: drivers of the law `human`, each with traits of its own, and lights."""
    return [
        traffic_scenario(net, agents=20, duration_s=15.0, index=i, suite_key=KEY, traits=traits_of) for i in range(EACH)
    ]


def results() -> dict[str, str]:
    """Return part -> hash of all that is stored of a suite."""
    specs, recordings, verdicts, traffic = [], [], [], []
    for name in MAPS:
        net = roadnet.load(name)
        mine = drawn(net)
        made = simulate_batch(mine, net)
        judged = [(s, observe(r, net, None, kinematic_oracles())) for s, r in zip(mine, made, strict=True)]
        verdicts += [Verdicts(index=0, evidence=evidence) for evidence in confirm(judged, net)]
        specs += mine
        recordings += made
        check_order_and_threads(mine, made, net)
        driven = everyday(net)
        moved = simulate_batch(driven, net)
        traffic += [*driven, *moved]
        check_order_and_threads(driven, moved, net)
    parts = {"specs": specs, "recordings": recordings, "evidence": verdicts, "traffic": traffic}
    return {part: hash_of(records) for part, records in parts.items()}


def check_order_and_threads(specs: list[ConcreteScenario], made: list[Recording], net: RoadNetwork) -> None:
    """Raise AssertionError where two threads or another order of the batch give other bytes."""
    again = simulate_batch(specs[::-1], net, threads=2)[::-1]
    assert hash_of(again) == hash_of(made), f"{net.name}: the order of a batch or its threads change its bytes"


def hash_of(records: Iterable[Record]) -> str:
    """Return the hash of canonical bytes."""
    digest = hashlib.sha256()
    for record in records:
        part = canonical(record)
        digest.update(part.head)
        digest.update(part.body)
    return digest.hexdigest()


def machine() -> dict[str, str]:
    """Return what each switch changes: numpy's exponential, the C library's sine, the compiler's CPU, sets' order."""
    x = np.linspace(-20.0, 20.0, 20_000)
    return {
        "numpy": hashlib.sha256(np.exp(x).tobytes()).hexdigest()[:16],
        "libm": hashlib.sha256(np.array([math.sin(v) for v in x.tolist()]).tobytes()).hexdigest()[:16],
        "numba": str(cpu_target.target_context.codegen().magic_tuple()),
        "hashes": str(hash("nearmiss")),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    json.dump({"results": results(), "machine": machine()}, sys.stdout)
