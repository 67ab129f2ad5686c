"""Makes suites: block by block drawn, simulated, judged, sealed.

A block is a pure function of the suite's plan and its number. Where a sensor has to be asked, the caller hands in
`Judges`; nothing here knows what a lidar is.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgpack

import roadnet
from roadnet.base.errors import InputError, one_line
from roadnet.base.records import record
from roadnet.network import RoadNetwork
from scenarios.evaluation.counterfactual import confirm
from scenarios.evaluation.observe import kinematic_oracles, observe
from scenarios.hazards.exposure import Topic, load_exposure
from scenarios.hazards.registry import catalogue, chosen
from scenarios.model.evidence import Evidence, Observed, Oracle
from scenarios.model.recording import Recording
from scenarios.model.run import Failure
from scenarios.model.spec import ConcreteScenario
from scenarios.sampling.draw import draw
from scenarios.sampling.overrides import Override, check, parse
from scenarios.sampling.traits import drivers
from scenarios.simulation.simulate import simulate_batch
from scenarios.suite.index import open_suite
from scenarios.suite.maps import load_maps, net_of
from scenarios.suite.plan import Assignment, assignment, new_plan
from scenarios.suite.runner import Work, run_blocks
from scenarios.suite.store import Plan, create, missing_blocks, read_plan, sweep
from scenarios.suite.write import Made, page_of, scenario_block, seal_evidence, seal_scenarios

# what sensors deliver on a recording, as an iterator of packets that one oracle reads once
Look = Callable[[ConcreteScenario, Recording, RoadNetwork], Iterable[Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judges:
    """The oracles that read packets, and who delivers those."""

    look: Look | None = None
    rig: str = ""  # its name
    oracles: Mapping[str, Oracle] = field(default_factory=dict)  # by leaf
    versions: Mapping[str, int] = field(default_factory=dict)  # by leaf


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a suite is, after each block."""

    sealed: int  # blocks
    blocks: int
    scenarios: int  # of this block
    failed: int  # of this block
    observed: int  # of this block: scenarios whose intended leaf was observed


NOBODY = Judges()


def generate(
    out: str | Path,
    *,
    maps: Sequence[str | Path] = (),
    hazards: Sequence[str] = ("all",),
    count: int = 20,
    seed: int = 1,
    workers: int = 1,
    explore: float = 0.25,
    overrides: Sequence[str] = (),
    resume: bool = False,
    rig: str = "",
    traits: str | Path = "",
    work: Work | None = None,
    on_plan: Callable[[Plan], None] = lambda plan: None,
    on_block: Callable[[Progress], None] = lambda progress: None,
) -> Plan:
    """Make a suite in the folder `out` and return its plan.

    maps: files or names, by default the shipped ones. hazards: ids, names, "tag:T", "all". explore: share of
    draws from the prior; the others fill gaps. overrides: "gap_m=U(5,30)". traits: a file that
    `nearmiss fit --out` wrote, of background drivers. work: what makes a block (see
    `make_block`), importable by name where workers > 1. The bytes do not depend on `workers`, on the order of
    blocks or on interruptions. Raises InputError; what is sealed then stays.
    """
    leaves = chosen(list(hazards))
    check([parse(text) for text in overrides], leaves)
    nets, files = load_maps(maps or roadnet.shipped_maps())
    plan = new_plan(
        nets,
        leaves,
        count=count,
        seed=seed,
        explore=explore,
        overrides=overrides,
        rig=rig,
        map_files=files,
        traits=said_in(traits),
    )
    path = Path(out)
    create(path, plan, resume=resume)
    on_plan(plan)
    sweep(path)
    missing = missing_blocks(path, plan)
    sealed = plan.blocks - len(missing)
    for result in run_blocks(work or make_block, payloads(path, missing), workers=workers):
        sealed += 1
        counts = {name: int(result[name]) for name in ("scenarios", "failed", "observed")}
        on_block(Progress(sealed=sealed, blocks=plan.blocks, **counts))
    return plan


def said_in(traits: str | Path) -> dict[str, Any] | None:
    """Return what a file of traits says, once it is found to be one; None without a file. Raises InputError."""
    if not traits:
        return None
    drivers(load_exposure(traits))
    return tomllib.loads(Path(traits).read_text(encoding="utf-8"))


def payloads(path: Path, blocks: Iterable[int], **more: Any) -> list[bytes]:
    """Return what is handed to workers: the suite and a block's number; all else stands in SUITE.json."""
    return [bytes(msgpack.packb({"suite": str(path.resolve()), "block": block, **more})) for block in blocks]


def make_block(payload: bytes, *, judges: Judges = NOBODY) -> bytes:
    """Draw, simulate, judge and seal one block; return its number, hash and counts.

    Without judges the leaves whose oracles read packets are "not measured".
    """
    task = msgpack.unpackb(payload)
    path, block = Path(task["suite"]), int(task["block"])
    plan = read_plan(path)
    page = page_of(simulated(plan, drawn(plan, block)))
    evidence = judged(plan, page.made, judges)
    data, digest = scenario_block(plan, block, page)
    seal_evidence(path, plan, block, digest, evidence, oracles=versions_of(judges), rig=judges.rig)
    seal_scenarios(path, plan, block, data)
    observed = sum(is_observed(evidence[spec.index], spec.leaf) for spec, _ in page.made)
    counts = {"scenarios": len(page.made) + len(page.failed), "failed": len(page.failed), "observed": observed}
    return bytes(msgpack.packb({"block": block, "hash": digest, **counts}))


