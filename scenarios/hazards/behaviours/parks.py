"""parks: somebody slows down, drives into a gap at the kerb and stands."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.behaviours.pulls_out import parking_offset, shortest_s
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import body, step_at
from scenarios.hazards.stage import LIT
from scenarios.model.spec import ActorProgram, PathSpec, What

CREEP_MPS = 3.0  # speed of turning in; assumed
STOP_MPS2 = 2.0

BEHAVIOUR = Behaviour(
    title="Somebody slows down, drives into a gap at the kerb and stands",
    needs=Needs(behind_m=60.0, ahead_m=60.0, kerb=True),
    lasts_s=16.0,
    parameters=(
        quantity("v_mps", "speed before", 5.0, 14.0, "urban_speed"),
        quantity("brake_mps2", "deceleration before it turns in", 1.0, 4.0, "comfortable_deceleration", topic="driver"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the car; at the cue it begins to brake."""
    kind, size = body("car")
    offset, v, brake = parking_offset(here), values["v_mps"], values["brake_mps2"]
    slow = cue.begins_s + (v - CREEP_MPS) / brake
    whole = shortest_s(offset, CREEP_MPS)
    lamp = LIT["right" if here.kerb_side < 0.0 else "left"]
    return (
        ActorProgram(
            name=cue.name,
            kind=kind,
            size=size,
            path=PathSpec(lanes=here.corridor.lanes),
            s_m=round(here.s_m - v * cue.begins_s - (v * v - CREEP_MPS**2) / (2.0 * brake), 6),
            speed_mps=v,
            steps=(
                step_at(cue.begins_s, What.LAMPS, lamp),
                step_at(cue.begins_s, What.SPEED, CREEP_MPS, brake),
                step_at(slow, What.LANE_OFFSET, offset, 0.5 * np.pi * abs(offset) / whole),
                step_at(slow + whole, What.SPEED, 0.0, STOP_MPS2),
                step_at(slow + whole + CREEP_MPS / STOP_MPS2, What.LAMPS, 0.0),
            ),
            look=cue.look,
        ),
    )


def shows(seen: Seen) -> bool:
    """Return whether it drove in the lane and stands beside it in the end, along the road."""
    way, here = seen.way(), seen.here
    return bool(
        abs(way.offset[0]) < 0.15
        and abs(way.offset[-1] - parking_offset(here)) < 0.1
        and way.speed[-1] == 0.0
        and abs(way.turn[-1]) < 0.05
    )
