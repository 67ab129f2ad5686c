"""Where it happens: road networks as ragged arrays, and what can be asked of them.

import roadnet
net = roadnet.load("town.xodr")
pose = net.road_pose("12", s=30.0, t=-1.75)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roadnet.loading import load, map_path, shipped_maps
    from roadnet.network import RoadNetwork

__all__ = ["RoadNetwork", "load", "map_path", "shipped_maps"]

# looked up on first use: a planner's process needs the arrays of roadnet.base and neither maps nor the compiler
HOMES = {
    "RoadNetwork": "roadnet.network",
    "load": "roadnet.loading",
    "map_path": "roadnet.loading",
    "shipped_maps": "roadnet.loading",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'roadnet' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
