"""Rotary lidar: a sweep over a scene becomes points, with the truth beside them."""

import math
from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from sensors.lidar.device import LidarDevice
from sensors.lidar.geometry import range_image
from sensors.lidar.optics import layout
from sensors.lidar.signal import GAIN_STEP_M, Link, Returns, normal_quantiles, receive
from sensors.lidar.weather import (
    CLEAR_MOR_M,
    DROP_LN_M,
    DROP_SIGMA,
    air,
    fog_alpha_1pm,
    fog_reflectance,
)
from sensors.materials import Material, MaterialTable, material_table
from sensors.rig import LidarMount
from sensors.scene import Scene

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709
WET_FILM_MM = 1.2  # film that fills the pavement's texture (Robo3D; Hahner CVPR 2022)
WET_SHARE = 0.3  # what is left of a soaked surface's diffuse reflectance: asphalt 0.17 dry, 0.05 wet
ROAD_MATERIALS = (Material.ASPHALT, Material.MARKING_WHITE, Material.MARKING_YELLOW, Material.PAVING)


def sweep(scene: Scene, mount: LidarMount, key: int) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the packet's arrays and the truth's of one turn during the scene's time (SensorPacket, Truth).

    key: 64 bits that name this turn's noise; equal keys give equal noise ray by ray, whatever the scene.
    """
    plan, image = layout(mount.device), range_image(scene, mount)
    C, B = image.depth.shape
    out = _room(C * B)
    counts = np.zeros((1 + len(scene.mesh), 2), np.int32)
    duration = scene.t_end_ns - scene.t_start_ns
    n = receive(
        image, link_budget(scene, mount.device), np.uint64(key), plan.slot_of_ring, plan.group_of_ring,
        _directions(mount.device), plan.slope, plan.level, (np.arange(C) * duration // C).astype(np.uint32),
        np.array(mount.device.firing_ns, np.uint32), counts, out,
    )  # fmt: skip
    # views of the room: at most the rays without a return are carried along
    points = {name: getattr(out, name)[:n] for name in ("xyz", "intensity", "t_off_ns", "ring", "column")}
    truth = {name: getattr(out, name)[:n] for name in ("instance", "material", "range_m", "cause")}
    met = counts.sum(1, dtype=np.int32)  # within reach: delivered or lost
    return points, truth | {"counts": np.column_stack([met, counts])[1:]}


def link_budget(scene: Scene, device: LidarDevice) -> Link:
    """Return the link budget of a device in the scene's weather, with the reflectance of every thing."""
    state = air(scene.weather)
    fog = fog_alpha_1pm(scene.weather.mor_m) if scene.weather.mor_m < CLEAR_MOR_M else 0.0
    limits = [
        device.sigma_0_m**2,
        device.sigma_k_m**2 / device.half_snr,
        device.divergence_rad**2 / 12,
        device.lsb_m,
        device.min_range_m,
        device.max_range_m,
        fog_reflectance(device, fog) * float(_clear_gain(device, np.array([device.near_field_m]))[0]),
        max(2 * fog, 1e-9),
        device.near_field_m,
        state.drop_chance,
        DROP_LN_M,
        DROP_SIGMA,
    ]
    normal, threshold = _quantiles(device.softness_db)
    return Link(
        gain=_gain(device, state.alpha_1pm),
        reflectance=reflectance(scene),
        retro=np.array(material_table().retro_gain),
        normal=normal,
        threshold=threshold,
        limits=np.array(limits),
    )


def reflectance(scene: Scene) -> Array:
    """Return (1 + K, materials) f4: diffuse reflectance near 905 nm by instance; wet roads are dark."""
    table: MaterialTable = material_table()
    paint = np.concatenate([[0.5], np.asarray(scene.paint, np.float64).reshape(-1, 3) @ LUMINANCE])
    rows = table.nir_dark + np.clip(paint, 0, 1)[:, None] * (table.nir_bright - table.nir_dark)
    soaked = min(max(scene.weather.water_film_mm / WET_FILM_MM, 0.0), 1.0)
    rows[0, [int(m) for m in ROAD_MATERIALS]] *= 1 - soaked * (1 - WET_SHARE)
    return np.ascontiguousarray(rows, np.float32)


def _clear_gain(device: LidarDevice, r: Array) -> Array:
    """Return the signal of a white target at range `r` in clear air; 1 is seen with Pd 0.5."""
    return np.asarray(10 * (device.half_range_m / np.maximum(r, device.near_field_m)) ** device.exponent)


@lru_cache(maxsize=64)
def _gain(device: LidarDevice, alpha_1pm: float) -> Array:
    r = np.arange(int(device.max_range_m / GAIN_STEP_M) + 3) * GAIN_STEP_M
    fade = np.exp(-2 * alpha_1pm * r)
    return np.column_stack([_clear_gain(device, r) * fade, fade]).astype(np.float32)


@lru_cache(maxsize=16)
def _quantiles(softness_db: float) -> tuple[Array, Array]:
    normal = normal_quantiles()
    return normal.copy(), np.exp(normal.astype(np.float64) * softness_db * math.log(10) / 10).astype(np.float32)


@lru_cache(maxsize=16)
def _directions(device: LidarDevice) -> Array:
    azimuth = layout(device).azimuth
    return np.ascontiguousarray(np.stack([np.cos(azimuth), np.sin(azimuth)], -1), np.float32)


def _room(rays: int) -> Returns:
    return Returns(
        xyz=np.empty((rays, 3), np.float32),
        intensity=np.empty(rays, np.uint8),
        t_off_ns=np.empty(rays, np.uint32),
        ring=np.empty(rays, np.uint16),
        column=np.empty(rays, np.uint16),
        instance=np.empty(rays, np.int32),
        material=np.empty(rays, np.uint8),
        range_m=np.empty(rays, np.float32),
        cause=np.empty(rays, np.uint8),
    )
