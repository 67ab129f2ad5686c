"""What happens: hazards, specs, simulation, evidence, suites and their coverage.

import scenarios
suite = scenarios.open_suite("suite")
run = suite[7]  # spec, recording, evidence
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.formats.registry import read_traffic
    from scenarios.simulation.simulate import simulate
    from scenarios.suite.batch import generate
    from scenarios.suite.index import open_suite

__all__ = ["generate", "open_suite", "read_traffic", "simulate"]

# looked up on first use, so that a small question does not load the compiler
HOMES = {
    "generate": "scenarios.suite.batch",
    "open_suite": "scenarios.suite.index",
    "read_traffic": "scenarios.formats.registry",
    "simulate": "scenarios.simulation.simulate",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'scenarios' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
