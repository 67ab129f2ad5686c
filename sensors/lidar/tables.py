"""What the projection works on: tables of arrays, as tuples that kernels take whole.

A kernel's cached code names the types of its arguments: every module with a kernel imports those it takes, so that
an edit here gives it a fresh cache.
"""

from typing import NamedTuple

import numpy as np

from roadnet.base.arrays import Array

FAR = np.float32(1e9)
BINS = 1024  # of the look-up from slope to beam
LANES = 16  # columns that are cut at once


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
    # (8,) f8: rad a column; slope of bin 0; bins per slope; sensor's travel m and turn rad over the sweep; sine of the
    # angle between its axis and the vertical; reach m; largest |shift|
    limits: Array


class Solids(NamedTuple):
    """Meshes one after the other; M meshes, F faces, V vertices, body frames."""

    vertices: Array  # (V, 3) f4 m
    faces: Array  # (F, 3) i4 rows of `vertices`
    planes: Array  # (F, 4) f4 unit normal n, outward, and n . x of the plane's points, m
    material: Array  # (F,) u1
    vertex_start: Array  # (M + 1,) i8
    face_start: Array  # (M + 1,) i8
    centre: Array  # (M, 3) f8 m
    extent: Array  # (M, 2) f8 m half width in plan, half height


class Bodies(NamedTuple):
    """Things; K rows. They move linearly from `start` to `end`."""

    mesh: Array  # (K,) i4
    instance: Array  # (K,) i4
    start: Array  # (K, 4) f8 x, y, z, yaw, scene's frame
    end: Array  # (K, 4) f8


class RangeImage(NamedTuple):
    """What the beams meet first; C columns, B slots."""

    depth: Array  # (C, B) f4 m from the sensor's axis; FAR where nothing
    cosine: Array  # (C, B) f4 of the angle of incidence
    surface: Array  # (C, B) i4 instance * 256 + material


class Workspace(NamedTuple):
    """Scratch arrays that calls may share."""

    places: Array  # (C, 12) f4 column_T_body, 3 x 4 row by row, for the first group
    lanes: Array  # (G, C / LANES rounded up, 12 * LANES) f4 the same for every group, LANES columns side by side
    seen: Array  # (most vertices of a mesh, 3) f4
    cut: Array  # (6 * LANES,) f4
