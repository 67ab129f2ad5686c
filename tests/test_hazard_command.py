"""`nearmiss hazards`: the catalogue as a table and as data."""

import json

import pytest

from scenarios.hazards.registry import catalogue
from viewer.cli import main


def test_json_lists_every_hazard_with_unit_range_prior_and_source(capsys) -> None:
    assert main(["hazards", "--json"]) == 0
    hazards = json.loads(capsys.readouterr().out)["hazards"]
    assert [h["id"] for h in hazards] == sorted(catalogue())
    for hazard in hazards:
        assert hazard["title"]
        for p in hazard["parameters"]:
            assert p["range"][0] < p["range"][1]
            assert p["unit"]
            assert p["prior"]["source"]
            assert p["prior"]["grade"] in ("measured", "published", "datasheet", "assumed")


def test_truncation_says_how_much_it_keeps(capsys) -> None:
    main(["hazards", "VR-02", "--json"])
    (child,) = json.loads(capsys.readouterr().out)["hazards"]
    kept = {p["name"]: p["prior"]["kept"] for p in child["parameters"]}
    assert kept["v_child_mps"] == pytest.approx(0.9967, abs=1e-4)  # normal(1.51, 0.25) within 0.83 .. 2.78
    assert kept["v_ego_mps"] is None


def test_the_table_names_the_leaves_and_an_unknown_one_is_one_line(capsys) -> None:
    assert main(["hazards", "cut_in"]) == 0
    assert "TC-05" in capsys.readouterr().out
    assert main(["hazards", "cut_inn"]) == 3
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "did you mean 'cut_in'" in error
