"""pedestrian_turns_back: somebody steps onto the road, thinks better of it and goes back to the kerb."""

from collections.abc import Mapping

import numpy as np

from roadnet.base.maths import sincos_all
from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import STAND_M, Walk, body, step_at, step_when_at
from scenarios.model.spec import ActorProgram, Control, PathSpec, What

TURN_M = 0.5  # radius of the turn; assumed
TURN_MPS = 0.8  # walking speed in it, at most; assumed
CHANGE_MPS2 = 2.0  # how fast it changes its speed; assumed

BEHAVIOUR = Behaviour(
    title="Somebody steps onto the road, turns and goes back to the kerb",
    needs=Needs(kerb=True),
    lasts_s=25.0,
    parameters=(
        quantity("v_mps", "walking speed on the way out", 0.6, 2.5, "walking_speed", topic="pedestrian"),
        quantity("turn_m", "from the edge of the road to where it turns", 0.8, 4.0, "turn_on_road"),
        quantity("v_back_mps", "speed on the way back", 0.8, 4.0, "running_speed", topic="pedestrian"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the pedestrian."""
    out = STAND_M + values["turn_m"]
    angle = np.linspace(0.0, np.pi, 9)
    sine, cosine = sincos_all(angle)
    inward = np.concatenate([[0.0], out - TURN_M + TURN_M * sine, [0.0]])
    along = np.concatenate([[0.0], TURN_M * (1.0 - cosine), [2.0 * TURN_M]])
    offsets = here.near_m + here.kerb_side * (STAND_M - inward)
    kind, size = body("adult")
    slow, room = min(values["v_mps"], TURN_MPS), out - TURN_M
    back = min(values["v_back_mps"], float(np.sqrt(CHANGE_MPS2 * room + 0.5 * slow * slow)))  # it stands at the kerb
    walk = Walk(cue.begins_s, values["v_mps"], CHANGE_MPS2)
    turn_s = out - TURN_M - (walk.speed**2 - slow**2) / (2.0 * CHANGE_MPS2)
    length = 2.0 * (out - TURN_M) + np.pi * TURN_M
    return (
        ActorProgram(
            name=cue.name,
            kind=kind,
            size=size,
            path=PathSpec(points=np.round(here.point(along, offsets), 6)),
            s_m=0.0,
            law="walk",
            steps=(
                step_at(walk.begins_s, What.SPEED, walk.speed, CHANGE_MPS2),
                step_when_at(max(turn_s, 0.3), What.SPEED, slow, CHANGE_MPS2),
                step_when_at(out - TURN_M + np.pi * TURN_M, What.SPEED, back, CHANGE_MPS2),
                step_when_at(length - back * back / (2.0 * CHANGE_MPS2), What.SPEED, 0.0, CHANGE_MPS2),
            ),
            control=Control.TRIGGERED,
            look=cue.look,
        ),
    )


def shows(seen: Seen) -> bool:
    """Return whether it was on the road, as far as it was meant to, and stands beside it again."""
    way, here = seen.way(), seen.here
    inside = -here.kerb_side * (way.offset - here.near_m)
    turned = abs(way.yaw[-1] - way.yaw[0]) % (2.0 * np.pi)
    return bool(
        abs(inside.max() - seen.values["turn_m"]) < 0.3
        and inside[0] < 0.0
        and inside[-1] < 0.0
        and abs(turned - np.pi) < 0.3
    )
