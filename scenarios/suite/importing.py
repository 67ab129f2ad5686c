"""Makes suites out of recordings: read, turned into scenarios, judged, sealed, with their maps beside them.

Files are read twice, first to see what they hold, then block by block, so that memory follows the block.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any

import roadnet
from roadnet.base.about import version as product_version
from roadnet.base.errors import InputError, one_line
from roadnet.base.streams import key64
from roadnet.formats.opendrive.write import document
from roadnet.loading import map_formats, root_tag
from roadnet.network import Finding, RoadNetwork
from scenarios.model.imported import Imported
from scenarios.model.run import Failure
from scenarios.simulation.simulate import simulate
from scenarios.suite.batch import NOBODY, judged, versions_of
from scenarios.suite.plan import block_size, environment
from scenarios.suite.replayed import LEAF, recorded_scenario, task_scenario
from scenarios.suite.store import Plan, create, missing_blocks, read_plan, sweep
from scenarios.suite.write import Made, page_of, scenario_block, seal_evidence, seal_scenarios

AS_RECORDED, BY_TASK = "as recorded", "careful human among recorded traffic"
MIXED = "careful human where the file sets a task, else as recorded"
Reader = Callable[[Path], tuple[Imported, ...]]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one scenario is made of."""

    index: int
    file: str
    part: int  # which of the file's recordings
    problem: int  # which of its tasks; -1: as recorded
    map_name: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a file held, for whoever asked for it."""

    file: str
    format: str
    recordings: int
    agents: int
    seconds: float
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MapCopy:
    """A map as it is kept in the suite's folder."""

    name: str
    file: str  # its name there
    data: bytes
    net: RoadNetwork


def import_suite(
    out: str | Path,
    files: Sequence[str | Path],
    read: Reader,
    *,
    tasks: bool = True,
    on_block: Callable[[int], None] = lambda scenarios: None,
) -> tuple[Plan, tuple[Told, ...]]:
    """Make a suite of recordings in the folder `out`; return its plan and what the files held.

    read: returns the recordings of a file, each with a map. tasks: where a file sets tasks, one scenario a task with
    a careful human as subject vehicle; otherwise, or without, one a recording with a recorded one. An import that was
    interrupted goes on where it stopped. Raises InputError.
    """
    path = Path(out)
    entries, maps, told = survey([Path(f) for f in files], read, tasks=tasks)
    plan = plan_of(entries, maps, told)
    create(path, plan, resume=True)
    keep_maps(path, maps)
    sweep(path)
    for block in missing_blocks(path, plan):
        wanted = [entries[i] for i in plan.indices(block)]
        on_block(make_block(path, plan, block, list(scenarios(wanted, read, plan, maps))))
    return plan, told


def survey(
    files: Sequence[Path], read: Reader, *, tasks: bool
) -> tuple[list[Entry], dict[str, MapCopy], tuple[Told, ...]]:
    """Return what the scenarios are to be, the maps by digest, and what the files held."""
    entries: list[Entry] = []
    maps: dict[str, MapCopy] = {}
    told: list[Told] = []
    for file in files:
        parts = read(file)
        for number, found in enumerate(parts):
            kept = kept_map(found, maps)
            which = range(len(found.problems)) if tasks and found.problems else (-1,)
            entries += [Entry(len(entries) + k, str(file), number, p, kept.name) for k, p in enumerate(which)]
        told.append(
            Told(
                file=str(file),
                format=parts[0].format,
                recordings=len(parts),
                agents=sum(len(p.names) for p in parts),
                seconds=sum(p.recording.duration_s for p in parts),
                findings=tuple(dict.fromkeys(f for p in parts for f in p.findings)),
            )
        )
    if not entries:
        raise InputError("import", got="no file", wanted="at least one")
    return entries, maps, tuple(told)


def kept_map(found: Imported, maps: dict[str, MapCopy]) -> MapCopy:
    """Return the copy of a recording's map, made once for equal ones; two of one name get names of their own."""
    if found.net is None:
        raise InputError(found.path, got="traffic without a map", wanted="the map it was recorded on (--map FILE)")
    if found.net.digest not in maps:
        copy = copy_of(found.net)
        names = {m.name for m in maps.values()}
        name = next(n for n in (copy.name, *(f"{copy.name}-{k}" for k in range(2, 10_000))) if n not in names)
        maps[found.net.digest] = replace(copy, name=name, file=f"{name}{Path(copy.file).suffix}")
    return maps[found.net.digest]


