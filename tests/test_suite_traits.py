"""Background drivers of a suite: with the shipped traits, or with somebody's own."""

from pathlib import Path

import pytest

from roadnet.base.errors import InputError
from scenarios.suite.batch import generate
from scenarios.suite.index import open_suite
from viewer.cli import main

MINE = """
about = "one headway"

[quantities.headway]
kind = "lognormal"
numbers = { mu = 1.0986, sigma = 0.01 }
least = 2.9
most = 3.1
unit = "s"
source = "made up for this test"
domain = ""
grade = "assumed"
"""


def headways(suite: Path) -> list[float]:
    """Return the headways of the background drivers of a suite."""
    with open_suite(suite) as opened:
        specs = [opened[i].spec for i in range(len(opened))]
    values = [dict(actor.law_values) for spec in specs for actor in spec.actors if actor.law == "idm"]
    return [value["headway_s"] for value in values]


def test_background_drivers_differ_and_take_somebodys_own_traits(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE)
    wanted = {"maps": ["boulevard"], "hazards": ["TC-05"], "count": 6, "seed": 4}
    generate(tmp_path / "shipped", **wanted)
    generate(tmp_path / "own", traits=tmp_path / "mine.toml", **wanted)
    shipped, own = headways(tmp_path / "shipped"), headways(tmp_path / "own")
    assert len(own) == len(shipped) >= 6
    assert len(set(shipped)) == len(shipped)
    assert all(2.9 <= x <= 3.1 for x in own)
    assert not all(2.9 <= x <= 3.1 for x in shipped)


def test_a_suite_of_other_traits_is_another_suite(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE)
    wanted = {"maps": ["boulevard"], "hazards": ["TC-05"], "count": 2, "seed": 4}
    generate(tmp_path / "suite", **wanted)
    with pytest.raises(InputError, match="traits"):
        generate(tmp_path / "suite", resume=True, traits=tmp_path / "mine.toml", **wanted)


def test_traits_that_drivers_do_not_have_are_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MINE.replace("quantities.headway", "quantities.headwy"))
    assert main(["generate", str(tmp_path / "suite"), "--count", "2", "--traits", str(file)]) == 3
    said = capsys.readouterr().err.strip()
    assert "headwy" in said
    assert "did you mean 'headway'" in said
    assert not (tmp_path / "suite").exists()
