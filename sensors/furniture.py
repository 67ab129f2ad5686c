"""The map's own things as sensors see them: ground, buildings, trees, poles, rails, lights and signs, tile by tile."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.network import ObjectKind, RoadNetwork, SignalKind
from roadnet.surface import Surface, road_surface
from sensors.materials import GROUND_MATERIAL, Material
from sensors.scene import Mesh
from sensors.shapes import sign

TILE_M = 64.0  # scenes near each other share a tile: its ground is built once
RADIUS_M = 230.0  # what a sensor of 200 m range sees from inside the tile
FLAT_M = 400.0  # side of the plain ground where there is no map
LEAST_HEIGHT_M = 0.3  # lower objects are drawn on the ground, or not at all
LIGHT_SIZE = (0.3, 0.35, 1.0)  # depth, width, height m of a head of three 200 mm lenses (EN 12368)
SIGN_SIZE_M = 0.7  # where the map gives none
POLE_SIZE_M = 0.09
OBJECT_SHAPE = {
    ObjectKind.BUILDING: "building",
    ObjectKind.TREE: "tree",
    ObjectKind.VEGETATION: "tree",
    ObjectKind.POLE: "pole",
    ObjectKind.BARRIER: "guard_rail",
    ObjectKind.OBSTACLE: "obstacle",
    ObjectKind.SIGN: "sign",
    ObjectKind.OTHER: "obstacle",
}
SIGN_FORM = {
    SignalKind.STOP_SIGN: sign.OCTAGON,
    SignalKind.YIELD_SIGN: sign.TRIANGLE,
    SignalKind.SPEED_LIMIT: sign.DISC,
    SignalKind.PRIORITY_ROAD: sign.RECTANGLE,
}
NO_GROUP = -1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Furniture:
    """Things of the map; K rows, map frame."""

    kind: tuple[str, ...]
    pose: Array  # (K, 4) f8 x, y, z of the base centre, heading
    size: Array  # (K, 3) f8 m
    look: Array  # (K,) i8
    group: Array  # (K,) i4 signal group that lights it; NO_GROUP for none


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Tile:
    """What lies and stands about a place of the map."""

    origin: Array  # (3,) f8 m
    ground: Mesh  # relative to `origin`
    furniture: Furniture


def tile_at(net: RoadNetwork | None, xyz: Array) -> Tile:
    """Return the tile of a point."""
    place = tuple(round(float(v) / TILE_M) for v in xyz)
    return _flat_tile(place, float(xyz[2])) if net is None else _tile(net, *place)


@kept
def _tile(net: RoadNetwork, i: int, j: int, k: int) -> Tile:
    origin = np.array([i, j, k]) * TILE_M
    patch = road_surface(net, origin[:2], RADIUS_M)
    code = np.zeros(max(Surface) + 1, np.uint8)
    for surface, material in GROUND_MATERIAL.items():
        code[surface] = material
    ground = Mesh(
        vertices=(patch.vertices - origin).astype(np.float32),
        faces=np.ascontiguousarray(patch.faces, np.int32),
        material=code[patch.surface],
    )
    everything = furniture(net)
    near = np.hypot(*(everything.pose[:, :2] - origin[:2]).T) < RADIUS_M + everything.size[:, :2].max(1, initial=0.0)
    return Tile(origin=origin, ground=ground, furniture=_rows(everything, near))


def _flat_tile(place: tuple[int, ...], z: float) -> Tile:
    origin = np.array([place[0] * TILE_M, place[1] * TILE_M, z])
    h = 0.5 * FLAT_M
    return Tile(
        origin=origin,
        ground=Mesh(
            vertices=np.array([(-h, -h, 0), (h, -h, 0), (h, h, 0), (-h, h, 0)], np.float32),
            faces=np.array([(0, 1, 2), (0, 2, 3)], np.int32),
            material=np.full(2, Material.ASPHALT, np.uint8),
        ),
        furniture=_table([]),
    )


@kept
def furniture(net: RoadNetwork) -> Furniture:
    """Return all that stands on a map: objects first, then lights and signs with their poles, in the map's order."""
    return _table([*_objects(net), *_signals(net)])


