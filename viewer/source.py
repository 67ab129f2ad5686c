"""What can be looked at: a suite, one scenario of it, a map, a sensor log. Opens it and gives frames on demand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any, Protocol

import roadnet
from roadnet.base.errors import InputError
from roadnet.checks import check
from roadnet.network import RoadNetwork
from scenarios.criticality.registry import measures
from scenarios.criticality.series import Series
from scenarios.model.evidence import Evidence
from scenarios.model.recording import Recording
from scenarios.model.run import Run
from scenarios.model.spec import ConcreteScenario, SensorEvent
from scenarios.suite.index import Suite, locate, open_suite
from viewer.draw.limits import LIMITS
from viewer.draw.tracks import Track, critical_instant, event_times, fault_track, tracks_of
from viewer.draw.traffic import involved
from viewer.feed import Feed, LogFeed, SensedFeed


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of a suite's list; None where not measured."""

    index: int
    leaf: str
    map_name: str
    observed: str
    outcome: str
    min_ttc_s: float | None
    severity_mps2: float | None
    stream: str
    also: str
    place: str
    reason: str


@dataclass(kw_only=True, eq=False)
class Episode:
    """One thing on the stage: a map, or a recording on its map with what is known of it."""

    title: str
    command: str  # what opens it again
    net: RoadNetwork | None = None
    recording: Recording | None = None
    evidence: tuple[Evidence, ...] = ()
    spec: ConcreteScenario | None = None
    driver: str = ""
    faults: tuple[SensorEvent, ...] = ()  # asked of the sensors
    feed: Feed | None = None
    no_feed_reason: str = ""
    facts: tuple[tuple[str, str], ...] = ()  # name, value, for the facts pane
    _lock: RLock = field(default_factory=RLock, repr=False)

    @cached_property
    def measures(self) -> Mapping[str, Series]:
        """Return the measures that the charts show, by id."""
        if self.recording is None:
            return {}
        known, wanted = measures(), [limit.measure for limit in LIMITS]
        return {name: known[name].evaluate(self.recording, self.net) for name in wanted if name in known}

    @cached_property
    def tracks(self) -> tuple[Track, ...]:
        """Return the timeline's tracks."""
        if self.recording is None:
            return (fault_track(self.faults, self.duration_s),) if self.feed is not None else ()
        return tracks_of(self.recording, self.evidence, self.measures, self.faults)

    @property
    def duration_s(self) -> float:
        """Return the length, s; of a log without a recording, up to its last packet."""
        if self.recording is not None:
            return self.recording.duration_s
        return self.feed.duration_s if self.feed is not None else 0.0

    @property
    def step_s(self) -> float:
        """Return the recorded step, s."""
        return self.recording.step_s if self.recording is not None else 0.05

    @property
    def events_s(self) -> tuple[float, ...]:
        """Return the instants worth stopping at."""
        return event_times(self.tracks)

    @cached_property
    def critical_s(self) -> float:
        """Return when to look first."""
        if self.recording is None:
            return 0.0
        return critical_instant(self.recording, self.evidence, self.measures)

    @property
    def involved(self) -> tuple[int, ...]:
        """Return the agents that evidence names."""
        return involved(self.evidence)

    def ready(self, rig: str = "") -> "Episode":
        """Compute what the panes ask for at once, so that the UI thread need not; return the episode."""
        with self._lock:
            _ = self.tracks, self.critical_s
            if self.feed is None and self.recording is not None and self.net is not None:
                seed = self.spec.sensor_seed if self.spec is not None else 0
                self.feed = SensedFeed(self.recording, self.net, rig=rig, faults=self.faults, seed=seed)
        return self


class Source(Protocol):
    """Something that was opened."""

    title: str
    path: str
    rows: tuple[Row, ...]  # empty for what is no suite
    first: int | None  # the episode to show first; None where there is none

    def episode(self, index: int) -> Episode:
        """Return one episode; InputError where it cannot be read."""


def open_source(path: str | Path) -> Source:
    """Return what a path or a map's name stands for: suite, SUITE/ID, sensor log (.mcap), else a map. InputError."""
    here = Path(path)
    if here.suffix == ".mcap" and here.is_file():
        return LogSource(here)
    if (here / "SUITE.json").is_file() or (here.parent / "SUITE.json").is_file():
        folder, index = locate(here)
        return SuiteSource(folder, index)
    if here.is_dir():
        raise InputError(
            str(path), got="a folder without SUITE.json", wanted="a suite, SUITE/ID, a map or a sensor log"
        )
    return MapSource(str(path))


