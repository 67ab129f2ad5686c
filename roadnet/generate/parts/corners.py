"""Crossings of streets of one lane each way: turns, kerbs round the corners, lights or signs, crosswalks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import pi

from roadnet.generate.document import END
from roadnet.generate.parts.furniture import LIGHT, PRIORITY, STOP, STOP_LINE, YIELD, Sign, Thing
from roadnet.generate.parts.joints import Mouth, Movement, joint
from roadnet.generate.parts.roads import JunctionSpec, RoadSpec

SIGN_OF = {"stop": STOP, "yield": YIELD, "priority": PRIORITY}
STRAIGHT_RAD = 0.5
WALK_M, WALK_AHEAD_M = 3.0, 2.5  # width of a crosswalk and its middle's distance beyond the mouth (ours)


def crossing_of_streets(
    id: str, mouths: Sequence[Mouth], *, name: str, first: int, groups: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[list[RoadSpec], JunctionSpec]:
    """Return the connecting roads and the junction where every street leads into every other."""
    movements = []
    for a in mouths:
        for b in mouths:
            if a is b:
                continue
            kerb = turn_of(a, b) < -STRAIGHT_RAD or (
                abs(turn_of(a, b)) < STRAIGHT_RAD
                and not any(turn_of(a, c) < -STRAIGHT_RAD for c in mouths if c is not a)
            )
            lanes = (1, 2) if kerb else (1,)
            movements.append(Movement(start=a, end=b, from_=lanes, to=lanes))
    return joint(id, movements, name=name, first=first, groups=groups)


def turn_of(a: Mouth, b: Mouth) -> float:
    """Return how far traffic turns from one mouth to another, rad, left positive."""
    return (b.outward[2] - (a.outward[2] + pi) + pi) % (2 * pi) - pi


def ruled(road: RoadSpec, end: str, control: str, *, lane_m: float) -> RoadSpec:
    """Return the street with a crosswalk beyond this end, and the light or sign of its entering lane."""
    s, facing, side = (road.length_m, "+", -1) if end == END else (0.0, "-", 1)
    post, lanes = side * (lane_m + 0.6), (side, side)
    walk = Thing(type="crosswalk", s_m=s, t_m=0.0, size=(WALK_M, 2 * lane_m, 0.0), ahead_m=-side * WALK_AHEAD_M)
    line = Sign(type=STOP_LINE, s_m=s, t_m=side * lane_m / 2, lanes=lanes, facing=facing, width_m=lane_m)
    if control == "light":
        rule = Sign(type=LIGHT, id=light_id(road, end), s_m=s, t_m=post, lanes=lanes, facing=facing, width_m=0.35)
    else:
        rule = Sign(type=SIGN_OF[control], s_m=s, t_m=post, lanes=lanes, facing=facing, width_m=0.9)
    signs = (rule, line) if control in ("light", "stop") else (rule,)
    return replace(road, things=(*road.things, walk), signs=(*road.signs, *signs))


def light_id(road: RoadSpec, end: str) -> str:
    """Return the id of the light at an end of a street."""
    return f"L{road.id}{end[0]}"
