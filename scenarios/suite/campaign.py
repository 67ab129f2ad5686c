"""Runs a planner through a suite: scenario by scenario, here or in other processes, each scenario a row of its own.

What a scenario comes to depends on the scenario, the edits and the planner alone, never on who runs it, with what
else, or after what. A planner that fails is started anew for the next scenario.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgpack

from roadnet.base.errors import InputError, one_line
from roadnet.network import RoadNetwork
from scenarios.evaluation.edits import Edits, edited
from scenarios.evaluation.trial import Judge, trial
from scenarios.evaluation.verdict import Contact, Result, Verdict
from scenarios.model.evidence import Observed
from scenarios.model.recording import Recording
from scenarios.model.run import Failure, Run
from scenarios.model.spec import ConcreteScenario
from scenarios.simulation.closed_loop import Observer
from scenarios.simulation.hosting.limits import Limits
from scenarios.simulation.hosting.spec import open_planner
from scenarios.simulation.planner import Planner
from scenarios.suite.index import Suite, open_suite
from scenarios.suite.records import canonical
from scenarios.suite.runner import run_blocks
from scenarios.suite.runs import blocks_of, finish_runs, not_run, seal_runs
from scenarios.suite.store import read_plan
from scenarios.suite.write import Made

OBJECTS = "objects"
CHUNK = 8  # scenarios at most that a worker runs with one process of the planner, before it tells of them

OnResult = Callable[[Result], None]
# Returns who delivers packets in a scenario: of what is observed, of faults as text, of spec and map.
Watching = Callable[[str, tuple[str, ...], ConcreteScenario, RoadNetwork], Observer]


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What is to be run."""

    suite: Path
    planner: str  # a planner SPEC
    indices: tuple[int, ...]
    edits: Edits = field(default_factory=Edits)
    packets: str = OBJECTS  # what is observed; all else is for `watch` to know
    sensor_faults: tuple[str, ...] = ()  # as text, on top of the scenario's own; likewise
    step_timeout_s: float | None = None  # of the planner; None is the default of hosting
    memory_mb: int | None = None
    keep: str = ""  # folder of a suite of runs, begun by `start_runs`; "" keeps none


def campaign(
    job: Job,
    *,
    workers: int = 1,
    judge: Judge | None = None,
    watch: Watching | None = None,
    on_result: OnResult = lambda result: None,
) -> list[Result]:
    """Return one result a scenario of the job, by index. Raises InputError for a planner that cannot be opened.

    judge: as for `trial`. watch: asked for each scenario where it is not the objects that are observed. Both are
    importable by name where workers > 1. on_result is called with each result as it comes, in any order.
    """
    found: dict[int, Result] = {}
    if workers <= 1:
        for result in run_here(job, judge, watch):
            found[result.index] = result
            on_result(result)
    else:
        for rows in run_blocks(partial(run_chunk, judge=judge, watch=watch), payloads(job, workers), workers=workers):
            for row in rows["results"]:
                result = result_of(row)
                found[result.index] = result
                on_result(result)
    if job.keep:
        with open_suite(job.suite) as suite:
            finish_runs(Path(job.keep), suite)
    return [found[index] for index in job.indices]