def judge_block(payload: bytes, *, judges: Judges = NOBODY) -> bytes:
    """Judge the scenarios of a sealed block anew and seal the verdicts beside it; nothing else is touched."""
    task = msgpack.unpackb(payload)
    path, block = Path(task["suite"]), int(task["block"])
    with open_suite(path) as suite:
        digest, made = suite.block(block)
        evidence = judged(suite.plan, made, judges)
        new = seal_evidence(path, suite.plan, block, digest, evidence, oracles=versions_of(judges), rig=judges.rig)
    observed = sum(is_observed(evidence[spec.index], spec.leaf) for spec, _ in made)
    return bytes(msgpack.packb({"block": block, "scenarios": len(made), "observed": observed, "new": new}))


# ----------------------------------------------------------------------------------------------- draw


def drawn(plan: Plan, block: int) -> list[ConcreteScenario | Failure]:
    """Return the specs of a block, or why there is none, by index."""
    overrides = [parse(text) for text in plan.settings["overrides"]]
    said = plan.settings.get("traits")
    traits = None if said is None else record(said, Topic, where="SUITE.json: traits")
    return [drawn_one(plan, assignment(plan, index), overrides, traits) for index in plan.indices(block)]


def drawn_one(
    plan: Plan, todo: Assignment, overrides: Sequence[Override], traits: Topic | None
) -> ConcreteScenario | Failure:
    """Return one spec, or why there is none."""
    try:
        return draw(
            catalogue()[todo.leaf],
            net_of(plan, todo.map_name),
            todo.map_name,
            stream=todo.stream,
            suite_key=plan.suite_key,
            index=todo.index,
            rank=todo.number,
            overrides=overrides,
            traits=traits,
        )
    except InputError as error:
        return Failure(index=todo.index, leaf=todo.leaf, map_name=todo.map_name, reason=one_line(str(error)))


# ------------------------------------------------------------------------------------------- simulate


def simulated(plan: Plan, specs: Sequence[ConcreteScenario | Failure]) -> list[Made]:
    """Return each spec with its recording, by index; a spec that cannot run is a failure with its reason."""
    rows: dict[int, Made] = {spec.index: spec for spec in specs if isinstance(spec, Failure)}
    ready = [spec for spec in specs if not isinstance(spec, Failure)]
    for name in sorted({spec.map_name for spec in ready}):
        group = [spec for spec in ready if spec.map_name == name]
        try:
            recordings = simulate_batch(group, net_of(plan, name))
        except InputError:  # one of them cannot run: find it, keep the others
            rows |= {spec.index: simulated_one(plan, spec) for spec in group}
        else:
            rows |= {spec.index: (spec, recording) for spec, recording in zip(group, recordings, strict=True)}
    return [rows[index] for index in sorted(rows)]


def simulated_one(plan: Plan, spec: ConcreteScenario) -> Made:
    """Return one spec with its recording, or why it cannot run."""
    try:
        return spec, simulate_batch([spec], net_of(plan, spec.map_name))[0]
    except InputError as error:
        return Failure(index=spec.index, leaf=spec.leaf, map_name=spec.map_name, reason=one_line(str(error)))


# ---------------------------------------------------------------------------------------------- judge


def is_observed(evidence: Sequence[Evidence], leaf: str) -> bool:
    """Return whether a leaf is among what was observed."""
    return any(e.leaf == leaf and e.observed == Observed.OBSERVED for e in evidence)


def judged(
    plan: Plan, made: Sequence[tuple[ConcreteScenario, Recording]], judges: Judges
) -> dict[int, tuple[Evidence, ...]]:
    """Return every oracle's verdict on each scenario, counterfactuals included, by index."""
    oracles = {**kinematic_oracles(), **judges.oracles}
    out: dict[int, tuple[Evidence, ...]] = {}
    for name in sorted({spec.map_name for spec, _ in made}):
        net = net_of(plan, name)
        group = [(spec, recording) for spec, recording in made if spec.map_name == name]
        runs = [
            (spec, observe(recording, net, packets_of(spec, recording, net, judges), oracles))
            for spec, recording in group
        ]
        confirmed = confirm(runs, net)
        out |= {spec.index: evidence for (spec, _), evidence in zip(group, confirmed, strict=True)}
    return out


def packets_of(spec: ConcreteScenario, recording: Recording, net: RoadNetwork, judges: Judges) -> Sequence[Any] | None:
    """Return what the sensors deliver, where the intended leaf asks for it; several oracles read it."""
    module = catalogue().get(spec.leaf)  # imported scenarios intend none
    if judges.look is None or module is None or not module.LEAF.needs_packets:
        return None
    return tuple(judges.look(spec, recording, net))


def versions_of(judges: Judges) -> dict[str, int]:
    """Return leaf -> version of every oracle that is asked."""
    return {i: m.VERSION for i, m in catalogue().items() if not m.LEAF.needs_packets} | dict(judges.versions)
