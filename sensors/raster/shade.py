"""The shading kernel: fragments and light become radiance, one pixel at a time.

Flat faces let all that depends on the face alone (sun and sky by normal, albedo, emission) come in one row a
screen triangle; a pixel adds grain, windows, shadow, reflection, headlamps and air. Geometric, not photoreal.
exp comes from a table, so no libm is asked and the bits are the same on every CPU. One long loop on purpose: a
function that takes an array costs the pixel two atomic counts of its owners, so helpers take scalars alone.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled, inlined

# columns of the per-triangle table
ALBEDO, SUN, SKY, EMIT, COARSE, FINE, GLOSS, PATTERN, PIER, FOOT = 0, 3, 4, 7, 10, 11, 12, 13, 14, 17
COLUMNS = 18
PLAIN, SOLID_GRAIN, WINDOWS, WETTABLE = 0, 1, 2, 3  # patterns
# PIER: the albedo between windows; FOOT: height of the face's lower edge, m, which tells the storeys apart

# rows of the light table
TO_SUN, SUN_RGB, ZENITH, AIR, LAMP_AT, LAMP_TO, LAMP_RGB, GROUND, MISC = range(9)
LIGHT_ROWS = 10

DECAY_MAX, DECAY_SIZE = 16.0, 4096  # exp(-x) in steps of 1/256: linear between, error < 2e-6
DECAY = np.append(np.exp(-np.arange(DECAY_SIZE) * (DECAY_MAX / DECAY_SIZE)), [0.0, 0.0]).astype(np.float32)
DECAY_STEPS = DECAY_SIZE / DECAY_MAX
TILE_SIZE = 256  # side of repeating tables

WINDOW_PERIOD_M, WINDOW_SHARE = 2.4, 0.62  # along a wall
ROUGH_BELOW = 0.03  # less mirror than this is lost in a rough surface's scatter
SUN_DISC_COS, SUN_DISC_GAIN = 0.99994, 60.0


@inlined
def knot(x: float) -> tuple[int, int, float]:
    """Return the two texels about x in a repeating table and the share of the second."""
    low = np.floor(x)
    i = int(low) & (TILE_SIZE - 1)
    return i, (i + 1) & (TILE_SIZE - 1), x - low


@inlined
def blend(a: float, b: float, c: float, d: float, u: float, v: float) -> float:
    """Return the bilinear mean of a, b above c, d at (u, v)."""
    top = a + u * (b - a)
    return top + v * (c + u * (d - c) - top)


@inlined
def step(x: float) -> tuple[int, float]:
    """Return the row of DECAY at x >= 0 and the share of the next."""
    at = min(x * DECAY_STEPS, DECAY_SIZE)
    k = int(at)
    return k, at - k


@compiled
def shade(
    owner: Array,  # (H, W) i4
    w: Array,  # (H, W) f4
    face: Array,  # (N, COLUMNS) f4 the per-triangle table
    normal: Array,  # (N, 3) f4
    placement: Array,  # (N,) i4
    body: Array,  # (I, 4) f8 x, y, z and a seed of each placement
    eye: Array,  # (3,) f8
    rays: Array,  # (3, 3) f8: through pixel (0, 0), and its steps along columns and rows; length 1 along the axis
    anchor: Array,  # (2,) f8 m, where the grain is anchored
    light: Array,  # (LIGHT_ROWS, 3) f8
    shadow: Array,  # (C, S, S) f4 -z m of the far sides nearest the light, the finest map first
    shadow_T_scene: Array,  # (C, 3, 4) f8 px, px, -z m
    contact: Array,  # (TILE_SIZE, TILE_SIZE) f4 how much of the sky low things take away
    contact_at: Array,  # (3,) f8 x, y of its corner, px per m
    tile: Array,  # (TILE_SIZE, TILE_SIZE) f4
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
    cloud, fog_top, beta = light[MISC]
    film, dark, px_rad = light[MISC + 1]
    sun_x, sun_y, sun_z = light[TO_SUN]
    sun_r, sun_g, sun_b = light[SUN_RGB]
    air_r, air_g, air_b = light[AIR]
    for row in range(row_from, row_to):
        for col in range(width):
            rx = rays[0, 0] + col * rays[1, 0] + row * rays[2, 0]
            ry = rays[0, 1] + col * rays[1, 1] + row * rays[2, 1]
            rz = rays[0, 2] + col * rays[1, 2] + row * rays[2, 2]
            long = np.sqrt(rx * rx + ry * ry + rz * rz)
            over = 1.0 / long
            # what is mirrored, and in what: for the sky itself, all of it along the ray
            dx, dy, dz = rx * over, ry * over, rz * over
            r, g, b, mirror, clear = 0.0, 0.0, 0.0, 1.0, 1.0
            t = owner[row, col]
            if t < 0:
                out_depth[row, col], out_instance[row, col], out_semantic[row, col] = 0.0, 0, 0
            else:
                depth, p = 1.0 / w[row, col], placement[t]
                out_depth[row, col], out_instance[row, col], out_semantic[row, col] = depth, p, semantic[t]
                away = depth * long
                x, y, z = eye[0] + depth * rx, eye[1] + depth * ry, eye[2] + depth * rz
                nx, ny, nz = np.float64(normal[t, 0]), np.float64(normal[t, 1]), np.float64(normal[t, 2])
                facing = dx * nx + dy * ny + dz * nz
                if facing > 0.0:
                    nx, ny, nz, facing = -nx, -ny, -nz, -facing
                cos_in = max(-facing, 0.02)
                ar, ag, ab = (
                    np.float64(face[t, ALBEDO]),
                    np.float64(face[t, ALBEDO + 1]),
                    np.float64(face[t, ALBEDO + 2]),
                )
                er, eg, eb = np.float64(face[t, EMIT]), np.float64(face[t, EMIT + 1]), np.float64(face[t, EMIT + 2])
                gloss, pattern = np.float64(face[t, GLOSS]), int(face[t, PATTERN])
                footprint = away * px_rad

                # grain; it fades where a pixel is wider than it
                coarse = face[t, COARSE]
                if coarse > 0.0:
                    gx, gy = x + anchor[0], y + anchor[1]
                    if pattern == SOLID_GRAIN:
                        gx, gy = gx + 0.8 * z, gy - 0.6 * z  # walls and crowns vary upwards too
                    across = footprint / (0.35 + 0.65 * cos_in)
                    i, i1, v = knot(gy * 1.3)
                    j, j1, u = knot(gx * 1.3)
                    value = blend(tile[i, j], tile[i, j1], tile[i1, j], tile[i1, j1], u, v)
                    value = 1.0 + coarse * value * min(1.0, 1.2 / across)
                    fade = min(1.0, 0.06 / across)
                    if fade > 0.08:
                        i, i1, v = knot(gy * 23.0)
                        j, j1, u = knot(gx * 23.0)
                        fine = blend(tile[i, j], tile[i, j1], tile[i1, j], tile[i1, j1], u, v)
                        value += face[t, FINE] * fade * fine
                    ar, ag, ab = ar * value, ag * value, ab * value

                if pattern == WINDOWS:
                    # metres along the wall in the house's own frame
                    along = ((x - body[p, 0]) * (-ny) + (y - body[p, 1]) * nx) / WINDOW_PERIOD_M
                    k = np.floor(along)
                    across = footprint / (0.15 + 0.85 * cos_in) / WINDOW_PERIOD_M
                    pane = min(max((0.5 * WINDOW_SHARE - abs(along - k - 0.5)) / across + 0.5, 0.0), 1.0)
                    pane += min(max(across * 2.0 - 0.6, 0.0), 1.0) * (WINDOW_SHARE - pane)
                    code = (int(k) * 73856093) ^ (int(16.0 * face[t, FOOT]) * 19349663) ^ (int(body[p, 3]) * 83492791)
                    code = (code ^ (code >> 13)) * 1274126177
                    chance = ((code >> 8) & 1023) / 1024.0
                    curtain = 1.0 + 3.0 * chance * chance
                    ar = face[t, PIER] + pane * (ar * curtain - face[t, PIER])
                    ag = face[t, PIER + 1] + pane * (ag * curtain - face[t, PIER + 1])
                    ab = face[t, PIER + 2] + pane * (ab * curtain - face[t, PIER + 2])
                    gloss *= pane
                    if dark > 0.5 and chance > 0.62:
                        er, eg, eb = er + pane * 14.0 * chance, eg + pane * 10.0 * chance, eb + pane * 5.5 * chance

                wet = film if pattern == WETTABLE and nz > 0.7 else 0.0
                if wet > 0.0:
                    # water fills the pores: darker below, a mirror above (Fresnel, n = 1.33: F0 = 0.02)
                    i, i1, v = knot((y + anchor[1]) * 0.9)
                    j, j1, u = knot((x + anchor[0]) * 0.9)
                    pool = wet * (1.3 + 0.9 * blend(tile[i, j], tile[i, j1], tile[i1, j], tile[i1, j1], u, v))
                    pool = min(max(pool, 0.0), 1.0)
                    keep = 1.0 - 0.45 * pool
                    ar, ag, ab = ar * keep, ag * keep, ab * keep
                    gloss = max(gloss, 0.02 * pool)

                # light from the sky, less what low things close off; from the sun, where nothing stands before it
                ir, ig, ib = np.float64(face[t, SKY]), np.float64(face[t, SKY + 1]), np.float64(face[t, SKY + 2])
                if nz > 0.5 and p == 0:
                    cu, cv = (x - contact_at[0]) * contact_at[2], (y - contact_at[1]) * contact_at[2]
                    if cu >= 0.0 and cv >= 0.0 and cu < TILE_SIZE - 1.0 and cv < TILE_SIZE - 1.0:
                        i, i1, v = knot(cv)
                        j, j1, u = knot(cu)
                        free = 1.0 - blend(contact[i, j], contact[i, j1], contact[i1, j], contact[i1, j1], u, v)
                        ir, ig, ib = ir * free, ig * free, ib * free
                sun = np.float64(face[t, SUN])
                if sun > 0.0:
                    m, size = shadow_T_scene, shadow.shape[1] - 1.0
                    for c in range(shadow.shape[0]):
                        off = 0.02 + 0.1 * c  # half a pixel of the map along the normal
                        qx, qy, qz = x + off * nx, y + off * ny, z + off * nz
                        cu = m[c, 0, 0] * qx + m[c, 0, 1] * qy + m[c, 0, 2] * qz + m[c, 0, 3] - 0.5
                        cv = m[c, 1, 0] * qx + m[c, 1, 1] * qy + m[c, 1, 2] * qz + m[c, 1, 3] - 0.5
                        if cu >= 0.0 and cv >= 0.0 and cu < size and cv < size:
                            toward = m[c, 2, 0] * qx + m[c, 2, 1] * qy + m[c, 2, 2] * qz + m[c, 2, 3]
                            i, j = int(cv), int(cu)
                            s00 = 1.0 if toward >= shadow[c, i, j] else 0.0
                            s01 = 1.0 if toward >= shadow[c, i, j + 1] else 0.0
                            s10 = 1.0 if toward >= shadow[c, i + 1, j] else 0.0
                            s11 = 1.0 if toward >= shadow[c, i + 1, j + 1] else 0.0
                            sun *= blend(s00, s01, s10, s11, cu - j, cv - i)
                            break
                    ir, ig, ib = ir + sun * sun_r, ig + sun * sun_g, ib + sun * sun_b

                if light[LAMP_RGB, 1] > 0.0:
                    lx, ly, lz = x - light[LAMP_AT, 0], y - light[LAMP_AT, 1], z - light[LAMP_AT, 2]
                    d2 = max(lx * lx + ly * ly + lz * lz, 1.0)
                    far = np.sqrt(d2)
                    ahead = (lx * light[LAMP_TO, 0] + ly * light[LAMP_TO, 1] + lz * light[LAMP_TO, 2]) / far
                    if ahead > 0.5:
                        # a low beam: 15 degrees wide, cut off above the dip
                        k, u = step((1.0 - ahead) * 18.0)
                        beam = 0.06 + 0.94 * (table[k] + u * (table[k + 1] - table[k]))
                        k, u = step(max(lz / far - light[LAMP_TO, 2], 0.0) * 90.0)
                        beam *= table[k] + u * (table[k + 1] - table[k])
                        beam *= max(-(lx * nx + ly * ny + lz * nz) / far, 0.03) / d2
                        ir += beam * light[LAMP_RGB, 0]
                        ig += beam * light[LAMP_RGB, 1]
                        ib += beam * light[LAMP_RGB, 2]

                r, g, b = ar * ir + er, ag * ig + eg, ab * ib + eb
                k, u = step(beta * away)
                clear = table[k] + u * (table[k + 1] - table[k])
                mirror = 0.0
                if gloss >= ROUGH_BELOW or wet > 0.0:
                    # Schlick 1994
                    k1 = 1.0 - cos_in
                    k2 = k1 * k1
                    mirror = gloss + (1.0 - gloss) * k2 * k2 * k1
                    dx, dy, dz = dx - 2.0 * facing * nx, dy - 2.0 * facing * ny, dz - 2.0 * facing * nz
                    # what stands around hides the sky low down; a wet road, which mirrors at a flat angle, ripples
                    open_sky = 0.6 if pattern == WETTABLE else min(max(3.0 * dz, 0.0), 1.0)
                    if pattern != WETTABLE:
                        r += mirror * (1.0 - open_sky) * (light[GROUND, 0] - r)
                        g += mirror * (1.0 - open_sky) * (light[GROUND, 1] - g)
                        b += mirror * (1.0 - open_sky) * (light[GROUND, 2] - b)
                    mirror *= open_sky

            if mirror > 0.0:
                # the sky along (dx, dy, dz): gradient, a layer of clouds, the sun and its glow, then the air
                up = max(dz, 0.0)
                k2 = (1.0 - up) * (1.0 - up)
                k2 = k2 * k2
                sr = light[ZENITH, 0] + k2 * (air_r - light[ZENITH, 0])
                sg = light[ZENITH, 1] + k2 * (air_g - light[ZENITH, 1])
                sb = light[ZENITH, 2] + k2 * (air_b - light[ZENITH, 2])
                if up > 0.02:
                    over = 1.0 / (up + 0.08)
                    i, i1, v = knot(dy * over * 14.0 + 7.0)
                    j, j1, u = knot(dx * over * 14.0 + 31.0)
                    n = blend(tile[i, j], tile[i, j1], tile[i1, j], tile[i1, j1], u, v)
                    i, i1, v = knot(dy * over * 41.0 + 19.0)
                    j, j1, u = knot(dx * over * 41.0)
                    n += 0.5 * blend(tile[i, j], tile[i, j1], tile[i1, j], tile[i1, j1], u, v)
                    cover = min(max((n + 1.15 * cloud - 0.55) * 1.6, 0.0), 1.0) * min(up * 5.0, 1.0) * 0.85
                    grey = (0.9 + 0.625 * (1.0 - cloud)) * (0.92 + 0.16 * n)
                    sr += cover * (air_r * grey - sr)
                    sg += cover * (air_g * grey - sg)
                    sb += cover * (air_b * grey - sb)
                c = dx * sun_x + dy * sun_y + dz * sun_z
                if c > 0.3:
                    c4 = c * c * c * c
                    c16 = c4 * c4 * c4 * c4
                    c64 = c16 * c16 * c16 * c16
                    glow = 0.02 * c4 + 0.25 * c64 * c64 * c64
                    if c > SUN_DISC_COS:
                        glow += SUN_DISC_GAIN
                    sr, sg, sb = sr + glow * sun_r, sg + glow * sun_g, sb + glow * sun_b
                k, u = step(beta * fog_top / max(up, 0.004))
                through = table[k] + u * (table[k + 1] - table[k])
                r += mirror * (air_r + through * (sr - air_r) - r)
                g += mirror * (air_g + through * (sg - air_g) - g)
                b += mirror * (air_b + through * (sb - air_b) - b)
            out_radiance[row, col, 0] = air_r + clear * (r - air_r)
            out_radiance[row, col, 1] = air_g + clear * (g - air_g)
            out_radiance[row, col, 2] = air_b + clear * (b - air_b)
