"""Checks and mutants for maps of bounded lanes: what holds for every network that a reader gives."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import roadnet
from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from roadnet.places import KINDS, no_place_reason, places
from roadnet.routes import lane_graph, lane_path

HOSTILE = ("nan", "inf", "1e308", "-1", "", "0", "9" * 400, "x", "1_0", "-1e9")
NUMBER = re.compile(r"(?<=[\">,\s])-?\d+(?:\.\d+)?(?=[\"<,\s])")
ELEMENT = re.compile(r"<(?!osm|net|commonRoad|\?|!|/)[^<>]*/>")


def real_maps(folder: str, pattern: str) -> list[Path]:
    """Return the real maps of a format; none where the folder is not there."""
    root = Path(__file__).resolve().parents[1] / ".." / "shared" / "real" / folder
    return sorted(root.resolve().rglob(pattern)) if root.is_dir() else []


def holds(net: RoadNetwork) -> None:
    """Assert what a network promises: finite arrays, symmetric links, paths without jumps, places or a reason."""
    lanes = net.lanes
    for array in (lanes.centre, lanes.left_edge, lanes.right_edge, lanes.centre_heading, lanes.centre_half_width):
        assert np.isfinite(array).all()
    assert (lanes.centre_half_width >= 0).all()
    assert lanes.drivable.any()
    assert len(set(net.roads.id)) == len(net.roads.id)
    forward = {(i, int(j)) for i in range(len(lanes)) for j in row(lanes.successor_start, lanes.successor, i)}
    back = {(int(j), i) for i in range(len(lanes)) for j in row(lanes.predecessor_start, lanes.predecessor, i)}
    assert forward == back
    for a, b in lane_graph(net).edges:
        assert np.isfinite(lane_path(net, (a, b)).x).all()
    for i in np.flatnonzero(lanes.has_right):
        other = lanes.right[i]
        assert lanes.has_left[other]
        assert lanes.left[other] == i
    for kind in KINDS:
        assert places(net, kind) or no_place_reason(net, kind)
    for i in (0, len(lanes) - 1):
        road = net.roads.id[lanes.road[i]]
        middle = float(lanes.s_range[i].mean())
        assert np.isfinite(net.lane_pose(road, int(lanes.id[i]), middle)).all()
        assert np.isfinite(net.road_pose(road, middle)).all()


def row(start: np.ndarray, flat: np.ndarray, i: int) -> np.ndarray:
    """Return one row of a ragged field."""
    return flat[start[i] : start[i + 1]]


def mutants(text: str, *, count: int, seed: int) -> Iterator[str]:
    """Yield mutants of a map: a number made hostile, an element deleted, doubled or moved, bytes flipped, cut off."""
    rng = np.random.default_rng(seed)
    numbers, parts = list(NUMBER.finditer(text)), list(ELEMENT.finditer(text))
    for _ in range(count):
        kind = int(rng.integers(6))
        if kind <= 1 and numbers:
            m = numbers[int(rng.integers(len(numbers)))]
            yield text[: m.start()] + HOSTILE[int(rng.integers(len(HOSTILE)))] + text[m.end() :]
        elif kind <= 3 and parts:
            m, n = (parts[int(i)] for i in rng.integers(len(parts), size=2))
            inserted = m.group() if kind == 3 else ""
            yield text[: n.start()] + inserted + text[(n.start() if kind == 3 else n.end()) :]
        elif kind == 4:
            at = int(rng.integers(len(text)))
            yield text[:at] + chr(33 + int(rng.integers(90))) + text[at + 1 :]
        else:
            yield text[: int(rng.integers(len(text)))]


def survives(folder: Path, name: str, texts: Iterator[str]) -> float:
    """Assert that every mutant is a network that holds or one located line; return the share that loads."""
    path, loaded, total = folder / name, 0, 0
    for text in texts:
        path.write_text(text, encoding="utf-8")
        total += 1
        try:
            net = roadnet.load(path)
        except InputError as error:
            lines = str(error).splitlines()
        else:
            lines = []
        if lines:
            assert len(lines) == 1
            assert name in lines[0]
            continue
        holds(net)
        loaded += 1
    return loaded / total


def refusal(folder: Path, name: str, text: str) -> str:
    """Return the one line that refuses a file."""
    path = folder / name
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        roadnet.load(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def check_share(paths: list[Path], refused: dict[str, str], load: Callable[[Path], RoadNetwork]) -> list[RoadNetwork]:
    """Return the networks of all files but those refused, each of which must say why."""
    nets = []
    for path in paths:
        if path.name in refused:
            with pytest.raises(InputError, match=refused[path.name]):
                load(path)
        else:
            nets.append(load(path))
    return nets
