"""`nearmiss map check`: what is wrong with a map, place by place."""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from roadnet.checks import SEVERITIES, check, located
from roadnet.formats.opendrive.lines import with_lines
from roadnet.network import Finding, RoadNetwork
from viewer.options import add_json


def add_check(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare `map check FILE [--json] [--gate]`."""
    part = actions.add_parser("check", help="what is wrong with a map: severity, code, road, lane, s, line in the file")
    part.add_argument("file", help="a map file, or a map's name: a shipped one or one below $NEARMISS_MAPS")
    part.add_argument("--gate", action="store_true", help="exit with 1 when there are problems")
    add_json(part)


def check_map(net: RoadNetwork, *, as_json: bool, gate: bool) -> int:
    """Print the findings of a map, one a line, and return the exit code."""
    found = findings_of(net)
    count = Counter(f.severity for f in found)
    if as_json:
        rows = [row_of(net, f) for f in found]
        print(json.dumps({"name": net.name, "path": net.source.path, "digest": net.digest,
                          "counts": {k: count[k] for k in SEVERITIES}, "findings": rows}, indent=1))  # fmt: skip
    else:
        for f in found:
            print(f"{f.severity} {f.code}: {f.where}: {f.message}")
        print(f"{net.name}: " + ", ".join(f"{count[k]} {k}{plural(k, count[k])}" for k in SEVERITIES))
    return 1 if gate and count["problem"] else 0


def plural(severity: str, count: int) -> str:
    """Return the ending of a counted severity."""
    return "" if count == 1 or severity == "repaired" else "s"


def findings_of(net: RoadNetwork) -> tuple[Finding, ...]:
    """Return every finding on a loaded map, with lines where its format has them."""
    found = check(net)
    return with_lines(Path(net.source.path), found) if net.source.format == "opendrive" else found


def row_of(net: RoadNetwork, finding: Finding) -> dict[str, Any]:
    """Return a finding as plain values; null for what it does not say."""
    at = located(net, finding)
    return {
        "severity": finding.severity, "code": finding.code, "road": at.road, "lane": at.lane, "s_m": at.s_m,
        "line": at.line, "xy_m": at.xy, "where": finding.where, "message": finding.message,
    }  # fmt: skip
