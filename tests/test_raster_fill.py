"""Triangles to pixels, against closed forms, a plain rasteriser of the tests' own, and Embree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raster_world import box, corners, mesh, plain, plain_raster, soup, street

from roadnet.base.arrays import Array
from sensors.raster.fill import NOTHING, RECORD, fill
from sensors.raster.fragments import rasterise
from sensors.raster.triangles import triangles_of
from sensors.raster.view import View, look_at, pinhole, project

DEPTH_RTOL = 2e-6  # float32 of 1/z, and once more of z


def view(width: int = 96, height: int = 64, *, near_m: float = 0.1) -> View:
    cam_T_map = look_at(np.array([0.0, 0.0, 1.5]), np.array([10.0, 0.4, 1.2]))
    return pinhole(width, height, fov_rad=1.2, cam_T_map=cam_T_map, near_m=near_m)


def test_depth_of_the_ground_is_height_over_slope() -> None:
    flat = pinhole(64, 48, fov_rad=1.0, cam_T_map=look_at(np.array([0.0, 0.0, 2.0]), np.array([1.0, 0.0, 2.0])))
    depth = rasterise(soup([plain(1000.0, 1000.0, 100.0)], [[0, 0, 0, 0]]), flat).depth
    rows = np.arange(25, 48)
    want = 2.0 * flat.fy / (rows + 0.5 - flat.cy)
    np.testing.assert_allclose(depth[25:], np.repeat(want[:, None], 64, 1), rtol=DEPTH_RTOL)
    assert not depth[:24].any()


def test_corners_of_a_box_fall_where_the_pinhole_formula_puts_them() -> None:
    v = view(640, 480)
    b = box((2.0, 2.0, 1.5))
    drawn = rasterise(soup([b], [[9.0, 0.5, 0.3, 0.4]], two_sided=False), v)
    rows, cols = np.nonzero(drawn.owner != NOTHING)
    c, s = np.cos(0.4), np.sin(0.4)
    points = b.vertices @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + [9.0, 0.5, 0.3]
    px, _ = project(v, points)
    assert abs(cols.min() - px[:, 0].min()) <= 1.0
    assert abs(cols.max() + 1 - px[:, 0].max()) <= 1.0
    assert abs(rows.min() - px[:, 1].min()) <= 1.0
    assert abs(rows.max() + 1 - px[:, 1].max()) <= 1.0
    nearest = np.argmin(np.linalg.norm(points - v.centre, axis=1))
    u, w = np.floor(px[nearest]).astype(int)
    assert abs(drawn.depth[w - 1 : w + 2, u - 1 : u + 2].max() - project(v, points)[1][nearest]) < 0.05


@pytest.mark.parametrize("seed", range(4))
def test_random_triangles_equal_the_plain_rasteriser(seed: int) -> None:
    rng = np.random.default_rng(seed)
    centre = np.column_stack([rng.uniform(-2, 30, 150), rng.uniform(-12, 12, 150), rng.uniform(-3, 8, 150)])
    vertices = (centre[:, None] + rng.normal(0, 2.0, (150, 3, 3))).reshape(-1, 3)
    triangles = soup([mesh(vertices, np.arange(450))], [[0.3, -0.2, 0.1, 0.3]])
    drawn = rasterise(triangles, view())
    corner, _ = corners(triangles)
    depth, face = plain_raster(corner, np.arange(150), view())
    ours = np.where(drawn.owner == NOTHING, -1, np.append(drawn.face, -1)[drawn.owner])
    np.testing.assert_array_equal(ours, face)
    np.testing.assert_allclose(drawn.depth, depth, rtol=DEPTH_RTOL)


def test_a_street_equals_the_plain_rasteriser() -> None:
    """Culled faces, sphere culling and clipping change nothing that is seen."""
    triangles = triangles_of(street())
    drawn = rasterise(triangles, view())
    depth, who = plain_raster(*corners(triangles), view())
    differ = np.where(drawn.owner == NOTHING, -1, drawn.gather(drawn.placement, -1)) != who
    touching = np.isclose(drawn.depth, depth, rtol=1e-5)  # where two things touch, either may win
    assert not (differ & ~touching).any()
    np.testing.assert_allclose(drawn.depth, depth, rtol=1e-5)


def test_a_street_equals_embree() -> None:
    scene_module = pytest.importorskip("embreex.rtcore_scene", reason="embreex is not installed")
    from embreex.mesh_construction import TriangleMesh

    triangles, v = triangles_of(street()), view(160, 90)
    corner, owner = corners(triangles)
    world = scene_module.EmbreeScene()
    TriangleMesh(world, corner.astype(np.float32))
    T = np.linalg.inv(v.cam_T_map)
    u, w = np.meshgrid(np.arange(160) + 0.5, np.arange(90) + 0.5)
    ray = np.stack([(u - v.cx) / v.fx, (w - v.cy) / v.fy, np.ones_like(u)], -1).reshape(-1, 3) @ T[:3, :3].T
    eye = np.repeat(T[:3, 3][None], len(ray), 0)
    hit = world.run(eye.astype(np.float32), ray.astype(np.float32), output=1)
    found = hit["primID"] >= 0
    depth = np.where(found, hit["tfar"], 0.0).reshape(90, 160)
    drawn = rasterise(triangles, v)
    ours = drawn.depth
    edge = np.zeros(depth.shape, bool)
    who = np.where(found, owner[np.maximum(hit["primID"], 0)], -1).reshape(90, 160)
    edge[:, 1:] |= who[:, 1:] != who[:, :-1]
    edge[1:] |= who[1:] != who[:-1]
    edge |= np.roll(edge, -1, 0) | np.roll(edge, -1, 1)
    inside = ~edge & (depth < 100.0)
    assert inside.mean() > 0.5
    assert np.abs(ours - depth)[inside].max() < 0.01


def covered(points: Array, triangles: list[tuple[int, int, int]], shape: tuple[int, int]) -> Array:
    """Return (H, W) how many of the screen triangles cover each pixel."""
    out = np.zeros(shape, int)
    for corner in triangles:
        record = np.zeros((1, RECORD))
        record[0, :6], record[0, 8] = points[list(corner)].ravel(), 1.0
        w, owner = np.zeros(shape, np.float32), np.full(shape, NOTHING, np.int32)
        fill(record, 0, shape[0], w, owner)
        out += owner != NOTHING
    return out


coordinate = st.one_of(
    st.integers(-20, 140).map(lambda k: k / 2.0),  # pixel centres and borders
    st.floats(-1e7, 1e7, allow_nan=False),  # what a corner just before the near plane projects to
    st.floats(-8.0, 72.0, allow_nan=False),
)


@given(st.lists(st.tuples(coordinate, coordinate), min_size=4, max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_fan_of_triangles_covers_each_pixel_once(points: list[tuple[float, float]]) -> None:
    """A convex quadrangle's two triangles, and its four about an inner point, cover the same pixels, each once."""
    middle = np.mean(points, 0)
    order = np.argsort([np.arctan2(y - middle[1], x - middle[0]) for x, y in points])
    p = np.array(points)[order]
    side = np.roll(p, -1, 0) - p
    turn = [a[0] * b[1] - a[1] * b[0] for a, b in zip(side, np.roll(side, -1, 0), strict=True)]
    if min(turn) <= 1e-3 * max(1.0, float(np.abs(p).max())):
        return
    p = np.vstack([p, middle])
    two = covered(p, [(0, 1, 2), (2, 3, 0)], (64, 64))
    four = covered(p, [(0, 1, 4), (4, 1, 2), (3, 4, 2), (0, 4, 3)], (64, 64))
    assert two.max() <= 1
    assert four.max() <= 1
    np.testing.assert_array_equal(two, four)