Row = tuple[str, tuple[float, ...], tuple[float, ...], int, int]  # kind, pose, size, look, group


def _objects(net: RoadNetwork) -> list[Row]:
    out: list[Row] = []
    for row in range(len(net.objects.id)):
        kind = ObjectKind(net.objects.kind[row])
        pose, size = _body(net, row)
        if kind in OBJECT_SHAPE and size[2] >= LEAST_HEIGHT_M and min(size[:2]) > 0.01:
            out.append((OBJECT_SHAPE[kind], pose, size, row, NO_GROUP))
    return out


def _body(net: RoadNetwork, row: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return pose and size of an object: of its outline's box in its own heading, where it has an outline."""
    x, y, z, heading = map(float, net.objects.pose[row])
    length, width, height = map(float, net.objects.size[row])
    outline = net.objects.outline[net.objects.outline_start[row] : net.objects.outline_start[row + 1]]
    if not len(outline):
        return (x, y, z, heading), (length, width, height)
    c, s = np.cos(heading), np.sin(heading)
    local = outline @ np.array([[c, -s], [s, c]])
    low, high = local.min(0), local.max(0)
    mid = 0.5 * (low + high)
    centre = (float(c * mid[0] - s * mid[1]), float(s * mid[0] + c * mid[1]), z, heading)
    return centre, (float(high[0] - low[0]), float(high[1] - low[1]), height)


def _signals(net: RoadNetwork) -> list[Row]:
    out: list[Row] = []
    signals = net.signals
    for row in range(len(signals.id)):
        kind = SignalKind(signals.kind[row])
        if kind in (SignalKind.STOP_LINE, SignalKind.CROSSWALK):
            continue
        x, y, z, heading = map(float, signals.pose[row])
        width, height = map(float, signals.size[row])
        if kind == SignalKind.TRAFFIC_LIGHT:
            size = LIGHT_SIZE if min(width, height) <= 0.05 else (LIGHT_SIZE[0], width, height)
            out.append(("traffic_light", (x, y, z, heading), size, row, int(signals.group[row])))
        elif kind in SIGN_FORM or min(width, height) > 0.05:
            side = (SIGN_SIZE_M, SIGN_SIZE_M) if min(width, height) <= 0.05 else (width, height)
            size = (0.03, *side)
            out.append(("sign", (x, y, z, heading), size, SIGN_FORM.get(kind, sign.RECTANGLE), NO_GROUP))
        else:
            continue
        foot = net.road_pose(net.roads.id[signals.road[row]], float(signals.s[row]), float(signals.t[row])).z
        if z - foot > LEAST_HEIGHT_M:
            back = 0.5 * size[0] + POLE_SIZE_M
            stand = (x - back * float(np.cos(heading)), y - back * float(np.sin(heading)), foot, heading)
            out.append(("pole", stand, (POLE_SIZE_M, POLE_SIZE_M, z - foot + size[2]), row, NO_GROUP))
    return out


def _table(rows: list[Row]) -> Furniture:
    return Furniture(
        kind=tuple(r[0] for r in rows),
        pose=np.array([r[1] for r in rows], float).reshape(-1, 4),
        size=np.array([r[2] for r in rows], float).reshape(-1, 3),
        look=np.array([r[3] for r in rows], np.int64),
        group=np.array([r[4] for r in rows], np.int32),
    )


def _rows(table: Furniture, mask: Array) -> Furniture:
    return Furniture(
        kind=tuple(k for k, keep in zip(table.kind, mask.tolist(), strict=True) if keep),
        pose=table.pose[mask],
        size=table.size[mask],
        look=table.look[mask],
        group=table.group[mask],
    )
