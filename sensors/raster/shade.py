"""The shading kernel: fragments and light become radiance, one pixel at a time.

Flat faces let all that depends on the face alone (sun and sky by normal, albedo, emission) come in one row a
screen triangle; a pixel adds grain, windows, shadow, reflection, headlamps and air. Geometric, not photoreal.
exp comes from a table, so no libm is asked and the bits are the same on every CPU.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled

# columns of the per-triangle table
ALBEDO, SUN, SKY, EMIT, COARSE, FINE, GLOSS, PATTERN, PIER = 0, 3, 4, 7, 10, 11, 12, 13, 14
COLUMNS = 17
PLAIN, SOLID_GRAIN, WINDOWS, WETTABLE = 0, 1, 2, 3  # patterns; PIER is the albedo between windows

# rows of the light table
TO_SUN, SUN_RGB, ZENITH, AIR, LAMP_AT, LAMP_TO, LAMP_RGB, GROUND, MISC = range(9)
LIGHT_ROWS = 10

DECAY_MAX, DECAY_SIZE = 16.0, 4096  # exp(-x) in steps of 1/256: linear between, error < 2e-6
DECAY = np.exp(-np.arange(DECAY_SIZE + 1) * (DECAY_MAX / DECAY_SIZE)).astype(np.float32)

WINDOW_PERIOD_M, WINDOW_SHARE = 2.4, 0.62  # along a wall
ROUGH_BELOW = 0.03  # less mirror than this is lost in a rough surface's scatter
SUN_DISC_COS, SUN_DISC_GAIN = 0.99994, 60.0


@compiled
def decay(table: Array, x: float) -> float:
    """Return exp(-x) for x >= 0 from the table."""
    at = x * (DECAY_SIZE / DECAY_MAX)
    if at >= DECAY_SIZE:
        return 0.0
    i = int(at)
    return float(table[i] + (at - i) * (table[i + 1] - table[i]))


@compiled
def tiled(tile: Array, x: float, y: float) -> float:
    """Return the tile's value at (x, y) texels, bilinear, repeating; the side is a power of two."""
    fx, fy = np.floor(x), np.floor(y)
    mask = tile.shape[0] - 1
    i, j = int(fy) & mask, int(fx) & mask
    i1, j1 = (i + 1) & mask, (j + 1) & mask
    u, v = x - fx, y - fy
    top = tile[i, j] + u * (tile[i, j1] - tile[i, j])
    low = tile[i1, j] + u * (tile[i1, j1] - tile[i1, j])
    return float(top + v * (low - top))


@compiled
def sky(dx: float, dy: float, dz: float, light: Array, table: Array, tile: Array) -> tuple[float, float, float]:
    """Return the luminance (r, g, b) that comes down a unit direction: gradient, clouds, sun, then the air."""
    up = max(dz, 0.0)
    k = (1.0 - up) * (1.0 - up)
    k = k * k
    cloud, top, beta = light[MISC, 0], light[MISC, 1], light[MISC, 2]
    r = light[ZENITH, 0] + k * (light[AIR, 0] - light[ZENITH, 0])
    g = light[ZENITH, 1] + k * (light[AIR, 1] - light[ZENITH, 1])
    b = light[ZENITH, 2] + k * (light[AIR, 2] - light[ZENITH, 2])
    if up > 0.02:
        # a layer of clouds 1.5 km up, thinning towards the horizon
        over = 1.0 / (up + 0.08)
        n = tiled(tile, dx * over * 14.0 + 31.0, dy * over * 14.0 + 7.0)
        n += 0.5 * tiled(tile, dx * over * 41.0, dy * over * 41.0 + 19.0)
        cover = min(max((n + 1.15 * cloud - 0.55) * 1.6, 0.0), 1.0) * min(up * 5.0, 1.0)
        grey = (0.72 + 0.5 * (1.0 - cloud)) * (0.92 + 0.16 * n)
        r += cover * 0.85 * (light[AIR, 0] * grey * 1.25 - r)
        g += cover * 0.85 * (light[AIR, 1] * grey * 1.25 - g)
        b += cover * 0.85 * (light[AIR, 2] * grey * 1.25 - b)
    c = dx * light[TO_SUN, 0] + dy * light[TO_SUN, 1] + dz * light[TO_SUN, 2]
    if c > 0.0:
        c2 = c * c
        c4 = c2 * c2
        c8 = c4 * c4
        c16 = c8 * c8
        c64 = c16 * c16 * c16 * c16
        glow = 0.02 * c4 + 0.25 * c64 * c64 * c64
        if c > SUN_DISC_COS:
            glow += SUN_DISC_GAIN
        r += glow * light[SUN_RGB, 0]
        g += glow * light[SUN_RGB, 1]
        b += glow * light[SUN_RGB, 2]
    t = decay(table, beta * top / max(up, 0.004))
    return (
        light[AIR, 0] + t * (r - light[AIR, 0]),
        light[AIR, 1] + t * (g - light[AIR, 1]),
        light[AIR, 2] + t * (b - light[AIR, 2]),
    )


