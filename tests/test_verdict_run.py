"""nearmiss run, show --certificate, shrink: files, exit codes, isolation, the same results for any workers."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import suite_zoo
from lxml import etree

from scenarios.evaluation.verdict import Result, Verdict
from scenarios.model.recording import Recording
from scenarios.suite import campaign as campaign_module
from scenarios.suite.batch import generate
from scenarios.suite.campaign import Job, campaign
from scenarios.suite.index import open_suite
from viewer.cli import main
from viewer.commands import run as run_command
from viewer.results import as_junit

COUNT = 9  # two blocks
Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "suite"
    generate(path, maps=("boulevard",), hazards=("TC-03", "TC-05"), count=COUNT, seed=7)
    return path


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    def call(*argv: object) -> tuple[int, str, str]:
        code = main([str(word) for word in argv])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture(scope="module")
def never(suite: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return results.json of the planner that never brakes, with its folder."""
    out = tmp_path_factory.mktemp("never")
    assert main(["run", str(suite), "--planner", "planners:NeverBrakes", "--out", str(out)]) == 0
    return {"folder": out, **json.loads((out / "results.json").read_text())}


def of(tree: dict[str, Any], leaf: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in tree["summary"] if row["leaf"] == leaf)
    return found


# --------------------------------------------------------------------------------------------- results


def test_every_scenario_has_exactly_one_verdict_and_the_counts_add_up(never: dict[str, Any]) -> None:
    assert [r["index"] for r in never["results"]] == list(range(COUNT))
    assert {r["verdict"] for r in never["results"]} <= {v.word for v in Verdict}
    whole = of(never)
    assert sum(whole["verdicts"].values()) == whole["scenarios"] == COUNT
    assert whole["exercised"] == sum(r["exercised"] for r in never["results"])
    assert [row["leaf"] for row in never["summary"]] == ["TC-03", "TC-05", None]
    for name in ("scenarios", "exercised"):
        assert sum(row[name] for row in never["summary"][:-1]) == whole[name]
    rate = whole["pass_rate"]
    assert rate["value"] == whole["verdicts"]["pass"] / whole["exercised"]
    assert rate["low"] <= rate["value"] <= rate["high"]


def test_who_never_brakes_fails_the_preventable_ones_and_only_those(never: dict[str, Any]) -> None:
    struck = [r for r in never["results"] if r["contact"] is not None]
    assert any(r["preventable"] for r in struck)
    for r in struck:
        blamed = r["verdict"] == "at_fault_collision"
        assert blamed == (r["preventable"] and not (r["contact"]["struck"] and r["contact"]["normal"]))


def test_csv_has_a_row_a_scenario_that_agrees_with_the_json(never: dict[str, Any]) -> None:
    rows = list(csv.DictReader((never["folder"] / "results.csv").read_text().splitlines()))
    assert [(int(r["index"]), r["leaf"], r["verdict"]) for r in rows] == [
        (r["index"], r["leaf"], r["verdict"]) for r in never["results"]
    ]
    for row, result in zip(rows, never["results"], strict=True):
        contact = result["contact"]
        assert row["contact_other"] == (contact["other"] if contact else "")
        assert row["progress"] == ("" if result["progress"] is None else str(result["progress"]))


def test_junit_says_failure_where_the_planner_failed_and_skipped_where_nothing_was_exercised(
    never: dict[str, Any],
) -> None:
    root = etree.parse(str(never["folder"] / "junit.xml")).getroot()
    kinds = {
        "at_fault_collision": "failure", "no_progress": "failure", "planner_failed": "failure", "rig_error": "error",
        "not_exercised": "skipped", "near_miss": "system-out", "unavoidable_collision": "system-out",
    }  # fmt: skip
    wanted = {(r["leaf"], f"scenario {r['index']}"): kinds.get(r["verdict"]) for r in never["results"]}
    found = {(c.get("classname"), c.get("name")): (c[0].tag if len(c) else None) for c in root.iter("testcase")}
    assert found == wanted
    assert sum(kind == "failure" for kind in found.values()) > 0
    skipped = sum(int(suite.get("skipped")) for suite in root)
    for suite in (root, *root.iter("testsuite")):
        cases = list(suite.iter("testcase"))
        assert int(suite.get("tests")) == len(cases)
        for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(suite.get(name, skipped)) == sum(case.find(tag) is not None for case in cases)


