"""Lidar sweeps for pictures: points in the map frame, coloured by what the user asks for."""

import numpy as np

from roadnet.base.arrays import Array
from sensors.packet import SensorPacket
from viewer.draw.items import Item, Points, polygons
from viewer.draw.theme import DARK, Colour, Theme, coloured

Z_POINTS, Z_CARRIER = 25, 40
GROUND_M, TOP_M = 0.25, 6.0  # below: returns from the ground, toned down so that what stands is seen
COLOUR_BY = ("height", "intensity", "range", "ring", "time in sweep")


def points_in_map(packet: SensorPacket) -> Array:
    """Return (N, 3) m, map frame: each point moved by the ego pose of its own time, linear between the two ends."""
    xyz = packet.arrays["xyz"].astype(np.float64)
    duration = max(packet.stamp_end_ns - packet.stamp_start_ns, 1)
    w = np.clip(packet.arrays["t_off_ns"].astype(np.float64) / duration, 0.0, 1.0)[:, None]
    start, end = (packet.map_T_ego[i] @ packet.ego_T_sensor for i in (0, 1))
    return np.asarray(moved(xyz, start) * (1 - w) + moved(xyz, end) * w)


def moved(xyz: Array, dst_T_src: Array) -> Array:
    """Return (N, 3) points in the destination frame; einsum, as BLAS threads cost more than they give here."""
    return np.asarray(np.einsum("nj,ij->ni", xyz, dst_T_src[:3, :3]) + dst_T_src[:3, 3])


def point_colours(packet: SensorPacket, by: str, *, ground: Colour = DARK["ground_return"]) -> Array:
    """Return (N, 3) uint8 of the points, one of COLOUR_BY; by height, returns from the ground fade into `ground`."""
    a = packet.arrays
    if by == "intensity":
        return coloured(a["intensity"], 0, 100, "cividis")
    if by == "range":
        return coloured(np.linalg.norm(a["xyz"], axis=1), 0, 80)
    if by == "ring":
        return coloured(a["ring"], 0, max(float(a["ring"].max(initial=1)), 1))
    if by == "time in sweep":
        return coloured(a["t_off_ns"], 0, max(packet.stamp_end_ns - packet.stamp_start_ns, 1))
    height = a["xyz"][:, 2] + packet.ego_T_sensor[2, 3]
    rgb = coloured(height, 0.0, TOP_M)
    low = height < GROUND_M
    rgb[low] = (rgb[low] * 0.3 + np.array(ground) * 0.7).astype(np.uint8)
    return rgb


def sweep_items(packet: SensorPacket, theme: Theme, *, by: str = "height") -> tuple[Item, ...]:
    """Return one sweep as raster points, low ones first so that what stands is seen."""
    xyz = points_in_map(packet)
    rgb = point_colours(packet, by, ground=theme["ground_return"])
    order = np.argsort(xyz[:, 2], kind="stable")
    return (Points(xy=xyz[order, :2], rgb=rgb[order], z=Z_POINTS, size_px=1),)


def carrier_items(packet: SensorPacket) -> tuple[Item, ...]:
    """Return where the sensor's vehicle stands, as far as a log tells: its place and heading, not its size."""
    pose = packet.map_T_ego[1]
    marker = np.array([(-2.0, -0.9), (1.4, -0.9), (2.3, 0.0), (1.4, 0.9), (-2.0, 0.9)])
    outline = marker @ pose[:2, :2].T + pose[:2, 3]
    return (polygons([outline], "ego", z=Z_CARRIER, edge_role="outline_ego", edge_px=1.6),)
