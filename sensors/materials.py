"""What things are made of: optical tables for lidar and camera, read from data/materials."""

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Literal

import numpy as np

from roadnet.base.arrays import Array, frozen
from roadnet.base.errors import InputError
from roadnet.base.records import load_toml, number
from roadnet.base.shipped import data_path
from roadnet.surface import Surface
from scenarios.model.recording import LAMP_BRAKE, LAMP_HAZARD, LAMP_HEAD, LAMP_LEFT, LAMP_RIGHT

SIGNAL_RED, SIGNAL_AMBER, SIGNAL_GREEN = 1, 2, 4  # bits of Scene.lamps where the thing is a traffic light


class Material(IntEnum):
    """Materials of faces. Codes are stored; append only."""

    ASPHALT = 0
    MARKING_WHITE = 1
    MARKING_YELLOW = 2
    PAVING = 3
    KERBSTONE = 4
    GRASS = 5
    SOIL = 6
    CAR_PAINT = 7
    TRIM = 8
    CAR_GLASS = 9
    HEADLAMP = 10
    TAIL_LAMP = 11
    INDICATOR_LEFT = 12
    INDICATOR_RIGHT = 13
    PLATE = 14
    TYRE = 15
    RIM = 16
    UNDERBODY = 17
    REFLECTOR = 18
    TARPAULIN = 19
    CLOTHES_UPPER = 20
    CLOTHES_LOWER = 21
    SKIN = 22
    HAIR = 23
    SHOE = 24
    HELMET = 25
    FRAME_METAL = 26
    BARK = 27
    FOLIAGE = 28
    FACADE = 29
    FACADE_GLASS = 30
    ROOF_TILE = 31
    GALVANISED_STEEL = 32
    CONCRETE = 33
    SIGN_FACE = 34
    SIGN_BACK = 35
    LIGHT_HOUSING = 36
    LENS_RED = 37
    LENS_AMBER = 38
    LENS_GREEN = 39


class Semantic(IntEnum):
    """Classes of things and ground for semantic images. Codes are stored; append only."""

    SKY = 0
    ROAD = 1
    ROAD_MARKING = 2
    SIDEWALK = 3
    VEGETATION = 4
    TERRAIN = 5
    BUILDING = 6
    POLE = 7
    GUARD_RAIL = 8
    TRAFFIC_LIGHT = 9
    TRAFFIC_SIGN = 10
    CAR = 11
    VAN = 12
    TRUCK = 13
    BUS = 14
    MOTORCYCLE = 15
    CYCLIST = 16
    PEDESTRIAN = 17
    OBSTACLE = 18
    SCOOTER = 19
    ANIMAL = 20
    TRAILER = 21
    DOOR = 22
    DEBRIS = 23


GROUND_MATERIAL = {
    Surface.ROAD: Material.ASPHALT,
    Surface.MARKING_WHITE: Material.MARKING_WHITE,
    Surface.MARKING_YELLOW: Material.MARKING_YELLOW,
    Surface.SIDEWALK: Material.PAVING,
    Surface.KERB: Material.KERBSTONE,
    Surface.VERGE: Material.GRASS,
    Surface.CROSSWALK: Material.MARKING_WHITE,
    Surface.TERRAIN: Material.GRASS,
    Surface.PARKING: Material.ASPHALT,
    Surface.STOP_LINE: Material.MARKING_WHITE,
}

GROUND_SEMANTIC = {
    Material.ASPHALT: Semantic.ROAD,
    Material.MARKING_WHITE: Semantic.ROAD_MARKING,
    Material.MARKING_YELLOW: Semantic.ROAD_MARKING,
    Material.PAVING: Semantic.SIDEWALK,
    Material.KERBSTONE: Semantic.SIDEWALK,
    Material.GRASS: Semantic.VEGETATION,
    Material.SOIL: Semantic.TERRAIN,
}

