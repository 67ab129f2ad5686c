"""The maps that foreign readers are shown: shipped, generated and real, each written by our own writer."""

from collections.abc import Iterator
from pathlib import Path

import roadnet
from roadnet.formats import opendrive
from roadnet.formats.opendrive import write
from roadnet.generate import registry
from roadnet.network import RoadNetwork

REAL = (
    "BerkeleyLearnVerify+Scenic/assets/maps/CARLA/Town01.xodr",
    "maliput+maliput_malidrive/resources/Crossing8Course.xodr",
    "esmini+esmini/resources/xodr/e6mini.xodr",
    "esmini+esmini/resources/xodr/fabriksgatan.xodr",
    "esmini+esmini/resources/xodr/straight_500m.xodr",
    "esmini+esmini/resources/xodr/curve_r100.xodr",
    "esmini+esmini/resources/xodr/jolengatan.xodr",
)
SEED = 7


def own() -> Iterator[tuple[str, RoadNetwork]]:
    """Yield name and network of the shipped maps, and of one map of each generated form."""
    for name in roadnet.shipped_maps():
        yield name, roadnet.load(name)
    for form in registry.forms():
        yield f"{form}_{SEED}", registry.build(form, seed=SEED)


def real(folder: Path) -> Iterator[tuple[str, RoadNetwork]]:
    """Yield name and network of the real maps that are there."""
    for path in (folder / name for name in REAL):
        if path.exists():
            yield path.stem, opendrive.read(path)


def export(maps: Iterator[tuple[str, RoadNetwork]], folder: Path) -> dict[str, tuple[Path, RoadNetwork]]:
    """Write the maps as files and return name -> (file, network)."""
    out = {}
    for name, net in maps:
        write.save(net, folder / f"{name}.xodr")
        out[name] = (folder / f"{name}.xodr", net)
    return out
