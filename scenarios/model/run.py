"""Run: a spec, what came of it, and where it came from."""

from dataclasses import dataclass

from scenarios.model.evidence import Evidence
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Failure:
    """A scenario that could not be made; a row of its block, never a failed block."""

    index: int
    leaf: str
    map_name: str
    reason: str  # one line


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Run:
    """One scenario of a suite."""

    spec: ConcreteScenario
    recording: Recording
    evidence: tuple[Evidence, ...]
    driver: str  # who drove the subject vehicle
    product_version: str