def test_junit_is_what_the_jenkins_schema_wants(never: dict[str, Any]) -> None:
    schema = etree.XMLSchema(etree.parse(Path(__file__).parent / "junit-10.xsd"))
    results = [
        Result(index=i, leaf="TC-03", verdict=verdict, reason="a\x00b <c> & \ud800", seconds=1234.5678)
        for i, verdict in enumerate(Verdict)
    ]
    for written in ((never["folder"] / "junit.xml").read_bytes(), as_junit(results, name="all verdicts")):
        schema.assertValid(etree.fromstring(written))


def test_results_do_not_depend_on_workers_but_for_the_timings(
    suite: Path, never: dict[str, Any], tmp_path: Path
) -> None:
    assert main(["run", str(suite), "--planner", "planners:NeverBrakes", "--out", str(tmp_path), "--workers", "2"]) == 0
    again = json.loads((tmp_path / "results.json").read_text())
    first = {k: v for k, v in never.items() if k not in ("folder", "timings")}
    assert {k: v for k, v in again.items() if k != "timings"} == first
    assert (tmp_path / "results.csv").read_bytes() == (never["folder"] / "results.csv").read_bytes()


def test_a_planner_that_fails_in_some_scenarios_leaves_the_others_untouched(suite: Path, never: dict[str, Any]) -> None:
    job = Job(suite=suite, planner="planners:RaisesSometimes", indices=tuple(range(COUNT)))
    results = campaign(job)
    failed = [r for r in results if r.verdict is Verdict.PLANNER_FAILED]
    assert 0 < len(failed) < COUNT
    assert all(r.failure == "raised" and "no plan" in r.reason for r in failed)
    digests = {r["index"]: r["digest"] for r in never["results"]}
    assert all(r.digest == digests[r.index] for r in results if r.verdict is not Verdict.PLANNER_FAILED)


