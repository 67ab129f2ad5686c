"""Closed solids of few triangles, the stuff that shapes are made of.

A Part is a closed surface with outward counter-clockwise faces; a shape is a union of Parts, scaled to its size.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from roadnet.base.arrays import Array
from sensors.materials import Material
from sensors.scene import Mesh


class Part(NamedTuple):
    """A closed surface."""

    vertices: Array  # (V, 3) f8 m
    faces: Array  # (F, 3) i4
    material: Array  # (F,) u1


def loft(rings: Any, side: Any, *, first: Material, last: Material) -> Part:
    """Return the solid through S rings of n points each, (S, n, 3) m, closed by a cap at either end.

    side: Material of each strip, broadcast to (S - 1, n); strip j joins points j and j + 1 of a ring. A ring may
    shrink to a point. Rings may run either way round: the faces are turned outward.
    """
    rings = np.asarray(rings, float)
    S, n = rings.shape[:2]
    i, j = (a.ravel() for a in np.meshgrid(np.arange(S - 1), np.arange(n), indexing="ij"))
    a, b, k = i * n + j, i * n + (j + 1) % n, n
    strips = np.stack([np.stack([a, b, b + k], -1), np.stack([a, b + k, a + k], -1)], 1).reshape(-1, 3)
    bottom = triangulated(rings[0])[:, ::-1]
    top = triangulated(rings[-1]) + (S - 1) * n
    sides = np.repeat(np.broadcast_to(np.asarray(side, np.uint8), (S - 1, n)).ravel(), 2)
    material = np.concatenate([sides, np.full(len(bottom), first, np.uint8), np.full(len(top), last, np.uint8)])
    return closed(rings.reshape(-1, 3), np.concatenate([strips, bottom, top]), material)


def closed(vertices: Array, faces: Array, material: Array) -> Part:
    """Return the Part of these faces: equal vertices joined, faces without area dropped, turned outward."""
    _, keep, row = np.unique(vertices.round(7), axis=0, return_index=True, return_inverse=True)
    vertices, faces = vertices[keep], row.reshape(-1)[faces]
    real = (faces != np.roll(faces, 1, 1)).all(1)
    faces, material = faces[real], material[real]
    if volume(vertices, faces) < 0:
        faces = faces[:, ::-1]
    return Part(vertices, np.ascontiguousarray(faces, np.int32), material)


def volume(vertices: Array, faces: Array) -> float:
    """Return the signed volume, m3: positive where faces run counter-clockwise seen from outside."""
    a, b, c = (vertices[faces[:, i]] - vertices.mean(0) for i in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def triangulated(ring: Array) -> Array:
    """Return (n - 2, 3) corner rows of a simple polygon (n, 3) by ear clipping; its winding is kept."""
    normal = np.cross(ring, np.roll(ring, -1, 0)).sum(0)
    flat = np.delete(ring, int(np.argmax(np.abs(normal))), axis=1)
    area = np.sum(flat[:, 0] * np.roll(flat[:, 1], -1) - flat[:, 1] * np.roll(flat[:, 0], -1))
    points = [(float(x), float(y) if area >= 0 else -float(y)) for x, y in flat]
    left, out = list(range(len(points))), []
    while len(left) > 3:
        ear = next((i for i in range(len(left)) if _is_ear(points, left, i)), 0)
        out.append((left[ear - 1], left[ear], left[(ear + 1) % len(left)]))
        del left[ear]
    return np.array([*out, tuple(left)], np.int64)


def _is_ear(points: list[tuple[float, float]], left: list[int], i: int) -> bool:
    a, b, c = (points[left[k % len(left)]] for k in (i - 1, i, i + 1))
    if _turn(a, b, c) <= 1e-12:
        return False
    others = (points[k] for k in left if points[k] not in (a, b, c))
    return not any(_turn(a, b, p) >= 0 and _turn(b, c, p) >= 0 and _turn(c, a, p) >= 0 for p in others)


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def box(centre: Sequence[float], size: Sequence[float], material: Material) -> Part:
    """Return an upright box, m."""
    (x, y, z), (hx, hy, hz) = centre, (0.5 * s for s in size)
    plan = [(x - hx, y - hy), (x + hx, y - hy), (x + hx, y + hy), (x - hx, y + hy)]
    rings = [[(a, b, h) for a, b in plan] for h in (z - hz, z + hz)]
    return loft(rings, material, first=material, last=material)


def limb(a: Sequence[float], b: Sequence[float], radius: tuple[float, float], material: Material, *, sides: int = 6,
         cap: Material | None = None) -> Part:  # fmt: skip
    """Return a round bar from `a` to `b` with the radius at either end, m."""
    start, end = np.asarray(a, float), np.asarray(b, float)
    along = (end - start) / np.linalg.norm(end - start)
    u = np.cross(along, (1.0, 0, 0) if abs(along[0]) < 0.9 else (0, 1.0, 0))
    u /= np.linalg.norm(u)
    circle = _circle(sides)
    disc = circle[:, :1] * u + circle[:, 1:] * np.cross(along, u)
    end_material = material if cap is None else cap
    return loft([start + radius[0] * disc, end + radius[1] * disc], material, first=end_material, last=end_material)


def blob(centre: Sequence[float], size: Sequence[float], material: Material, *, sides: int = 8, rings: int = 3) -> Part:
    """Return an ellipsoid, m; `rings` circles between the poles."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, rings + 2)
    circle = _circle(sides) / np.cos(np.pi / sides)
    ball = [np.column_stack([np.cos(t).round(12) * circle, np.full(sides, np.sin(t))]) for t in angle]
    points = np.asarray(ball) * (0.5 * np.asarray(size, float)) + np.asarray(centre, float)
    return loft(points, material, first=material, last=material)


