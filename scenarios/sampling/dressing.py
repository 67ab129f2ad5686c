"""Dressing: what surrounds a hazard and has nothing to do with it. Drawn alike under p and q, left out of both.

Background traffic drives by the intelligent driver model, each driver with traits of its own, well behind, well ahead
or the other way; scenery stands clear of every lane; the sun is anywhere above the horizon.
"""

from dataclasses import replace
from itertools import chain

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from roadnet.polyline import STEP_M
from scenarios.hazards.bodies import KIND_OF, size_of
from scenarios.hazards.exposure import Topic
from scenarios.hazards.leaf import Draft
from scenarios.hazards.spots import Corridor, Spot, extended
from scenarios.model.spec import ActorProgram, Control, Environment, PathSpec, StaticObject
from scenarios.sampling.roadside import SCENERY, oncoming_lanes, slots
from scenarios.sampling.traits import style_of
from scenarios.simulation.lawbook import find

BEHIND_M, AHEAD_M = (25.0, 60.0), (75.0, 110.0)  # background traffic from who makes the situation
CHANCE_BEHIND, CHANCE_AHEAD, CHANCE_ONCOMING = 0.6, 0.5, 0.7
LAW = "idm"
FLEET = ("car", "small_car", "van", "truck", "bus")
FLEET_EDGES = np.cumsum([0.5, 0.3, 0.1, 0.07, 0.03])  # shares of the fleet; assumed
PARKED = ("car", "small_car", "van")
DENSITY = {"pole": 0.5, "tree": 0.35, "building": 0.5, "parked": 0.15}  # share of slots taken; assumed
VIEW_BEHIND_M, VIEW_AHEAD_M = 60.0, 160.0  # scenery stands within this of the spot
CLEAR_OF_STATIC_M = 14.0  # dressing keeps this far from what belongs to the hazard
SUN_RAD = (0.15, 1.1)  # elevation
ZENITH_LUX = 100_000.0  # full sun overhead


def dress(draft: Draft, spot: Spot, net: RoadNetwork, streams: Streams, *, traits: Topic | None = None) -> Draft:
    """Return the draft with traffic, scenery and light. traits: of background drivers, by default the shipped."""
    return replace(
        draft,
        actors=(*draft.actors, *traffic(draft, spot, net, streams, traits)),
        statics=(*draft.statics, *scenery(draft, spot, net, streams)),
        environment=light(draft.environment, streams),
    )


def light(environment: Environment, streams: Streams) -> Environment:
    """Return the environment with a sun somewhere above the horizon."""
    u = streams.rng("light").random(2)
    elevation = SUN_RAD[0] + (SUN_RAD[1] - SUN_RAD[0]) * float(u[0])
    return replace(
        environment,
        sun_elevation_rad=round(elevation, 6),
        sun_azimuth_rad=round(float(u[1]) * 2.0 * np.pi, 6),
        illuminance_lux=round(ZENITH_LUX * elevation / (0.5 * np.pi), 1),
    )


def traffic(
    draft: Draft, spot: Spot, net: RoadNetwork, streams: Streams, traits: Topic | None
) -> tuple[ActorProgram, ...]:
    """Return up to three vehicles that follow their lanes without touching the situation."""
    u = streams.rng("traffic").random(15)
    ego = draft.actors[0]
    same_way = [a for a in draft.actors if a.path.lanes == ego.path.lanes]
    rear, front = min(a.s_m for a in same_way), max(a.s_m for a in same_way)
    slowest, fastest = min(a.speed_mps for a in same_way), max(a.speed_mps for a in same_way)
    mine = spot.corridor
    out = []
    if u[0] < CHANCE_BEHIND:
        out.append(_background("behind", mine, rear - _between(BEHIND_M, u[1]), 0.9 * slowest, u[2:5]))
    if u[5] < CHANCE_AHEAD:
        out.append(_background("ahead", mine, front + _between(AHEAD_M, u[6]), fastest, u[7:10]))
    lanes = oncoming_lanes(net, spot.place.lanes) if draft.oncoming else ()
    if lanes and u[10] < CHANCE_ONCOMING:
        way = extended(net, (lanes[int(u[11] * len(lanes))],))
        s = way.path.length_m * float(u[12])
        out.append(_background("oncoming", way, s, ego.speed_mps, u[12:15]))
    return tuple(replace(a, law_values=style(streams, a.name, traits)) for a in out if a is not None)


def style(streams: Streams, name: str, traits: Topic | None) -> tuple[tuple[str, float], ...]:
    """Return how a background driver follows and brakes: its traits, as the law reads them."""
    drawn = style_of(streams, name, exposure=traits, known=find(LAW, where="dressing").defaults)
    return tuple((value, round(x, 6)) for value, x in sorted(drawn.items()))


def _between(span: tuple[float, float], u: float) -> float:
    return span[0] + (span[1] - span[0]) * float(u)


def _background(name: str, way: Corridor, s_m: float, speed_mps: float, u: Array) -> ActorProgram | None:
    """Return a vehicle on a way, None where the way does not reach so far."""
    body = FLEET[int(np.searchsorted(FLEET_EDGES[:-1], u[0], side="right"))]
    size = size_of(body)
    if not size[0] <= s_m <= way.path.length_m - size[0]:
        return None
    limit = float(way.path.speed_limit[int(s_m / STEP_M)])
    return ActorProgram(
        name=name,
        kind=KIND_OF[body],
        size=size,
        path=PathSpec(lanes=way.lanes),
        s_m=round(s_m, 6),
        speed_mps=round(min(speed_mps, limit), 6),
        law=LAW,
        control=Control.REACTIVE,
        look=int(u[1] * (1 << 32)),
    )


def scenery(draft: Draft, spot: Spot, net: RoadNetwork, streams: Streams) -> tuple[StaticObject, ...]:
    """Return poles, trees, buildings and parked vehicles beside the subject's way."""
    rng = streams.rng("roadside")
    taken = np.array([o.pose[:2] for o in draft.statics]).reshape(-1, 2)
    available = slots(net, spot.place.lanes)
    objects = []
    for kind in (*SCENERY, "parked"):
        places = available[kind]
        first, last = np.searchsorted(places.s_m, (spot.s_m - VIEW_BEHIND_M, spot.s_m + VIEW_AHEAD_M))
        u = rng.random((last - first, 3))
        pose = places.pose[first:last]
        near = np.hypot(pose[:, None, 0] - taken[:, 0], pose[:, None, 1] - taken[:, 1]) < CLEAR_OF_STATIC_M
        rows = np.flatnonzero((u[:, 0] < DENSITY[kind]) & ~near.any(1))
        objects.append([_thing(kind, pose[i], u[i]) for i in rows])
    return tuple(chain.from_iterable(objects))


def _thing(kind: str, pose: Array, u: Array) -> StaticObject:
    if kind == "parked":
        kind = PARKED[int(u[1] * len(PARKED))]
        size = size_of(kind)
        kind = "car" if kind == "small_car" else kind
    else:
        _, length, width, height, _ = SCENERY[kind]
        size = (length, width, round(height * (0.8 + 0.4 * float(u[1])), 3))
    x, y, z, heading = (float(c) for c in pose)
    return StaticObject(kind=kind, pose=(x, y, z, heading), size=size, look=int(u[2] * (1 << 32)))
