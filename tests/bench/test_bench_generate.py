"""Scenarios per second and core, complete: drawn, simulated, judged with counterfactuals, sealed on disk.

CPU seconds of this process are counted: the waiting for the disk (two files synced a block) is not.
"""

import time
from typing import Any

import msgpack
import pytest

from scenarios.suite import batch
from scenarios.suite.maps import load_maps
from scenarios.suite.plan import new_plan
from scenarios.suite.store import create

ACTOR_LEAVES = ("TC-05", "TC-03", "VR-02", "AD-01")
COUNT = 64


@pytest.mark.benchmark(timer=time.process_time)
@pytest.mark.parametrize("leaf", [*ACTOR_LEAVES, "all actor leaves"])
def test_actor_leaf_scenarios_complete(benchmark: Any, tmp_path_factory: pytest.TempPathFactory, leaf: str) -> None:
    hazards = ACTOR_LEAVES if leaf == "all actor leaves" else (leaf,)
    nets, files = load_maps(("boulevard",))
    leaves = batch.chosen(list(hazards))

    def fresh() -> tuple[tuple[bytes], dict[str, Any]]:
        path = tmp_path_factory.mktemp("suite") / "s"
        plan = new_plan(nets, leaves, count=COUNT, seed=1, explore=0.25, map_files=files)
        settings = {**plan.settings, "block_size": COUNT}
        create(path, type(plan)(settings=settings, about=plan.about))
        return (batch.payloads(path, [0])[0],), {}

    batch.make_block(*fresh()[0])  # compiled before the clock starts
    result = benchmark.pedantic(batch.make_block, setup=fresh, rounds=5)
    benchmark.extra_info["scenarios_per_s"] = COUNT / benchmark.stats.stats.min if benchmark.stats else None
    assert msgpack.unpackb(result)["failed"] == 0
