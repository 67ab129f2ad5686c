"""What each screen triangle looks like before its pixels differ: one row of the shading kernel's table a triangle."""

from functools import cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.streams import Streams, key64
from scenarios.model.recording import LAMP_HAZARD, LAMP_HEAD, LAMP_LEFT, LAMP_RIGHT
from sensors.materials import Material, material_table
from sensors.raster.fragments import Fragments
from sensors.raster.light import Light, unit
from sensors.raster.shade import (
    ALBEDO,
    COARSE,
    COLUMNS,
    EMIT,
    FINE,
    FOOT,
    GLOSS,
    PATTERN,
    PIER,
    PLAIN,
    SKY,
    SOLID_GRAIN,
    SUN,
    TILE_SIZE,
    WETTABLE,
    WINDOWS,
)  # fmt: skip
from sensors.raster.triangles import Triangles
from sensors.scene import Scene

# relative albedo variation over metres and over centimetres; grade `assumed`
GRAIN = {
    Material.ASPHALT: (0.16, 0.30),
    Material.MARKING_WHITE: (0.06, 0.16),
    Material.MARKING_YELLOW: (0.06, 0.16),
    Material.PAVING: (0.10, 0.16),
    Material.KERBSTONE: (0.10, 0.20),
    Material.GRASS: (0.30, 0.45),
    Material.SOIL: (0.25, 0.35),
    Material.BARK: (0.20, 0.40),
    Material.FOLIAGE: (0.45, 0.50),
    Material.FACADE: (0.07, 0.10),
    Material.ROOF_TILE: (0.15, 0.30),
    Material.CONCRETE: (0.12, 0.18),
    Material.GALVANISED_STEEL: (0.06, 0.06),
}
PATTERNS = {
    **dict.fromkeys(
        (Material.BARK, Material.FOLIAGE, Material.FACADE, Material.ROOF_TILE, Material.CONCRETE), SOLID_GRAIN
    ),
    **dict.fromkeys((Material.ASPHALT, Material.PAVING, Material.KERBSTONE), WETTABLE),
    **dict.fromkeys((Material.MARKING_WHITE, Material.MARKING_YELLOW), WETTABLE),
    Material.FACADE_GLASS: WINDOWS,
}

# the little that passes the other filters of a camera decides how a lamp looks once its own channel is full
RED, AMBER = np.array([1.0, 0.0003, 0.0002]), np.array([1.0, 0.34, 0.0005])
GREEN, WHITE = np.array([0.02, 1.0, 0.45]), np.array([1.0, 0.97, 0.88])
# luminance of a lit lamp, cd/m2; grade `assumed`, from UN R148 intensities over usual lens areas
LIT = {
    Material.HEADLAMP: 60_000.0 * unit(WHITE),
    Material.TAIL_LAMP: 25_000.0 * RED,
    Material.INDICATOR_LEFT: 25_000.0 * AMBER,
    Material.INDICATOR_RIGHT: 25_000.0 * AMBER,
    Material.LENS_RED: 15_000.0 * RED,
    Material.LENS_AMBER: 15_000.0 * AMBER,
    Material.LENS_GREEN: 9_000.0 * unit(GREEN),
}
TAIL_SHARE = 0.04  # of the brake lamp's light, when only the position lamps are on
BLINK_PERIOD_NS = 666_666_667  # 90 flashes a minute, UN R6
MIRROR_MOST = 0.22  # panes pass what they do not mirror, into a dark inside


