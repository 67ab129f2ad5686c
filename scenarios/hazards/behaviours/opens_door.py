"""opens_door: the door of a car that is parked at the kerb opens into the lane."""

from collections.abc import Mapping

import numpy as np

from roadnet.frames import wrap_angle
from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.behaviours.pulls_out import parking_offset
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import body, step_at
from scenarios.model.spec import ActorProgram, Control, PathSpec, What

HINGE_M = 0.75  # of the driver's door, ahead of the car's middle; assumed

BEHAVIOUR = Behaviour(
    title="The door of a car that is parked at the kerb opens into the lane",
    needs=Needs(behind_m=40.0, ahead_m=40.0, kerb=True),
    lasts_s=6.0,
    parameters=(
        quantity("angle_rad", "how far it opens", 0.5, 1.2, "door_angle"),
        quantity("rate_radps", "how fast", 0.5, 2.5, "door_rate"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the door and its car (companion "_car"); at the cue it begins to open."""
    (kind, size), (car_kind, car_size) = body("door"), body("car")
    car = ActorProgram(
        name=f"{cue.name}_car",
        kind=car_kind,
        size=car_size,
        path=PathSpec(lanes=here.corridor.lanes),
        s_m=round(here.s_m, 6),
        offset_m=round(parking_offset(here), 6),
        look=cue.look,
    )
    door = ActorProgram(
        name=cue.name,
        kind=kind,
        size=size,
        path=PathSpec(lanes=here.corridor.lanes),
        s_m=round(here.s_m, 6),
        steps=(step_at(cue.begins_s, What.ANGLE, values["angle_rad"], values["rate_radps"]),),
        control=Control.TRIGGERED,
        look=cue.look,
        attached_to=car.name,
        joint_m=(HINGE_M, -here.kerb_side * round(0.5 * (car_size[1] - size[1]), 6)),
    )
    return door, car


def shows(seen: Seen) -> bool:
    """Return whether the door turned from its car as far and as fast as it was meant to, to the lane's side."""
    door, car = seen.way(), seen.way("_car")
    angle = np.abs(wrap_angle(door.yaw - car.yaw))
    opens = (angle > 1e-4) & (angle < seen.values["angle_rad"] - 1e-4)
    lasts = opens.sum() * seen.recording.step_s
    return bool(
        abs(angle[-1] - seen.values["angle_rad"]) < 1e-3
        and angle[0] < 1e-4
        and abs(lasts - seen.values["angle_rad"] / seen.values["rate_radps"]) < 0.15
        and abs(door.offset[-1]) < abs(door.offset[0])
    )
