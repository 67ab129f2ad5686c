"""Suites made by hand, without a hazard or a kernel: for tests of whatever reads suites."""

from pathlib import Path

import zoo

from scenarios.model.evidence import Counterfactual, Evidence, Observed, Outcome
from scenarios.model.run import Failure
from scenarios.model.spec import ActorProgram, ConcreteScenario, Kind, Odds, PathSpec
from scenarios.suite.store import Plan, create
from scenarios.suite.write import Made, page_of, scenario_block, seal_evidence, seal_scenarios

LEAVES = ("TC-05", "TC-03", "SN-01")
KEY = 0x00C0FFEE00C0FFEE


def plan(count: int = 10, block_size: int = 4) -> Plan:
    """Return a plan without maps."""
    settings = {
        "suite_key": f"{KEY:016x}",
        "count": count,
        "block_size": block_size,
        "driver": "careful",
        "product": "9",
    }
    about = {"no_place": [{"leaf": "AD-01", "map": "Town03", "reason": "no signals"}]}
    return Plan(settings=settings, about=about)


def spec(index: int) -> ConcreteScenario:
    """Return a spec of a leaf that goes with its index; every fourth is exploration."""
    stream = "exploration" if index % 4 == 3 else "gap_filling"
    return ConcreteScenario(
        leaf=LEAVES[index % len(LEAVES)],
        index=index,
        map_name="flat",
        map_digest="zoo",
        place=f"lane 1 s {index}.0",
        values=(("gap_m", 10.0 + index),),
        duration_s=2.0,
        actors=(ActorProgram(name="ego", kind=Kind.CAR, size=(4.5, 1.8, 1.5), path=PathSpec(lanes=(1,)), s_m=0.0),),
        odds=Odds(stream=stream, log_p=-2.0, log_q=-1.0),
        suite_key=KEY,
        lineage_id=f"{KEY:x}-{index}",
    )


def evidence(index: int, version: int = 1) -> tuple[Evidence, ...]:
    """Return verdicts: sensor leaves are not measured, every fifth is not observed, TTC falls with the index."""
    leaf = LEAVES[index % len(LEAVES)]
    if leaf == "SN-01" and version == 1:
        return (Evidence(leaf=leaf, oracle_version=version, observed=Observed.NOT_MEASURED, reason="no packets"),)
    if index % 5 == 4:
        return (Evidence(leaf=leaf, oracle_version=version, observed=Observed.NOT_OBSERVED, reason="too far"),)
    seen = Evidence(
        leaf=leaf,
        oracle_version=version,
        observed=Observed.OBSERVED,
        agents=(1,),
        t_on_s=0.5,
        t_off_s=1.0,
        severity_mps2=float(index),
        outcome=Outcome.NEAR_MISS,
        min_ttc_s=3.0 - 0.1 * index,
        has_ttc=True,
        counterfactual=Counterfactual.CONFIRMED,
    )
    also = Evidence(leaf="WX-02", oracle_version=1, observed=Observed.OBSERVED)
    return (seen, also) if index == 0 else (seen,)


def rows(indices: range) -> list[Made]:
    """Return the rows of a block; scenario 6 could not be made."""
    return [
        Failure(index=i, leaf=LEAVES[i % len(LEAVES)], map_name="flat", reason="no room")
        if i == 6
        else (spec(i), zoo.recording(2, 21, gap_m=10.0 + i))
        for i in indices
    ]


def make(path: Path, *, count: int = 10, block_size: int = 4, blocks: tuple[int, ...] | None = None) -> Path:
    """Write a suite, or only some of its blocks, and return its folder."""
    p = plan(count, block_size)
    create(path, p, resume=True)
    for block in range(p.blocks) if blocks is None else blocks:
        data, digest = scenario_block(p, block, page_of(rows(p.indices(block))))
        verdicts = {i: evidence(i) for i in p.indices(block) if i != 6}
        seal_evidence(path, p, block, digest, verdicts, oracles={"TC-05": 1}, rig="")
        seal_scenarios(path, p, block, data)
    return path
