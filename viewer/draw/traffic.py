"""Bird's-eye items of a recording: agents with heading, lamps, trails, velocities, statics, who did it."""

import numpy as np

from roadnet.base.arrays import Array
from scenarios.model.evidence import Evidence, Observed
from scenarios.model.recording import LAMP_BRAKE, LAMP_HAZARD, LAMP_LEFT, LAMP_REVERSE, LAMP_RIGHT, Recording
from scenarios.model.spec import Kind
from viewer.draw.items import Item, Text, polygons, polylines
from viewer.draw.moment import Moment

TRAIL_S, AHEAD_S = 4.0, 3.0
MIN_WALKER_M = 0.9  # a pedestrian is drawn at least this wide, or it would vanish on the screen
Z_STATIC, Z_TRAIL, Z_ARROW, Z_AGENT, Z_LAMP, Z_RING, Z_LABEL = 20, 30, 35, 40, 45, 55, 60

NOSED = np.array([(-0.5, -0.46), (-0.46, -0.5), (0.34, -0.5), (0.5, -0.3), (0.5, 0.3), (0.34, 0.5), (-0.46, 0.5),
                  (-0.5, 0.46)])  # fmt: skip
SLIM = np.array([(-0.5, -0.2), (-0.3, -0.5), (0.2, -0.5), (0.5, 0.0), (0.2, 0.5), (-0.3, 0.5), (-0.5, 0.2)])
ANGLES = np.arange(36) * np.pi / 18
ROUND = np.stack([np.cos(ANGLES), np.sin(ANGLES)], -1) / 2
SCREEN = np.array([(0.12, -0.4), (0.26, -0.34), (0.26, 0.34), (0.12, 0.4)])  # windscreen: shows the heading
BOXED = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
DRAWBAR = np.array([(-0.5, -0.5), (0.3, -0.5), (0.32, -0.06), (0.5, -0.04), (0.5, 0.04), (0.32, 0.06), (0.3, 0.5),
                    (-0.5, 0.5)])  # fmt: skip
WHEELED = (Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.BUS)
SHAPES = {
    **dict.fromkeys(WHEELED, NOSED), Kind.PEDESTRIAN: ROUND, Kind.TRAILER: DRAWBAR, Kind.DOOR: BOXED,
    Kind.DEBRIS: BOXED,
}  # fmt: skip
LEAST_M = {Kind.PEDESTRIAN: (MIN_WALKER_M, MIN_WALKER_M), Kind.DOOR: (0.0, 0.25), Kind.DEBRIS: (0.6, 0.6)}  # drawn


def role_of(kind: int) -> str:
    """Return the colour role of a kind of road user."""
    return Kind(kind).name.lower()


def placed(shape: Array, xy: Array, yaw: float, length: float, width: float) -> Array:
    """Return a unit shape (n, 2) scaled, turned and moved into the map frame."""
    c, s = np.cos(yaw), np.sin(yaw)
    return np.asarray((shape * (length, width)) @ np.array([[c, s], [-s, c]]) + xy)


def footprint(recording: Recording, now: Moment, agent: int) -> Array:
    """Return the drawn outline (n, 2) m of one agent: nosed for vehicles, slim for two wheels, round on foot."""
    kind = Kind(int(recording.agents.kind[agent]))
    size = np.maximum(recording.agents.size[agent, :2], LEAST_M.get(kind, (0.0, 0.0)))
    shape = SHAPES.get(kind, SLIM)
    return placed(shape, now.xyz[agent, :2], float(now.yaw[agent]), float(size[0]), float(size[1]))


def agent_items(recording: Recording, now: Moment) -> tuple[Item, ...]:
    """Return the agents present: bodies by kind, the subject emphasised, windscreens and lamps."""
    present: list[int] = np.flatnonzero(now.valid).tolist()
    items: list[Item] = []
    for kind in np.unique(recording.agents.kind[present]):
        rows = [a for a in present if recording.agents.kind[a] == kind and a != recording.subject]
        items.append(
            polygons([footprint(recording, now, a) for a in rows], role_of(kind), z=Z_AGENT, edge_role="outline")
        )
    if recording.subject in present:
        ego = [footprint(recording, now, recording.subject)]
        items.append(polygons(ego, "ego", z=Z_AGENT + 1, edge_role="outline_ego", edge_px=1.6))
    wheeled = [a for a in present if recording.agents.kind[a] in WHEELED]
    lit = [a for a in present if recording.agents.kind[a] in (*WHEELED, Kind.TRAILER)]
    screens = [part(recording, now, a, SCREEN) for a in wheeled]
    items.append(polygons(screens, "outline", z=Z_AGENT + 2, alpha=0.7))
    items += lamp_items(recording, now, lit)
    return tuple(items)


