"""Load OpenDRIVE files as carla.Map; print, as JSON, name -> rows road, lane, s, x, y of its waypoints."""

import json
import sys
from pathlib import Path

import carla

STEP_M = 5.0


def waypoints(path: Path) -> list[list[float]]:
    found = carla.Map(path.stem, path.read_text()).generate_waypoints(STEP_M)
    return [[w.road_id, w.lane_id, w.s, w.transform.location.x, w.transform.location.y] for w in found]


print(json.dumps({path.stem: waypoints(path) for path in map(Path, sys.argv[1:])}))
