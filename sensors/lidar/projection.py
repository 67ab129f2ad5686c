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

import numpy as np

from roadnet.base.compiled import compiled, inlined
from sensors.lidar.tables import BINS, FAR, LANES, Bodies, Optics, RangeImage, Solids, Workspace

f4 = np.float32
NEAR = np.float32(1e-3)  # m: what is nearer to the axis is cut off
ROUNDING = np.float32(0.02)  # columns of slack for what float32 leaves
BACK = np.float32(0.03)  # m: a face is surely turned away when both ends of the sensor's way lie so far behind it


@compiled
def project(optics: Optics, solids: Solids, bodies: Bodies, first: int, last: int, work: Workspace,
            image: RangeImage) -> None:  # fmt: skip
    """Draw things into columns first..last - 1 of the image, nearest wins."""
    spans = np.zeros((2, 2), np.int64)
    eyes = np.zeros((2, 3), np.float32)
    motion = np.zeros(4, np.float32)
    for k in range(len(bodies.mesh)):
        m = bodies.mesh[k]
        count = _window(optics, bodies, k, solids.centre[m], solids.extent[m], spans, motion)
        label = np.int32(bodies.instance[k] * 256)
        for i in range(count):  # two where it is met at the sweep's start and again, moved on, at its end
            low, high = spans[i, 0], spans[i, 1]
            _place(optics, bodies, k, low, high, work)
            _vertices(solids, m, low, high, optics.limits[0], motion[0], work)
            _eye(optics, bodies, k, low, eyes[0])
            _eye(optics, bodies, k, high, eyes[1])
            _triangles(optics, solids, m, low, high, first, last, eyes, motion, label, work, image)


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
    dx, dy, dz = (
        bodies.end[k, 0] - bodies.start[k, 0],
        bodies.end[k, 1] - bodies.start[k, 1],
        bodies.end[k, 2] - bodies.start[k, 2],
    )
    travel = travel + math.sqrt(dx * dx + dy * dy + dz * dz) + own_turn * arm
    motion[0] = travel / math.pi + 0.05
    motion[1] = travel / (2 * math.pi)
    motion[2] = turn / (2 * math.pi)
    motion[3] = travel
    width = extent[0] + extent[1] * tilt
    ahead = optics.limits[7]
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
    first, scale = optics.limits[1], optics.limits[2]
    if optics.below_all[_bin(top, first, scale) + 1] == optics.below_all[_bin(bottom, first, scale)]:
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
def _place(optics, bodies, k, low, high, work):  # type: ignore[no-untyped-def]
    """Fill the work space with the pose of thing k in columns low..high."""
    frames, origin, tau, places, lanes = optics.frames, optics.origin, optics.tau, work.places, work.lanes
    x0, y0, z0, yaw0 = bodies.start[k, 0], bodies.start[k, 1], bodies.start[k, 2], bodies.start[k, 3]
    dx, dy, dz = bodies.end[k, 0] - x0, bodies.end[k, 1] - y0, bodies.end[k, 2] - z0
    turn = bodies.end[k, 3] - yaw0
    cosine, sine = math.cos(yaw0), math.sin(yaw0)
    for c in range(low, high + 1):
        t = tau[c]
        if abs(turn) > 1e-9:
            cosine, sine = math.cos(yaw0 + t * turn), math.sin(yaw0 + t * turn)
        cy, sy = f4(cosine), f4(sine)
        x, y, z = f4(x0 + t * dx - origin[c, 0]), f4(y0 + t * dy - origin[c, 1]), f4(z0 + t * dz - origin[c, 2])
        for g in range(lanes.shape[0]):
            for r in range(3):
                a, b, u = frames[c, g, 3 * r], frames[c, g, 3 * r + 1], frames[c, g, 3 * r + 2]
                lane = 4 * r * LANES + c % LANES
                lanes[g, c // LANES, lane] = a * cy + b * sy
                lanes[g, c // LANES, lane + LANES] = b * cy - a * sy
                lanes[g, c // LANES, lane + 2 * LANES] = u
                lanes[g, c // LANES, lane + 3 * LANES] = a * x + b * y + u * z
        for r in range(12):
            places[c, r] = lanes[0, c // LANES, r * LANES + c % LANES]


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
def _vertices(solids, m, low, high, daz, near, work):  # type: ignore[no-untyped-def]
    """Put into `seen`, a vertex: the column (a fraction) that meets it when it fires, its depth, its height.

    Columns count on past the sweep's ends. Depth is negative where the vertex is so near the axis that its column is
    not certain.
    """
    vertices, places, seen = solids.vertices, work.places, work.seen
    per_rad = f4(1.0 / daz)
    v0, j, C = solids.vertex_start[m], (low + high) // 2, len(places)
    whole = high - low == C - 1
    for v in range(v0, solids.vertex_start[m + 1]):
        x, y, z = vertices[v, 0], vertices[v, 1], vertices[v, 2]
        column, along, aside = f4(0), f4(0), f4(0)
        for _ in range(8):
            along, aside = _dot(places, j, 0, x, y, z), _dot(places, j, 4, x, y, z)
            column = f4(j) + _angle(aside, along) * per_rad
            n = math.floor(column + f4(0.5))
            if whole:
                n += C if n < -1 else (-C if n > C else 0)
            n = min(max(n, low), high)
            if abs(n - j) <= 1:
                break
            j = n
        away = f4(math.sqrt(along * along + aside * aside))
        seen[v - v0, 0] = column
        seen[v - v0, 1] = away if away > near else f4(-1)
        seen[v - v0, 2] = _dot(places, j, 8, x, y, z)


@compiled
def _triangles(optics, solids, m, span_low, span_high, first, last, eyes, motion, label, work, image):  # type: ignore[no-untyped-def]
    """Draw the faces of mesh m into columns span_low..span_high and first..last - 1. One loop: it is the lidar."""
    # every array is named before the loop: taken from its tuple inside, each would be counted in and out, 300 ns a face
    below, below_all, shift, slope, level = optics.below, optics.below_all, optics.shift, optics.slope, optics.level
    slot, vertices, faces, planes, materials = (
        optics.slot,
        solids.vertices,
        solids.faces,
        solids.planes,
        solids.material,
    )
    seen, places, lanes, cut = work.seen, work.places, work.lanes, work.cut
    depth, cosine, surface = image.depth, image.cosine, image.surface
    daz, bin_first, bin_scale = f4(optics.limits[0]), f4(optics.limits[1]), f4(optics.limits[2])
    rock, reach, ahead = f4(optics.limits[4] * optics.limits[5]), f4(optics.limits[6]), f4(optics.limits[7])
    C, G, v0, per_rad = optics.frames.shape[0], optics.frames.shape[1], solids.vertex_start[m], f4(1 / optics.limits[0])
    half, full, whole = f4(0.5 * C), f4(C), span_high - span_low == C - 1
    ex, ey, ez, fx, fy, fz = eyes[0, 0], eyes[0, 1], eyes[0, 2], eyes[1, 0], eyes[1, 1], eyes[1, 2]
    travel, turning, way = motion[1], motion[2], motion[3]
    for f in range(solids.face_start[m], solids.face_start[m + 1]):
        nx, ny, nz, off = planes[f, 0], planes[f, 1], planes[f, 2], planes[f, 3] - BACK
        if nx * ex + ny * ey + nz * ez < off and nx * fx + ny * fy + nz * fz < off:
            continue
        i0, i1, i2 = faces[f, 0], faces[f, 1], faces[f, 2]
        a0, a1, a2 = seen[i0, 0], seen[i1, 0], seen[i2, 0]
        if whole:
            a1 += full if a1 - a0 < -half else (-full if a1 - a0 > half else f4(0))
            a2 += full if a2 - a0 < -half else (-full if a2 - a0 > half else f4(0))
        low, high = min(a0, a1, a2), max(a0, a1, a2)
        near = min(seen[i0, 1], seen[i1, 1], seen[i2, 1])
        everywhere = near < 0 or high - low >= half
        drift, seams, bottom_bin, top_bin = f4(0), 1, 0, BINS - 1
        if not everywhere:
            # an edge seen under an angle w comes no nearer than cos(w / 2) times its nearer end
            wide = (high - low) * daz * f4(0.5)
            near *= max(f4(1) - f4(0.5) * wide * wide, f4(0.02))
            drift = travel / near + turning  # columns a column
            share = (high - low + f4(2)) / full
            near = max(near - way * share, f4(0.02))
            if near > reach:
                continue
            beside = ROUNDING + drift * full + ahead
            if whole and (low < beside or high > full - f4(1) - beside):
                seams, share = 3, f4(1)
                near = max(near - way, f4(0.02))
            away = max(seen[i0, 1], seen[i1, 1], seen[i2, 1]) + way * share
            slack = (way + rock * away) * share
            bottom = min(seen[i0, 2], seen[i1, 2], seen[i2, 2]) - slack
            top = max(seen[i0, 2], seen[i1, 2], seen[i2, 2]) + slack
            bottom /= near if bottom < 0 else away
            top /= near if top > 0 else away
            bottom_bin, top_bin = _bin(bottom, bin_first, bin_scale), _bin(top, bin_first, bin_scale)
            if below_all[top_bin + 1] == below_all[bottom_bin]:
                continue
        value = np.int32(label + materials[f])
        x0, y0, z0 = vertices[v0 + i0, 0], vertices[v0 + i0, 1], vertices[v0 + i0, 2]
        x1, y1, z1 = vertices[v0 + i1, 0], vertices[v0 + i1, 1], vertices[v0 + i1, 2]
        x2, y2, z2 = vertices[v0 + i2, 0], vertices[v0 + i2, 1], vertices[v0 + i2, 2]
        for seam in range(seams):
            if seam > 0:  # across the seam: met at the sweep's start and again, moved on, at its end
                j = 0 if seam == 1 else C - 1
                a0 = f4(j) + per_rad * _bearing(places, j, x0, y0, z0)
                a1 = f4(j) + per_rad * _bearing(places, j, x1, y1, z1)
                a2 = f4(j) + per_rad * _bearing(places, j, x2, y2, z2)
                low, high = min(a0, a1, a2), max(a0, a1, a2)
            for g in range(G):
                if below[g, top_bin + 1] == below[g, bottom_bin]:
                    continue
                c_low, c_high = max(span_low, first), min(span_high, last - 1)
                if not everywhere:
                    margin = ROUNDING + drift * (abs(shift[g]) + (high - low if seam > 0 else f4(2)))
                    c_low = max(c_low, math.ceil(low - shift[g] - margin))
                    c_high = min(c_high, math.floor(high - shift[g] + margin))
                slot_end = slot[g + 1]
                for block in range(c_low // LANES, c_high // LANES + 1):
                    _cut(lanes, g, block, x0, y0, z0, x1, y1, z1, x2, y2, z2, cut)
                    base = block * LANES
                    for q in range(max(c_low - base, 0), min(c_high - base, LANES - 1) + 1):
                        k_low, k_high = cut[4 * LANES + q], cut[5 * LANES + q]
                        if k_low == FAR:
                            continue
                        ra, ha, rb, hb = cut[q], cut[LANES + q], cut[2 * LANES + q], cut[3 * LANES + q]
                        if ra < NEAR or rb < NEAR:
                            if ra < NEAR and rb < NEAR:
                                continue
                            w = (NEAR - ra) / (rb - ra)
                            h = ha + w * (hb - ha)
                            if ra < NEAR:
                                ra, ha = NEAR, h
                            else:
                                rb, hb = NEAR, h
                            k_low, k_high = min(ha / ra, hb / rb), max(ha / ra, hb / rb)
                        b = below[g, _bin(k_low, bin_first, bin_scale)]
                        while b < slot_end and slope[b] < k_low:
                            b += 1
                        if b >= slot_end or slope[b] > k_high:
                            continue
                        c, dr, dh = base + q, rb - ra, hb - ha
                        n_along = (
                            lanes[g, block, q] * nx
                            + lanes[g, block, LANES + q] * ny
                            + lanes[g, block, 2 * LANES + q] * nz
                        )
                        r = 8 * LANES + q
                        n_up = (
                            lanes[g, block, r] * nx
                            + lanes[g, block, r + LANES] * ny
                            + lanes[g, block, r + 2 * LANES] * nz
                        )
                        while b < slot_end and slope[b] <= k_high:
                            down = dh - slope[b] * dr
                            w = (slope[b] * ra - ha) / down if down != 0 else f4(0)
                            d = ra + min(max(w, f4(0)), f4(1)) * dr
                            if d < depth[c, b]:
                                depth[c, b] = d
                                cosine[c, b] = min(abs(n_along + n_up * slope[b]) * level[b], f4(1))
                                surface[c, b] = value
                            b += 1


@compiled
def _cut(lanes, g, block, x0, y0, z0, x1, y1, z1, x2, y2, z2, cut):  # type: ignore[no-untyped-def]
    """Cut a triangle by LANES half-planes: the ends' depth and height, the lower and the upper slope, by rows of `cut`.

    No branch, and constant offsets from two arrays: the compiler then takes all lanes at once (1.6 ns a column, 15
    one by one). Where the triangle does not cross the plane, the lower slope is FAR.
    """
    lane = lanes[g, block]
    for q in range(LANES):
        px, py, pz, pt = lane[4 * LANES + q], lane[5 * LANES + q], lane[6 * LANES + q], lane[7 * LANES + q]
        s0, s1, s2 = _at(px, py, pz, pt, x0, y0, z0), _at(px, py, pz, pt, x1, y1, z1), _at(px, py, pz, pt, x2, y2, z2)
        px, py, pz, pt = lane[q], lane[LANES + q], lane[2 * LANES + q], lane[3 * LANES + q]
        r0, r1, r2 = _at(px, py, pz, pt, x0, y0, z0), _at(px, py, pz, pt, x1, y1, z1), _at(px, py, pz, pt, x2, y2, z2)
        px, py, pz, pt = lane[8 * LANES + q], lane[9 * LANES + q], lane[10 * LANES + q], lane[11 * LANES + q]
        h0, h1, h2 = _at(px, py, pz, pt, x0, y0, z0), _at(px, py, pz, pt, x1, y1, z1), _at(px, py, pz, pt, x2, y2, z2)
        w01, w12, w20 = s0 / (s0 - s1), s1 / (s1 - s2), s2 / (s2 - s0)
        r01, r12, r20 = r0 + w01 * (r1 - r0), r1 + w12 * (r2 - r1), r2 + w20 * (r0 - r2)
        h01, h12, h20 = h0 + w01 * (h1 - h0), h1 + w12 * (h2 - h1), h2 + w20 * (h0 - h2)
        crosses_01, crosses_12 = (s0 > 0) != (s1 > 0), (s1 > 0) != (s2 > 0)
        ra, ha = r01 if crosses_01 else r12, h01 if crosses_01 else h12
        both = crosses_01 & crosses_12
        rb, hb = r12 if both else r20, h12 if both else h20
        ka, kb = ha / ra, hb / rb
        low, high = ka if ka < kb else kb, kb if ka < kb else ka
        missed = (not crosses_01) & (not crosses_12)
        cut[q], cut[LANES + q], cut[2 * LANES + q], cut[3 * LANES + q] = ra, ha, rb, hb
        cut[4 * LANES + q] = FAR if missed else low
        cut[5 * LANES + q] = high


@inlined
def _at(px, py, pz, pt, x, y, z):  # type: ignore[no-untyped-def]
    return px * x + py * y + pz * z + pt


@inlined
def _dot(places, c, r, x, y, z):  # type: ignore[no-untyped-def]
    """Return one row of column_T_body times (x, y, z, 1); r = 0 along the beams, 4 aside, 8 up."""
    return places[c, r] * x + places[c, r + 1] * y + places[c, r + 2] * z + places[c, r + 3]


@inlined
def _bearing(places, c, x, y, z):  # type: ignore[no-untyped-def]
    """Return the angle of a point from column c's half-plane, rad."""
    return _angle(_dot(places, c, 4, x, y, z), _dot(places, c, 0, x, y, z))


@inlined
def _angle(aside, along):  # type: ignore[no-untyped-def]
    """Return atan2(aside, along) in float32."""
    if along > 0 and abs(aside) < f4(0.1) * along:
        q = aside / along
        return q * (f4(1) - q * q * f4(1 / 3))
    return f4(math.atan2(aside, along))


@inlined
def _bin(slope, first, scale):  # type: ignore[no-untyped-def]
    """Return the look-up's bin of a slope, clipped to its ends."""
    return int(min(max((slope - first) * scale, f4(0)), f4(BINS - 1)))
