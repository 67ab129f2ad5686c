"""The stage: a recording over a stretch of time becomes what a sensor may see of it.

Things are the recording's agents without the subject (rows in the recording's order, all of them at all times: who
is absent lies out of reach), then its scenery, then the map's furniture nearby. No order and no number tells a role.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.frames import wrap_angle
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import Kind
from sensors.dressing import paint
from sensors.furniture import Furniture, tile_at
from sensors.materials import SIGNAL_AMBER, SIGNAL_GREEN, SIGNAL_RED, Semantic
from sensors.scene import Mesh, Scene, Weather
from sensors.shape_catalogue import mesh_of

OUT_OF_REACH_M = -1.0e5  # below the ground: where absent agents lie
SEMANTIC = {
    "building": Semantic.BUILDING,
    "tree": Semantic.VEGETATION,
    "pole": Semantic.POLE,
    "guard_rail": Semantic.GUARD_RAIL,
    "traffic_light": Semantic.TRAFFIC_LIGHT,
    "sign": Semantic.TRAFFIC_SIGN,
    **{k.name.lower(): Semantic[k.name] for k in Kind},
}
# Scene.lamps of a traffic light by SignalPhase state: dark, red, red-amber, amber, green, flashing amber
SIGNAL_LAMPS = np.array([0, SIGNAL_RED, SIGNAL_RED | SIGNAL_AMBER, SIGNAL_AMBER, SIGNAL_GREEN, SIGNAL_AMBER], np.uint8)


def stage(recording: Recording, net: RoadNetwork | None, t_start_ns: int, t_end_ns: int) -> Scene:
    """Return the scene over [t_start, t_end]; without a map the ground is a plain. Raises ValueError outside time."""
    if not recording.t_ns[0] <= t_start_ns <= t_end_ns <= recording.t_ns[-1]:
        have = f"{recording.t_ns[0]}..{recording.t_ns[-1]} ns"
        raise ValueError(f"scene: got {t_start_ns}..{t_end_ns} ns, want an interval within the recording's {have}")
    start, end = (_poses(recording, t) for t in (t_start_ns, t_end_ns))
    end = np.column_stack([end[:, :3], start[:, 3] + wrap_angle(end[:, 3] - start[:, 3])])
    tile = tile_at(net, start[recording.subject, :3])
    shift = np.array([*tile.origin, 0.0])
    cast, backdrop = _cast(recording), _backdrop(recording, tile.furniture)
    step = _step(recording, t_start_ns)
    present = cast.rows[recording.agents.valid[cast.rows, step]]
    absent = ~recording.agents.valid[cast.rows, step]
    agents = [start[cast.rows] - shift, end[cast.rows] - shift]
    for pose in agents:
        pose[absent] = (0.0, 0.0, OUT_OF_REACH_M, 0.0)
    still = backdrop.pose - shift
    meshes, mesh = _meshes(recording, cast, backdrop, present, step)
    return Scene(
        t_start_ns=t_start_ns,
        t_end_ns=t_end_ns,
        ground=tile.ground,
        origin=tile.origin,
        meshes=meshes,
        mesh=mesh,
        pose_start=np.concatenate([agents[0], still]),
        pose_end=np.concatenate([agents[1], still]),
        semantic=np.concatenate([cast.semantic, backdrop.semantic]),
        paint=np.concatenate([cast.paint, backdrop.paint]),
        lamps=np.concatenate([recording.agents.lamps[cast.rows, step], _signal_lamps(recording, backdrop, step)]),
        ego_start=start[recording.subject] - shift,
        ego_end=end[recording.subject] - shift,
        weather=_weather(recording, t_start_ns, t_end_ns),
    )


def instance_of(recording: Recording, agent: int) -> int:
    """Return the instance number that scenes give an agent's row; ValueError for the subject, who is not in them."""
    if agent == recording.subject:
        raise ValueError(f"agent: got {agent}, the subject, want another row")
    return 1 + agent - (agent > recording.subject)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Cast:
    """The agents of a recording as things; what does not change."""

    rows: Array  # (A - 1,) agent rows
    kind: tuple[str, ...]
    size: tuple[tuple[float, float, float], ...]
    look: tuple[int, ...]
    semantic: Array
    paint: Array


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Backdrop:
    """Scenery and furniture as things."""

    pose: Array  # (K, 4)
    meshes: tuple[Mesh, ...]
    mesh: Array  # (K,)
    semantic: Array
    paint: Array
    group: Array  # (K,)


@lru_cache(maxsize=8)
def _cast(recording: Recording) -> _Cast:
    agents = recording.agents
    rows = np.delete(np.arange(len(agents.kind)), recording.subject)
    kind = tuple(Kind(k).name.lower() for k in agents.kind[rows].tolist())
    return _Cast(
        rows=rows,
        kind=kind,
        size=tuple((a, b, c) for a, b, c in agents.size[rows].tolist()),
        look=tuple(agents.look[rows].tolist()),
        semantic=_semantic(kind),
        paint=paint(kind, agents.look[rows]),
    )