LIT_BY = {
    Material.HEADLAMP: LAMP_HEAD,
    Material.TAIL_LAMP: LAMP_BRAKE,
    Material.INDICATOR_LEFT: LAMP_LEFT | LAMP_HAZARD,
    Material.INDICATOR_RIGHT: LAMP_RIGHT | LAMP_HAZARD,
    Material.LENS_RED: SIGNAL_RED,
    Material.LENS_AMBER: SIGNAL_AMBER,
    Material.LENS_GREEN: SIGNAL_GREEN,
}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MaterialTable:
    """Optical properties, one row a Material (M rows).

    Near infrared: hemispherical reflectance of a Lambertian surface at normal incidence. Where a material takes
    the thing's paint, reflectance runs from `nir_dark` (black paint) to `nir_bright` (white paint) with the
    paint's luminance, and the visible albedo is albedo + paint_share * (paint - albedo).
    """

    nir_bright: Array  # (M,) f4 at 905 nm; 850 nm agrees within the tables' spread
    nir_dark: Array  # (M,) f4
    retro_gain: Array  # (M,) f4 how much brighter than Lambertian back into the source; 1 for none
    albedo: Array  # (M, 3) f4 linear RGB
    paint_share: Array  # (M,) f4 0..1
    gloss: Array  # (M,) f4 0..1, share of mirror-like reflection at normal incidence
    lit_by: Array  # (M,) u1 lamp bits (Scene.lamps) that make the face shine


@dataclass(frozen=True, kw_only=True, slots=True)
class MaterialRow:
    """One material of a file in data/materials."""

    nir: float = number(above=0.0, most=1.0)
    nir_dark: float | None = number(above=0.0, most=1.0, default=None)
    retro_gain: float = number(least=1.0, most=5000.0, default=1.0)
    albedo: tuple[float, float, float] = number(least=0.0, most=1.0)
    paint_share: float = number(least=0.0, most=1.0, default=0.0)
    gloss: float = number(least=0.0, most=1.0, default=0.0)
    source: str
    grade: Literal["measured", "published", "datasheet", "assumed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MaterialFile:
    """A file in data/materials."""

    schema: int = number(least=1, most=1)
    licence: str
    material: dict[str, MaterialRow]


@cache
def material_rows() -> dict[Material, MaterialRow]:
    """Return every material's row from data/materials; InputError names what is unknown, double or missing."""
    rows: dict[Material, MaterialRow] = {}
    for path in sorted(data_path("materials").glob("*.toml")):
        for name, row in load_toml(path, MaterialFile).material.items():
            if name.upper() not in Material.__members__ or Material[name.upper()] in rows:
                raise InputError(f"{path.name}: material.{name}", got="an unknown or double name", wanted="a Material")
            rows[Material[name.upper()]] = row
    missing = [m.name.lower() for m in Material if m not in rows]
    if missing:
        raise InputError("data/materials", got=f"no row for {', '.join(missing)}", wanted="one row a Material")
    return rows


@cache
def material_table() -> MaterialTable:
    """Return the optical table of all materials."""
    rows = [material_rows()[m] for m in Material]
    M = len(rows)
    return MaterialTable(
        nir_bright=frozen("nir_bright", [r.nir for r in rows], np.float32, (M,)),
        nir_dark=frozen("nir_dark", [r.nir if r.nir_dark is None else r.nir_dark for r in rows], np.float32, (M,)),
        retro_gain=frozen("retro_gain", [r.retro_gain for r in rows], np.float32, (M,)),
        albedo=frozen("albedo", [r.albedo for r in rows], np.float32, (M, 3)),
        paint_share=frozen("paint_share", [r.paint_share for r in rows], np.float32, (M,)),
        gloss=frozen("gloss", [r.gloss for r in rows], np.float32, (M,)),
        lit_by=frozen("lit_by", [LIT_BY.get(m, 0) for m in Material], np.uint8, (M,)),
    )
