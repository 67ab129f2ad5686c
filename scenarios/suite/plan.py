"""What a suite will hold, decided before anything is drawn: which leaf on which map at which index.

The assignment depends on the index and the settings alone. Leaves take turns, then the maps of a leaf, so every
prefix of a suite is balanced; every so many scenarios one is an exploration draw, the others fill gaps.
"""

import json
import math
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from roadnet.base.about import version as product_version
from roadnet.base.errors import InputError
from roadnet.base.streams import key64
from roadnet.network import RoadNetwork
from scenarios.hazards.leaf import Leaf
from scenarios.hazards.registry import catalogue
from scenarios.hazards.spots import no_spot_reason, spots_of
from scenarios.sampling.rate import Rate, predicted_rate
from scenarios.suite.store import Plan

SMALLEST_BLOCK, LARGEST_BLOCK, BLOCKS_WANTED = 8, 256, 16  # a block is a second of work or more, 1 to 16 MB
DRIVER = "careful human"
PACKAGES = ("numpy", "scipy", "numba", "llvmlite", "shapely", "msgpack", "mcap", "zstandard")


@dataclass(frozen=True, slots=True)
class Assignment:
    """What scenario `index` is to be."""

    index: int
    leaf: str
    map_name: str
    stream: str  # "exploration" | "gap_filling"
    number: int  # 0, 1, ... among the scenarios of this leaf, map and stream


def block_size(count: int) -> int:
    """Return how many scenarios a block of a suite of `count` holds; depends on nothing else."""
    return min(max(math.ceil(count / BLOCKS_WANTED), SMALLEST_BLOCK), LARGEST_BLOCK)


def new_plan(
    nets: Mapping[str, RoadNetwork],
    leaves: Sequence[Leaf],
    *,
    count: int,
    seed: int,
    explore: float,
    overrides: Sequence[str] = (),
    rig: str = "",
    map_files: Mapping[str, str] | None = None,
    traits: Mapping[str, Any] | None = None,
) -> Plan:
    """Return the plan of a suite; InputError where no leaf has a place on any map.

    explore: share of exploration draws. overrides: texts of --set. rig: of the sensors that judge sensor leaves.
    traits: of background drivers, as the file says them; without them the shipped.
    """
    pairs, no_place = placed(nets, leaves)
    if not pairs:
        first = no_place[0]
        raise InputError(
            "hazards and maps",
            got=f"no place for any of them ({first['leaf']} on {first['map']}: {first['reason']})",
            wanted="a map with room for one of the hazards",
        )
    settings: dict[str, Any] = {
        "product": product_version(),
        "seed": seed,
        "explore": explore,
        "overrides": sorted(overrides),
        "maps": [{"name": name, "digest": nets[name].digest} for name in sorted(nets)],
        "hazards": sorted(leaf.id for leaf in leaves),
        "pairs": pairs,
        "driver": DRIVER,
        "rig": rig,
        "count": count,
        "block_size": block_size(count),
    }
    if traits is not None:
        settings["traits"] = dict(traits)
    # what a scenario is follows from seed, hazards and maps; a longer suite, or a newer version, draws alike
    drawn = {k: settings[k] for k in ("seed", "explore", "overrides", "maps", "hazards", "pairs")}
    settings["suite_key"] = f"{key64('suite', json.dumps(drawn, sort_keys=True)):016x}"
    about = {
        "no_place": no_place,
        "map_files": dict(map_files or {}),
        "environment": environment(),
        "predicted_rate": predicted_rates(nets, pairs) if explore > 0.0 and not overrides else {},
    }
    return Plan(settings=settings, about=about)


def placed(nets: Mapping[str, RoadNetwork], leaves: Sequence[Leaf]) -> tuple[list[list[str]], list[dict[str, str]]]:
    """Return [leaf, map] pairs that have places, and the others with the reason; both sorted."""
    pairs, no_place = [], []
    for leaf in sorted(leaves, key=lambda leaf: leaf.id):
        for name in sorted(nets):
            if len(spots_of(nets[name], leaf.place_kind)):
                pairs.append([leaf.id, name])
            else:
                reason = no_spot_reason(nets[name], leaf.place_kind)
                no_place.append({"leaf": leaf.id, "map": name, "reason": reason})
    return pairs, no_place


def predicted_rates(nets: Mapping[str, RoadNetwork], pairs: Sequence[Sequence[str]]) -> dict[str, list[float]]:
    """Return leaf -> [rate, standard error] at which the prior lets the onset occur; maps weigh alike, as drawn."""
    rates: dict[str, list[Rate]] = {}
    for leaf, name in pairs:
        rates.setdefault(leaf, []).append(predicted_rate(catalogue()[leaf], nets[name]))
    return {
        leaf: [
            sum(r.value for r in found) / len(found),
            math.sqrt(sum(r.standard_error**2 for r in found)) / len(found),
        ]
        for leaf, found in rates.items()
    }


def assignment(plan: Plan, index: int) -> Assignment:
    """Return what scenario `index` is to be."""
    share = float(plan.settings["explore"])
    before = math.floor(index * share)
    exploring = math.floor((index + 1) * share) > before
    turn = before if exploring else index - before
    maps_of: dict[str, list[str]] = {}
    for leaf, name in plan.settings["pairs"]:
        maps_of.setdefault(leaf, []).append(name)
    leaves = sorted(maps_of)
    leaf = leaves[turn % len(leaves)]
    maps = maps_of[leaf]
    cycle = turn // len(leaves)
    return Assignment(
        index, leaf, maps[cycle % len(maps)], "exploration" if exploring else "gap_filling", cycle // len(maps)
    )


def environment() -> dict[str, Any]:
    """Return what the suite was made with: facts for whoever compares two suites."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "byteorder": sys.byteorder,
        "packages": {name: found for name in PACKAGES if (found := package_version(name))},
    }


def package_version(name: str) -> str:
    """Return the version of an installed package, or ""."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
