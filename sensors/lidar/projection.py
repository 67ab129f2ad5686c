"""Triangles scan-converted into the range image: hits equal ray casting against the same triangles.

A column is a set of beams fired at one instant in one half-plane that contains the sensor's axis. The image has
C columns of G such half-planes (groups of channels with equal azimuth offset). A triangle cuts a half-plane in a
segment; the beams between its ends hit it. Every column has its own sensor pose and its own pose of each thing,
so a sweep is distorted by motion as a real one is. Depth is the distance from the sensor's axis.

Which columns a vertex lies between depends on where it is when they fire: `_vertices` solves that fixed point once
a vertex; a triangle covers the columns between its first and its last vertex, as long as nothing circles the sensor
faster than half the beam does (what might is drawn into every column). Bounds are conservative, columns exact.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled

FAR = np.float32(1e9)
BINS = 1024  # of the look-up from slope to beam
f4 = np.float32
NEAR = np.float32(1e-3)  # m: what is nearer to the axis is cut off
ROUNDING = np.float32(0.2)  # columns of slack for what the fixed point and float32 leave
BACK = np.float32(0.03)  # m: a face is surely turned away when both ends of the sensor's way lie so far behind it


class Optics(NamedTuple):
    """Where the beams of a sweep look; C columns, G groups, B beams in slots (group by group, slope ascending)."""

    frames: Array  # (C, G, 9) f4 rows: along the beams' azimuth, towards later columns, up; scene's frame
    origin: Array  # (C, 3) f8 m, the sensor in the scene's frame
    tau: Array  # (C,) f8, 0..1 of the scene's time
    shift: Array  # (G,) f4 columns by which a group looks ahead of the first group
    slope: Array  # (B,) f4 tangent of elevation
    level: Array  # (B,) f4 cosine of elevation
    slot: Array  # (G + 1,) i8 first slot of each group
    below: Array  # (G, BINS + 2) i4 slots of the group with a slope below each bin's lower edge
    below_all: Array  # (BINS + 2,) i4 the same over all groups
    limits: Array  # (8,) f8: rad a column; slope of bin 0; bins per slope; travel m; turn rad; sine of tilt; reach m; 0


class Solids(NamedTuple):
    """Meshes one after the other; M meshes, F faces, V vertices, body frames."""

    vertices: Array  # (V, 3) f4 m
    faces: Array  # (F, 3) i4 rows of `vertices`
    normals: Array  # (F, 3) f4 not normalised, outward
    area: Array  # (F,) f4 their length
    material: Array  # (F,) u1
    vertex_start: Array  # (M + 1,) i8
    face_start: Array  # (M + 1,) i8
    centre: Array  # (M, 3) f8 m
    extent: Array  # (M, 2) f8 m half width in plan, half height


class Bodies(NamedTuple):
    """Things; K rows. They move linearly from `start` to `end`."""

    mesh: Array  # (K,) i4
    start: Array  # (K, 4) f8 x, y, z, yaw, scene's frame
    end: Array  # (K, 4) f8


class RangeImage(NamedTuple):
    """What the beams meet first; C columns, B slots."""

    depth: Array  # (C, B) f4 m from the sensor's axis; FAR where nothing
    cosine: Array  # (C, B) f4 of the angle of incidence
    surface: Array  # (C, B) i4 instance * 256 + material


@compiled
def project(optics: Any, solids: Any, bodies: Any, instance: Any, first: Any, last: Any, table: Any, scratch: Any,
            image: Any) -> None:  # fmt: skip
    """Draw things into columns first..last - 1 of the image, nearest wins.

    instance: of the first thing. table (C, G, 12) f4 and scratch (>= most vertices of a mesh, 3) f4: work space.
    """
    C = optics.frames.shape[0]
    spans = np.zeros((2, 2), np.int64)
    eyes = np.zeros((2, 3), np.float32)
    motion = np.zeros(4, np.float32)
    for k in range(len(bodies.mesh)):
        m = bodies.mesh[k]
        count = _window(optics, bodies, k, solids.centre[m], solids.extent[m], spans, motion)
        for i in range(count):
            _place(optics, bodies, k, spans[i, 0], spans[i, 1], table)
        if count > 0:
            _vertices(solids, m, spans, count, C, optics.limits[0], motion[0], table, scratch)
            _eye(optics, bodies, k, spans[0, 0], eyes[0])
            _eye(optics, bodies, k, spans[count - 1, 1], eyes[1])
            label = np.int32((instance + k) * 256)
            _triangles(optics, solids, m, spans, count, first, last, eyes, motion, label, table, scratch, image)


@compiled
def _window(optics, bodies, k, centre, extent, spans, motion):  # type: ignore[no-untyped-def]
    """Find the columns that may see thing k; return how many intervals (0, 1 or 2) are in `spans`, both ends included.

    motion: nearest trusted depth m; columns a column at 1 m from the axis; the same by turning; slack in slope.
    """
    C = optics.frames.shape[0]
    daz, travel, turn, tilt, reach = (
        optics.limits[0],
        optics.limits[3],
        optics.limits[4],
        optics.limits[5],
        optics.limits[6],
    )
    own_turn = abs(bodies.end[k, 3] - bodies.start[k, 3])
    arm = math.hypot(centre[0], centre[1]) + extent[0]
    travel = travel + math.sqrt(((bodies.end[k, :3] - bodies.start[k, :3]) ** 2).sum()) + own_turn * arm
    motion[0] = travel / math.pi + 0.05
    motion[1] = travel / (2 * math.pi)
    motion[2] = turn / (2 * math.pi)
    motion[3] = travel
    width = extent[0] + extent[1] * tilt
    ahead = 0.0
    for g in range(len(optics.shift)):
        ahead = max(ahead, abs(optics.shift[g]))
    middle = C // 2
    along, aside, up = _centre_in_column(optics, bodies, k, centre, middle)
    away = math.hypot(along, aside)
    if away - width - travel > reach:
        return 0
    if away <= width + travel + 0.1:
        spans[0, 0], spans[0, 1] = 0, C - 1
        return 1
    high = extent[1] + (extent[0] + travel) * tilt + travel * 0.1 + (away + travel) * turn * tilt
    nearest, farthest = away - width - travel, away + width + travel
    top = (up + high) / (nearest if up + high > 0 else farthest)
    bottom = (up - high) / (nearest if up - high < 0 else farthest)
    bottom_bin, top_bin = _bins(optics, bottom, top)
    if optics.below_all[top_bin + 1] == optics.below_all[bottom_bin]:
        return 0
    at = middle + math.atan2(aside, along) / daz
    half = (math.asin((width + travel) / away) + turn) / daz + 2 + 1.5 * ahead
    if at - half >= 0 and at + half <= C - 1:
        share = half / C
        along, aside, up = _centre_in_column(optics, bodies, k, centre, int(at))
        at = int(at) + math.atan2(aside, along) / daz
        sine = (width + travel * share) / math.hypot(along, aside)
        half = (math.asin(min(sine, 1.0)) + turn * share) / daz + 2 + 1.5 * ahead
        spans[0, 0], spans[0, 1] = max(int(at - half), 0), min(int(at + half) + 1, C - 1)
        return 1
    low, top_column = math.floor(at - half), math.ceil(at + half)
    if top_column - low >= C - 1:
        spans[0, 0], spans[0, 1] = 0, C - 1
        return 1
    if low < 0:
        spans[0, 0], spans[0, 1], spans[1, 0], spans[1, 1] = 0, top_column, low + C, C - 1
    else:
        spans[0, 0], spans[0, 1], spans[1, 0], spans[1, 1] = low, C - 1, 0, top_column - C
    return 2


@compiled
def _centre_in_column(optics, bodies, k, centre, c):  # type: ignore[no-untyped-def]
    """Return a body point in the frame of column c: along the beams, aside, up, m."""
    t, start, end = optics.tau[c], bodies.start[k], bodies.end[k]
    yaw = start[3] + t * (end[3] - start[3])
    cosine, sine = math.cos(yaw), math.sin(yaw)
    x = start[0] + t * (end[0] - start[0]) + cosine * centre[0] - sine * centre[1] - optics.origin[c, 0]
    y = start[1] + t * (end[1] - start[1]) + sine * centre[0] + cosine * centre[1] - optics.origin[c, 1]
    z = start[2] + t * (end[2] - start[2]) + centre[2] - optics.origin[c, 2]
    f = optics.frames[c, 0]
    return f[0] * x + f[1] * y + f[2] * z, f[3] * x + f[4] * y + f[5] * z, f[6] * x + f[7] * y + f[8] * z


@compiled
def _place(optics, bodies, k, low, high, table):  # type: ignore[no-untyped-def]
    """Fill table[c, g] with column_T_body (3 x 4, row by row) of thing k for columns low..high."""
    start, end = bodies.start[k], bodies.end[k]
    turns = abs(end[3] - start[3]) > 1e-9
    cosine, sine = math.cos(start[3]), math.sin(start[3])
    for c in range(low, high + 1):
        t = optics.tau[c]
        if turns:
            yaw = start[3] + t * (end[3] - start[3])
            cosine, sine = math.cos(yaw), math.sin(yaw)
        cy, sy = np.float32(cosine), np.float32(sine)
        x = np.float32(start[0] + t * (end[0] - start[0]) - optics.origin[c, 0])
        y = np.float32(start[1] + t * (end[1] - start[1]) - optics.origin[c, 1])
        z = np.float32(start[2] + t * (end[2] - start[2]) - optics.origin[c, 2])
        for g in range(table.shape[1]):
            f, out = optics.frames[c, g], table[c, g]
            for r in range(3):
                a, b, u = f[3 * r], f[3 * r + 1], f[3 * r + 2]
                out[4 * r] = a * cy + b * sy
                out[4 * r + 1] = b * cy - a * sy
                out[4 * r + 2] = u
                out[4 * r + 3] = a * x + b * y + u * z


@compiled
def _eye(optics, bodies, k, c, eye):  # type: ignore[no-untyped-def]
    """Put the sensor's place at column c, in the body's frame, into `eye`."""
    t, start, end = optics.tau[c], bodies.start[k], bodies.end[k]
    yaw = start[3] + t * (end[3] - start[3])
    x = optics.origin[c, 0] - start[0] - t * (end[0] - start[0])
    y = optics.origin[c, 1] - start[1] - t * (end[1] - start[1])
    eye[0] = math.cos(yaw) * x + math.sin(yaw) * y
    eye[1] = math.cos(yaw) * y - math.sin(yaw) * x
    eye[2] = optics.origin[c, 2] - start[2] - t * (end[2] - start[2])


@compiled
def _vertices(solids, m, spans, count, C, daz, near, table, scratch):  # type: ignore[no-untyped-def]
    """Put into scratch, a vertex: the column (a fraction) that meets it when it fires, its depth, its height.

    Depth is negative where the vertex is so near the axis that its column is not certain.
    """
    vertices = solids.vertices
    per_rad = f4(1.0 / daz)
    low, high = spans[0, 0], spans[0, 1]
    gap_low, gap_high = C, -1  # columns between the intervals, where no pose is known
    if count == 2:
        low, high = 0, C - 1
        gap_low, gap_high = min(spans[0, 1], spans[1, 1]), max(spans[0, 0], spans[1, 0])
    guess = (spans[0, 0] + spans[0, 1]) // 2
    v0 = solids.vertex_start[m]
    for v in range(v0, solids.vertex_start[m + 1]):
        x, y, z = vertices[v, 0], vertices[v, 1], vertices[v, 2]
        j = guess
        column, along, aside = f4(0), f4(0), f4(0)
        for _ in range(6):
            along = table[j, 0, 0] * x + table[j, 0, 1] * y + table[j, 0, 2] * z + table[j, 0, 3]
            aside = table[j, 0, 4] * x + table[j, 0, 5] * y + table[j, 0, 6] * z + table[j, 0, 7]
            if along > 0 and abs(aside) < f4(0.2) * along:
                q = aside / along
                angle = q - q * q * q * f4(1 / 3)
            else:
                angle = f4(math.atan2(aside, along))
            column = f4(j) + angle * per_rad
            n = min(max(math.floor(column + f4(0.5)), low), high)
            if gap_low < n < gap_high:
                n = gap_low if 2 * n < gap_low + gap_high else gap_high
            if abs(n - j) <= 1:
                break
            j = n
        away = f4(math.sqrt(along * along + aside * aside))
        scratch[v - v0, 0] = column
        scratch[v - v0, 1] = away if away > near else -away
        scratch[v - v0, 2] = table[j, 0, 8] * x + table[j, 0, 9] * y + table[j, 0, 10] * z + table[j, 0, 11]


@compiled
def _bins(optics, bottom, top):  # type: ignore[no-untyped-def]
    """Return the bins of the slope look-up that hold the interval."""
    first, scale = optics.limits[1], optics.limits[2]
    a = int(min(max((bottom - first) * scale, 0.0), BINS - 1.0))
    b = int(min(max((top - first) * scale, 0.0), BINS - 1.0))
    return a, b


@compiled
def _triangles(optics, solids, m, spans, count, first, last, eyes, motion, label, table, scratch, image):  # type: ignore[no-untyped-def]
    """Draw the faces of mesh m into the columns of `spans` and first..last - 1. One loop, kept whole: it is the lidar."""
    slope, level, slot, below, below_all = optics.slope, optics.level, optics.slot, optics.below, optics.below_all
    vertices, faces, normals, area = solids.vertices, solids.faces, solids.normals, solids.area
    depth, cosine, surface = image.depth, image.cosine, image.surface
    daz, bin_first, bin_scale = f4(optics.limits[0]), f4(optics.limits[1]), f4(optics.limits[2])
    rock, reach = f4(optics.limits[4] * optics.limits[5]), f4(optics.limits[6])
    C, G, v0 = optics.frames.shape[0], optics.frames.shape[1], solids.vertex_start[m]
    half, full, last_bin = f4(0.5 * C), f4(C), f4(BINS - 1)
    for f in range(solids.face_start[m], solids.face_start[m + 1]):
        i0, i1, i2 = faces[f, 0], faces[f, 1], faces[f, 2]
        x0, y0, z0 = vertices[v0 + i0, 0], vertices[v0 + i0, 1], vertices[v0 + i0, 2]
        nx, ny, nz, behind = normals[f, 0], normals[f, 1], normals[f, 2], -BACK * area[f]
        if (
            nx * (eyes[0, 0] - x0) + ny * (eyes[0, 1] - y0) + nz * (eyes[0, 2] - z0) < behind
            and nx * (eyes[1, 0] - x0) + ny * (eyes[1, 1] - y0) + nz * (eyes[1, 2] - z0) < behind
        ):
            continue
        a0, a1, a2 = scratch[i0, 0], scratch[i1, 0], scratch[i2, 0]
        if a1 - a0 > half:
            a1 -= full
        elif a1 - a0 < -half:
            a1 += full
        if a2 - a0 > half:
            a2 -= full
        elif a2 - a0 < -half:
            a2 += full
        low, high = min(a0, a1, a2), max(a0, a1, a2)
        near = min(scratch[i0, 1], scratch[i1, 1], scratch[i2, 1])
        everywhere = near < 0 or high - low >= half
        drift = f4(0)
        if everywhere:
            low, high = f4(0), full
        else:
            # an edge seen under an angle w comes no nearer than cos(w / 2) times its nearer end
            wide = (high - low) * daz * f4(0.5)
            near *= max(f4(1) - f4(0.5) * wide * wide, f4(0.02))
            drift = motion[1] / near + motion[2]
            slack = motion[3] * (high - low + f4(2)) / full
            near = max(near - slack, f4(0.02))
            if near > reach:
                continue
            away = max(scratch[i0, 1], scratch[i1, 1], scratch[i2, 1]) + slack
            slack += rock * away * (high - low + f4(2)) / full
            bottom = min(scratch[i0, 2], scratch[i1, 2], scratch[i2, 2]) - slack
            top = max(scratch[i0, 2], scratch[i1, 2], scratch[i2, 2]) + slack
            bottom /= near if bottom < 0 else away
            top /= near if top > 0 else away
            bottom_bin = int(min(max((bottom - bin_first) * bin_scale, f4(0)), last_bin))
            top_bin = int(min(max((top - bin_first) * bin_scale, f4(0)), last_bin))
            if below_all[top_bin + 1] == below_all[bottom_bin]:
                beside = ROUNDING + drift * full
                if low > beside and high < full - f4(1) - beside:
                    continue  # between two rings, and not where the sweep begins and ends
        x1, y1, z1 = vertices[v0 + i1, 0], vertices[v0 + i1, 1], vertices[v0 + i1, 2]
        x2, y2, z2 = vertices[v0 + i2, 0], vertices[v0 + i2, 1], vertices[v0 + i2, 2]
        value, per_area = np.int32(label + solids.material[f]), f4(1) / area[f]
        for i in range(3 * count):
            # a triangle across the seam is met at the sweep's start and again, moved on, at its end
            seam = f4(i // count - 1)
            if everywhere and seam != 0:
                continue
            for g in range(G):
                margin = ROUNDING + drift * (abs(optics.shift[g]) + abs(seam) * full)
                shifted = seam * full - optics.shift[g]
                c_low = max(spans[i % count, 0], first, math.ceil(low + shifted - margin))
                c_high = min(spans[i % count, 1], last - 1, math.floor(high + shifted + margin))
                if everywhere:
                    c_low, c_high = max(spans[i % count, 0], first), min(spans[i % count, 1], last - 1)
                slot_end = slot[g + 1]
                for c in range(c_low, c_high + 1):
                    px, py, pz, pt = table[c, g, 4], table[c, g, 5], table[c, g, 6], table[c, g, 7]
                    s0 = px * x0 + py * y0 + pz * z0 + pt
                    s1 = px * x1 + py * y1 + pz * z1 + pt
                    s2 = px * x2 + py * y2 + pz * z2 + pt
                    if (s0 > 0) == (s1 > 0) and (s1 > 0) == (s2 > 0):
                        continue
                    px, py, pz, pt = table[c, g, 0], table[c, g, 1], table[c, g, 2], table[c, g, 3]
                    r0 = px * x0 + py * y0 + pz * z0 + pt
                    r1 = px * x1 + py * y1 + pz * z1 + pt
                    r2 = px * x2 + py * y2 + pz * z2 + pt
                    px, py, pz, pt = table[c, g, 8], table[c, g, 9], table[c, g, 10], table[c, g, 11]
                    h0 = px * x0 + py * y0 + pz * z0 + pt
                    h1 = px * x1 + py * y1 + pz * z1 + pt
                    h2 = px * x2 + py * y2 + pz * z2 + pt
                    # the two edges that leave the vertex which is alone on its side
                    if (s0 > 0) == (s1 > 0):
                        w, u = s2 / (s2 - s0), s2 / (s2 - s1)
                        ra, ha, rb, hb = r2 + w * (r0 - r2), h2 + w * (h0 - h2), r2 + u * (r1 - r2), h2 + u * (h1 - h2)
                    elif (s0 > 0) == (s2 > 0):
                        w, u = s1 / (s1 - s0), s1 / (s1 - s2)
                        ra, ha, rb, hb = r1 + w * (r0 - r1), h1 + w * (h0 - h1), r1 + u * (r2 - r1), h1 + u * (h2 - h1)
                    else:
                        w, u = s0 / (s0 - s1), s0 / (s0 - s2)
                        ra, ha, rb, hb = r0 + w * (r1 - r0), h0 + w * (h1 - h0), r0 + u * (r2 - r0), h0 + u * (h2 - h0)
                    if ra < NEAR or rb < NEAR:
                        if ra < NEAR and rb < NEAR:
                            continue
                        w = (NEAR - ra) / (rb - ra)
                        cut = ha + w * (hb - ha)
                        if ra < NEAR:
                            ra, ha = NEAR, cut
                        else:
                            rb, hb = NEAR, cut
                    ka, kb = ha / ra, hb / rb
                    k_low, k_high = min(ka, kb), max(ka, kb)
                    b = below[g, int(min(max((k_low - bin_first) * bin_scale, f4(0)), f4(BINS)))]
                    while b < slot_end and slope[b] < k_low:
                        b += 1
                    if b >= slot_end or slope[b] > k_high:
                        continue
                    n_along = (s1 - s0) * (h2 - h0) - (h1 - h0) * (s2 - s0)
                    n_up = (r1 - r0) * (s2 - s0) - (s1 - s0) * (r2 - r0)
                    dr, dh = rb - ra, hb - ha
                    while b < slot_end and slope[b] <= k_high:
                        down = dh - slope[b] * dr
                        w = (slope[b] * ra - ha) / down if down != 0 else f4(0)
                        d = ra + min(max(w, f4(0)), f4(1)) * dr
                        if d < depth[c, b]:
                            depth[c, b] = d
                            cosine[c, b] = min(abs(n_along + n_up * slope[b]) * level[b] * per_area, f4(1))
                            surface[c, b] = value
                        b += 1