def copy_of(net: RoadNetwork) -> MapCopy:
    """Return a map with the bytes of its file; as OpenDRIVE where no file of its own can be read back as it."""
    source = Path(net.source.path)
    if source.is_file() and any(f.matches(root_tag(source)) for f in map_formats().values()):
        return MapCopy(net.name, f"{net.name}{source.suffix}", source.read_bytes(), net)
    data = document(net)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{net.name}.xodr"
        file.write_bytes(data)
        return MapCopy(net.name, file.name, data, roadnet.load(file))


def keep_maps(path: Path, maps: Mapping[str, MapCopy]) -> None:
    """Write the maps into the suite's folder; those that are there stay."""
    folder = path / "maps"
    folder.mkdir(exist_ok=True)
    for copy in maps.values():
        if not (folder / copy.file).is_file():
            (folder / copy.file).write_bytes(copy.data)


def plan_of(entries: Sequence[Entry], maps: Mapping[str, MapCopy], told: Sequence[Told]) -> Plan:
    """Return the plan of an imported suite: what decides its bytes are the files' contents and who is the subject."""
    driven = {e.problem >= 0 for e in entries}
    settings: dict[str, Any] = {
        "product": product_version(),
        "seed": 0,
        "explore": 0.0,
        "overrides": [],
        "maps": sorted(({"name": m.name, "digest": m.net.digest} for m in maps.values()), key=lambda m: m["name"]),
        "hazards": [],
        "pairs": [],
        "driver": MIXED if len(driven) > 1 else BY_TASK if driven == {True} else AS_RECORDED,
        "rig": "",
        "count": len(entries),
        "block_size": block_size(len(entries)),
        "imported": [
            {"file": Path(e.file).name, "digest": file_digest(e.file), "part": e.part, "task": e.problem}
            for e in entries
        ],
    }
    settings["suite_key"] = f"{key64('imported', json.dumps(settings['imported'], sort_keys=True)):016x}"
    about = {
        "no_place": [],
        "map_files": {m.name: f"maps/{m.file}" for m in maps.values()},
        "environment": environment(),
        "predicted_rate": {},
        "findings": [
            {"file": t.file, "severity": f.severity, "code": f.code, "where": f.where, "message": f.message}
            for t in told
            for f in t.findings
        ],
    }
    return Plan(settings=settings, about=about)


def file_digest(file: str) -> str:
    """Return 32 hex digits of a file's bytes."""
    h = blake2b(digest_size=16)
    with open(file, "rb") as stream:
        for chunk in iter(lambda: stream.read(1 << 20), b""):
            h.update(chunk)
    return h.hexdigest()


def scenarios(entries: Sequence[Entry], read: Reader, plan: Plan, maps: Mapping[str, MapCopy]) -> Iterator[Made]:
    """Yield each scenario with its recording, or why there is none; each file is read once."""
    for file, group in groupby(entries, key=lambda e: e.file):
        parts = read(Path(file))
        lineage = f"{key64('imported', file_digest(file)):016x}"  # all of one file stay on one side of a split
        for entry in group:
            found = parts[entry.part]
            assert found.net is not None
            yield made(entry, found, maps[found.net.digest].net, plan, lineage)


def made(entry: Entry, found: Imported, net: RoadNetwork, plan: Plan, lineage: str) -> Made:
    """Return one scenario with its recording, or why there is none."""
    named: Any = {"index": entry.index, "suite_key": plan.suite_key, "map_name": entry.map_name, "lineage_id": lineage}
    try:
        if entry.problem < 0:
            return recorded_scenario(found, map_digest=net.digest, **named)
        spec = task_scenario(found, found.problems[entry.problem], net, **named)
        return spec, simulate(spec, net)
    except InputError as error:
        return Failure(index=entry.index, leaf=LEAF, map_name=entry.map_name, reason=one_line(str(error)))


def make_block(path: Path, plan: Plan, block: int, rows: Sequence[Made]) -> int:
    """Judge and seal one block; return how many scenarios it holds."""
    page = page_of(rows)
    evidence = judged(read_plan(path), page.made, NOBODY)  # as read back, with the maps where they lie
    data, digest = scenario_block(plan, block, page)
    seal_evidence(path, plan, block, digest, evidence, oracles=versions_of(NOBODY), rig="")
    seal_scenarios(path, plan, block, data)
    return len(rows)