@lru_cache(maxsize=16)
def _backdrop(recording: Recording, furniture: Furniture) -> _Backdrop:
    statics = recording.statics
    kind = statics.kind + furniture.kind
    size = np.concatenate([statics.size.astype(float), furniture.size])
    look = np.concatenate([statics.look.astype(np.int64), furniture.look])
    makes = [mesh_of(k, tuple(s), look=v) for k, s, v in zip(kind, size.tolist(), look.tolist(), strict=True)]
    meshes, mesh = _unique(makes)
    return _Backdrop(
        pose=np.concatenate([statics.pose.reshape(-1, 4), furniture.pose]),
        meshes=meshes,
        mesh=mesh,
        semantic=_semantic(kind),
        paint=paint(kind, look),
        group=np.concatenate([np.full(len(statics.kind), -1, np.int32), furniture.group]),
    )


def _semantic(kind: tuple[str, ...]) -> Array:
    return np.array([SEMANTIC.get(k, Semantic.OBSTACLE) for k in kind], np.uint8)


def _unique(makes: list[Mesh]) -> tuple[tuple[Mesh, ...], Array]:
    """Return the different meshes in order of first use, and each thing's row among them."""
    rows: dict[Mesh, int] = {}
    mesh = np.array([rows.setdefault(m, len(rows)) for m in makes], np.int32)
    return tuple(rows), mesh


def _meshes(
    recording: Recording, cast: _Cast, backdrop: _Backdrop, present: Array, step: int
) -> tuple[tuple[Mesh, ...], Array]:
    gait, here = recording.agents.gait[cast.rows, step].tolist(), set(present.tolist())
    makes = [
        mesh_of(kind, size, look=look, phase=phase if row in here else 0.0)
        for row, kind, size, look, phase in zip(cast.rows.tolist(), cast.kind, cast.size, cast.look, gait, strict=True)
    ]
    meshes, mesh = _unique(makes)
    return (*backdrop.meshes, *meshes), np.concatenate([mesh + len(backdrop.meshes), backdrop.mesh]).astype(np.int32)


def _signal_lamps(recording: Recording, backdrop: _Backdrop, step: int) -> Array:
    lamps = np.zeros(len(backdrop.group), np.uint8)
    lit = (backdrop.group >= 0) & (backdrop.group < len(recording.signal_state))
    lamps[lit] = SIGNAL_LAMPS[np.minimum(recording.signal_state[backdrop.group[lit], step], len(SIGNAL_LAMPS) - 1)]
    return lamps


def _step(recording: Recording, t_ns: int) -> int:
    return int(np.searchsorted(recording.t_ns, t_ns, side="right")) - 1


def _poses(recording: Recording, t_ns: int) -> Array:
    """Return (A, 4) x, y, z, yaw at an instant, between the recorded steps where an agent is there at both."""
    agents, i = recording.agents, _step(recording, t_ns)
    j = min(i + 1, len(recording.t_ns) - 1)
    span = int(recording.t_ns[j] - recording.t_ns[i])
    share = (t_ns - int(recording.t_ns[i])) / span if span else 0.0
    part = np.where(agents.valid[:, i] & agents.valid[:, j], share, 0.0)
    base = np.where(agents.valid[:, i], i, j)
    rows = np.arange(len(base))
    xyz, yaw = agents.xyz[rows, base], agents.yaw[rows, base].astype(np.float64)
    return np.column_stack(
        [
            xyz + part[:, None] * (agents.xyz[:, j] - xyz),
            yaw + part * wrap_angle(agents.yaw[:, j].astype(np.float64) - yaw),
        ]
    )


def _weather(recording: Recording, t_start_ns: int, t_end_ns: int) -> Weather:
    s, t = recording.surroundings, 0.5 * (t_start_ns + t_end_ns)
    i = min(_step(recording, int(t)), max(len(recording.t_ns) - 2, 0))
    j = min(i + 1, len(recording.t_ns) - 1)
    span = float(recording.t_ns[j] - recording.t_ns[i])
    share = (t - float(recording.t_ns[i])) / span if span else 0.0

    def at(series: Array) -> float:
        return float(series[i]) + share * (float(series[j]) - float(series[i]))

    return Weather(
        mor_m=at(s.mor_m),
        rain_mmph=at(s.rain_mmph),
        water_film_mm=at(s.water_film_mm),
        illuminance_lux=at(s.illuminance_lux),
        sun_elevation_rad=at(s.sun_elevation_rad),
        sun_azimuth_rad=at(s.sun_azimuth_rad),
    )
