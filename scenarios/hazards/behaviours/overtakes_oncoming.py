"""overtakes_oncoming: somebody overtakes a slow vehicle through the oncoming lane and comes back.

Both drive at constant speed; the closed form has the overtaker fully over `early_s` before it is level.
"""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import body, step_at
from scenarios.hazards.stage import LIT
from scenarios.model.spec import ActorProgram, PathSpec, What

INDICATES_S = 1.0  # before it moves over; assumed

BEHAVIOUR = Behaviour(
    title="Somebody overtakes a slow vehicle through the oncoming lane and comes back",
    needs=Needs(behind_m=35.0, ahead_m=160.0, clear_m=(30.0, 100.0), oncoming=True, sharpest_1pm=0.01),
    lasts_s=13.5,
    parameters=(
        quantity("v_slow_mps", "speed of who is overtaken", 2.0, 7.0, "overtaken_speed"),
        quantity("faster_mps", "how much faster the overtaker is", 4.0, 8.0, "overtaking_difference"),
        quantity("early_s", "from being fully over to being level", 0.0, 1.5, "overtaking_early"),
        quantity("ahead_m", "between them when it begins to come back", 1.0, 8.0, "overtaking_return"),
        quantity("lateral_mps", "its lateral speed at most", 1.3, 2.0, "lane_change_speed"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the overtaker and who is overtaken, a cyclist (companion "_slow")."""
    (kind, size), (slow_kind, slow_size) = body("car"), body("cyclist")
    slow, fast = values["v_slow_mps"], values["v_slow_mps"] + values["faster_mps"]
    apart = 0.5 * (size[0] + slow_size[0])
    beside = here.oncoming
    rate = values["lateral_mps"] * max(1.0, abs(beside) / 3.5)
    whole = 0.5 * np.pi * abs(beside) / rate
    back = cue.begins_s + whole + values["early_s"] + (apart + values["ahead_m"]) / values["faster_mps"]
    left, right = (LIT["left"], LIT["right"]) if beside > 0.0 else (LIT["right"], LIT["left"])
    path = PathSpec(lanes=here.corridor.lanes)
    overtaker = ActorProgram(
        name=cue.name,
        kind=kind,
        size=size,
        path=path,
        s_m=round(here.s_m - fast * cue.begins_s, 6),
        speed_mps=round(fast, 6),
        steps=(
            step_at(cue.begins_s - INDICATES_S, What.LAMPS, left),
            step_at(cue.begins_s, What.LANE_OFFSET, beside, rate),
            step_at(back, What.LAMPS, right),
            step_at(back, What.LANE_OFFSET, 0.0, rate),
            step_at(back + whole, What.LAMPS, 0.0),
        ),
        look=cue.look,
    )
    ahead = here.s_m + (whole + values["early_s"]) * values["faster_mps"] - slow * cue.begins_s
    edge = round(here.kerb_side * max(here.half_lane_m - 0.8, 0.0), 6)
    slow_actor = ActorProgram(
        name=f"{cue.name}_slow", kind=slow_kind, size=slow_size, path=path, s_m=round(ahead, 6), offset_m=edge,
        speed_mps=slow, look=cue.look + 1,
    )  # fmt: skip
    return overtaker, slow_actor


def shows(seen: Seen) -> bool:
    """Return whether it was behind, passed in the oncoming lane without touching, and is ahead in its own lane."""
    way, slow, beside = seen.way(), seen.way("_slow"), seen.here.oncoming
    level = int(np.argmin(np.abs(way.s - slow.s)))
    touched = len(seen.recording.contacts.t_ns) > 0
    return bool(
        way.s[0] < slow.s[0]
        and way.s[-1] > slow.s[-1]
        and abs(way.offset[level] - beside) < 0.3
        and abs(way.offset[-1]) < 0.2
        and not touched
    )
