"""Our OpenDRIVE before the standard's own checker, asam-qc-opendrive, in its own environment.

Its exit code is 0 whatever it finds, and a file that breaks the schema makes it skip the rest: what counts is
how many checks were completed, and that a file with a fault does raise an issue.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clients import environment, maps
from lxml import etree

import roadnet
from roadnet.formats.opendrive import write

pytestmark = pytest.mark.client
SCRIPT = Path(__file__).with_name("read_asam_qc.py")
COMPLETED = 22  # of 23: one is for files of 1.8 and on
AT_ONCE = 8
# what the real maps were drawn with and our trip keeps: one id for two signals; profiles said twice; a length that
# misses its curve by 2e-12 m
REAL_ISSUES = {"Crossing8Course": "xml.valid_schema", "Town01": "avoid_redundant_info", "e6mini": "arclength_range"}


def judged(files: list[Path]) -> dict[str, Any]:
    """Return name -> what the checker says of each file."""
    found: dict[str, Any] = {}
    for k in range(0, len(files), AT_ONCE):
        found |= json.loads(environment.run("asam_qc", SCRIPT, *files[k : k + AT_ONCE]))
    return found


def completed(verdict: dict[str, Any]) -> int:
    return list(verdict["status"].values()).count("completed")


def test_our_own_and_generated_maps_have_no_issue(tmp_path: Path) -> None:
    files = maps.export(maps.own(), tmp_path)
    verdicts = judged([path for path, _ in files.values()])
    assert len(verdicts) >= 15
    assert {name: v["issues"] for name, v in verdicts.items() if v["issues"]} == {}
    assert {name: completed(v) for name, v in verdicts.items()} == dict.fromkeys(verdicts, COMPLETED)


def test_the_shipped_documents_themselves_have_no_issue() -> None:
    verdicts = judged([roadnet.map_path(name) for name in roadnet.shipped_maps()])
    assert all(v["issues"] == [] and completed(v) == COMPLETED for v in verdicts.values())


def test_real_maps_have_the_issues_they_came_with(real: Callable[[str], Path], tmp_path: Path) -> None:
    files = maps.export(maps.real(real("opendrive")), tmp_path)
    verdicts = judged([path for path, _ in files.values()])
    for name, verdict in verdicts.items():
        rule = REAL_ISSUES.get(name)
        assert bool(verdict["issues"]) == (rule is not None), name
        assert all(rule in issue for issue in verdict["issues"]), name


@pytest.mark.parametrize(
    ("where", "attribute", "wrong"),
    [
        ("road/planView/geometry", "length", "-1"),
        ("road/planView/geometry", "x", "500"),
        ("junction/connection", "contactPoint", "end"),
    ],
)
def test_a_planted_fault_raises_an_issue(where: str, attribute: str, wrong: str, tmp_path: Path) -> None:
    root = etree.fromstring(write.document(roadnet.load("crossing")))
    root.find(where).set(attribute, wrong)
    path = tmp_path / "fault.xodr"
    path.write_bytes(etree.tostring(root))
    assert judged([path])["fault"]["issues"]
