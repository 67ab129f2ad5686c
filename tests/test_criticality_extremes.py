"""The worst of each measure, on the page, from the command line and from Python."""

import json
from pathlib import Path

import numpy as np
import pytest
import zoo

from scenarios.criticality.extremes import worst_of
from scenarios.criticality.masses import LEAST_KG, RULES, mass_of
from scenarios.criticality.registry import Measure, measures
from scenarios.model.recording import Recording
from scenarios.model.spec import Kind
from viewer.worst import measure_row

PAGE = Path(__file__).resolve().parents[1] / "docs" / "criticality.md"
BEGIN, END = "<!-- measures: begin -->\n", "<!-- measures: end -->\n"


def table() -> str:
    """Return the page's table; `python tests/test_criticality_extremes.py` writes it into the page."""
    rows = ["| id | unit | worse | formula | edge cases | threshold | source |", "|---|---|---|---|---|---|---|"]
    for m in (file.MEASURE for file in measures().values()):
        limit = "" if m.threshold is None else f"{m.threshold:.3g}: {m.threshold_source}"
        cells = (f"`{m.id}`", m.unit, m.worse, m.formula, m.edges, limit, m.source)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def closing() -> Recording:
    return zoo.recording(
        3, 61, gap_m=34.5, speeds=(20.0, 12.0, 14.0)
    )  # 30 m to the leader, who is 34.5 m behind another


def test_the_worst_is_the_last_step_of_a_gap_that_closes() -> None:
    worst = {e.measure.id: e for e in worst_of(closing())}
    gap, ttc = worst["gap"], worst["ttc"]
    assert (gap.value, gap.t_s, gap.agent) == (pytest.approx(30 - 8 * 3, abs=1e-4), 3.0, 1)
    assert (ttc.value, ttc.t_s, ttc.agent) == (pytest.approx(30 / 8 - 3, abs=1e-4), 3.0, 1)
    assert gap.beyond_s == 0.0  # nobody has published a threshold
    assert ttc.beyond_s == pytest.approx(16 * 0.05)  # from 2.25 s to 3 s
    assert worst["msd"].agent == 0
    assert "pet" not in worst


def test_what_says_nothing_is_left_out() -> None:
    alone = {e.measure.id for e in worst_of(zoo.recording(1, 21))}
    assert alone == {"msd", "grip_used", "long_jerk", "lat_jerk"}


def test_a_threshold_is_passed_downwards_or_upwards() -> None:
    known = {"unit": "s", "formula": "f", "source": "s", "edges": "e", "threshold_source": "t"}
    values = np.array([0.5, 1.0, 2.0])
    assert list(Measure(id="a", worse="low", threshold=1.0, **known).beyond(values)) == [True, True, False]
    assert list(Measure(id="a", worse="high", threshold=1.0, **known).beyond(values)) == [False, True, True]
    assert not Measure(id="a", worse="low", **known).beyond(values).any()


def test_the_row_of_a_measure_is_plain_data() -> None:
    r = closing()
    rows = {e.measure.id: measure_row(r, e) for e in worst_of(r)}
    assert json.loads(json.dumps(rows["ttc"])) == {
        "measure": "ttc", "worst": 0.75, "unit": "s", "worse": "low", "t_s": 3.0, "agent": "car 1", "row": 1,
        "threshold": 1.5, "beyond_s": 0.8,
    }  # fmt: skip
    assert rows["gap"]["threshold"] is rows["gap"]["beyond_s"] is None
    assert rows["msd"]["agent"] == "ego"


def test_the_page_has_the_table_of_the_registry() -> None:
    page = PAGE.read_text("utf-8")
    assert page.partition(BEGIN)[2].partition(END)[0] == table()


def test_every_kind_has_a_mass_and_its_grade() -> None:
    assert set(RULES) == set(Kind)
    assert {rule.grade for rule in RULES.values()} <= {"published", "assumed"}
    sizes = np.tile([4.4, 1.8, 1.5], (len(Kind), 1))
    assert (mass_of(np.array([k.value for k in Kind]), sizes) > LEAST_KG).all()


@pytest.mark.parametrize(
    ("kind", "size", "low", "high"),
    [
        (Kind.CAR, (4.4, 1.8, 1.5), 1430, 1480),
        (Kind.TRUCK, (16.5, 2.55, 4.0), 12_000, 40_000),
        (Kind.BUS, (12.0, 2.55, 3.15), 10_000, 19_500),
        (Kind.PEDESTRIAN, (0.5, 0.6, 1.7), 70, 80),
        (Kind.PEDESTRIAN, (0.35, 0.45, 1.15), 15, 35),
        (Kind.CYCLIST, (1.8, 0.6, 1.7), 80, 100),
    ],
)
def test_masses_are_of_the_right_order(kind: Kind, size: tuple[float, ...], low: float, high: float) -> None:
    assert low <= mass_of(np.array([kind]), np.array([size]))[0] <= high


if __name__ == "__main__":
    head, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(head + BEGIN + table() + END + rest.partition(END)[2], "utf-8")