def test_what_breaks_on_our_side_is_an_error_of_that_scenario_alone(
    suite: Path, never: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    digest_of = campaign_module.digest_of
    calls = iter(range(COUNT))

    def breaks_once(recording: Recording | None) -> str:
        if next(calls) == 2:
            raise MemoryError("no room")
        return digest_of(recording)

    monkeypatch.setattr(campaign_module, "digest_of", breaks_once)
    results = campaign(Job(suite=suite, planner="planners:NeverBrakes", indices=tuple(range(COUNT))))
    assert [r.verdict is Verdict.RIG_ERROR for r in results] == [i == 2 for i in range(COUNT)]
    assert results[2].reason == "MemoryError: no room"
    digests = [r["digest"] for r in never["results"]]
    assert [r.digest for r in results if r.index != 2] == [d for i, d in enumerate(digests) if i != 2]


def test_a_scenario_that_could_not_be_made_is_a_row_with_its_reason(tmp_path: Path) -> None:
    path = suite_zoo.make(tmp_path / "zoo")  # scenario 6 has failed, and the others are on a map that is not there
    results = campaign(Job(suite=path, planner="planners:NeverBrakes", indices=(5, 6)))
    assert [r.verdict for r in results] == [Verdict.RIG_ERROR, Verdict.RIG_ERROR]
    assert "no room" in results[1].reason


@pytest.mark.parametrize("workers", [1, 2])
def test_runs_are_kept_as_a_suite_that_holds_what_the_planner_did(
    suite: Path, never: dict[str, Any], tmp_path: Path, cli: Cli, workers: int
) -> None:
    keep = tmp_path / "runs"
    words = ("run", suite, "--planner", "planners:NeverBrakes", "--keep", keep, "--workers", workers, "--json")
    assert cli(*words)[0] == 0
    assert main(["verify", str(keep)]) == 0
    with open_suite(keep) as runs, open_suite(suite) as source:
        assert runs[0].driver == "planners:NeverBrakes"
        assert [run.spec.lineage_id for run in runs] == [run.spec.lineage_id for run in source]
        digests = [campaign_module.digest_of(run.recording) for run in runs]
    assert digests == [r["digest"] for r in never["results"]]
    code, _, err = cli(*words)
    assert code == 3  # never a second time into the same folder
    assert "a new folder" in err


def test_what_was_not_run_or_broke_off_is_a_row_of_the_kept_runs(suite: Path, cli: Cli, tmp_path: Path) -> None:
    keep = tmp_path / "runs"
    code, _, _ = cli("run", suite, "--planner", "planners:Raises", "--only", "1", "--keep", keep, "--json")
    assert code == 0
    with open_suite(keep) as runs:
        reasons = {int(row["index"]): str(row["reason"]) for row in runs.scenarios}
    assert "no plan" in reasons.pop(1)
    assert set(reasons.values()) == {"not run"}
    assert len(reasons) == COUNT - 1
    assert main(["verify", str(keep)]) == 0


# ------------------------------------------------------------------------------------- gates and codes


@pytest.mark.parametrize("planner", ["planners:Parked", "planners:Crawls", "planners:NeverBrakes"])
def test_planted_planners_fail_the_gate(suite: Path, cli: Cli, planner: str) -> None:
    code, out, err = cli("run", suite, "--planner", planner, "--gate", "--json")
    assert code == 1
    assert err.count("\n") == 1
    assert err.startswith("nearmiss: gate failed: ")
    tree = json.loads(out)
    assert any(not gate["held"] and gate["why"] for gate in tree["gates"])


def test_a_planner_that_brakes_holds_the_gate(suite: Path, cli: Cli) -> None:
    code, _, err = cli("run", suite, "--planner", "planners:Brakes", "--gate", "--gate", "pass_rate>=0.9", "--json")
    assert (code, err) == (0, "")


def test_a_gate_says_by_how_much_it_failed(suite: Path, cli: Cli) -> None:
    code, _, err = cli("run", suite, "--planner", "planners:Parked", "--gate", "TC-05.pass_rate>=0.75", "--json")
    assert code == 1
    assert "TC-05.pass_rate>=0.75: got 0, off by 0.75" in err


@pytest.mark.parametrize(
    ("argv", "code", "needle"),
    [
        (["--planner", "planners:NoSuch"], 3, "--planner"),
        (["--planner", "no_such_module:Planner"], 3, "no_such_module"),
        (["--planner", "planners:Brakes", "--gate", "pas_rate>=1"], 3, "did you mean 'pass_rate'"),
        (["--planner", "planners:Brakes", "--gate", "TC-50.pass_rate>=1"], 3, "TC-05"),
        (["--planner", "planners:Brakes", "--fault", "actuation@2-1,brake_gain=0.5"], 3, "ends after it begins"),
        (["--planner", "planners:Brakes", "--fault", "dropout:lidar@2-3"], 3, "actuation fault"),
        (["--planner", "planners:Brakes", "--without", "nobody"], 3, "one of the actors"),
        (["--planner", "planners:Brakes", "--set", "frction=0.3"], 3, "did you mean 'friction'"),
        (["--planner", "planners:Brakes", "--only", "99"], 3, "scenario 99"),
        (["--planner", "planners:Brakes", "--leaf", "TC-99"], 3, "nothing to run"),
        (["--planner", "planners:Brakes", "--observe", "obsever"], 3, "did you mean 'observer'"),
        (["--planner", "planners:Brakes", "--timeout", "-1"], 2, "above 0"),
        ([], 2, "--planner"),
    ],
)
def test_bad_input_is_one_line_and_its_exit_code(
    suite: Path, cli: Cli, argv: list[str], code: int, needle: str
) -> None:
    got, out, err = cli("run", suite, *argv)
    assert (got, out) == (code, "")
    assert needle in err
    assert code == 2 or err.count("\n") == 1


# ------------------------------------------------------------------------------------- edits, pairs


def test_two_planners_are_compared_scenario_by_scenario(suite: Path, cli: Cli, never: dict[str, Any]) -> None:
    words = ("run", suite, "--planner", "planners:Brakes", "--baseline", "planners:NeverBrakes", "--json")
    code, out, _ = cli(*words, "--gate", "difference>0", "--gate", "p<1")
    assert code == 0
    tree = json.loads(out)
    assert tree["baseline_results"] == never["results"]
    whole = tree["comparison"][-1]
    passes = [
        [r["verdict"] == "pass" if r["exercised"] else None for r in tree[k]] for k in ("results", "baseline_results")
    ]
    pairs = [(a, b) for a, b in zip(*passes, strict=True) if a is not None and b is not None]
    assert (whole["both"], whole["only_a"], whole["only_b"], whole["neither"]) == tuple(
        pairs.count(pair) for pair in ((True, True), (True, False), (False, True), (False, False))
    )
    assert whole["only_a"] > 0
    assert whole["difference"] > 0
    assert whole["low"] <= whole["difference"] <= whole["high"]
    assert sum(row["only_a"] for row in tree["comparison"][:-1]) == whole["only_a"]


def test_weak_brakes_make_a_braking_planner_fail(suite: Path, cli: Cli) -> None:
    fault = "actuation@0-20,brake_gain=0.05"
    code, out, _ = cli("run", suite, "--planner", "planners:Brakes", "--fault", fault, "--json", "--leaf", "TC-03")
    assert code == 0
    tree = json.loads(out)
    assert tree["edits"]["fault"] == [fault]
    assert of(tree)["verdicts"]["pass"] < of(tree)["scenarios"]


def test_without_its_cause_nothing_is_exercised(suite: Path, cli: Cli) -> None:
    code, out, _ = cli(
        "run", suite, "--planner", "planners:NeverBrakes", "--without", "lead", "--json", "--leaf", "TC-03"
    )
    assert code == 0
    assert of(json.loads(out))["verdicts"]["not_exercised"] == of(json.loads(out))["scenarios"]


def test_an_interruption_keeps_what_is_done_and_says_so(
    suite: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(job: Job, **options: Any) -> None:
        for result in campaign(Job(suite=job.suite, planner=job.planner, indices=job.indices[:3])):
            options["on_result"](result)
        raise KeyboardInterrupt

    monkeypatch.setattr(run_command, "campaign", interrupted)
    code, _, err = cli("run", suite, "--planner", "planners:NeverBrakes", "--out", tmp_path)
    assert code == 130
    assert f"3 of {COUNT}" in err
    tree = json.loads((tmp_path / "results.json").read_text())
    assert (tree["complete"], len(tree["results"])) == (False, 3)


# --------------------------------------------------------------------------------- certificate, shrink


def test_a_certificate_is_printed_and_is_plain_json(suite: Path, cli: Cli) -> None:
    code, out, _ = cli("show", f"{suite}/0", "--certificate", "--json")
    assert code == 0
    tree = json.loads(out)
    assert set(tree["avoided_by"]) >= {"cc", "fsm"}
    assert tree["preventable"] == (tree["avoided_by"]["cc"] or tree["avoided_by"]["fsm"])
    assert tree["feasible"] is True
    code, out, _ = cli("show", f"{suite}/0", "--certificate")
    assert code == 0
    assert "latest braking" in out
    assert cli("show", suite, "--certificate")[0] == 3


def test_shrink_writes_a_suite_of_one_scenario_that_still_fails(
    suite: Path, cli: Cli, never: dict[str, Any], tmp_path: Path
) -> None:
    index = next(r["index"] for r in never["results"] if r["verdict"] == "at_fault_collision")
    out = tmp_path / "small"
    code, text, _ = cli("shrink", f"{suite}/{index}", "--planner", "planners:NeverBrakes", "--out", out, "--json")
    assert code == 0
    tree = json.loads(text)
    assert tree["verdict"] == "at_fault_collision"
    assert tree["after"]["duration_s"] < tree["before"]["duration_s"]
    assert tree["runs"] <= tree["budget"]
    assert main(["verify", str(out)]) == 0
    with open_suite(out) as small, open_suite(suite) as source:
        assert len(small) == 1
        assert small[0].spec.lineage_id == source[index].spec.lineage_id
        assert small[0].driver == "planners:NeverBrakes"
    code, text, _ = cli("run", out, "--planner", "planners:NeverBrakes", "--json")
    assert code == 0
    rerun = json.loads(text[text.index("{") :])["results"][0]
    assert (rerun["verdict"], rerun["deviation_m"]) == ("at_fault_collision", 0.0)


def test_a_planner_that_breaks_off_is_shrunk_too(suite: Path, cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "small"
    code, text, _ = cli("shrink", f"{suite}/0", "--planner", "planners:Raises", "--out", out, "--json")
    assert code == 0
    tree = json.loads(text)
    assert (tree["verdict"], tree["after"]["actors"]) == ("planner_failed", 1)
    assert tree["after"]["duration_s"] == pytest.approx(1.05)  # it raises at 1 s
    with open_suite(out) as small:
        assert small[0].driver == "careful human"


def test_there_is_nothing_to_shrink_where_the_planner_passes(suite: Path, cli: Cli) -> None:
    results = campaign(Job(suite=suite, planner="planners:Brakes", indices=tuple(range(COUNT))))
    index = next(r.index for r in results if r.verdict is Verdict.PASS_)
    code, _, err = cli("shrink", f"{suite}/{index}", "--planner", "planners:Brakes")
    assert code == 3
    assert "the verdict pass" in err
