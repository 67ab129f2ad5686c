"""tows_trailer: a car with a caravan jerks aside and back, so that the caravan swings."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.behaviours.pulls_out import shortest_s
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import body, step_at
from scenarios.model.spec import ActorProgram, PathSpec, What

OVERHANG_M = 0.15  # of the hitch behind the car's tail; assumed
LATERAL_MPS2 = 4.0  # the hardest jerk: half of what tyres hold on a dry road; assumed

BEHAVIOUR = Behaviour(
    title="A car with a caravan jerks aside and back, so that the caravan swings",
    needs=Needs(behind_m=60.0, ahead_m=130.0),
    lasts_s=8.0,
    parameters=(
        quantity("v_mps", "speed", 6.0, 25.0, "urban_speed"),
        quantity("jerk_m", "how far it jerks aside", 0.3, 1.0, "jerk_aside"),
        quantity("lateral_mps", "its lateral speed at most", 0.8, 2.0, "lane_change_speed"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the caravan and its car (companion "_car"), which jerks aside here at the cue."""
    (kind, size), (car_kind, car_size) = body("caravan"), body("car")
    jerk = values["jerk_m"]
    whole = max(
        0.5 * np.pi * jerk / values["lateral_mps"],
        float(np.pi * np.sqrt(0.5 * jerk / LATERAL_MPS2)),
        shortest_s(jerk, values["v_mps"]),
    )
    rate = 0.5 * np.pi * jerk / whole
    path = PathSpec(lanes=here.corridor.lanes)
    car = ActorProgram(
        name=f"{cue.name}_car",
        kind=car_kind,
        size=car_size,
        path=path,
        s_m=round(here.s_m - values["v_mps"] * cue.begins_s, 6),
        speed_mps=values["v_mps"],
        steps=(
            step_at(cue.begins_s, What.LANE_OFFSET, jerk, rate),
            step_at(cue.begins_s + whole, What.LANE_OFFSET, 0.0, rate),
        ),
        look=cue.look,
    )
    caravan = ActorProgram(
        name=cue.name, kind=kind, size=size, path=path, s_m=0.0, look=cue.look, attached_to=car.name,
        joint_m=(-round(0.5 * car_size[0] + OVERHANG_M, 6), 0.0),
    )  # fmt: skip
    return caravan, car


def shows(seen: Seen) -> bool:
    """Return whether the caravan stayed on its hitch and swung to both sides."""
    car, trailer = seen.way("_car"), seen.way()
    bend = trailer.turn - car.turn
    far = np.hypot(trailer.s - car.s, trailer.offset - car.offset)
    swings = bend.max() > 0.01 and bend.min() < -0.01
    return bool(swings and np.ptp(far) < 0.5 and not len(seen.recording.contacts.t_ns))
