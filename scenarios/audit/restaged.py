"""Recorded traffic driven again by our drivers: the same road, the same beginning, then everybody by a law."""

from collections.abc import Mapping

import numpy as np

from roadnet.base.errors import InputError
from roadnet.base.streams import Streams
from roadnet.batch_poses import lane_frenet
from roadnet.network import RoadNetwork
from roadnet.queries import nearest_lane
from roadnet.routes import extend, lane_graph
from scenarios.hazards.exposure import Topic
from scenarios.model.imported import Imported
from scenarios.model.spec import ActorProgram, ConcreteScenario, Control, PathSpec
from scenarios.sampling.fitting.observed import MOTORS
from scenarios.sampling.traits import style_of
from scenarios.simulation.lawbook import find
from scenarios.suite.replayed import body_of, phases_of

AHEAD_M = 400.0
ON_LANE_M = 1.0
LEAST_WISH_MPS = 1.0


def restaged(
    found: Imported, *, law: str, index: int = 0, suite_key: int = 0, exposure: Topic | None = None
) -> ConcreteScenario:
    """Return the scenario in which who was there at the first sample drives on by a law, each in a style of its own.

    Each keeps the lanes that it took, and the straightest way on from there. Who comes later is not in it: where the
    recording begins is where both begin. A driver wants the posted limit times its own compliance; where none is
    posted, the fastest that anybody drives there at the beginning. InputError without a map, or with nobody on it.
    """
    net, recording = found.net, found.recording
    if net is None:
        raise InputError(found.path, got="traffic without a map", wanted="recordings with their map")
    agents, streams = recording.agents, Streams(suite_key, index)
    there = agents.valid[:, 0] & np.isin(agents.kind, [int(k) for k in MOTORS])
    lane, _, _, distance = nearest_lane(net, agents.xyz[:, 0, :2])
    rows = np.flatnonzero(there & (distance < ON_LANE_M)).tolist()
    if not rows:
        raise InputError(found.path, got="nobody on a lane at the beginning", wanted="at least one vehicle")
    fastest = float(agents.speed[rows, 0].max())
    limits = np.where(net.lanes.has_speed[lane], net.lanes.speed_mps[lane], fastest)
    actors: list[ActorProgram] = []
    for row in rows:
        name = "ego" if not actors else found.names[row]
        traits = style_of(streams, name, limit_mps=max(float(limits[row]), LEAST_WISH_MPS), exposure=exposure)
        actors.append(driver(found, net, row, name, law=law, traits=traits))
    return ConcreteScenario(
        leaf="restaged",
        index=index,
        map_name=net.name,
        map_digest=net.digest,
        place=found.name,
        values=(),
        duration_s=recording.duration_s,
        step_s=recording.step_s / max(round(recording.step_s / 0.05), 1),
        actors=tuple(actors),
        phases=phases_of(recording.signal_state, recording.step_s),
        suite_key=suite_key,
    )


def driver(
    found: Imported, net: RoadNetwork, row: int, name: str, *, law: str, traits: Mapping[str, float]
) -> ActorProgram:
    """Return the vehicle of one row as it was at the first sample, driven by a law with these values."""
    agents, known = found.recording.agents, find(law, where="law").defaults
    lanes = lanes_taken(found, net, row)
    s, offset = lane_frenet(net, np.array([lanes[0]]), agents.xyz[row : row + 1, 0, :2])
    kind, size = body_of(found.recording, row)
    return ActorProgram(
        name=name,
        kind=kind,
        size=size,
        path=PathSpec(lanes=lanes),
        s_m=float(s[0]),
        offset_m=float(offset[0]),
        speed_mps=max(float(agents.speed[row, 0]), 0.0),
        law=law,
        law_values=tuple(sorted((k, v) for k, v in traits.items() if k in known)),
        control=Control.REACTIVE,
    )


def lanes_taken(found: Imported, net: RoadNetwork, row: int) -> tuple[int, ...]:
    """Return the lanes that an agent drove on, as far as each leads into the next, and the straightest way on."""
    agents = found.recording.agents
    valid = agents.valid[row]
    lane, _, _, distance = nearest_lane(net, agents.xyz[row, valid, :2])
    graph = lane_graph(net)
    out = [int(lane[0])]
    for k in lane[distance < ON_LANE_M].tolist():
        if k != out[-1] and graph.has_edge(out[-1], k) and k not in out:
            out.append(int(k))
    onward, _ = extend(net, out[-1], ahead_m=AHEAD_M, behind_m=0.0)
    return (*out, *(k for k in onward[1:] if k not in out))