class MapSource:
    """A map by itself."""

    def __init__(self, path: str) -> None:
        """Read the map."""
        self.net = roadnet.load(path)
        self.title, self.path = self.net.name, path
        self.rows: tuple[Row, ...] = ()
        self.first: int | None = 0

    def episode(self, index: int) -> Episode:
        """Return the map."""
        lanes, source = self.net.lanes, self.net.source
        facts = (
            ("format", f"{source.format} {source.version}"),
            ("roads", str(len(self.net.roads.id))),
            ("lanes", str(len(lanes))),
            ("drivable", f"{float(lanes.length_m[lanes.drivable].sum()) / 1000:.2f} km"),
            ("junctions", str(len(self.net.junctions.id))),
            ("signals", str(len(self.net.signals.id))),
            ("findings", str(len(check(self.net)))),
        )
        return Episode(
            title=self.title,
            command=f"nearmiss view {self.path}",
            net=self.net,
            no_feed_reason="A map has no sensors; open a scenario to see what they saw.",
            facts=facts,
        )


class SuiteSource:
    """A suite, or one scenario of it to begin with."""

    def __init__(self, folder: Path, index: int | None = None) -> None:
        """Open the suite's tables; recordings are read one at a time."""
        self.suite: Suite = open_suite(folder)
        self.path, self.title = str(folder), folder.resolve().name
        self._lock = RLock()
        self.rows = tuple(row_of(r) for r in self.suite.rows())
        made = [r.index for r in self.rows if r.observed != "failed"]
        if index is not None:
            self.suite.run(index)
        self.first = index if index is not None else (made[0] if made else None)

    def episode(self, index: int) -> Episode:
        """Return one scenario with its map."""
        with self._lock:
            run = self.suite.run(index)
            net = self.suite.net(run.spec.map_name)
        return Episode(
            title=f"{self.title} / {index}",
            command=f"nearmiss view {self.path}/{index}",
            net=net,
            recording=run.recording,
            evidence=run.evidence,
            spec=run.spec,
            driver=run.driver,
            faults=run.spec.sensor_events,
            facts=facts_of(run),
        )


class LogSource:
    """A native sensor log: packets without a recording; its map where it is known here."""

    def __init__(self, path: Path) -> None:
        """Read the log's provenance and look over its stamps."""
        self.feed = LogFeed(path)
        self.title, self.path = path.name, str(path)
        self.rows: tuple[Row, ...] = ()
        self.first: int | None = 0

    def episode(self, index: int) -> Episode:
        """Return the log."""
        meta = self.feed.meta
        net = known_map(meta.map_name, meta.map_digest)
        facts = (
            ("scenario", meta.scenario or "not from a suite"),
            ("rig", meta.rig),
            ("map", meta.map_name + ("" if net is not None else " (not found here)")),
            ("seed", str(meta.seed)),
            ("made by", f"nearmiss {meta.product_version}"),
            ("streams", ", ".join(self.feed.streams(""))),
        )
        return Episode(
            title=self.title,
            command=f"nearmiss view {self.path}",
            net=net,
            faults=meta.faults,
            feed=self.feed,
            facts=facts,
        )


def known_map(name: str, digest: str) -> RoadNetwork | None:
    """Return the map of a log, None where it is not found here or has changed: a log is of use without."""
    try:
        net = roadnet.load(name)
    except InputError:
        return None
    return net if net.digest == digest else None


def row_of(row: Mapping[str, Any]) -> Row:
    """Return one line of the list from a row of the suite's table."""
    return Row(
        index=int(row["index"]),
        leaf=str(row["leaf"]),
        map_name=str(row["map"]),
        observed=str(row["observed"]),
        outcome=str(row["outcome"] or ""),
        min_ttc_s=row["min_ttc_s"],
        severity_mps2=row["severity_mps2"],
        stream=str(row["stream"]),
        also=" ".join(row["also"]),
        place=str(row["place"]),
        reason=str(row["reason"]),
    )


def facts_of(run: Run) -> tuple[tuple[str, str], ...]:
    """Return what is worth knowing of a scenario, as text."""
    spec, e = run.spec, run.spec.environment
    odds = spec.odds
    verdicts = tuple(
        (v.leaf, v.observed.name.lower().replace("_", " ") + (f": {v.reason}" if v.reason else ""))
        for v in run.evidence
    )
    return (
        ("leaf", spec.leaf),
        ("map", spec.map_name),
        ("place", spec.place),
        *((name, f"{value:.3g}") for name, value in spec.values),
        ("visibility", f"{e.mor_m:.0f} m"),
        ("rain", f"{e.rain_mmph:.1f} mm/h"),
        ("light", f"{e.illuminance_lux:.0f} lux"),
        ("friction", f"{e.friction:.2f}"),
        ("stream", odds.stream.replace("_", " ")),
        ("log p", f"{odds.log_p:.3f}" if odds.has_p else "outside the prior"),
        ("log q", f"{odds.log_q:.3f}" if odds.has_q else "pinned"),
        ("driver", run.driver),
        *verdicts,
    )