def test_a_mesh_that_fills_the_picture_leaves_no_pixel_out() -> None:
    rng = np.random.default_rng(5)
    n = 12
    grid = np.stack(np.meshgrid(np.linspace(-10, 74, n), np.linspace(-10, 74, n)), -1).reshape(-1, 2)
    grid += rng.uniform(-2, 2, grid.shape)
    cells = [i * n + j for i in range(n - 1) for j in range(n - 1)]
    triangles = [t for c in cells for t in ((c, c + 1, c + n), (c + 1, c + n + 1, c + n))]
    np.testing.assert_array_equal(covered(grid, triangles, (64, 64)), 1)


@given(st.lists(st.tuples(st.floats(-3, 6), st.floats(-4, 4), st.floats(-2, 4)), min_size=3, max_size=3))
@settings(max_examples=150, deadline=None)
def test_clipping_at_the_near_plane_keeps_what_lies_before_it(points: list[tuple[float, float, float]]) -> None:
    v = view(32, 24, near_m=0.5)
    triangles = soup([mesh(points, [0, 1, 2])], [[0, 0, 0, 0]])
    corner, owner = corners(triangles)
    cam = corner[0] @ v.cam_T_map[:3, :3].T + v.cam_T_map[:3, 3]
    normal = np.cross(cam[1] - cam[0], cam[2] - cam[0])
    size = np.linalg.norm(normal)
    if size < 1e-3 or abs(normal @ cam[0]) < 1e-3 * size:
        return  # seen on edge: which pixels lie inside is rounding
    depth, _ = plain_raster(corner, owner, v)
    ours = rasterise(triangles, v).depth
    both = (ours > 0) & (depth > 0)
    np.testing.assert_allclose(ours[both], depth[both], rtol=1e-5)
    assert ((ours > 0) != (depth > 0)).sum() <= 1  # a centre within rounding of an edge


def test_nothing_behind_or_beyond_is_drawn() -> None:
    v = view()
    assert (rasterise(soup([box((1, 1, 1))], [[-5.0, 0, 1.0, 0]]), v).owner == NOTHING).all()
    assert (rasterise(soup([box((1, 1, 1))], [[2500.0, 0, 1.0, 0]]), v).owner == NOTHING).all()


def test_faces_seen_from_behind_are_left_out_unless_two_sided() -> None:
    inside_out = mesh([(5, -1, 0), (5, 1, 0), (5, 0, 2)], [0, 1, 2])  # its normal looks along +x, away from the eye
    assert (rasterise(soup([inside_out], [[0, 0, 0, 0]], two_sided=False), view()).owner == NOTHING).all()
    assert (rasterise(soup([inside_out], [[0, 0, 0, 0]], two_sided=True), view()).owner != NOTHING).any()


@pytest.mark.parametrize("bands", [2, 3, 7])
def test_bands_change_no_bit(bands: int) -> None:
    triangles = triangles_of(street())
    one, many = rasterise(triangles, view()), rasterise(triangles, view(), bands=bands)
    np.testing.assert_array_equal(one.w, many.w)
    np.testing.assert_array_equal(one.owner, many.owner)
