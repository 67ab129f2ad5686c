"""What holds for every road network, wherever it came from."""

from typing import Any

import numpy as np

from roadnet.network import RoadNetwork


def assert_network(net: RoadNetwork) -> None:
    """Raise AssertionError, with the field's name, where a network breaks a promise of its types."""
    for part in ("roads", "lanes", "centre_marks", "junctions", "signals", "objects"):
        assert_finite(getattr(net, part), part)
    lanes, L = net.lanes, len(net.lanes)
    N = len(lanes.centre)
    assert L >= 1
    assert lanes.drivable.any()
    for name, flat in (("centre", N), ("successor", len(lanes.successor)), ("predecessor", len(lanes.predecessor)),
                       ("mark", len(lanes.mark))):  # fmt: skip
        assert_offsets(getattr(lanes, f"{name}_start"), L, flat, name)
    assert_offsets(lanes.width.start, L, len(lanes.width.s), "width")
    assert_offsets(net.roads.plan_start, len(net.roads.id), len(net.roads.plan_kind), "plan")
    assert_offsets(net.signals.lane_start, len(net.signals.id), len(net.signals.lane), "signals.lane")
    assert_offsets(net.objects.outline_start, len(net.objects.id), len(net.objects.outline), "outline")
    assert (np.diff(lanes.centre_start) >= 2).all(), "a lane of fewer than two points"
    owner = np.repeat(np.arange(L), np.diff(lanes.centre_start))
    assert (np.diff(lanes.centre_s)[owner[1:] == owner[:-1]] >= 0).all(), "s runs back along a lane"
    assert (lanes.centre_s[lanes.centre_start[:-1]] == 0).all(), "s does not begin at 0"
    assert (lanes.length_m > 0).all(), "a lane without length"
    for name in ("left_edge", "right_edge", "centre_s", "centre_heading", "centre_half_width"):
        assert len(getattr(lanes, name)) == N, name
    for name, most in (("successor", L), ("predecessor", L), ("left", L), ("right", L), ("road", len(net.roads.id))):
        rows = getattr(lanes, name)
        assert ((rows >= 0) & (rows < most)).all(), name
    ahead = set(zip(np.repeat(np.arange(L), np.diff(lanes.successor_start)), lanes.successor, strict=True))
    behind = set(zip(lanes.predecessor, np.repeat(np.arange(L), np.diff(lanes.predecessor_start)), strict=True))
    assert ahead == behind, "links are not symmetric"
    left = {(i, int(lanes.left[i])) for i in np.flatnonzero(lanes.has_left).tolist()}
    right = {(int(lanes.right[i]), i) for i in np.flatnonzero(lanes.has_right).tolist()}
    assert left == right, "neighbours are not symmetric"
    assert ((net.signals.lane >= 0) & (net.signals.lane < L)).all(), "signals.lane"
    assert (net.junctions.conflict < L).all(), "conflict"
    assert len(net.digest) == 32


def assert_finite(table: Any, name: str) -> None:
    """Raise where an array of a table, or of a table in it, holds a number that is not finite."""
    for field in table.__dataclass_fields__:
        value = getattr(table, field)
        if isinstance(value, np.ndarray):
            assert value.dtype.kind != "f" or np.isfinite(value).all(), f"{name}.{field}"
        elif not isinstance(value, tuple):
            assert_finite(value, f"{name}.{field}")


def assert_offsets(start: np.ndarray, rows: int, flat: int, name: str) -> None:
    """Raise unless `start` are the offsets of that many rows of a flat array."""
    assert len(start) == rows + 1, name
    assert start[0] == 0, name
    assert start[-1] == flat, name
    assert (np.diff(start) >= 0).all(), name
