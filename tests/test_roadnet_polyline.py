"""Paths: exact on arcs, inverse of each other, straight on beyond the ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadnet.polyline import STEP_M, arc_lengths, at, project, resample
from roadnet.routes import points_path


def arc_path(radius: float, turn: float, points: int):
    angle = np.linspace(0.0, turn, points)
    xyz = np.stack([radius * np.sin(angle), radius * (1 - np.cos(angle)), np.zeros(points)], -1)
    s = arc_lengths(xyz, angle)
    return resample(xyz, angle, s, half_width=1.75, speed_limit=10.0)


def test_resampled_arc_keeps_radius_length_heading_and_curvature() -> None:
    path = arc_path(20.0, np.pi / 2, 12)
    assert path.length_m == pytest.approx(10 * np.pi, abs=1e-9)
    inside = np.arange(len(path.x)) * STEP_M <= path.length_m
    assert np.abs(np.hypot(path.x, path.y - 20.0)[inside] - 20.0).max() < 5e-4
    assert np.abs(path.heading - np.arange(len(path.x)) * STEP_M / 20.0)[inside].max() < 1e-9
    assert np.abs(path.curvature[inside] - 0.05).max() < 1e-9


def test_samples_cover_the_whole_length() -> None:
    for length in (0.3, 0.5, 7.0, 7.26):
        path = points_path(np.array([[0.0, 0, 0], [length, 0, 0]]))
        assert path.length_m == pytest.approx(length)
        assert length <= path.x[-1] + 1e-9 < length + STEP_M
        assert len(path.x) >= 2


def test_positions_run_straight_on_beyond_both_ends() -> None:
    path = points_path(np.array([[0.0, 0, 1], [10.0, 0, 1]]))
    xyz, heading = at(path, np.array([-3.0, 12.0]), np.array([1.0, -1.0]))
    assert xyz == pytest.approx(np.array([[-3.0, 1.0, 1.0], [12.0, -1.0, 1.0]]))
    assert heading == pytest.approx([0.0, 0.0])


@given(
    radius=st.floats(8.0, 500.0),
    share=st.floats(0.0, 1.0),
    offset=st.floats(-5.0, 5.0),
    left=st.booleans(),
)
def test_project_inverts_at(radius: float, share: float, offset: float, left: bool) -> None:
    path = arc_path(radius if left else -radius, (1.0 if left else -1.0), 40)
    s = share * path.length_m
    xyz, _ = at(path, s, offset)
    back_s, back_offset = project(path, xyz[None, :2])
    assert back_s[0] == pytest.approx(s, abs=1e-6)
    assert back_offset[0] == pytest.approx(offset, abs=1e-6)


@given(s=st.floats(-40.0, 60.0), offset=st.floats(-5.0, 5.0))
def test_project_inverts_at_on_a_clothoid_and_beyond(s: float, offset: float) -> None:
    t = np.linspace(0, 30, 61)
    heading = 0.5 * (0.1 / 30) * t**2
    step = np.diff(t, prepend=0.0)
    xyz = np.stack([np.cumsum(step * np.cos(heading)), np.cumsum(step * np.sin(heading)), 0 * t], -1)
    path = resample(xyz, heading, arc_lengths(xyz, heading), half_width=1.5, speed_limit=9.0)
    point, _ = at(path, s, offset)
    back_s, back_offset = project(path, point[None, :2])
    assert back_s[0] == pytest.approx(s, abs=1e-5)
    assert back_offset[0] == pytest.approx(offset, abs=1e-5)


def test_bad_points_are_refused() -> None:
    with pytest.raises(ValueError, match="N >= 2"):
        points_path(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="coincide"):
        points_path(np.zeros((3, 3)))
    with pytest.raises(ValueError, match="finite"):
        points_path(np.array([[0.0, 0, 0], [np.nan, 0, 0]]))