def part(recording: Recording, now: Moment, agent: int, shape: Array) -> Array:
    """Return a piece of an agent's body, given in units of its length and width."""
    length, width = recording.agents.size[agent, :2]
    return placed(shape, now.xyz[agent, :2], float(now.yaw[agent]), float(length), float(width))


def lamp_items(recording: Recording, now: Moment, wheeled: list[int]) -> list[Item]:
    """Return brake and turn lamps that are lit."""
    brake = [
        part(recording, now, a, np.array([(-0.47, y0), (-0.47, y0 + 0.26)]))
        for a in wheeled
        if now.lamps[a] & LAMP_BRAKE
        for y0 in (-0.46, 0.2)
    ]
    turn = [
        part(recording, now, a, np.array([(x, side * 0.48), (x + 0.06, side * 0.48)]))
        for a in wheeled
        for bit, side in ((LAMP_LEFT, 1), (LAMP_RIGHT, -1))
        if now.lamps[a] & (bit | LAMP_HAZARD)
        for x in (-0.48, 0.36)
    ]
    backing = [
        part(recording, now, a, np.array([(-0.48, y0), (-0.48, y0 + 0.1)]))
        for a in wheeled
        if now.lamps[a] & LAMP_REVERSE
        for y0 in (-0.18, 0.08)
    ]
    return [
        polylines(backing, "lamp_reverse", z=Z_LAMP, width_px=2.0, width_m=0.25),
        polylines(brake, "lamp_brake", z=Z_LAMP, width_px=2.0, width_m=0.3),
        polylines(turn, "lamp_turn", z=Z_LAMP, width_px=2.0, width_m=0.35),
    ]


def trail_items(recording: Recording, now: Moment) -> tuple[Item, ...]:
    """Return where agents came from (solid, fading in two parts) and where they will be (dotted)."""
    step = recording.step_s
    back, ahead = round(TRAIL_S / step), round(AHEAD_S / step)
    k, half = now.step, max(now.step - round(TRAIL_S / step / 2), 0)
    parts = ((max(k - back, 0), half + 1, 0.28, ()), (half, k + 1, 0.6, ()), (k, k + ahead + 1, 0.5, (1.0, 3.0)))
    items: list[Item] = []
    for first, end, alpha, dash in parts:
        for role, rows in (("trail", others(recording, now)), ("ego", [recording.subject])):
            lines = [stretch(recording, a, first, end) for a in rows if now.valid[a]]
            lines = [line for line in lines if len(line) > 1 and np.ptp(line, axis=0).max() > 0.3]
            if lines:
                items.append(polylines(lines, role, z=Z_TRAIL, width_px=1.6, dash=dash, alpha=alpha))
    return tuple(items)


def others(recording: Recording, now: Moment) -> list[int]:
    """Return the agents present that are not the subject."""
    return [int(a) for a in np.flatnonzero(now.valid) if a != recording.subject]


def stretch(recording: Recording, agent: int, first: int, end: int) -> Array:
    """Return the (n, 2) places of an agent over steps [first, end) where it was present."""
    seen = recording.agents.valid[agent, first:end]
    return np.asarray(recording.agents.xyz[agent, first:end, :2][seen])


def velocity_items(recording: Recording, now: Moment) -> tuple[Item, ...]:
    """Return an arrow an agent that moves: as long as the way of one second, from the middle of the body."""
    shafts, heads = [], []
    for a in np.flatnonzero(now.valid & (np.abs(now.speed) > 0.5)):
        d = np.array([np.cos(now.yaw[a]), np.sin(now.yaw[a])])
        tip = now.xyz[a, :2] + d * float(now.speed[a])
        side, size = np.array([-d[1], d[0]]), min(1.2, 0.25 * abs(float(now.speed[a])) + 0.3)
        shafts.append(np.stack([now.xyz[a, :2], tip - d * size * np.sign(now.speed[a])]))
        back = tip - d * size * np.sign(now.speed[a])
        heads.append(np.stack([tip, back + side * size * 0.45, back - side * size * 0.45]))
    return (
        polylines(shafts, "text", z=Z_ARROW, width_px=1.3, alpha=0.8),
        polygons(heads, "text", z=Z_ARROW, alpha=0.8),
    )


