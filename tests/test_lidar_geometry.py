"""The range image equals ray casting against the same triangles, on a still and on a moving world."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from embreex import rtcore_scene
from embreex.mesh_construction import TriangleMesh
from worlds import device, hills, mount, nothing, plain, scene, tilted, town

from roadnet.base.arrays import Array
from sensors.lidar.geometry import range_image
from sensors.lidar.optics import layout, optics
from sensors.rig import LidarMount
from sensors.scene import Mesh, Scene
from sensors.shape_catalogue import mesh_of

TOLERANCE_M = 0.01  # issue of the day: no ray differs by more, away from silhouettes


def placed(mesh: Mesh, pose: Array) -> Array:
    """Return (F, 3, 3) corners of a mesh in the scene's frame."""
    c, s = np.cos(pose[3]), np.sin(pose[3])
    rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return np.asarray((mesh.vertices.astype(float) @ rotation.T + pose[:3])[mesh.faces])


def triangles(s: Scene, share: float) -> Array:
    """Return all triangles of a scene at a share of its time."""
    poses = s.pose_start + share * (s.pose_end - s.pose_start)
    things = [placed(s.meshes[m], p) for m, p in zip(s.mesh, poses, strict=True)]
    return np.concatenate([s.ground.vertices[s.ground.faces].astype(float), *things])


def rays(s: Scene, m: LidarMount) -> tuple[Array, Array]:
    """Return origin and direction (C, B, 3) of every ray, slot by slot."""
    view = optics(m.device, m.ego_T_sensor, s.ego_start, s.ego_end)
    C, G = view.frames.shape[:2]
    group = np.repeat(np.arange(G), np.diff(view.slot))
    frames = view.frames.reshape(C, G, 3, 3).astype(float)[:, group]
    direction = (frames[:, :, 0] + view.slope[:, None].astype(float) * frames[:, :, 2]) * view.level[:, None]
    return np.broadcast_to(view.origin[:, None], direction.shape), direction


def cast(corners: Array, origin: Array, direction: Array) -> Array:
    """Return Embree's distance of each ray; huge where nothing is met."""
    embree = rtcore_scene.EmbreeScene()
    TriangleMesh(embree, np.ascontiguousarray(corners, np.float32))
    flat = (np.ascontiguousarray(a.reshape(-1, 3), np.float32) for a in (origin, direction))
    return np.asarray(embree.run(*flat, query="DISTANCE")).reshape(direction.shape[:-1])


def distances(s: Scene, m: LidarMount) -> Array:
    """Return our distance (C, B) along each ray."""
    return np.asarray(range_image(s, m).depth / layout(m.device).level)


