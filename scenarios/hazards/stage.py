"""Pieces that builders put together: the subject vehicle, others on its path, programs."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.hazards.bodies import KIND_OF, size_of
from scenarios.hazards.exposure import prior
from scenarios.hazards.leaf import Columns, Parameter
from scenarios.hazards.spots import Corridor, Spot
from scenarios.model.recording import LAMP_BRAKE, LAMP_LEFT, LAMP_RIGHT
from scenarios.model.spec import Action, ActorProgram, Control, Kind, PathSpec, Step, Trigger, What, When

CAR_LENGTH_M, CAR_WIDTH_M = size_of("car")[:2]
ACTOR_BODIES = ("car", "small_car", "van")  # of a vehicle that makes the hazard
LIT = {"brake": LAMP_BRAKE, "left": LAMP_LEFT, "right": LAMP_RIGHT}


def subject_speed(lo: float = 4.0, hi: float = 36.0) -> Parameter:
    """Return the parameter "v_ego_mps": the subject's speed, below what the place allows."""
    return Parameter(
        name="v_ego_mps",
        meaning="speed of the subject vehicle",
        lo=lo,
        hi=hi,
        prior=prior("speed", "careful"),
        fill=(0.6, 1.0),
        given=lambda values, features: (np.zeros_like(features["speed_mps"]), features["speed_mps"]),
        given_text="times the speed that the place allows",
    )


def times_speed(values: Columns, features: Columns) -> tuple[Array, Array]:
    """Return location 0 and scale v_ego_mps: for quantities that are measured in time or as a ratio of speeds."""
    return np.zeros_like(values["v_ego_mps"]), values["v_ego_mps"]


def subject(corridor: Corridor, s_m: float, speed_mps: float, **law_values: float) -> ActorProgram:
    """Return the subject vehicle, driven by the careful human."""
    return ActorProgram(
        name="ego",
        kind=Kind.CAR,
        size=size_of("car"),
        path=PathSpec(lanes=corridor.lanes),
        s_m=round(s_m, 6),
        speed_mps=speed_mps,
        law="careful_human",
        law_values=tuple(sorted(law_values.items())),
        control=Control.REACTIVE,
    )


@dataclass(frozen=True, slots=True)
class DrawnBody:
    """Kind, size and paint of a vehicle: dressing, alike under every hazard."""

    kind: Kind
    size: tuple[float, float, float]
    look: int


def vehicle_body(streams: Streams, name: str) -> DrawnBody:
    """Return the body of the vehicle that makes the hazard, drawn from its own stream."""
    rng = streams.rng(f"body {name}")
    body = ACTOR_BODIES[int(rng.integers(len(ACTOR_BODIES)))]
    return DrawnBody(KIND_OF[body], size_of(body), int(rng.integers(1 << 32)))


def vehicle(
    name: str, body: DrawnBody, corridor: Corridor, s_m: float, speed_mps: float, *,
    offset_m: float = 0.0, steps: tuple[Step, ...] = (),
) -> ActorProgram:  # fmt: skip
    """Return a vehicle that follows its program on the corridor's path."""
    return ActorProgram(
        name=name,
        kind=body.kind,
        size=body.size,
        path=PathSpec(lanes=corridor.lanes),
        s_m=round(s_m, 6),
        offset_m=round(offset_m, 6),
        speed_mps=round(speed_mps, 6),
        steps=steps,
        look=body.look,
    )


def at_time(t_s: float, what: What, target: float, rate: float = 0.0) -> Step:
    """Return a step that starts at a time of the scenario."""
    return Step(Trigger(When.SIMULATION_TIME, round(t_s, 6)), Action(what, target, rate))


def lamps_at(t_s: float, *names: str) -> Step:
    """Return a step that lights lamps ("brake", "left", "right"), none to switch all off."""
    return at_time(t_s, What.LAMPS, float(sum(LIT[n] for n in names)))


def road_words(net: RoadNetwork, spot: Spot) -> str:
    """Return where a spot is, in words of the map: "road 12 lane -1 s 40.0"."""
    own = spot.s_m - spot.corridor.shift_m
    for lane in spot.place.lanes:
        length = float(net.lanes.length_m[lane])
        if own <= length or lane == spot.place.lanes[-1]:
            s_range, forward = net.lanes.s_range[lane], bool(net.lanes.forward[lane])
            s = s_range[0] + own if forward else s_range[1] - own
            return f"road {net.roads.id[net.lanes.road[lane]]} lane {net.lanes.id[lane]} s {max(s, 0.0):.1f}"
        own -= length
    return ""
