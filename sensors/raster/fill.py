"""The two kernels of the rasteriser: triangles become screen triangles, screen triangles become pixels.

Coverage: a pixel belongs to a triangle if its centre does; a centre exactly on an edge belongs to the triangle
on its right or below. A row's ends are computed from each edge's two end points taken top first, so two
triangles that share an edge compute the same number: no crack, no pixel twice, whatever the size.
Depth: 1/z is linear on the screen and comes from the triangle's own plane, so it owes nothing to its corners'
rounding. Equal depths go to the triangle that came first. Rows are independent: any banding gives the same bits.
"""

from math import ceil

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled

NOTHING = -1  # value of a pixel that no triangle covers
RECORD = 9  # x0 y0 x1 y1 x2 y2 px, and w = du u + dv v + w0 with w = 1/z (perspective) or -z (parallel)


@compiled
def set_up(
    vertices: Array,  # (V, 3) f4
    vertex_start: Array,  # (M + 1,) i8
    faces: Array,  # (F, 3) i4
    face_start: Array,  # (M + 1,) i8
    mesh: Array,  # (I,) i8
    placed: Array,  # (I,) i8 which placements to draw, rows of `mesh`
    cam_T_body: Array,  # (I, 3, 4) f8
    cull: Array,  # (I,) i8: 1 leaves out faces seen from behind, -1 those seen from the front, 0 none
    cam_R_map: Array,  # (3, 3) f8
    lens: Array,  # (8,) f8 fx fy cx cy near far width height
    perspective: bool,
    record: Array,  # (N, RECORD) f8 out
    face_of: Array,  # (N,) i4 out
    placement_of: Array,  # (N,) i4 out
    normal_of: Array,  # (N, 3) f4 out, the scene's frame, outward
) -> int:
    """Return how many screen triangles were written: transform, cull, clip at the near plane, project."""
    fx, fy, cx, cy, near, far, width, height = lens
    r = cam_R_map
    longest = 0
    for m in range(len(vertex_start) - 1):
        longest = max(longest, vertex_start[m + 1] - vertex_start[m])
    cam = np.empty((longest, 3))
    poly = np.empty((4, 3))
    screen = np.empty((4, 2))
    count = 0
    for i in placed:
        m, T = mesh[i], cam_T_body[i]
        v0 = vertex_start[m]
        for v in range(v0, vertex_start[m + 1]):
            x, y, z = np.float64(vertices[v, 0]), np.float64(vertices[v, 1]), np.float64(vertices[v, 2])
            for k in range(3):
                cam[v - v0, k] = T[k, 0] * x + T[k, 1] * y + T[k, 2] * z + T[k, 3]
        for f in range(face_start[m], face_start[m + 1]):
            a, b, d = faces[f, 0], faces[f, 1], faces[f, 2]
            za, zb, zd = cam[a, 2], cam[b, 2], cam[d, 2]
            if (za < near and zb < near and zd < near) or (za > far and zb > far and zd > far):
                continue
            ex, ey, ez = cam[b, 0] - cam[a, 0], cam[b, 1] - cam[a, 1], zb - za
            gx, gy, gz = cam[d, 0] - cam[a, 0], cam[d, 1] - cam[a, 1], zd - za
            nx, ny, nz = ey * gz - ez * gy, ez * gx - ex * gz, ex * gy - ey * gx
            # the plane n . X = n . A; facing < 0 where the outside is seen
            plane = nx * cam[a, 0] + ny * cam[a, 1] + nz * za
            facing = plane if perspective else nz
            if facing * cull[i] > 0.0 or facing == 0.0:
                continue
            k = 0
            for corner in range(3):
                p, q = faces[f, corner], faces[f, (corner + 1) % 3]
                zp, zq = cam[p, 2], cam[q, 2]
                if zp >= near:
                    poly[k, 0], poly[k, 1], poly[k, 2] = cam[p, 0], cam[p, 1], zp
                    k += 1
                if (zp >= near) != (zq >= near):
                    # from the point in front to the one behind, so that both owners of the edge cut it alike
                    if zp < near:
                        p, q = q, p
                    share = (cam[p, 2] - near) / (cam[p, 2] - cam[q, 2])
                    poly[k, 0] = cam[p, 0] + share * (cam[q, 0] - cam[p, 0])
                    poly[k, 1] = cam[p, 1] + share * (cam[q, 1] - cam[p, 1])
                    poly[k, 2] = near
                    k += 1
            low_x, high_x, low_y, high_y = np.inf, -np.inf, np.inf, -np.inf
            for j in range(k):
                over = 1.0 / poly[j, 2] if perspective else 1.0
                screen[j, 0] = fx * poly[j, 0] * over + cx
                screen[j, 1] = fy * poly[j, 1] * over + cy
                low_x, high_x = min(low_x, screen[j, 0]), max(high_x, screen[j, 0])
                low_y, high_y = min(low_y, screen[j, 1]), max(high_y, screen[j, 1])
            if high_x <= 0.0 or low_x >= width or high_y <= 0.0 or low_y >= height:
                continue
            # no pixel centre between its top and bottom, or between its left and right
            if ceil(low_y - 0.5) == ceil(high_y - 0.5) or ceil(low_x - 0.5) == ceil(high_x - 0.5):
                continue
            if perspective:
                du, dv = nx / (fx * plane), ny / (fy * plane)
                w0 = nz / plane - cx * du - cy * dv
            else:
                du, dv = nx / (fx * nz), ny / (fy * nz)
                w0 = -plane / nz - cx * du - cy * dv
            length = np.sqrt(nx * nx + ny * ny + nz * nz)
            for j in range(1, k - 1):
                out = record[count]
                out[0], out[1] = screen[0, 0], screen[0, 1]
                out[2], out[3] = screen[j, 0], screen[j, 1]
                out[4], out[5] = screen[j + 1, 0], screen[j + 1, 1]
                out[6], out[7], out[8] = du, dv, w0
                face_of[count] = f
                placement_of[count] = i
                for axis in range(3):
                    normal_of[count, axis] = (r[0, axis] * nx + r[1, axis] * ny + r[2, axis] * nz) / length
                count += 1
    return count


