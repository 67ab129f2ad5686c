"""The pages on planners tell the truth: every program on them runs, every table is that of the code."""

import json
import re
import runpy
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from test_docs import EXAMPLE, TOP, differences, examples, lines
from test_planner_hosting import world
from test_planner_protocol import instant

from roadnet.base.errors import InputError
from scenarios.model.recording import Recording
from scenarios.model.spec import Kind
from scenarios.simulation.hosting.limits import Limits
from scenarios.simulation.hosting.messages import HELLO, act_message, answer_of, reset_message
from scenarios.simulation.hosting.spec import open_planner
from scenarios.simulation.hosting.wire import pack, unpack
from scenarios.simulation.planner import FAILURES, Controls, PlannerFailed, PlannerInput, Trajectory
from scenarios.simulation.simulate import simulate
from scenarios.suite.batch import generate

PAGE = (TOP / "docs" / "planners.md").read_text("utf-8")
CONTRACT = (TOP / "docs" / "contract.md").read_text("utf-8")
FILES = {head: text for head, text in EXAMPLE.findall(PAGE) if head.endswith(".py")}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working directory with the page's files."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    return tmp_path


DRIVES = {  # speed after 3 s from 9 m/s
    "mine:Cautious": (0.0, 2.5),  # the other vehicle is 26 m ahead: brakes
    "ahead:StraightAhead": (8.9999, 9.0001),
    "gym:learned:load": (4.5, 6.5),  # makes for 4 m/s
    f"cmd:{sys.executable} -I -S planner.py": (10.0, 13.6),  # makes for the limit
}


@pytest.mark.parametrize("spec", DRIVES)
def test_the_pages_planners_drive(here: Path, load_map, spec: str) -> None:  # type: ignore[no-untyped-def]
    with open_planner(spec) as planner:
        recording: Recording = simulate(world(0), load_map("crossing"), planner)
    low, high = DRIVES[spec]
    assert low < recording.agents.speed[recording.subject, -1] < high


def test_the_page_without_dependencies_has_none(here: Path) -> None:
    imported = set(re.findall(r"^import (\w+)$", FILES["planner.py"], re.MULTILINE))
    assert imported == {"math", "struct", "sys"}


def test_the_pages_programs_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate(here / "suite", maps=["boulevard"], hazards=["TC-03"], count=1, seed=7)
    runpy.run_path("train.py")
    runpy.run_path("seeing.py")
    runpy.run_path("debug.py")
    assert re.fullmatch(r"\d+(\.\d+)? s, \d+ contacts\n", capsys.readouterr().out)


def test_every_spec_of_the_contract_has_a_known_form(here: Path) -> None:
    assert lines("planner")
    for text in lines("planner"):
        if text.startswith(("mine", "gym")):
            with open_planner(text):
                pass
            continue
        with pytest.raises(InputError, match=r"no module my_stack|No such file") as error, open_planner(text):
            pass
        assert text.startswith("cmd:") == ("No such file" in str(error.value))


def test_messages_are_as_the_contract_shows_them() -> None:
    said = [(line[0], json.loads(line[2:])) for _, text in examples("messages") for line in text.splitlines()]
    asked = {message["type"]: message for way, message in said if way == ">"}
    now = instant(1)
    assert [way for way, _ in said] == [">", "<"] * (len(said) // 2)
    for ours in (HELLO, reset_message(4242), act_message(now, None)):
        shown = asked[ours["type"]]
        assert differences(shown, unpack(pack(ours)[4:])) == []
        assert shown.keys() == ours.keys()
    array = next(v for _, m in said for v in m.get("now", {}).values() if isinstance(v, dict))
    assert array.keys() == {"dtype", "shape", "data"}
    answers = {}
    for (_, question), (_, answer) in zip(said[::2], said[1::2], strict=True):
        if question["type"] == "act":
            try:
                answers[answer["type"]] = answer_of(answer, question["t_ns"])
            except PlannerFailed as error:
                answers["error"] = error
    assert answers["controls"] == Controls(-1.5, 0.002)
    assert isinstance(answers["trajectory"], Trajectory)
    assert str(answers["error"]) == "raised: ValueError: lost the lane"


def table(page: str, head: str) -> list[list[str]]:
    """Return the cells of the table whose first line begins with `head`."""
    rows = page[page.index(f"| {head}") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_tables_are_those_of_the_code() -> None:
    assert {row[0].strip("`"): row[1] for row in table(PAGE, "class")} == FAILURES
    shown = [name for row in table(CONTRACT, "field") for name in re.findall(r"`(\w+)`", row[0])]
    assert shown == [f.name for f in fields(PlannerInput)]
    kinds = next(row[2] for row in table(CONTRACT, "field") if row[0] == "`object_kind`")
    assert kinds == ", ".join(f"{kind.value} {kind.name.lower()}" for kind in Kind)
    limits = Limits()
    sizes = f"{limits.memory_bytes >> 30} GiB", f"{limits.print_bytes >> 20} MiB", f"{limits.answer_bytes >> 20} MiB"
    times = f"{limits.step_s:g} s", f"{limits.start_s:g} s"
    assert [row[1] for row in table(PAGE, "limit")] == [*times, *sizes, str(limits.processes)]
    assert {row[2].strip("`") for row in table(PAGE, "limit")} <= FAILURES.keys()