def hoop(centre: Sequence[float], radius: float, thickness: float, material: Material, *, sides: int = 8) -> Part:
    """Return a wheel's rim and tyre about an axis along y: a torus of triangular section, m."""
    circle = _circle(sides)
    section = [(radius, 0.0), (radius - thickness, -0.5 * thickness), (radius - thickness, 0.5 * thickness)]
    rings = [[(r * c, y, r * s) for r, y in section] for c, s in circle]
    points = np.asarray(rings).reshape(-1, 3) + np.asarray(centre, float)
    i, j = (a.ravel() for a in np.meshgrid(np.arange(sides), np.arange(3), indexing="ij"))
    a, b = i * 3 + j, i * 3 + (j + 1) % 3
    c, d = (a + 3) % (3 * sides), (i * 3 + 3) % (3 * sides) + (j + 1) % 3
    faces = np.stack([np.stack([a, b, d], -1), np.stack([a, d, c], -1)], 1).reshape(-1, 3)
    return closed(points, faces, np.full(len(faces), material, np.uint8))


def mirrored(part: Part) -> Part:
    """Return the part reflected from left to right."""
    return Part(part.vertices * (1, -1, 1), np.ascontiguousarray(part.faces[:, ::-1]), part.material)


def joined(parts: Iterable[Part]) -> Part:
    """Return the union of parts as one table."""
    return reduce(_append, parts)


def _append(a: Part, b: Part) -> Part:
    return Part(
        np.concatenate([a.vertices, b.vertices]),
        np.concatenate([a.faces, b.faces + np.int32(len(a.vertices))]),
        np.concatenate([a.material, b.material]),
    )


def bounds(part: Part) -> Array:
    """Return (2, 3) lowest and highest corner, m."""
    return np.stack([part.vertices.min(0), part.vertices.max(0)])


def fitted(part: Part, size: Sequence[float], envelope: Array | None = None) -> Mesh:
    """Return the part as a mesh whose `envelope` (its own bounds by default) fills `size`: base centre at 0."""
    low, high = bounds(part) if envelope is None else envelope
    scale = np.asarray(size, float) / np.maximum(high - low, 1e-9)
    base = np.array([0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), low[2]])
    mesh = Mesh(
        vertices=np.ascontiguousarray((part.vertices - base) * scale, np.float32),
        faces=part.faces,
        material=part.material,
    )
    for array in (mesh.vertices, mesh.faces, mesh.material):
        array.setflags(write=False)
    return mesh


def _circle(sides: int) -> Array:
    angle = (np.arange(sides) + 0.5) * (2 * np.pi / sides)
    return np.column_stack([np.cos(angle), np.sin(angle)])