def payloads(job: Job, workers: int) -> list[bytes]:
    """Return what is handed to workers: chunks of the job as bytes, so short that nobody waits long for the last."""
    size = min(CHUNK, max(1, len(job.indices) // (2 * workers)))
    chunks = [job.indices[i : i + size] for i in range(0, len(job.indices), size)]
    if job.keep:  # a block of runs is sealed by who has run all of it
        chunks = list(blocks_of(read_plan(Path(job.keep)), job.indices).values())
    plain = {**asdict(job), "suite": str(job.suite.resolve())}
    return [bytes(msgpack.packb({**plain, "indices": chunk})) for chunk in chunks]


def run_chunk(payload: bytes, *, judge: Judge | None = None, watch: Watching | None = None) -> bytes:
    """Run one chunk and return its results as bytes."""
    plain = msgpack.unpackb(payload)
    job = Job(
        suite=Path(plain["suite"]),
        planner=plain["planner"],
        indices=tuple(plain["indices"]),
        edits=Edits(**{name: tuple(value) for name, value in plain["edits"].items()}),
        packets=plain["packets"],
        sensor_faults=tuple(plain["sensor_faults"]),
        step_timeout_s=plain["step_timeout_s"],
        memory_mb=plain["memory_mb"],
        keep=plain["keep"],
    )
    return bytes(msgpack.packb({"results": [asdict(result) for result in run_here(job, judge, watch)]}))


def run_here(job: Job, judge: Judge | None, watch: Watching | None = None) -> Iterator[Result]:
    """Yield the result of each scenario, in order; a planner that failed starts anew with the next."""
    kept = read_plan(Path(job.keep)) if job.keep else None
    with open_suite(job.suite) as suite, open_planner(job.planner, limits=limits_of(job)) as planner:
        for block, indices in blocks_of(suite.plan, job.indices).items():
            rows = not_run(suite, block) if kept is not None else {}
            for index in indices:
                result, rows[index] = run_guarded(suite, index, job, planner, judge, watch)
                yield result
            if kept is not None:
                seal_runs(Path(job.keep), kept, block, rows)


def run_guarded(
    suite: Suite, index: int, job: Job, planner: Planner, judge: Judge | None, watch: Watching | None
) -> tuple[Result, Made]:
    """Return what `run_one` does; what is not there, or breaks on our side, is a row and no end of the others."""
    try:
        return run_one(suite, index, job, planner, judge, watch)
    except Exception as error:
        got = str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
        result = unmade(suite, index, one_line(got))
        return result, Failure(index=index, leaf=result.leaf, map_name="", reason=result.reason)


def run_one(
    suite: Suite, index: int, job: Job, planner: Planner, judge: Judge | None, watch: Watching | None
) -> tuple[Result, Made]:
    """Return the result of one scenario and the run, or why there is none. Raises InputError where it is not there."""
    run = suite.run(index)
    spec, net = edited(run.spec, job.edits), suite.net(run.spec.map_name)
    done = trial(
        spec,
        net,
        planner,
        packets=watched(job, watch, spec, net),
        recorded=run.recording,
        severity_mps2=severity_of(run),
        judge=judge,
    )
    result = replace(done.result, digest=digest_of(done.recording))
    if done.recording is None:
        return result, Failure(index=index, leaf=spec.leaf, map_name=spec.map_name, reason=result.reason)
    return result, (spec, done.recording)


def watched(job: Job, watch: Watching | None, spec: ConcreteScenario, net: RoadNetwork) -> str | Observer:
    """Return what `simulate` is to let the planner observe."""
    return job.packets if watch is None or job.packets == OBJECTS else watch(job.packets, job.sensor_faults, spec, net)


def limits_of(job: Job) -> Limits:
    """Return the limits of the planner's process."""
    given: dict[str, Any] = {}
    if job.step_timeout_s is not None:
        given["step_s"] = job.step_timeout_s
    if job.memory_mb is not None:
        given["memory_bytes"] = job.memory_mb << 20
    return Limits(**given)


def unmade(suite: Suite, index: int, reason: str) -> Result:
    """Return the row of a scenario that is not there to be run: our side's fault, by definition."""
    rows = suite.scenarios[suite.scenarios["index"] == index]
    leaf = str(rows["leaf"][0]) if len(rows) else ""
    return Result(index=index, leaf=leaf, verdict=Verdict.RIG_ERROR, reason=reason)


def severity_of(run: Run) -> float | None:
    """Return the severity of the leaf that a scenario intends, unmitigated; None where it was not observed."""
    found = [e for e in run.evidence if e.leaf == run.spec.leaf and e.observed == Observed.OBSERVED]
    return found[0].severity_mps2 if found else None


def digest_of(recording: Recording | None) -> str:
    """Return 32 hex digits of what happened, "" where nothing came to its end."""
    if recording is None:
        return ""
    record = canonical(recording)
    return blake2b(record.head + record.body, digest_size=16).hexdigest()


def result_of(row: Mapping[str, Any]) -> Result:
    """Return a result from plain data."""
    contact = None if row["contact"] is None else Contact(**row["contact"])
    return Result(**{**row, "verdict": Verdict(row["verdict"]), "contact": contact})