@compiled
def fill(record: Array, row_from: int, row_to: int, w: Array, owner: Array) -> None:
    """Write the nearest triangle of each pixel in rows [row_from, row_to).

    record (N, RECORD) f8; w (H, W) f4 starts as the smallest w to be drawn; owner (H, W) i4 as NOTHING.
    """
    width = w.shape[1]
    for n in range(len(record)):
        x0, y0, x1, y1, x2, y2, du, dv, w0 = record[n]
        # corners top first; which of two at one height comes first changes nothing
        if y1 < y0:
            x0, y0, x1, y1 = x1, y1, x0, y0
        if y2 < y0:
            x0, y0, x1, y1, x2, y2 = x2, y2, x0, y0, x1, y1
        elif y2 < y1:
            x1, y1, x2, y2 = x2, y2, x1, y1
        first = int(max(ceil(y0 - 0.5), float(row_from)))
        last = int(min(ceil(y2 - 0.5), float(row_to)))
        if first >= last:
            continue
        long = (x2 - x0) / (y2 - y0)
        upper = (x1 - x0) / (y1 - y0) if y1 > y0 else 0.0
        lower = (x2 - x1) / (y2 - y1) if y2 > y1 else 0.0
        for row in range(first, last):
            y = row + 0.5
            xa = x0 + (y - y0) * long
            xb = x0 + (y - y0) * upper if y < y1 else x1 + (y - y1) * lower
            left = int(min(max(ceil(min(xa, xb) - 0.5), 0.0), float(width)))
            right = int(min(max(ceil(max(xa, xb) - 0.5), 0.0), float(width)))
            at_left = w0 + dv * y + du * 0.5
            for x in range(left, right):
                value = np.float32(at_left + du * x)
                if value > w[row, x]:
                    w[row, x] = value
                    owner[row, x] = n
