"""Suites of runs: what came of a planner in scenarios of a suite, to be looked at like any other suite.

A suite of runs has its source's key, indices and lineages, so its scenarios stay on one side of a split; its driver
is the planner.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from roadnet.base.errors import InputError
from scenarios.evaluation.observe import kinematic_oracles, observe
from scenarios.model.run import Failure
from scenarios.suite.batch import NOBODY, versions_of
from scenarios.suite.index import Suite
from scenarios.suite.maps import net_of
from scenarios.suite.store import Plan, create, missing_blocks, read_plan
from scenarios.suite.write import Made, page_of, scenario_block, seal_evidence, seal_scenarios

NOT_RUN = "not run"


def runs_plan(source: Plan, *, driver: str, about: Mapping[str, Any]) -> Plan:
    """Return the plan of a suite of runs of all of a suite's scenarios."""
    return Plan(settings={**source.settings, "driver": driver}, about={**source.about, **about})


def start_runs(path: Path, plan: Plan) -> None:
    """Make the folder of a suite of runs. InputError where something is there: runs are not made twice."""
    if (path / "SUITE.json").exists():
        raise InputError(str(path), got="a suite", wanted="a new folder for the runs")
    create(path, plan)


def seal_runs(path: Path, plan: Plan, block: int, rows: Mapping[int, Made]) -> None:
    """Judge and seal one block of runs; there is a row for each index of the block."""
    page = page_of([rows[index] for index in plan.indices(block)])
    data, digest = scenario_block(plan, block, page)
    evidence = {
        spec.index: observe(recording, net_of(plan, spec.map_name), None, kinematic_oracles())
        for spec, recording in page.made
    }
    seal_evidence(path, plan, block, digest, evidence, oracles=versions_of(NOBODY), rig="")
    seal_scenarios(path, plan, block, data)


def finish_runs(path: Path, suite: Suite) -> None:
    """Seal the blocks of which nothing was to be run, so that the suite of runs is complete."""
    plan = read_plan(path)
    for block in missing_blocks(path, plan):
        seal_runs(path, plan, block, not_run(suite, block))


def not_run(suite: Suite, block: int) -> dict[int, Made]:
    """Return the rows of a block of which nothing was run."""
    known = {int(row["index"]): row for row in suite.scenarios if row["index"] in suite.plan.indices(block)}
    return {
        index: Failure(
            index=index,
            leaf=str(known[index]["leaf"]) if index in known else "",
            map_name=str(known[index]["map"]) if index in known else "",
            reason=NOT_RUN,
        )
        for index in suite.plan.indices(block)
    }


def blocks_of(plan: Plan, indices: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return block -> scenario indices of it, both ascending."""
    ordered = sorted(indices)
    return {block: tuple(group) for block, group in groupby(ordered, key=lambda index: index // plan.block_size)}
