"""Every shape is closed, turned outward, as large as asked, and of a bounded number of triangles."""

from collections import Counter

import numpy as np
import pytest
from worlds import SIZES

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.shape_catalogue import mesh_of, shape_kinds
from sensors.solids import volume

CASES = [(kind, look) for kind, shape in shape_kinds().items() for look in range(shape.VARIETIES)]
MOVES = [kind for kind, shape in shape_kinds().items() if shape.PHASES > 1]


def open_edges(mesh: Mesh) -> int:
    """Return how many directed edges lack their counterpart."""
    edges = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]]).tolist()
    count = Counter(map(tuple, edges))
    return sum(count[(b, a)] != n for (a, b), n in count.items())


def components(mesh: Mesh) -> list[np.ndarray]:
    """Return face rows of each connected part."""
    label = np.arange(len(mesh.vertices))
    while True:
        low = label[mesh.faces].min(1)
        new = label.copy()
        np.minimum.at(new, mesh.faces.ravel(), np.repeat(low, 3))
        if (new == label).all():
            face_label = label[mesh.faces[:, 0]]
            return [np.flatnonzero(face_label == x) for x in np.unique(face_label)]
        label = new


@pytest.mark.parametrize(("kind", "look"), CASES)
def test_every_part_of_a_shape_is_closed_and_turned_outward(kind: str, look: int) -> None:
    mesh = mesh_of(kind, SIZES[kind], look=look, phase=0.7)
    assert open_edges(mesh) == 0
    for rows in components(mesh):
        assert volume(mesh.vertices.astype(float), mesh.faces[rows]) > 0


@pytest.mark.parametrize(("kind", "look"), CASES)
def test_a_shape_fills_its_size(kind: str, look: int) -> None:
    phases = np.linspace(0, 2 * np.pi, 17) if kind == "pedestrian" else [0.0]
    corners = [mesh_of(kind, SIZES[kind], look=look, phase=float(p)).vertices for p in phases]
    low, high = np.min([c.min(0) for c in corners], 0), np.max([c.max(0) for c in corners], 0)
    tolerance = 0.03 if kind == "pedestrian" else 1e-5  # arms and bent knees may stand out of the stride's box
    if kind == "door":  # hangs above the ground; its height is that of its upper edge
        assert 0.1 < low[2] < 0.5
        low[2] = 0.0
    np.testing.assert_allclose(high - low, SIZES[kind], atol=tolerance)
    np.testing.assert_allclose(low[2], 0, atol=tolerance)
    np.testing.assert_allclose((high + low)[:2], 0, atol=2 * tolerance)


@pytest.mark.parametrize(("kind", "look"), CASES)
def test_a_shape_is_low_poly_and_its_faces_have_area(kind: str, look: int) -> None:
    mesh = mesh_of(kind, SIZES[kind], look=look)
    assert 8 <= len(mesh.faces) <= 420
    a, b, c = (mesh.vertices[mesh.faces[:, i]].astype(float) for i in range(3))
    assert np.linalg.norm(np.cross(b - a, c - a), axis=1).min() > 1e-7
    assert mesh.material.max() < len(Material)


@pytest.mark.parametrize("kind", MOVES)
def test_limbs_move_with_the_gait_and_come_back_after_a_turn(kind: str) -> None:
    start, quarter = (mesh_of(kind, SIZES[kind], phase=p).vertices for p in (0.0, np.pi / 2))
    assert np.abs(start - quarter).max() > 0.1
    assert mesh_of(kind, SIZES[kind], phase=2 * np.pi) is mesh_of(kind, SIZES[kind])


def test_vehicles_are_not_boxes() -> None:
    for kind in ("car", "van", "truck", "bus", "motorcycle", "cyclist", "scooter"):
        mesh = mesh_of(kind, SIZES[kind])
        used = {Material(m) for m in np.unique(mesh.material)}
        assert {Material.TYRE, Material.HEADLAMP, Material.TAIL_LAMP} <= used, kind
        filled = volume(mesh.vertices.astype(float), mesh.faces) / np.prod(SIZES[kind])
        assert filled < 0.9, kind


def test_an_open_mesh_would_be_noticed() -> None:
    mesh = mesh_of("car", SIZES["car"])
    torn = Mesh(vertices=mesh.vertices, faces=mesh.faces[1:], material=mesh.material[1:])
    assert open_edges(torn) == 3
