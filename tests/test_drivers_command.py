"""`nearmiss drivers`: the drivers as a list, their crashes on the published grids as data."""

import json
import re
from pathlib import Path

import pytest

from scenarios.simulation.drivers.registry import drivers
from scenarios.simulation.drivers.trials.grids import GRIDS, crash_counts
from viewer.cli import main


def test_it_lists_every_driver_with_title_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drivers", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in listed] == sorted(drivers())
    assert all(entry["title"] and entry["source"] for entry in listed)
    grids = {entry["id"]: entry["grids"] for entry in listed}
    assert grids["reg157"] == ["cut-in-low", "cut-in-high"]
    assert main(["drivers"]) == 0
    assert "Fuzzy safety model" in capsys.readouterr().out


def counted(capsys: pytest.CaptureFixture[str], *options: str) -> dict:
    assert main(["drivers", *options, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_it_counts_crashes_per_driver_and_pair_of_speeds(capsys: pytest.CaptureFixture[str]) -> None:
    found = counted(capsys, "--grid", "cut-in-low")
    assert (found["grid"], found["mode"]) == ("cut-in-low", "public")
    assert [entry["driver"] for entry in found["drivers"]] == ["cc", "reg157", "fsm", "rss"]
    for entry in found["drivers"]:
        assert len(entry["pairs"]) == 15
        assert entry["cases"] == 15930
        for key in ("crashes", "side", "front", "cases"):
            assert entry[key] == sum(pair[key] for pair in entry["pairs"])
        assert all(pair["crashes"] == pair["side"] + pair["front"] > 0 for pair in entry["pairs"])


def test_modes_and_drivers_are_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    public = counted(capsys, "--grid", "car-following", "--driver", "rss")
    physical = counted(capsys, "--grid", "car-following", "--driver", "rss", "--mode", "physical")
    assert physical["mode"] == "physical"
    assert [entry["driver"] for entry in physical["drivers"]] == ["rss"]
    assert 0 < physical["drivers"][0]["crashes"] < public["drivers"][0]["crashes"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--grid", "cut-in-slow"], "did you mean 'cut-in-low'"),
        (["--grid", "cut-out", "--mode", "publik"], "did you mean 'public'"),
        (["--grid", "cut-out", "--driver", "reg157"], "want one of cc, fsm, rss"),
    ],
)
def test_what_there_is_not_is_one_line(options: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drivers", *options]) == 3
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert says in error


PAGE = Path(__file__).resolve().parents[1] / "docs" / "drivers.md"
ROW = re.compile(r"^\| `([\w-]+)`, (\w+) \| ([\d,]+) \|(.*)\|$", re.MULTILINE)
FIGURES = [row.groups() for row in ROW.finditer(PAGE.read_text("utf-8"))]


@pytest.mark.parametrize(
    ("grid", "mode", "cases", "cells"),
    FIGURES,
)
def test_the_page_tells_the_figures(grid: str, mode: str, cases: str, cells: str) -> None:
    assert len(FIGURES) == 2 * len(GRIDS)
    found = {entry["driver"]: entry for entry in crash_counts(grid, mode=mode)}
    columns = [cell.strip().replace(",", "") for cell in cells.split("|")]
    assert columns == [str(found[d]["crashes"]) if d in found else "" for d in ("cc", "reg157", "fsm", "rss")]
    assert {entry["cases"] for entry in found.values()} == {int(cases.replace(",", ""))}
