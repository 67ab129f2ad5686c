"""pedestrian_hesitates: somebody crosses, stops on the road for a moment, and goes on."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.behaviours.pedestrian_crosses import START_MPS2, crossed, crosser
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import STAND_M
from scenarios.model.spec import ActorProgram

BEHAVIOUR = Behaviour(
    title="Somebody crosses, stops on the road for a moment, and goes on",
    needs=Needs(kerb=True),
    lasts_s=50.0,
    parameters=(
        quantity("v_mps", "walking speed", 0.6, 2.5, "walking_speed", topic="pedestrian"),
        quantity("stop_m", "from the edge of the road to where it stops", 0.6, 3.5, "stop_on_road"),
        quantity("pause_s", "how long it stands there", 0.5, 4.0, "pause"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the pedestrian."""
    pause = (STAND_M + values["stop_m"], values["pause_s"])
    return (crosser(here, cue, values["v_mps"], START_MPS2[0], pause=pause),)


def shows(seen: Seen) -> bool:
    """Return whether it stood on the road where and as long as it was meant to, and crossed in the end."""
    way, here = seen.way(), seen.here
    on_road = here.kerb_side * (way.offset - here.near_m) < 0.0
    stands = on_road & (way.speed < 0.05) & (here.kerb_side * (way.offset - here.far_m) > 0.0)
    lasts = stands.sum() * seen.recording.step_s
    place = np.abs(way.offset[stands] - here.near_m).mean() if stands.any() else 0.0
    return bool(
        crossed(seen) and abs(lasts - seen.values["pause_s"]) < 0.3 and abs(place - seen.values["stop_m"]) < 0.3
    )
