"""What the timeline shows below its slider: hazard intervals, critical instants, sensor faults, collisions."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from scenarios.criticality.series import Series
from scenarios.model.evidence import Evidence, Observed, Outcome
from scenarios.model.recording import Recording
from scenarios.model.spec import SensorEvent
from viewer.draw.limits import LIMITS

SHORT = {"ttc": "TTC", "thw": "THW", "pet": "PET", "required_deceleration": "DEC", "gap": "gap"}


@dataclass(frozen=True, slots=True)
class Span:
    """An interval on a track; `hatched` where the sensor says nothing at all."""

    t0_s: float
    t1_s: float
    label: str
    role: str
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant on a track."""

    t_s: float
    label: str
    role: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Track:
    """One row; `empty` says why there is nothing on it."""

    title: str
    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    empty: str = ""


def tracks_of(
    recording: Recording,
    evidence: tuple[Evidence, ...],
    measures: Mapping[str, Series],
    faults: tuple[SensorEvent, ...],
) -> tuple[Track, ...]:
    """Return the tracks of a recording, from the top: one a leaf that was observed, then the other three."""
    return (
        *hazard_tracks(evidence),
        critical_track(recording, measures),
        fault_track(faults, recording.duration_s),
        contact_track(recording),
    )


def hazard_tracks(evidence: tuple[Evidence, ...]) -> tuple[Track, ...]:
    """Return one track a leaf that was observed, with its outcome; one empty track where none was."""
    seen = [e for e in evidence if e.observed == Observed.OBSERVED]
    if not seen:
        return (Track(title="Hazards", empty="no oracle observed a hazard"),)
    return tuple(Track(title=e.leaf, spans=(hazard_span(e),)) for e in seen)


def hazard_span(e: Evidence) -> Span:
    """Return the interval of one observed leaf."""
    outcome = "observed" if e.outcome == Outcome.NONE else e.outcome.name.lower().replace("_", " ")
    return Span(e.t_on_s, max(e.t_off_s, e.t_on_s), outcome, "hazard")


def critical_track(recording: Recording, measures: Mapping[str, Series]) -> Track:
    """Return where each measure is at its worst, if that is beyond its onset threshold, and TTC near misses."""
    marks, spans = [], []
    for limit in LIMITS:
        series = measures.get(limit.measure)
        worst = series.extreme() if series is not None else None
        if series is None or worst is None or limit.onset is None:
            continue
        value, at = worst
        if (value < limit.onset) == (series.worse == "low"):
            shown = f"> {limit.top:g}" if value > limit.top else f"{value:.2f}"
            text = f"{SHORT[limit.measure]} {shown} {limit.unit}"
            marks.append(Mark(at[-1] * recording.step_s, text, "near_miss"))
        if limit.measure == "ttc" and limit.near_miss is not None:
            below = np.asarray(
                (series.valid & (series.value <= limit.near_miss)).reshape(-1, len(recording.t_ns)).any(0)
            )
            spans = [Span(a, b, f"TTC ≤ {limit.near_miss:g} s", "near_miss") for a, b in runs(below, recording.step_s)]
    empty = "" if marks or spans else "no measure passed its onset threshold"
    return Track(title="Critical", spans=tuple(spans), marks=tuple(marks), empty=empty)


def fault_track(faults: tuple[SensorEvent, ...], duration_s: float) -> Track:
    """Return the sensor faults that the scenario asked for; a dropout is hatched, a degradation shaded."""
    spans = tuple(
        Span(f.t_on_s, min(f.t_off_s, duration_s), f"{f.stream} {f.kind}", "fault", hatched="dropout" in f.kind)
        for f in faults
        if f.t_on_s < duration_s
    )
    return Track(title="Sensor faults", spans=spans, empty="" if spans else "no fault was asked for")


def contact_track(recording: Recording) -> Track:
    """Return the first touches."""
    c = recording.contacts
    marks = tuple(
        Mark(float(t) * 1e-9, f"collision {v * 3.6:.0f} km/h", "collision")
        for t, v in zip(c.t_ns, c.closing_mps, strict=True)
    )
    return Track(title="Collisions", marks=marks, empty="" if marks else "nothing touched")


def runs(flag: Array, step_s: float) -> list[tuple[float, float]]:
    """Return (from, to) seconds of each run of true steps."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flag, [False]]).astype(np.int8)))
    return [(float(a) * step_s, float(b - 1) * step_s) for a, b in edges.reshape(-1, 2)]


def event_times(tracks: tuple[Track, ...]) -> tuple[float, ...]:
    """Return the instants worth stopping at: starts of spans and marks, sorted."""
    return tuple(sorted({s.t0_s for t in tracks for s in t.spans} | {m.t_s for t in tracks for m in t.marks}))


def critical_instant(recording: Recording, evidence: tuple[Evidence, ...], measures: Mapping[str, Series]) -> float:
    """Return when to look first: the first contact with the subject, the lowest TTC, an onset, or the start."""
    c = recording.contacts
    for pair, t in zip(c.pair, c.t_ns, strict=True):
        if recording.subject in pair:
            return float(t) * 1e-9
    worst = measures["ttc"].extreme() if "ttc" in measures else None
    if worst is not None and worst[0] < 4.0:
        return worst[1][-1] * recording.step_s
    return next((e.t_on_s for e in evidence if e.observed == Observed.OBSERVED), 0.0)
