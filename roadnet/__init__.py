"""Where it happens: road networks as ragged arrays, and what can be asked of them.

import roadnet
net = roadnet.load("town.xodr")
pose = net.road_pose("12", s=30.0, t=-1.75)
"""

from roadnet.loading import load, map_path, shipped_maps
from roadnet.network import RoadNetwork

__all__ = ["RoadNetwork", "load", "map_path", "shipped_maps"]