def face_table(scene: Scene, light: Light, triangles: Triangles, fragments: Fragments) -> Array:
    """Return (N, COLUMNS) f4 of the N screen triangles."""
    placement, normal, material = fragments.placement, fragments.normal, triangles.material[fragments.face]
    look, table = material_table(), np.zeros((len(material), COLUMNS), np.float32)
    paint = np.concatenate([np.ones((1, 3), np.float32), scene.paint])[placement]
    albedo = look.albedo[material]
    table[:, ALBEDO : ALBEDO + 3] = albedo + look.paint_share[material, None] * (paint - albedo)
    x, y, z = light.to_sun
    towards = normal[:, 0] * x + normal[:, 1] * y + normal[:, 2] * z
    table[:, SUN] = np.maximum(towards, 0.0) if light.sun_lux.any() else 0.0
    up = normal[:, 2:3]
    sky = light.sky_lux / np.pi * (0.5 + 0.5 * up) + light.ground * (0.5 - 0.5 * up)
    table[:, SKY : SKY + 3] = sky
    table[:, EMIT : EMIT + 3] = emission(scene)[placement, material]
    grain, pattern = looks()
    table[:, COARSE], table[:, FINE] = grain[material].T
    table[:, GLOSS] = np.minimum(look.gloss[material], MIRROR_MOST)
    table[:, PATTERN] = pattern[material]
    wall = look.albedo[Material.FACADE]
    table[:, PIER : PIER + 3] = wall + look.paint_share[Material.FACADE] * (paint - wall)
    windows = np.flatnonzero(pattern[material] == WINDOWS)
    table[windows, FOOT] = feet(triangles, fragments.face[windows], triangles.mesh[placement[windows]])
    return table


def feet(triangles: Triangles, face: Array, mesh: Array) -> Array:
    """Return (N,) height of the lowest corner of faces of meshes, m, body frame."""
    corner = triangles.vertex_start[mesh][:, None] + triangles.faces[face]
    return np.asarray(triangles.vertices[corner, 2].min(1))


def emission(scene: Scene) -> Array:
    """Return (1 + K, M, 3) f4 cd/m2: what each material of each thing sends by itself, by the thing's lamps."""
    lamps = np.concatenate([np.zeros(1, np.uint8), scene.lamps])
    half = (scene.t_start_ns + scene.t_end_ns) // 2 % BLINK_PERIOD_NS
    blinking = np.where(half < BLINK_PERIOD_NS // 2, 0, LAMP_LEFT | LAMP_RIGHT | LAMP_HAZARD)
    out = np.zeros((len(lamps), len(Material), 3), np.float32)
    lit_by = material_table().lit_by
    for material, luminance in LIT.items():
        dark = blinking if material in (Material.INDICATOR_LEFT, Material.INDICATOR_RIGHT) else 0
        out[(lamps & ~np.uint8(dark) & lit_by[material]) != 0, material] = luminance
    tail = ((lamps & LAMP_HEAD) != 0) & ((lamps & lit_by[Material.TAIL_LAMP]) == 0)
    out[tail, Material.TAIL_LAMP] = LIT[Material.TAIL_LAMP] * TAIL_SHARE
    return out


@cache
def looks() -> tuple[Array, Array]:
    """Return grain (M, 2) f4 and pattern (M,) u1, one row a Material."""
    grain = np.array([GRAIN.get(m, (0.0, 0.0)) for m in Material], np.float32)
    pattern = [PATTERNS.get(m, PLAIN) for m in Material]
    return grain, np.array(pattern, np.uint8)


@cache
def grain_tile() -> Array:
    """Return (TILE_SIZE, TILE_SIZE) f4 of repeating value noise in six octaves, mean 0, about within -1 .. 1."""
    rng = Streams(key64("grain of surfaces"), 0).rng("tile")
    out = np.zeros((TILE_SIZE, TILE_SIZE))
    for octave in range(6):
        n = 8 << octave
        knots = rng.uniform(-1.0, 1.0, (n, n))
        out += 0.78**octave * spread(spread(knots, TILE_SIZE // n).T, TILE_SIZE // n).T
    out -= out.mean()
    tile: Array = np.clip(out / (2.5 * out.std()), -1.0, 1.0).astype(np.float32)
    tile.setflags(write=False)
    return tile


def spread(rows: Array, factor: int) -> Array:
    """Return rows (n, m) -> (n * factor, m): linear between rows, the last joined to the first."""
    share = (np.arange(factor) / factor)[None, :, None]
    mixed = rows[:, None] * (1.0 - share) + np.roll(rows, -1, 0)[:, None] * share
    return np.asarray(mixed).reshape(-1, rows.shape[1])
