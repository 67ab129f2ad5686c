"""The coverage table: each scenario counts once, three answers stay three, intervals only where they mean something."""

import json
from pathlib import Path

import pytest
import suite_zoo

from scenarios.coverage.table import tabulate
from scenarios.model.evidence import Observed
from scenarios.sampling.rate import Rate
from scenarios.suite.index import open_suite
from viewer.cli import main


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return suite_zoo.make(tmp_path / "suite", count=40)


def test_counts_add_up_to_the_scenarios_that_were_made(path: Path) -> None:
    with open_suite(path) as suite:
        table = tabulate(suite.scenarios, suite.verdicts)
    assert sum(s.made for s in table.streams) == 39
    assert dict(table.failed) == {"TC-05": 1}
    assert all(s.made == s.observed + s.not_observed + s.not_measured for s in table.streams)


def test_not_measured_is_not_counted_as_missing(path: Path) -> None:
    with open_suite(path) as suite:
        table = tabulate(suite.scenarios, suite.verdicts)
    sensor = [s for s in table.streams if s.leaf == "SN-01"]
    assert sum(s.not_measured for s in sensor) == sum(s.made for s in sensor) > 0
    assert all(s.rate is None and s.interval is None for s in sensor)


def test_only_exploration_has_an_interval_and_a_prediction(path: Path) -> None:
    with open_suite(path) as suite:
        table = tabulate(suite.scenarios, suite.verdicts, predicted={"TC-05": Rate(0.7, 0.01)})
    by = {(s.leaf, s.stream): s for s in table.streams}
    exploration, filling = by["TC-05", "exploration"], by["TC-05", "gap_filling"]
    assert filling.interval is None
    assert filling.predicted is None
    assert exploration.predicted == 0.7
    assert exploration.agrees is True
    assert filling.agrees is None
    assert exploration.interval is not None
    assert exploration.rate is not None
    assert exploration.interval[0] < exploration.rate < exploration.interval[1] or exploration.rate in (0.0, 1.0)


def test_labels_are_multi_label_in_the_cross_table(path: Path) -> None:
    with open_suite(path) as suite:
        table = tabulate(suite.scenarios, suite.verdicts)
    cell = table.cross[table.intended.index("TC-05"), table.seen.index("WX-02")]
    assert cell[Observed.OBSERVED] == 1
    assert "WX-02" not in table.untried
    assert "VR-02" in table.untried


def test_an_empty_suite_has_an_empty_table(tmp_path: Path) -> None:
    path = suite_zoo.make(tmp_path / "suite", blocks=())
    with open_suite(path) as suite:
        table = tabulate(suite.scenarios, suite.verdicts)
    assert table.streams == ()
    assert len(table.untried) == table.taxonomy_leaves


def test_the_command_prints_the_table_and_its_json(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", str(path)]) == 0
    text = capsys.readouterr().out
    assert "no signals" in text
    assert "TC-05" in text
    assert main(["coverage", str(path), "--json"]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert tree["scenarios"] == 40
    assert tree["no_place"] == [{"leaf": "AD-01", "map": "Town03", "reason": "no signals"}]
    assert tree["cross"]["TC-05"]["WX-02"]["observed"] == 1
