"""Where in an OpenDRIVE file the roads and lanes of findings stand."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from roadnet.checks import place_in
from roadnet.formats.opendrive.document import parse
from roadnet.network import Finding

NEAR_M = 1e-3  # findings round s to millimetres


def with_lines(path: Path, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings whose `where` ends in the line of their lane, else of their road, where none was there.

    Raises InputError when the file cannot be parsed any more.
    """
    roads: dict[str, int] = {}
    sections: dict[str, list[tuple[float, dict[int, int]]]] = {}
    doc = parse(path, root_tag="OpenDRIVE")
    for road in doc.root.iterfind("road"):
        name = doc.text(road, "id", "")
        roads[name] = road.sourceline
        for section in road.iterfind("lanes/laneSection"):
            lanes = {doc.integer(e, "id"): e.sourceline for e in section.iterfind("*/lane")}
            sections.setdefault(name, []).append((doc.number(section, "s"), lanes))
        sections.get(name, []).sort(key=lambda row: row[0])
    return tuple(_with_line(f, roads, sections) for f in findings)


def _with_line(
    finding: Finding, roads: dict[str, int], sections: dict[str, list[tuple[float, dict[int, int]]]]
) -> Finding:
    road, lane, s, line = place_in(finding.where)
    if line is not None or road not in roads or road is None:
        return finding
    line = roads[road]
    if lane is not None and sections.get(road):
        begins = [begin for begin, _ in sections[road]]
        at = bisect_right(begins, (s or 0.0) + NEAR_M) - 1
        # a lane that ends where its finding is belongs to the section before
        here = (sections[road][k][1].get(lane) for k in (at, at - 1) if k >= 0)
        line = next((found for found in here if found is not None), line)
    return replace(finding, where=f"{finding.where}, line {line}")