def static_items(recording: Recording) -> tuple[Item, ...]:
    """Return the scenery that the scenario added: vehicles at rest solid, the rest hatched."""
    vehicles: list[Array] = []
    trees: list[Array] = []
    rest: list[Array] = []
    for kind, pose, size in zip(recording.statics.kind, recording.statics.pose, recording.statics.size, strict=True):
        rows, shape = {"tree": (trees, ROUND)}.get(kind, (rest, BOXED))
        if kind in ("car", "van", "truck", "bus"):
            rows, shape = vehicles, NOSED
        rows.append(placed(shape, pose[:2], float(pose[3]), float(size[0]), float(size[1])))
    return (
        polygons(rest, "building", z=Z_STATIC, edge_role="furniture", hatched=True),
        polygons(trees, "vegetation", z=Z_STATIC, edge_role="kerb"),
        polygons(vehicles, "static", z=Z_STATIC + 1, edge_role="outline"),
    )


def involved(evidence: tuple[Evidence, ...]) -> tuple[int, ...]:
    """Return the agent rows that observed evidence names, sorted."""
    return tuple(sorted({a for e in evidence if e.observed == Observed.OBSERVED for a in e.agents}))


def evidence_items(recording: Recording, now: Moment, evidence: tuple[Evidence, ...]) -> tuple[Item, ...]:
    """Return a ring and the leaf's id at each agent that observed evidence names, solid while it lasts."""
    items: list[Item] = []
    for e in (e for e in evidence if e.observed == Observed.OBSERVED):
        lasts = e.t_on_s <= now.t_s <= e.t_off_s
        rows = [a for a in e.agents if a != recording.subject and a < len(now.valid) and now.valid[a]]
        for a in rows:
            size = float(max(recording.agents.size[a, 0], 1.5)) * 1.35
            ring = placed(ROUND, now.xyz[a, :2], 0.0, size, size)
            dash = () if lasts else (3.0, 3.0)
            items.append(polylines([np.vstack([ring, ring[:1]])], "hazard", z=Z_RING, width_px=2.0, dash=dash))
            x, y = (float(v) for v in now.xyz[a, :2])
            mark = Text(x, y + size / 2, e.leaf, role="hazard", z=Z_LABEL, anchor="middle", offset_px=(0, 5), bold=True)
            items.append(mark)
    return tuple(items)


def contact_items(recording: Recording, now: Moment) -> tuple[Item, ...]:
    """Return a cross where two agents first touched, from that time on."""
    rows = []
    for (a, b), t_ns in zip(recording.contacts.pair, recording.contacts.t_ns, strict=True):
        if t_ns * 1e-9 <= now.t_s + 1e-9:
            k = min(round(t_ns * 1e-9 / recording.step_s), len(recording.t_ns) - 1)
            mid = recording.agents.xyz[[a, b], k, :2].mean(0)
            rows += [mid + np.array([(-1, -1), (1, 1)]), mid + np.array([(-1, 1), (1, -1)])]
    return (polylines(rows, "collision", z=Z_RING + 1, width_px=3.0),) if rows else ()


def label_items(recording: Recording, now: Moment) -> tuple[Item, ...]:
    """Return the name tags: "ego" and its speed."""
    s = recording.subject
    if not now.valid[s]:
        return ()
    x, y = (float(v) for v in now.xyz[s, :2])
    tag = f"ego {now.speed[s] * 3.6:.0f} km/h"
    return (Text(x, y, tag, z=Z_LABEL, offset_px=(0, -22), bold=True),)


def traffic_items(recording: Recording, now: Moment, evidence: tuple[Evidence, ...] = ()) -> tuple[Item, ...]:
    """Return all that a bird's-eye picture shows of a recording at an instant."""
    return (
        *static_items(recording),
        *trail_items(recording, now),
        *agent_items(recording, now),
        *velocity_items(recording, now),
        *evidence_items(recording, now, evidence),
        *contact_items(recording, now),
        *label_items(recording, now),
    )
