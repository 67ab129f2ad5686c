"""Boxes of agents projected into a camera picture, as items in its pixels."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.frames import inverse
from scenarios.model.recording import Recording
from sensors.packet import SensorPacket
from viewer.draw.items import Item, Text, polylines
from viewer.draw.moment import moment
from viewer.draw.traffic import role_of

CORNERS = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)])
EDGES = np.array([(0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7)])
NEAR_M = 0.3
FARTHEST_M = 120.0


def box_items(packet: SensorPacket, recording: Recording) -> tuple[Item, ...]:
    """Return the 3-D boxes of the agents before the camera, at the middle of the exposure."""
    info = dict(packet.info)
    lens = np.array([info["fx"], info["fy"], info["cx"], info["cy"]])
    height = packet.arrays["rgb"].shape[0]
    now = moment(recording, (packet.stamp_start_ns + packet.stamp_end_ns) * 0.5e-9)
    cam_T_map = camera_of(packet)
    items: list[Item] = []
    for a in np.flatnonzero(now.valid):
        if a == recording.subject:
            continue
        cam = box_corners(recording, now.xyz[a], float(now.yaw[a]), int(a)) @ cam_T_map[:3, :3].T + cam_T_map[:3, 3]
        if cam[:, 2].max() < NEAR_M or cam[:, 2].min() > FARTHEST_M:
            continue
        lines = [segment(cam[p], cam[q], lens, height) for p, q in EDGES if max(cam[p, 2], cam[q, 2]) > NEAR_M]
        items.append(polylines(lines, role_of(int(recording.agents.kind[a])), width_px=1.5, z=5))
        if cam[:, 2].min() > NEAR_M:
            ends = np.concatenate(lines)
            top = (ends[:, 0].min() + ends[:, 0].max()) / 2, ends[:, 1].max()
            label = f"{role_of(int(recording.agents.kind[a]))} {float(np.median(cam[:, 2])):.0f} m"
            items.append(Text(float(top[0]), float(top[1]), label, size_px=11, offset_px=(0, 4)))
    return tuple(items)


def camera_of(packet: SensorPacket) -> Array:
    """Return cam_T_map (4, 4), optical axes, at the middle of the exposure."""
    map_T_ego = packet.map_T_ego[1].copy()
    map_T_ego[:3, 3] = packet.map_T_ego[:, :3, 3].mean(0)
    return inverse(map_T_ego @ packet.ego_T_sensor)


def box_corners(recording: Recording, xyz: Array, yaw: float, agent: int) -> Array:
    """Return the (8, 3) corners m of an agent's box, map frame."""
    c, s = np.cos(yaw), np.sin(yaw)
    return np.asarray((CORNERS * recording.agents.size[agent]) @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + xyz)


def segment(p: Array, q: Array, lens: Array, height: int) -> Array:
    """Return the (2, 2) px ends of an edge, y up, cut at the near plane."""
    if p[2] > q[2]:
        p, q = q, p
    if p[2] < NEAR_M:
        p = p + (q - p) * (NEAR_M - p[2]) / (q[2] - p[2])
    ends = np.stack([p, q])
    return np.stack(
        [lens[0] * ends[:, 0] / ends[:, 2] + lens[2], height - (lens[1] * ends[:, 1] / ends[:, 2] + lens[3])], -1
    )