def differing(ours: Array, theirs: Array, reach: float = 120.0) -> int:
    """Return how many rays within reach differ by more than the tolerance, silhouettes apart.

    A ray is at a silhouette where a neighbour in the other image is nearer to it than its own counterpart.
    """
    a, b = np.minimum(ours, reach), np.minimum(theirs, reach)
    off = np.abs(a - b) > TOLERANCE_M
    beside = [np.roll(b, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    edge = np.ptp(np.array(beside), axis=0) > 0.3
    assert (off & edge).sum() <= 2e-5 * off.size + 2  # and there are hardly any
    return int((off & ~edge).sum())


STANDS: dict[str, Callable[[LidarMount], LidarMount]] = {
    "upright": lambda m: m,
    "tilted": lambda m: tilted(m, yaw=0.4, pitch=0.12, roll=-0.35),
    "steep": lambda m: tilted(m, yaw=-1.0, pitch=0.6, roll=0.2),
}


@pytest.mark.parametrize("stand", STANDS)
@pytest.mark.parametrize("rig", ["observer", "demo"])
def test_a_still_world_is_seen_as_embree_sees_it(rig: str, stand: str) -> None:
    m, s = STANDS[stand](mount(rig)), town(moving=False, cells=60, statics=120, movers=40)
    ours, theirs = distances(s, m), cast(triangles(s, 0.0), *rays(s, m))
    assert (np.minimum(theirs, 120) < 119).sum() > 5000
    assert differing(ours, theirs) == 0


@pytest.mark.parametrize("rig", ["observer", "demo"])
def test_each_column_of_a_moving_world_is_seen_at_its_own_time(rig: str) -> None:
    m, s = mount(rig), town(moving=True, cells=40, statics=60, movers=40)
    ours, (origin, direction) = distances(s, m), rays(s, m)
    columns = len(ours)
    for c in [0, 1, 2, columns - 1, columns - 2, *range(7, columns, columns // 12)]:
        theirs = cast(triangles(s, c / columns), origin[c : c + 1], direction[c : c + 1])
        assert differing(np.repeat(ours[c : c + 1], 3, 0), np.repeat(theirs, 3, 0)) == 0, f"column {c}"


def test_fast_traffic_close_by_is_seen_whole_across_the_seam() -> None:
    m = mount()
    car = mesh_of("car", (4.5, 1.8, 1.45))
    things = [(car, (x, y, 0, 0), (x + 4.0, y, 0, 0.1)) for x in (-12, -6, 0, 6) for y in (-3.0, 3.0)]
    s = scene(things, ego=((0, 0, 0, 0), (-3.0, 0, 0, -0.05)))
    ours, (origin, direction) = distances(s, m), rays(s, m)
    for c in range(0, len(ours), 41):
        theirs = cast(triangles(s, c / len(ours)), origin[c : c + 1], direction[c : c + 1])
        assert differing(np.repeat(ours[c : c + 1], 3, 0), np.repeat(theirs, 3, 0)) == 0, f"column {c}"


def test_rings_of_a_plane_lie_where_the_tangent_puts_them() -> None:
    m = mount()
    s = scene(ground=plain())
    depth = range_image(s, m).depth
    for degrees, radius in ((-15, 6.72), (-13, 7.80), (-9, 11.36), (-1, 103.1)):
        slot = int(np.argmin(np.abs(layout(m.device).slope - np.tan(np.radians(degrees)))))
        np.testing.assert_allclose(depth[:, slot], 1.80 / np.tan(np.radians(-degrees)), rtol=1e-4)
        assert abs(float(depth[0, slot]) - radius) < 0.06


def test_a_part_of_the_columns_is_that_part_of_the_whole() -> None:
    m, s = mount("demo"), town(moving=True, cells=30, statics=40, movers=20)
    whole = range_image(s, m)
    for parts in ([(0, 1024)], [(0, 300), (300, 301), (301, 1024)]):
        for first, end in parts:
            piece = range_image(s, m, columns=(first, end))
            for name in ("depth", "cosine", "surface"):
                np.testing.assert_array_equal(getattr(piece, name)[first:end], getattr(whole, name)[first:end])


def test_incidence_on_a_plane_is_the_sine_of_the_depression() -> None:
    m = mount()
    image = range_image(scene(), m)
    expected = -np.sin(np.arctan(layout(m.device).slope))
    hit = image.surface[0] >= 0
    assert hit.sum() == 8
    np.testing.assert_allclose(
        image.cosine[:, hit], np.broadcast_to(expected[hit], image.cosine[:, hit].shape), rtol=1e-4
    )


def test_an_empty_world_is_met_by_no_beam() -> None:
    image = range_image(scene(ground=nothing()), mount())
    assert (image.surface == -1).all()


def test_a_missing_triangle_would_be_noticed() -> None:
    m, s = mount(), town(moving=False, cells=30, statics=30, movers=10)
    middle = s.ground.vertices[s.ground.faces].mean(1)
    hole = np.hypot(middle[:, 0] - 10, middle[:, 1]) < 6
    torn = replace(s.ground, faces=s.ground.faces[~hole], material=s.ground.material[~hole])
    theirs = cast(triangles(replace(s, ground=torn), 0.0), *rays(s, m))
    ours = distances(s, m)
    assert ((np.abs(np.minimum(ours, 120) - np.minimum(theirs, 120)) > TOLERANCE_M).sum()) > 0


def test_beams_between_channels_are_not_confused() -> None:
    m = device(mount("demo"), azimuth_offset_rad=np.linspace(-0.1, 0.1, 128))  # every channel a group of its own
    s = scene([(mesh_of("van", (5.9, 2.0, 2.4)), (10, 4, 0, 0.3), (10, 4, 0, 0.3))], ground=hills(cells=20))
    assert differing(distances(s, m), cast(triangles(s, 0.0), *rays(s, m))) == 0
