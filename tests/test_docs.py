"""The pages tell the truth: every marked example is run, every link leads somewhere, every number is the shipped one.

An example is a code block after a line `<!-- example: KIND [arguments] -->`.
"""

import io
import json
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from roadnet.base.errors import InputError
from scenarios.evaluation.edits import actuation_fault
from scenarios.evaluation.gate import parse_gate
from scenarios.hazards.taxonomy import taxonomy
from scenarios.model.spec import ActuationFault
from scenarios.sampling.overrides import parse
from sensors.fault_text import fault
from sensors.faults.registry import fault_values
from sensors.rig import load_rig
from viewer import cli
from viewer.commands import show
from viewer.options import apply_config

TOP = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "CONTRIBUTING.md", *sorted(p.relative_to(TOP).as_posix() for p in (TOP / "docs").glob("*.md")))
EXAMPLE = re.compile(r"^<!-- example: (.+?) -->\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(kind: str) -> list[tuple[str, str]]:
    """Return (arguments, text) of every example of a kind on the contract page."""
    page = (TOP / "docs" / "contract.md").read_text("utf-8")
    found = [(head.partition(" "), text) for head, text in EXAMPLE.findall(page)]
    return [(head[2], text) for head, text in found if head[0] == kind]


def lines(kind: str) -> list[str]:
    return [line for _, text in examples(kind) for line in text.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run the page's commands one after another in one folder, and give that folder."""
    folder = tmp_path_factory.mktemp("docs")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, text in examples("file"):
            (folder / name).write_text(text, encoding="utf-8")
        for line in lines("shell"):
            command, _, wanted = line.partition("  # exit ")
            with redirect_stdout(io.StringIO()):
                code = cli.main(shlex.split(command)[1:])
            assert code == int(wanted or 0), command
        yield folder


def test_every_command_of_the_page_does_what_it_says(work: Path) -> None:
    assert lines("shell")
    assert (work / "suite" / "SUITE.json").is_file()


@pytest.mark.parametrize(("command", "text"), examples("json"), ids=[head for head, _ in examples("json")])
def test_json_has_the_documented_shape(work: Path, command: str, text: str) -> None:
    out = io.StringIO()
    with redirect_stdout(out):
        assert cli.main([*shlex.split(command), "--json"]) == 0
    assert differences(json.loads(text), json.loads(out.getvalue())) == []


def differences(wanted: Any, got: Any, at: str = "") -> list[str]:
    """Return where `got` has not the shape of `wanted`: keys that lack, types that differ; null fits anything."""
    if wanted is None or got is None:
        return []
    if isinstance(wanted, dict) and isinstance(got, dict):
        lacking = [f"{at}.{key}: lacks" for key in wanted if key not in got]
        return lacking + [d for key in wanted if key in got for d in differences(wanted[key], got[key], f"{at}.{key}")]
    if isinstance(wanted, list) and isinstance(got, list):
        return [d for one in got[:3] for d in differences(wanted[0], one, f"{at}[]")] if wanted else []
    number = isinstance(wanted, int | float) and isinstance(got, int | float)
    return [] if number or type(wanted) is type(got) else [f"{at}: {type(got).__name__}, not {type(wanted).__name__}"]


def test_differences_are_found() -> None:
    assert differences({"a": 1}, {"b": 1}) == [".a: lacks"]
    assert differences([{"a": "x"}], [{"a": "y"}, {"a": 2}]) == ["[].a: int, not str"]
    assert differences({"a": 1.5, "b": None}, {"a": 1, "b": "x", "c": 2}) == []


def test_values_and_distributions_parse() -> None:
    assert [(o.name, o.low, o.high) for o in map(parse, lines("set"))] == [("gap_m", 12, 12), ("gap_m", 5, 30)]


def test_faults_parse() -> None:
    found = [fault(line, kinds=fault_values(), streams=load_rig("demo").streams) for line in lines("fault")]
    assert [(f.kind, f.stream, f.t_on_s, f.t_off_s) for f in found] == [
        ("dropout", "lidar_top", 2.0, 3.0),
        ("dropout", "lidar*", 0.5, 1.25),
    ]


def test_gates_parse() -> None:
    assert [(g.scope, g.name, g.end, g.op, g.bound) for g in map(parse_gate, lines("gate"))] == [
        ("", "pass_rate", "", ">=", 0.95),
        ("", "at_fault_collision", "", "==", 0.0),
        ("", "exercised_share", "", ">=", 0.8),
        ("TC-05", "pass_rate", "low", ">=", 0.9),
    ]


def test_actuation_faults_parse() -> None:
    assert list(map(actuation_fault, lines("actuation"))) == [
        ActuationFault(t_on_s=2.0, t_off_s=5.0, brake_gain=0.5, steer_lag_s=0.2),
        ActuationFault(t_on_s=0.0, t_off_s=1.5, steer_offset_1pm=-0.01, latency_s=0.1),
    ]


def test_rigs_load_and_a_misspelled_key_is_named(tmp_path: Path) -> None:
    for _, text in examples("rig"):
        path = tmp_path / "mine.toml"
        path.write_text(text)
        assert load_rig(path).streams == ("camera_front", "lidar_top")
        path.write_text(text.replace("rate_hz", "rate_hertz", 1))
        with pytest.raises(InputError, match=r"mine\.toml: .*rate_hertz.*did you mean 'rate_hz'"):
            load_rig(path)


def test_config_files_set_options(tmp_path: Path) -> None:
    for _, text in examples("config"):
        path = tmp_path / "options.toml"
        path.write_text(text)
        args = apply_config(cli.parser_of("show", show), ["suite", "--config", str(path)])
        assert (args.sort, args.limit, args.leaf) == ("min_ttc_s", 10, ["TC-05", "TC-03"])


def test_thresholds_on_the_page_are_the_shipped_ones() -> None:
    page = " ".join((TOP / "docs" / "contract.md").read_text("utf-8").split())
    t = taxonomy().thresholds
    onset, near, effect = t.onset, t.near_miss, t.modifier
    for claim in (
        f"TTC < {onset.ttc_s.value:g} s, PET < {onset.pet_s.value:g} s, "
        f"required deceleration > {onset.required_deceleration_mps2.value:g} m/s², held for {onset.held_s.value:g} s",
        f"Gaps under {onset.merge_gap_s.value:g} s are merged",
        f"TTC <= {near.ttc_s.value:g} s, PET <= {near.pet_s.value:g} s or a required deceleration "
        f">= {near.required_deceleration_mps2.value:g} m/s²",
        f"edges {', '.join(f'{edge:g}' for edge in taxonomy().severity.edges_mps2)} m/s²",
        f"within {effect.situation_range_m.value:g} m",
        f"fog below {effect.fog_mor_m.value:g} m visibility with returns beyond {effect.fog_range_share.value:g}",
        f"under {effect.dropout_point_share.value:g} of the median's points for at least "
        f"{effect.dropout_held_s.value:g} s",
        f"meet for {effect.compound_overlap_s.value:g} s",
    ):
        assert claim in page


def test_the_readme_begins_with_the_two_commands_that_ci_runs() -> None:
    blocks = re.findall(r"^```\n(.*?)^```$", (TOP / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    first, second = (block.strip() for block in blocks[:2])
    assert first.startswith("python3 -m venv ")
    assert first.endswith("nearmiss demo demo/")
    assert second.endswith("pytest -n 2 --dist loadfile tests")


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    page = TOP / name
    targets = [t for t in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")) if "://" not in t]
    assert [t for t in targets if not (page.parent / t).exists()] == []


def commands_in(text: str) -> Iterator[list[str]]:
    """Yield the words of every `nearmiss ...` line in the code blocks of a page that is meant to work."""
    for block in re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("nearmiss ") and "  # exit " not in line:
                yield shlex.split(line)[1:]


@pytest.mark.parametrize("name", PAGES)
def test_commands_on_the_pages_exist_with_their_options(name: str) -> None:
    for command, *words in commands_in((TOP / name).read_text("utf-8")):
        assert command in cli.commands(), command
        module = __import__(f"viewer.commands.{command}", fromlist=["add"])
        cli.parser_of(command, module).parse_args(words)


def test_a_command_that_is_not_there_would_be_noticed() -> None:
    assert list(commands_in("```\nnearmiss fly --high\n```\n")) == [["fly", "--high"]]
    assert "fly" not in cli.commands()
