"""The measures by id: the files of this folder that declare one, walked on first use."""

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol, cast

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from scenarios import criticality
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """What a measure is."""

    id: str  # the file's name
    unit: str  # "s", "m", "m/s2"
    worse: str  # "low" | "high"
    formula: str  # one line of plain text
    source: str
    edges: str  # what it says at standstill, where the gap opens, at a touch, ...; where it is masked
    threshold: float | None = None  # beyond it a value is critical; None where nobody has published or assumed one
    threshold_source: str = ""

    def series(self, value: Array, valid: Array) -> Series:
        """Return a series of this measure, 0 where masked."""
        return Series(value=np.where(valid, value, 0.0), valid=valid, unit=self.unit, worse=self.worse)

    def beyond(self, value: Array) -> Array:
        """Return where a value is past the threshold, bool of the same shape; nowhere without one."""
        if self.threshold is None:
            return np.zeros(np.shape(value), bool)
        return np.asarray(value <= self.threshold if self.worse == "low" else value >= self.threshold)


class MeasureFile(Protocol):
    """A file of this folder that declares a measure."""

    MEASURE: Measure

    def evaluate(self, recording: Recording, net: RoadNetwork | None = None) -> Series:
        """Return (A, T): the measure between the subject vehicle and each other agent, its own row masked; or
        (T,): a measure of the subject vehicle alone.
        """


@cache
def measures() -> dict[str, MeasureFile]:
    """Return id -> file, sorted by id."""
    names = sorted(m.name for m in pkgutil.iter_modules(criticality.__path__))
    files = {name: import_module(f"{criticality.__name__}.{name}") for name in names}
    return {name: cast(MeasureFile, file) for name, file in files.items() if hasattr(file, "MEASURE")}
