"""Our OpenDRIVE read by SUMO's netconvert, in its own environment: as many lanes, as long."""

import json
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clients import environment, maps

from roadnet.network import RoadNetwork

pytestmark = pytest.mark.client
SCRIPT = Path(__file__).with_name("read_netconvert.py")
LENGTH_SHARE = 0.05


def read(files: dict[str, tuple[Path, RoadNetwork]]) -> dict[str, Any]:
    """Return name -> what netconvert made of each file."""
    found: dict[str, Any] = json.loads(environment.run("netconvert", SCRIPT, *(path for path, _ in files.values())))
    return found


def assert_agrees(files: dict[str, tuple[Path, RoadNetwork]]) -> None:
    """Assert that each map has the lanes and the length that netconvert sees."""
    for name, found in read(files).items():
        net = files[name][1]
        assert "failed" not in found, f"{name}: {found.get('failed')}"
        assert their_lanes(found["edges"]) == our_lanes(net), name
        theirs = sum(map(sum, found["edges"].values())) + found["inside_m"]
        assert theirs == pytest.approx(net.lanes.length_m.sum(), rel=LENGTH_SHARE), name


def our_lanes(net: RoadNetwork) -> dict[str, list[int]]:
    """Return edge name (-road for the right side) -> how many lanes there are, from section to section."""
    lanes, out = net.lanes, {}
    for row, road in enumerate(net.roads.id):
        for side, sign in ((1, ""), (-1, "-")):
            mine = (lanes.road == row) & (np.sign(lanes.id) == side) & ~net.roads.in_junction[row]
            if mine.any():
                out[f"{sign}{road}"] = steps(np.bincount(lanes.section[mine])[np.unique(lanes.section[mine])].tolist())
    return out


def their_lanes(edges: dict[str, list[float]]) -> dict[str, list[int]]:
    """Return the same of netconvert's edges, which it cuts where a lane grows or shrinks: name#number."""
    parts = [(name.partition("#")[0], int(name.partition("#")[2] or 0), len(lanes)) for name, lanes in edges.items()]
    return {name: steps(count for _, _, count in of) for name, of in groupby(sorted(parts), key=lambda p: p[0])}


def steps(counts: Iterable[int]) -> list[int]:
    """Return the counts without repeats, the same from either end of the road."""
    short = [count for count, _ in groupby(counts)]
    return min(short, short[::-1])


def test_lane_counts_and_lengths_of_our_own_and_generated_maps(tmp_path: Path) -> None:
    files = maps.export(maps.own(), tmp_path)
    assert len(files) >= 15
    assert_agrees(files)


def test_lane_counts_and_lengths_of_real_maps(real: Callable[[str], Path], tmp_path: Path) -> None:
    assert_agrees(maps.export(maps.real(real("opendrive")), tmp_path))


def test_a_lane_too_many_is_noticed(tmp_path: Path) -> None:
    """The comparison can fail."""
    files = maps.export((m for m in maps.own() if m[0] == "crossing"), tmp_path)
    path, net = files["crossing"]
    lane = b'<lane id="-4" type="driving" level="false"><width sOffset="0" a="3" b="0" c="0" d="0"/></lane></right>'
    path.write_bytes(path.read_bytes().replace(b"</right>", lane, 1))
    with pytest.raises(AssertionError, match="crossing"):
        assert_agrees({"crossing": (path, net)})
