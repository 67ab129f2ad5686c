"""pulls_out: somebody who is parked at the kerb pulls out into the lane and drives off."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import Walk, body, step_at
from scenarios.hazards.stage import LIT
from scenarios.model.spec import ActorProgram, Control, PathSpec, What

PARKED_M = 1.25  # from the lane's edge to a parked car's middle; assumed
TURNS_MPS = 3.0  # it turns out once it is so fast, which takes a car's length; assumed
INDICATES_S = 1.0
BEND_1PM = 0.15  # tightest bend on the way out

BEHAVIOUR = Behaviour(
    title="Somebody who is parked at the kerb pulls out into the lane and drives off",
    needs=Needs(behind_m=40.0, ahead_m=110.0, kerb=True),
    lasts_s=14.0,
    parameters=(
        quantity("accel_mps2", "acceleration", 0.8, 3.0, "acceleration", topic="driver"),
        quantity("v_mps", "speed it drives on at", 5.0, 11.0, "urban_speed"),
    ),
)


def parking_offset(here: Here) -> float:
    """Return the offset of the middle of a car that is parked at the kerb."""
    return here.near_m + here.kerb_side * PARKED_M


def shortest_s(shift_m: float, speed_mps: float) -> float:
    """Return how long a lateral move by `shift_m` takes at a speed if no bend may be tighter than BEND_1PM, s.

    Half a cosine in time T bends by half the shift times (pi / T)^2 / v^2.
    """
    return float(np.pi / speed_mps * np.sqrt(0.5 * abs(shift_m) / BEND_1PM))


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the car; at the cue it begins to move."""
    kind, size = body("car")
    offset = parking_offset(here)
    whole = shortest_s(offset, TURNS_MPS)
    turns = Walk(cue.begins_s, TURNS_MPS, values["accel_mps2"]).begins_s + TURNS_MPS / values["accel_mps2"]
    lamp = LIT["left" if here.kerb_side < 0.0 else "right"]
    return (
        ActorProgram(
            name=cue.name,
            kind=kind,
            size=size,
            path=PathSpec(lanes=here.corridor.lanes),
            s_m=round(here.s_m, 6),
            offset_m=round(offset, 6),
            steps=(
                step_at(cue.begins_s - INDICATES_S, What.LAMPS, lamp),
                step_at(cue.begins_s, What.SPEED, values["v_mps"], values["accel_mps2"]),
                step_at(turns, What.LANE_OFFSET, 0.0, 0.5 * np.pi * abs(offset) / whole),
                step_at(turns + whole, What.LAMPS, 0.0),
            ),
            control=Control.TRIGGERED,
            look=cue.look,
        ),
    )


def shows(seen: Seen) -> bool:
    """Return whether it stood beside the lane and drives in the middle of it in the end."""
    way, here = seen.way(), seen.here
    return bool(
        abs(way.offset[0]) > here.half_lane_m
        and way.speed[0] == 0.0
        and abs(way.offset[-1]) < 0.15
        and way.speed[-1] > 0.95 * seen.values["v_mps"]
    )
