"""Our OpenDRIVE read by carla.Map, from the simulator's wheel in its own environment: lanes in the same places.

Carla's y axis points right, its coordinates are single precision, it leaves superelevation out.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from clients import environment, maps
from lxml import etree

from roadnet.network import LaneType, RoadNetwork

pytestmark = pytest.mark.client
SCRIPT = Path(__file__).with_name("read_carla.py")
APART_M = 0.01


def flat(found: Iterator[tuple[str, RoadNetwork]]) -> Iterator[tuple[str, RoadNetwork]]:
    """Yield the maps without superelevation."""
    return ((name, net) for name, net in found if not net.roads.superelevation.abcd.any())


def distances(files: dict[str, tuple[Path, RoadNetwork]]) -> dict[str, np.ndarray]:
    """Return name -> (N,) m between carla's waypoints and our lane centres at the same road, lane and s."""
    points = json.loads(environment.run("carla", SCRIPT, *(path for path, _ in files.values())))
    out = {}
    for name, rows in points.items():
        net = files[name][1]
        ours = [net.lane_pose(str(int(road)), int(lane), s)[:2] for road, lane, s, _, _ in rows]
        out[name] = np.linalg.norm(np.array([(x, -y) for *_, x, y in rows]) - np.array(ours), axis=-1)
        driving = net.lanes.type == LaneType.DRIVING
        assert len(rows) > net.lanes.length_m[driving].sum() / 5.0 / 2, name  # waypoints stand 5 m apart
    return out


def test_lane_centres_of_our_own_and_generated_maps(tmp_path: Path) -> None:
    found = distances(maps.export(flat(maps.own()), tmp_path))
    assert len(found) >= 12
    assert {name: d.max() for name, d in found.items() if d.max() > APART_M} == {}


def test_lane_centres_of_real_maps(real: Callable[[str], Path], tmp_path: Path) -> None:
    found = distances(maps.export(flat(maps.real(real("opendrive"))), tmp_path))
    assert {name: d.max() for name, d in found.items() if d.max() > APART_M} == {}


def test_a_road_moved_by_a_hand_is_noticed(tmp_path: Path) -> None:
    """The comparison can fail."""
    files = maps.export((m for m in maps.own() if m[0] == "crossing"), tmp_path)
    path, _ = files["crossing"]
    root = etree.fromstring(path.read_bytes())
    geometry = root.find("road/planView/geometry")
    geometry.set("x", str(float(geometry.get("x")) + 0.1))
    path.write_bytes(etree.tostring(root))
    assert distances(files)["crossing"].max() > APART_M
