"""The maps of a suite: read once a process, and only if they are still what the suite was made on."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import roadnet
from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.suite.store import Plan


def load_maps(maps: Sequence[str | Path]) -> tuple[dict[str, RoadNetwork], dict[str, str]]:
    """Return networks by name and the files they came from; two maps of one name are refused."""
    nets: dict[str, RoadNetwork] = {}
    files: dict[str, str] = {}
    for text in maps:
        file = str(roadnet.map_path(text).resolve())
        net = loaded(file)
        if files.get(net.name, file) != file:
            raise InputError(file, got=f"a second map called {net.name!r}", wanted="maps with names of their own")
        nets[net.name], files[net.name] = net, file
    return nets, files


def net_of(plan: Plan, name: str) -> RoadNetwork:
    """Return a map of the plan, from where it was or by its name; InputError where its content has changed."""
    digests = {m["name"]: m["digest"] for m in plan.settings.get("maps", ())}
    if name not in digests:
        raise InputError("map", got=repr(name), wanted=f"one of the suite's: {', '.join(sorted(digests))}")
    file = Path(dict(plan.about.get("map_files", {})).get(name, name))
    net = loaded(str(file) if file.is_file() else name)
    if net.digest != digests[name]:
        raise InputError(
            net.source.path, got=f"a map with digest {net.digest}", wanted=f"{digests[name]}: it has changed"
        )
    return net


@cache
def loaded(file: str) -> RoadNetwork:
    """Return the map of a file or name, read once a process."""
    return roadnet.load(file)
