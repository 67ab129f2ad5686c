"""The worst that each measure says of a recording: its value, when and between whom, and how long it was too bad."""

from dataclasses import dataclass

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.registry import Measure, measures
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording


@dataclass(frozen=True, kw_only=True, slots=True)
class Extreme:
    """The worst value of one measure."""

    measure: Measure
    value: float  # in the measure's unit
    t_s: float  # its first time
    agent: int  # row of the other agent; the subject's own for a measure of the subject alone
    beyond_s: float  # time during which the measure was past its threshold, with whomever; 0 without a threshold


def worst_of(recording: Recording, net: RoadNetwork | None = None) -> tuple[Extreme, ...]:
    """Return the extremes of a recording by measure id; a measure that says nothing of it is left out."""
    found = (extreme_of(recording, m.MEASURE, m.evaluate(recording, net)) for m in measures().values())
    return tuple(e for e in found if e is not None)


def extreme_of(recording: Recording, measure: Measure, series: Series) -> Extreme | None:
    """Return the worst of one series, None where it is masked throughout."""
    worst = series.extreme()
    if worst is None:
        return None
    value, at = worst
    beyond = series.valid & measure.beyond(series.value)
    return Extreme(
        measure=measure,
        value=value,
        t_s=float(recording.t_ns[at[-1]]) * 1e-9,
        agent=at[0] if len(at) == 2 else recording.subject,
        beyond_s=float(np.atleast_2d(beyond).any(axis=0).sum()) * recording.step_s,
    )
