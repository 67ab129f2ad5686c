"""Nominal traffic: drivers of the law `human` all over a map, and scenarios of nothing else.

Vehicles stand on the lanes apart from each other and off junctions, at speeds from which they can stop for each
other and for lines. Each is drawn from its own stream by name, so that one more changes nobody before it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.base.streams import Streams
from roadnet.boxes import overlap
from roadnet.network import RoadNetwork
from scenarios.hazards.bodies import KIND_OF, size_of
from scenarios.model.spec import ActorProgram, ConcreteScenario, Control, Environment, Kind, PathSpec
from scenarios.sampling.lights import fixed_time
from scenarios.simulation import lane_layout as c
from scenarios.simulation.bodies import BODIES, REAR_AXLE
from scenarios.simulation.lane_motion import tightest
from scenarios.simulation.lane_table import LaneTable, lane_table
from scenarios.simulation.lawbook import find
from scenarios.simulation.layout import PCAP, PHEADING, PX, PY

FLEET = ("car", "small_car", "van", "truck", "bus", "motorcycle")
SHARES = (0.5, 0.27, 0.1, 0.06, 0.02, 0.05)  # of the fleet; assumed
APART_M, ABREAST_M = 6.0, 0.4  # room around a body when it is put down, along and across
TRIES = 200  # places tried for one vehicle before the map counts as full
EASY_DECEL = 1.5  # m/s2; whoever is put down can stop so softly before its lane ends; assumed
HEADWAY_S = 1.5  # and follows the one ahead so closely at most
PREPARE_M = 150.0  # speeds are prepared for bends within this
END_M = 15.0  # nobody is put down so near to where a lane or the map ends

Traits = Callable[..., Mapping[str, float]]  # (streams, name, *, limit_mps) -> law value -> value


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """Where a vehicle is put down."""

    lane: int
    s_m: float  # of the body's centre
    box: tuple[float, float, float, float, float]  # x, y, yaw, length, width, with the room around it
    cap_mps: float


def nominal(streams: Streams, name: str, *, limit_mps: float | None = None) -> Mapping[str, float]:
    """Return no value of its own: the driver keeps the defaults of the law."""
    return {}


def populate(
    net: RoadNetwork,
    *,
    agents: int,
    streams: Streams,
    traits: Traits = nominal,
    fleet: tuple[str, ...] = FLEET,
    shares: tuple[float, ...] = SHARES,
    law: str = "human",
) -> tuple[ActorProgram, ...]:
    """Return vehicles on a map's lanes, none overlapping; the first is the subject vehicle, a car.

    traits: a driver's law values, as scenarios.sampling.traits.traits_of draws them; values that the law does not
    have are left out. Raises InputError where the map has no room for so many.
    """
    known = find(law, where="law").defaults
    edges = np.cumsum(np.asarray(shares, np.float64) / sum(shares))
    spots: list[Spot] = []
    chosen: list[tuple[str, str, int]] = []
    for n in range(agents):
        name = "ego" if n == 0 else f"vehicle {n}"
        rng = streams.rng(f"place of {name}")
        body = "car" if n == 0 else fleet[int(np.searchsorted(edges, rng.random(), side="right"))]
        spot = _free_spot(net, body, rng, spots)
        if spot is None and KIND_OF[body] in (Kind.TRUCK, Kind.BUS):
            body = "car"  # no lane of this map is wide enough to turn from
            spot = _free_spot(net, body, rng, spots)
        if spot is None:
            raise InputError("agents", got=str(agents), wanted=f"what the map has room for, about {n}")
        spots.append(spot)
        chosen.append((name, body, int(rng.integers(1 << 31))))
    speeds = _speeds(net, spots)
    out = []
    for (name, body, look), spot, speed in zip(chosen, spots, speeds, strict=True):
        drawn = {"leaves_map": 1.0, **traits(streams, name, limit_mps=None)}
        out.append(
            ActorProgram(
                name=name,
                kind=KIND_OF[body],
                size=size_of(body),
                path=PathSpec(lanes=(spot.lane,)),
                s_m=spot.s_m,
                speed_mps=speed,
                law=law,
                law_values=tuple(sorted((k, float(v)) for k, v in drawn.items() if k in known)),
                control=Control.REACTIVE,
                look=look,
            )
        )
    return tuple(out)


def traffic_scenario(
    net: RoadNetwork,
    *,
    agents: int,
    duration_s: float,
    index: int = 0,
    suite_key: int = 0,
    step_s: float = 0.05,
    traits: Traits = nominal,
    environment: Environment | None = None,
    fleet: tuple[str, ...] = FLEET,
    shares: tuple[float, ...] = SHARES,
) -> ConcreteScenario:
    """Return a scenario of everyday traffic and nothing else; lights run fixed programmes."""
    streams = Streams(suite_key, index)
    return ConcreteScenario(
        leaf="NOMINAL",
        index=index,
        map_name=net.name,
        map_digest=net.digest,
        place="everywhere",
        values=(),
        duration_s=duration_s,
        step_s=step_s,
        actors=populate(net, agents=agents, streams=streams, traits=traits, fleet=fleet, shares=shares),
        environment=environment or Environment(),
        phases=fixed_time(net, duration_s, offset_s=float(streams.rng("lights").uniform(0.0, 100.0))),
        suite_key=suite_key,
    )


def lanes_for(net: RoadNetwork, body: str) -> Array:
    """Return (L,) bool: the lanes on which bodies are put down: outside of junctions, and all bends on are theirs."""
    table = lane_table(net)
    used = table.lane[:, c.FIRST] < table.lane[:, c.END]
    fits = table.metric[:, c.BEND] <= tightest(size_of(body), BODIES[KIND_OF[body]].curvature_most_1pm)
    leads = table.metric[:, c.ONWARD] >= 4.0 * END_M
    return np.asarray(used & fits & leads & (table.lane[:, c.INSIDE] == 0))


def _free_spot(net: RoadNetwork, body: str, rng: np.random.Generator, spots: list[Spot]) -> Spot | None:
    """Return a spot anywhere on the lanes, each metre as likely, clear of the others; None after TRIES."""
    table, (length, width, _) = lane_table(net), size_of(body)
    rows = np.flatnonzero(lanes_for(net, body))
    room = table.metric[rows, c.LONG] - length
    ends = table.lane[rows, c.ENDS]
    narrow = np.where(ends == c.LANE_ENDS, table.metric[rows, c.LONG] - table.metric[rows, c.WIDE], 0.0)
    room -= np.where(ends != c.GOES_ON, END_M, 0.0) + narrow
    rows, room = rows[room > 0.0], room[room > 0.0]
    if not len(rows):
        return None
    edges, others = np.cumsum(room), np.array([x.box for x in spots]).reshape(-1, 5)
    for u in rng.random(TRIES):
        at = u * edges[-1]
        k = int(np.searchsorted(edges, at, side="right"))
        row, s = int(rows[k]), float(at - (edges[k] - room[k]) + 0.5 * length)
        sample = table.sample[table.lane[row, c.FIRST] : table.lane[row, c.END]]
        r = min(round(s / 0.5), len(sample) - 1)
        box = (sample[r, PX], sample[r, PY], sample[r, PHEADING], length + APART_M, width + ABREAST_M)
        if not len(others) or not overlap(np.broadcast_to(box, others.shape), others).any():
            return Spot(lane=row, s_m=s, box=box, cap_mps=float(sample[r, PCAP]))
    return None


def _speeds(net: RoadNetwork, spots: list[Spot]) -> list[float]:
    """Return speeds at which each keeps the limit, its distance from the one ahead, and can stop at its lane's end."""
    table = lane_table(net)
    order = sorted(range(len(spots)), key=lambda i: (spots[i].lane, -spots[i].s_m))
    out = [0.0] * len(spots)
    ahead: dict[int, int] = {}  # the last vehicle of each lane, as seen from behind it
    for i in sorted(range(len(spots)), key=lambda i: spots[i].s_m):
        ahead.setdefault(spots[i].lane, i)
    for before, i in zip([-1, *order], order, strict=False):
        spot, length = spots[i], spots[i].box[3] - APART_M
        rest = float(table.metric[spot.lane, c.LONG]) - spot.s_m
        speed = min(spot.cap_mps, _prepared(table, spot.lane, rest))
        if _must_stop_at_end(table, spot.lane):
            narrow = float(table.metric[spot.lane, c.LONG] - table.metric[spot.lane, c.WIDE])
            rest_wide = rest - (narrow if table.lane[spot.lane, c.ENDS] == c.LANE_ENDS else 0.0)
            speed = min(speed, _stops_in(rest_wide - 0.5 * length - REAR_AXLE - 5.0))
        if before >= 0 and spots[before].lane == spot.lane:
            gap = spots[before].s_m - spot.s_m - 0.5 * (length + spots[before].box[3] - APART_M)
            speed = min(speed, max(gap - 2.0, 0.0) / HEADWAY_S, out[before] + gap / 4.0)
        for on in table.link[table.lane[spot.lane, c.SUCC] : table.lane[spot.lane, c.SUCC_END]].tolist():
            if on in ahead:
                other = spots[ahead[on]]
                speed = min(speed, _stops_in(rest + other.s_m - 0.5 * (length + other.box[3] - APART_M) - 2.0))
        out[i] = round(speed, 3)
    return out


def _stops_in(room_m: float) -> float:
    """Return the speed from which a driver stops with ease in so much room, m/s."""
    return float(np.sqrt(2.0 * EASY_DECEL * max(room_m, 0.0)))


def _must_stop_at_end(table: LaneTable, row: int) -> bool:
    """Return whether a lane ends, or leads into a junction."""
    on = table.link[table.lane[row, c.SUCC] : table.lane[row, c.SUCC_END]]
    return bool(table.lane[row, c.ENDS] == c.LANE_ENDS or table.lane[on, c.INSIDE].any())


def _prepared(table: LaneTable, row: int, away_m: float) -> float:
    """Return the speed from which a driver slows in time for whatever lane follows, `away_m` ahead, m/s."""
    least = np.inf
    for on in table.link[table.lane[row, c.SUCC] : table.lane[row, c.SUCC_END]].tolist():
        least = min(least, float(np.sqrt(table.metric[on, c.CAP_SQUARE] + 2.0 * EASY_DECEL * away_m)))
        farther = away_m + float(table.metric[on, c.LONG])
        if farther < PREPARE_M:
            least = min(least, _prepared(table, on, farther))
    return least
