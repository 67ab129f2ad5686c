"""roadnet.boxes: closed forms, then a plain twin on polygons, then properties."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadnet import boxes

CAR = (4.5, 1.8)


def plain_gap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """The largest gap between the corners' projections on the four edge normals: the twin of `separation`."""
    pa, pb = boxes.corners(*a), boxes.corners(*b)
    gaps = []
    for yaw in (a[2], a[2] + math.pi / 2, b[2], b[2] + math.pi / 2):
        axis = np.array([math.cos(yaw), math.sin(yaw)])
        qa, qb = pa @ axis, pb @ axis
        gaps.append(max(qa.min() - qb.max(), qb.min() - qa.max()))
    return max(gaps)


def gap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return float(
        boxes.separation(
            b[0] - a[0], b[1] - a[1],
            math.cos(a[2]), math.sin(a[2]), a[3] / 2, a[4] / 2,
            math.cos(b[2]), math.sin(b[2]), b[3] / 2, b[4] / 2,
        )
    )  # fmt: skip


def swept(a: tuple[float, ...], move_a: tuple[float, ...], b: tuple[float, ...], move_b: tuple[float, ...]) -> float:
    return float(boxes.swept_contact(*a[:3], *move_a, a[3] / 2, a[4] / 2, *b[:3], *move_b, b[3] / 2, b[4] / 2))


def plain_first_touch(a, move_a, b, move_b, parts: int = 4000) -> float:  # type: ignore[no-untyped-def]
    """First of many samples at which the boxes overlap, or infinity."""
    for k in range(parts + 1):
        f = k / parts
        at = [tuple(p + f * m for p, m in zip(c[:3], mv, strict=True)) + c[3:] for c, mv in ((a, move_a), (b, move_b))]
        if plain_gap(*at) <= 0:
            return f
    return math.inf


def test_boxes_in_file_are_apart_by_the_bumper_gap() -> None:
    assert gap((0, 0, 0, *CAR), (10, 0, 0, *CAR)) == pytest.approx(5.5)
    assert gap((0, 0, 0, *CAR), (0, 3, 0, *CAR)) == pytest.approx(1.2)
    assert gap((0, 0, 0, *CAR), (4.0, 0, 0, *CAR)) == pytest.approx(-0.5)


def test_a_diagonal_box_reaches_with_its_corner() -> None:
    half = (4.5 + 1.8) / 2 / math.sqrt(2)
    assert gap((0, 0, 0, *CAR), (2.25 + half + 0.25, 0, math.pi / 4, *CAR)) == pytest.approx(0.25)


def test_head_on_touch_comes_when_the_gap_is_used_up() -> None:
    assert swept((0, 0, 0, *CAR), (3, 0, 0), (7.5, 0, math.pi, *CAR), (-1, 0, 0)) == pytest.approx(0.75, abs=1e-12)


def test_a_crossing_touch_comes_when_the_last_axis_closes() -> None:
    # b comes from the right: its front is 2 m short of the flank, while a's front reaches b's flank after 0.4
    when = swept((0, 0, 0, *CAR), (1, 0, 0), (3.55, -5.15, math.pi / 2, *CAR), (0, 2.5, 0))
    assert when == pytest.approx(0.8, abs=1e-12)


def test_a_parting_pair_never_touches() -> None:
    assert swept((0, 0, 0, *CAR), (0, 0, 0), (5, 0, 0, *CAR), (4, 0, 0)) == math.inf


def test_a_turning_corner_touches_at_its_angle() -> None:
    # a square of half-diagonal 1 turns beside a wall at 0.9: the corner at 45 deg reaches it at 45 - acos(0.9)
    side = math.sqrt(2)
    when = swept((0, 0, 0, side, side), (0, 0, math.pi / 4), (0.9 + 0.5, 0, 0, 1, 9), (0, 0, 0))
    assert when == pytest.approx((math.pi / 4 - math.acos(0.9)) / (math.pi / 4), abs=1e-6)


place = st.floats(-8, 8)
angle = st.floats(-math.pi, math.pi)
box = st.tuples(place, place, angle, st.floats(0.4, 6), st.floats(0.4, 2.5))
move = st.tuples(st.floats(-2, 2), st.floats(-2, 2), st.one_of(st.just(0.0), st.floats(-0.3, 0.3)))


@settings(max_examples=300, deadline=None)
@given(box, box)
def test_separation_equals_the_corner_twin(a: tuple[float, ...], b: tuple[float, ...]) -> None:
    assert gap(a, b) == pytest.approx(plain_gap(a, b), abs=1e-9)
    assert boxes.overlap([a], [b])[0] == (gap(a, b) <= 0)


@settings(max_examples=60, deadline=None)
@given(box, move, box, move)
def test_first_touch_equals_dense_sampling(a, move_a, b, move_b) -> None:  # type: ignore[no-untyped-def]
    when, plain = swept(a, move_a, b, move_b), plain_first_touch(a, move_a, b, move_b, 400)
    if plain <= 1:
        assert plain - 1 / 400 - 1e-6 <= when <= plain + 1e-6
    if when <= 1:
        at = [tuple(p + when * m for p, m in zip(c[:3], v, strict=True)) + c[3:] for c, v in ((a, move_a), (b, move_b))]
        assert plain_gap(*at) <= 1e-6


@settings(max_examples=100, deadline=None)
@given(box, move, box, move)
def test_contact_does_not_depend_on_who_is_first(a, move_a, b, move_b) -> None:  # type: ignore[no-untyped-def]
    one, other = swept(a, move_a, b, move_b), swept(b, move_b, a, move_a)
    assert one == other or abs(one - other) < 1e-6
