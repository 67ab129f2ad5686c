"""Making suites: who is what at which index, the same bytes however it is run, failures as rows."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgpack
import pytest

import scenarios
from roadnet.base.errors import InputError, NondeterminismError
from scenarios.model.run import Failure
from scenarios.suite import batch, plan, store
from scenarios.suite.index import open_suite
from scenarios.suite.plan import Assignment, assignment, block_size
from scenarios.suite.store import Plan, block_path, missing_blocks, read_plan, sealed_blocks, sealed_evidence

ROOT = Path(batch.__file__).resolve().parents[2]
ACTORS = ("TC-05", "TC-03", "VR-02", "AD-01")


def planned(count: int, explore: float, pairs: list[list[str]]) -> list[Assignment]:
    made = Plan(settings={"explore": explore, "pairs": pairs, "count": count}, about={})
    return [assignment(made, i) for i in range(count)]


def hashes(path: Path) -> dict[str, str]:
    files = [block_path(path, b) for b in sealed_blocks(path)] + list(sealed_evidence(path))
    return {file.name: store_hash(file) for file in files}


def store_hash(file: Path) -> str:
    from scenarios.suite.blocks import BlockReader

    reader = BlockReader(file)
    reader.close()
    return reader.hash


# ------------------------------------------------------------------------------------------ assignment


def test_one_in_four_explores_and_leaves_then_maps_take_turns() -> None:
    pairs = [["A", "m"], ["A", "n"], ["B", "m"]]
    todo = planned(48, 0.25, pairs)
    assert [t.index for t in todo if t.stream == "exploration"] == list(range(3, 48, 4))
    filling = Counter((t.leaf, t.map_name) for t in todo if t.stream == "gap_filling")
    assert filling == {("A", "m"): 9, ("A", "n"): 9, ("B", "m"): 18}
    for key in filling:
        numbers = [t.number for t in todo if (t.leaf, t.map_name) == key and t.stream == "gap_filling"]
        assert numbers == list(range(len(numbers)))


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (1.0, 40), (0.1, 4), (1 / 3, 13)])
def test_the_exploration_share_is_kept_in_every_prefix(share: float, expected: int) -> None:
    todo = planned(40, share, [["A", "m"]])
    assert sum(t.stream == "exploration" for t in todo) == expected
    for n in range(1, 41):
        assert abs(sum(t.stream == "exploration" for t in todo[:n]) - n * share) < 1.0


def test_the_block_size_depends_on_the_count_alone() -> None:
    assert [block_size(n) for n in (1, 20, 300, 4096, 10**7)] == [8, 8, 19, 256, 256]


# ------------------------------------------------------------------------------------------ same bytes


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("serial") / "suite"
    scenarios.generate(path, hazards=ACTORS, count=24, seed=7)
    return path


def test_every_scenario_is_there_once_with_its_verdicts(serial: Path) -> None:
    with open_suite(serial) as suite:
        assert suite.scenarios["index"].tolist() == list(range(24))
        for run in suite:
            assert run.spec.map_digest == suite.net(run.spec.map_name).digest == run.recording.map_digest
            assert {e.leaf for e in run.evidence} >= set(ACTORS)


def test_two_workers_and_another_hash_seed_give_the_same_blocks(serial: Path, tmp_path: Path) -> None:
    code = (
        "import sys, scenarios\n"
        "if __name__ == '__main__':\n"
        "    scenarios.generate(sys.argv[1], hazards=sys.argv[2:], count=24, seed=7, workers=2)\n"
    )
    script = tmp_path / "run.py"
    script.write_text(code)
    env = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, str(script), str(tmp_path / "s"), *reversed(ACTORS)], check=True, env=env)
    assert hashes(tmp_path / "s") == hashes(serial)


def test_a_resumed_suite_is_the_same_suite(serial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, Any] = {"hazards": ACTORS, "count": 24, "seed": 7}
    made = 0

    def interrupt(progress: batch.Progress) -> None:
        nonlocal made
        made += 1
        if made == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scenarios.generate(tmp_path / "s", on_block=interrupt, **settings)
    assert missing_blocks(tmp_path / "s", read_plan(tmp_path / "s")) == (2,)
    with pytest.raises(InputError, match="--resume"):
        scenarios.generate(tmp_path / "s", **settings)
    scenarios.generate(tmp_path / "s", resume=True, **settings)
    assert hashes(tmp_path / "s") == hashes(serial)


def test_blocks_made_in_any_order_or_twice_are_the_same(serial: Path, tmp_path: Path) -> None:
    made = read_plan(serial)
    store.create(tmp_path / "s", made)
    for payload in batch.payloads(tmp_path / "s", [2, 0, 1, 0, 2]):
        batch.make_block(payload)
    assert hashes(tmp_path / "s") == hashes(serial)


def test_a_block_that_comes_out_differently_raises_the_alarm(
    serial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.create(tmp_path / "s", read_plan(serial))
    (payload,) = batch.payloads(tmp_path / "s", [0])
    batch.make_block(payload)
    before = hashes(tmp_path / "s")
    real = batch.drawn_one
    monkeypatch.setattr(batch, "drawn_one", lambda p, todo, *more: real(p, shifted(todo), *more))
    with pytest.raises(NondeterminismError, match="quarantine"):
        batch.make_block(payload)
    assert {k: v for k, v in hashes(tmp_path / "s").items() if k in before} == before


def shifted(todo: Assignment) -> Assignment:
    return Assignment(todo.index, todo.leaf, todo.map_name, todo.stream, todo.number + 1)


def test_a_longer_suite_begins_with_the_shorter_one(serial: Path, tmp_path: Path) -> None:
    scenarios.generate(tmp_path / "s", hazards=ACTORS, count=30, seed=7)
    with open_suite(serial) as short, open_suite(tmp_path / "s") as long:
        assert [r.spec.values for r in short] == [r.spec.values for r in long][:24]


def test_another_seed_gives_other_scenarios(serial: Path, tmp_path: Path) -> None:
    scenarios.generate(tmp_path / "s", hazards=ACTORS, count=8, seed=8)
    with open_suite(serial) as one, open_suite(tmp_path / "s") as other:
        assert one[0].spec.values != other[0].spec.values


# ------------------------------------------------------------------------------------------- failures


def test_a_scenario_that_cannot_be_made_is_a_row_and_its_neighbours_are_untouched(
    serial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.create(tmp_path / "s", read_plan(serial))
    real_draw, real_simulate = batch.drawn_one, batch.simulate_batch

    def draw(p: Plan, todo: Assignment, *more: Any) -> Any:
        if todo.index == 3:
            return Failure(index=3, leaf=todo.leaf, map_name=todo.map_name, reason="no room")
        return real_draw(p, todo, *more)

    def simulate(specs: Any, net: Any) -> Any:
        if any(spec.index == 5 for spec in specs):
            raise InputError("scenario 5", got="a planted trouble", wanted="none")
        return real_simulate(specs, net)

    monkeypatch.setattr(batch, "drawn_one", draw)
    monkeypatch.setattr(batch, "simulate_batch", simulate)
    result = msgpack.unpackb(batch.make_block(batch.payloads(tmp_path / "s", [0])[0]))
    assert (result["scenarios"], result["failed"]) == (8, 2)
    with open_suite(serial) as whole, open_suite(tmp_path / "s") as part:
        assert [r["reason"] for r in part.rows() if r["observed"] == "failed"] == [
            "no room", "scenario 5: got a planted trouble, want none"
        ]  # fmt: skip
        for i in (0, 1, 2, 4, 6, 7):
            assert part[i].recording.agents.xyz.tobytes() == whole[i].recording.agents.xyz.tobytes()


def test_a_scenario_that_cannot_be_stored_is_a_row_too(
    serial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.create(tmp_path / "s", read_plan(serial))
    real = batch.drawn_one

    def draw(p: Plan, todo: Assignment, *more: Any) -> Any:
        spec = real(p, todo, *more)
        return replace(spec, odds=replace(spec.odds, log_q=float("inf"))) if todo.index == 4 else spec

    monkeypatch.setattr(batch, "drawn_one", draw)
    batch.make_block(batch.payloads(tmp_path / "s", [0])[0])
    with open_suite(tmp_path / "s") as suite:
        (failed,) = [row for row in suite.rows() if row["observed"] == "failed"]
    assert failed["index"] == 4
    assert "log_q: got inf" in failed["reason"]


def test_pairs_without_a_place_are_listed_with_their_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = plan.spots_of
    monkeypatch.setattr(plan, "spots_of", lambda net, kind: () if kind == "side_by_side" else real(net, kind))
    monkeypatch.setattr(plan, "no_spot_reason", lambda net, kind: "no two lanes side by side")
    made = scenarios.generate(tmp_path / "s", hazards=("TC-05", "TC-03"), maps=("boulevard",), count=8)
    assert made.about["no_place"] == [{"leaf": "TC-05", "map": "boulevard", "reason": "no two lanes side by side"}]
    with pytest.raises(InputError, match="no two lanes side by side"):
        scenarios.generate(tmp_path / "t", hazards=("TC-05",), maps=("boulevard",), count=8)


def test_overrides_reach_the_draw_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    scenarios.generate(tmp_path / "s", hazards=("cut_in",), count=8, overrides=("gap_m=12",))
    with open_suite(tmp_path / "s") as suite:
        assert {dict(r.spec.values)["gap_m"] for r in suite} == {12.0}
        assert all(not r.spec.odds.has_q and r.spec.odds.stream == "gap_filling" for r in suite)
    with pytest.raises(InputError, match="did you mean 'gap_m'"):
        scenarios.generate(tmp_path / "t", hazards=("cut_in",), count=8, overrides=("gap_n=12",))
    assert not (tmp_path / "t").exists()
