"""The ground: every lane is covered, triangles face up, markings lie on top, nothing falls through."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from xodr import geometry, load, road

from roadnet.network import RoadNetwork
from roadnet.surface import Ground, Surface, road_surface, whole_surface

TOWN03 = "opendrive/carla-simulator+opendrive-test-files/OpenDrive/Town03.xodr"


def areas(ground: Ground) -> np.ndarray:
    """Return (F,) signed plan areas, positive where a triangle faces up."""
    a, b, c = (ground.vertices[ground.faces[:, k], :2] for k in range(3))
    return 0.5 * ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])


def heights_at(ground: Ground, xy: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Return the highest z of the kept triangles above a point; -inf where there is none."""
    a, b, c = (ground.vertices[ground.faces[keep, k]] for k in range(3))
    det = (b[:, 1] - c[:, 1]) * (a[:, 0] - c[:, 0]) + (c[:, 0] - b[:, 0]) * (a[:, 1] - c[:, 1])
    det = np.where(np.abs(det) < 1e-12, np.inf, det)
    u = ((b[:, 1] - c[:, 1]) * (xy[0] - c[:, 0]) + (c[:, 0] - b[:, 0]) * (xy[1] - c[:, 1])) / det
    v = ((c[:, 1] - a[:, 1]) * (xy[0] - c[:, 0]) + (a[:, 0] - c[:, 0]) * (xy[1] - c[:, 1])) / det
    inside = (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & np.isfinite(det)
    z = u * a[:, 2] + v * b[:, 2] + (1 - u - v) * c[:, 2]
    return z[inside].max(initial=-np.inf)


def test_straight_road_has_the_area_of_its_lanes(tmp_path: Path) -> None:
    net = load(tmp_path, road(geometry("<line/>", length=60.0), length=60.0))
    ground = whole_surface(net)
    area = areas(ground)
    assert area[ground.surface == Surface.ROAD].sum() == pytest.approx(60.0 * 7.0, rel=0.02)
    assert area[ground.surface == Surface.SIDEWALK].sum() == pytest.approx(60.0 * 2.0, rel=0.02)
    dashes = area[ground.surface == Surface.MARKING_WHITE].sum()
    assert 60 * 0.12 / 3 * 0.5 < dashes < 60 * 0.12 / 3 * 1.5  # a broken line: a third is paint


def test_triangles_face_up_and_are_finite(shipped_net: RoadNetwork) -> None:
    ground = whole_surface(shipped_net)
    assert np.isfinite(ground.vertices).all()
    assert ground.faces.min() >= 0
    assert ground.faces.max() < len(ground.vertices)
    flat = np.isin(ground.surface, [int(Surface.KERB)])
    assert (areas(ground)[~flat] > -1e-9).all()


def test_no_point_near_a_road_is_without_ground(shipped_net: RoadNetwork) -> None:
    ground = whole_surface(shipped_net)
    rng = np.random.Generator(np.random.Philox(3))
    rows = rng.integers(0, len(shipped_net.lanes.centre), 150)
    points = shipped_net.lanes.centre[rows, :2] + rng.uniform(-80, 80, (150, 2))
    every = np.ones(len(ground.faces), bool)
    assert all(np.isfinite(heights_at(ground, p, every)) for p in points)


def test_lane_centres_lie_on_the_ground(shipped_net: RoadNetwork) -> None:
    ground = whole_surface(shipped_net)
    lanes = shipped_net.lanes
    owner = np.repeat(np.arange(len(lanes)), np.diff(lanes.centre_start))
    rows = np.flatnonzero(lanes.drivable[owner])[::53]
    every = np.ones(len(ground.faces), bool)
    z = np.array([heights_at(ground, lanes.centre[r, :2], every) for r in rows])
    assert np.abs(z - lanes.centre[rows, 2]).max() < 0.02


def test_circle_holds_what_reaches_into_it(shipped_net: RoadNetwork) -> None:
    centre = shipped_net.lanes.centre[10, :2]
    part, whole = road_surface(shipped_net, centre, 40.0), whole_surface(shipped_net)
    assert 0 < len(part.faces) < len(whole.faces)
    middle = whole.vertices[whole.faces].mean(1)[:, :2]
    assert len(part.faces) >= (np.linalg.norm(middle - centre, axis=1) < 40.0).sum()
    assert len(part.surface) == len(part.faces)


def test_crossing_has_stripes_stop_lines_and_kerbs(load_map: Callable[[str], RoadNetwork]) -> None:
    found = set(whole_surface(load_map("crossing")).surface.tolist())
    assert {Surface.ROAD, Surface.MARKING_WHITE, Surface.SIDEWALK, Surface.CROSSWALK, Surface.STOP_LINE} <= found
    assert Surface.TERRAIN in found or Surface.VERGE in found


def test_big_map_is_meshed_in_seconds(real: Callable[[str], Path], load_map: Callable[[str], RoadNetwork]) -> None:
    ground = whole_surface(load_map(str(real(TOWN03))))
    assert 10_000 < len(ground.faces) < 3_000_000
    assert np.isfinite(ground.vertices).all()