@compiled
def lit_share(x: float, y: float, z: float, shadow: Array, shadow_T_scene: Array) -> float:
    """Return the sun's visible share at a point, from the finest shadow map that holds it, 2 x 2 bilinear.

    shadow (C, S, S) f4: -z m of the far sides nearest the light; shadow_T_scene (C, 3, 4): px, px, -z m.
    """
    for c in range(shadow.shape[0]):
        m = shadow_T_scene[c]
        u = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3] - 0.5
        v = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3] - 0.5
        size = shadow.shape[1] - 1.0
        if u >= 0.0 and v >= 0.0 and u < size and v < size:
            toward = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
            i, j = int(v), int(u)
            fu, fv = u - j, v - i
            s00 = 1.0 if toward >= shadow[c, i, j] else 0.0
            s01 = 1.0 if toward >= shadow[c, i, j + 1] else 0.0
            s10 = 1.0 if toward >= shadow[c, i + 1, j] else 0.0
            s11 = 1.0 if toward >= shadow[c, i + 1, j + 1] else 0.0
            top = s00 + fu * (s01 - s00)
            return float(top + fv * (s10 + fu * (s11 - s10) - top))
    return 1.0


@compiled
def shade(
    owner: Array,  # (H, W) i4
    w: Array,  # (H, W) f4
    face: Array,  # (N, COLUMNS) f4 the per-triangle table
    normal: Array,  # (N, 3) f4
    placement: Array,  # (N,) i4
    body: Array,  # (I, 6) f8 x, y, z, cos yaw, sin yaw, seed of each placement
    eye: Array,  # (3,) f8
    rays: Array,  # (3, 3) f8: through pixel (0, 0), and its steps along columns and rows; length 1 along the axis
    anchor: Array,  # (2,) f8 m, where the grain is anchored
    light: Array,  # (LIGHT_ROWS, 3) f8
    shadow: Array,  # (C, S, S) f4
    shadow_T_scene: Array,  # (C, 3, 4) f8
    contact: Array,  # (S, S) f4 how much of the sky low things take away
    contact_at: Array,  # (3,) f8 x, y of its corner, px per m
    tile: Array,  # (256, 256) f4
    table: Array,  # DECAY
    semantic: Array,  # (N,) u1
    row_from: int,
    row_to: int,
    out_radiance: Array,  # (H, W, 3) f4 cd/m2 times linear RGB
    out_depth: Array,  # (H, W) f4 m, 0 where sky
    out_instance: Array,  # (H, W) i4
    out_semantic: Array,  # (H, W) u1
) -> None:
    """Write what the pixels of rows [row_from, row_to) see: their face's light and labels, or the sky."""
    width = owner.shape[1]
    beta, film, dark, px_rad = light[MISC, 2], light[MISC + 1, 0], light[MISC + 1, 1], light[MISC + 1, 2]
    for row in range(row_from, row_to):
        for col in range(width):
            rx = rays[0, 0] + col * rays[1, 0] + row * rays[2, 0]
            ry = rays[0, 1] + col * rays[1, 1] + row * rays[2, 1]
            rz = rays[0, 2] + col * rays[1, 2] + row * rays[2, 2]
            long = np.sqrt(rx * rx + ry * ry + rz * rz)
            over = 1.0 / long
            dx, dy, dz = rx * over, ry * over, rz * over
            t = owner[row, col]
            if t < 0:
                r, g, b = sky(dx, dy, dz, light, table, tile)
                out_radiance[row, col, 0], out_radiance[row, col, 1], out_radiance[row, col, 2] = r, g, b
                out_depth[row, col], out_instance[row, col], out_semantic[row, col] = 0.0, 0, 0
                continue
            depth = 1.0 / w[row, col]
            out_depth[row, col], out_instance[row, col], out_semantic[row, col] = depth, placement[t], semantic[t]
            away = depth * long
            x, y, z = eye[0] + depth * rx, eye[1] + depth * ry, eye[2] + depth * rz
            s = face[t]
            nx, ny, nz = np.float64(normal[t, 0]), np.float64(normal[t, 1]), np.float64(normal[t, 2])
            facing = dx * nx + dy * ny + dz * nz
            if facing > 0.0:
                nx, ny, nz, facing = -nx, -ny, -nz, -facing
            cos_in = max(-facing, 0.02)
            ar, ag, ab = np.float64(s[ALBEDO]), np.float64(s[ALBEDO + 1]), np.float64(s[ALBEDO + 2])
            er, eg, eb = np.float64(s[EMIT]), np.float64(s[EMIT + 1]), np.float64(s[EMIT + 2])
            gloss, pattern = np.float64(s[GLOSS]), int(s[PATTERN])
            footprint = away * px_rad
            if s[COARSE] > 0.0:
                # grain fades where a pixel is wider than it
                gx, gy = x + anchor[0], y + anchor[1]
                if pattern == SOLID_GRAIN:
                    gx, gy = gx + 0.8 * z, gy - 0.6 * z  # walls and crowns vary upwards too
                across = footprint / (0.35 + 0.65 * cos_in)
                value = 1.0 + s[COARSE] * tiled(tile, gx * 1.3, gy * 1.3) * min(1.0, 1.2 / across)
                fade = min(1.0, 0.06 / across)
                if fade > 0.08:
                    value += s[FINE] * fade * tiled(tile, gx * 23.0, gy * 23.0)
                ar, ag, ab = ar * value, ag * value, ab * value
            if pattern == WINDOWS:
                p = body[placement[t]]
                # metres along the wall in the house's own frame
                along = ((x - p[0]) * (-ny) + (y - p[1]) * nx) / WINDOW_PERIOD_M
                k, floor = np.floor(along), np.floor((z - p[2]) * 0.5)
                across = footprint / (0.15 + 0.85 * cos_in) / WINDOW_PERIOD_M
                pane = min(max((0.5 * WINDOW_SHARE - abs(along - k - 0.5)) / across + 0.5, 0.0), 1.0)
                pane += min(max(across * 2.0 - 0.6, 0.0), 1.0) * (WINDOW_SHARE - pane)
                code = (int(k) * 73856093) ^ (int(floor) * 19349663) ^ (int(p[5]) * 83492791)
                code = (code ^ (code >> 13)) * 1274126177
                chance = ((code >> 8) & 1023) / 1024.0
                curtain = 1.0 + 3.0 * chance * chance
                ar = s[PIER] + pane * (ar * curtain - s[PIER])
                ag = s[PIER + 1] + pane * (ag * curtain - s[PIER + 1])
                ab = s[PIER + 2] + pane * (ab * curtain - s[PIER + 2])
                gloss *= pane
                if dark > 0.5 and chance > 0.62:
                    er, eg, eb = er + pane * 14.0 * chance, eg + pane * 10.0 * chance, eb + pane * 5.5 * chance
            wet = film if pattern == WETTABLE and nz > 0.7 else 0.0
            if wet > 0.0:
                # water fills the pores: darker below, a mirror above (Fresnel, n = 1.33: F0 = 0.02)
                pool = min(max(wet * (1.3 + 0.9 * tiled(tile, (x + anchor[0]) * 0.9, (y + anchor[1]) * 0.9)), 0.0), 1.0)
                keep = 1.0 - 0.45 * pool
                ar, ag, ab = ar * keep, ag * keep, ab * keep
                gloss = max(gloss, 0.02 * pool)
            ir, ig, ib = np.float64(s[SKY]), np.float64(s[SKY + 1]), np.float64(s[SKY + 2])
            if nz > 0.5 and placement[t] == 0:
                cu, cv = (x - contact_at[0]) * contact_at[2], (y - contact_at[1]) * contact_at[2]
                last = contact.shape[0] - 1.0
                if cu >= 0.0 and cv >= 0.0 and cu < last and cv < last:
                    open_sky = 1.0 - tiled(contact, cu, cv)
                    ir, ig, ib = ir * open_sky, ig * open_sky, ib * open_sky
            if s[SUN] > 0.0:
                sun = s[SUN] * lit_share(x + 0.02 * nx, y + 0.02 * ny, z + 0.02 * nz, shadow, shadow_T_scene)
                ir += sun * light[SUN_RGB, 0]
                ig += sun * light[SUN_RGB, 1]
                ib += sun * light[SUN_RGB, 2]
            if light[LAMP_RGB, 1] > 0.0:
                lx, ly, lz = x - light[LAMP_AT, 0], y - light[LAMP_AT, 1], z - light[LAMP_AT, 2]
                d2 = max(lx * lx + ly * ly + lz * lz, 1.0)
                far = np.sqrt(d2)
                ahead = (lx * light[LAMP_TO, 0] + ly * light[LAMP_TO, 1] + lz * light[LAMP_TO, 2]) / far
                if ahead > 0.5:
                    # a low beam: 15 degrees wide, cut off above the dip
                    rise = lz / far - light[LAMP_TO, 2]
                    wide = (1.0 - ahead) * 18.0
                    cut = decay(table, rise * 90.0) if rise > 0.0 else 1.0
                    lambert = max(-(lx * nx + ly * ny + lz * nz) / far, 0.03)
                    beam = lambert * cut * (0.06 + 0.94 * decay(table, wide)) / d2
                    ir += beam * light[LAMP_RGB, 0]
                    ig += beam * light[LAMP_RGB, 1]
                    ib += beam * light[LAMP_RGB, 2]
            r, g, b = ar * ir + er, ag * ig + eg, ab * ib + eb
            if gloss >= ROUGH_BELOW or wet > 0.0:
                k = 1.0 - cos_in
                k2 = k * k
                fresnel = gloss + (1.0 - gloss) * k2 * k2 * k
                mx, my, mz = dx - 2.0 * facing * nx, dy - 2.0 * facing * ny, dz - 2.0 * facing * nz
                if mz > 0.0:
                    qr, qg, qb = sky(mx, my, mz, light, table, tile)
                    if pattern == WETTABLE:
                        fresnel *= 0.6
                else:
                    qr, qg, qb = light[GROUND, 0], light[GROUND, 1], light[GROUND, 2]
                r, g, b = r + fresnel * (qr - r), g + fresnel * (qg - g), b + fresnel * (qb - b)
            clear = decay(table, beta * away)
            out_radiance[row, col, 0] = light[AIR, 0] + clear * (r - light[AIR, 0])
            out_radiance[row, col, 1] = light[AIR, 1] + clear * (g - light[AIR, 1])
            out_radiance[row, col, 2] = light[AIR, 2] + clear * (b - light[AIR, 2])
