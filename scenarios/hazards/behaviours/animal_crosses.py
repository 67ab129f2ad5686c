"""animal_crosses: an animal darts across the road; it may freeze on its way."""

import math
from collections.abc import Mapping

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.behaviours.pedestrian_crosses import crossed
from scenarios.hazards.exposure import prior
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.leaf import Parameter
from scenarios.hazards.manoeuvre import STAND_M, Walk, across, body, crossing_steps, width_of
from scenarios.model.spec import ActorProgram, Control

DART_MPS2 = 6.0  # assumed

BEHAVIOUR = Behaviour(
    title="An animal darts across the road; it may freeze on its way",
    needs=Needs(kerb=True),
    lasts_s=40.0,
    parameters=(
        quantity("v_mps", "speed on the way", 2.0, 14.0, "animal_speed"),
        Parameter(
            name="freezes_code",
            meaning="1: freezes on its way, 0: does not",
            lo=0.0,
            hi=1.0,
            prior=prior("behaviour", "animal_freezes"),
            fill=(0.0, 1.0),
        ),
        quantity("freeze_m", "from the edge of the road to where it freezes", 0.8, 4.0, "turn_on_road"),
        quantity("freeze_s", "how long it stands there", 1.0, 10.0, "animal_freeze"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the animal."""
    kind, size = body("deer")
    walk = Walk(cue.begins_s, _pace(here, values), DART_MPS2)
    pause = (STAND_M + values["freeze_m"], values["freeze_s"]) if values["freezes_code"] > 0.5 else None
    return (
        ActorProgram(
            name=cue.name,
            kind=kind,
            size=size,
            path=across(here),
            s_m=0.0,
            law="walk",
            law_values=(("accel_most_mps2", DART_MPS2),),
            steps=crossing_steps(walk, width_of(here) + 0.5 * walk.speed * walk.speed / DART_MPS2, pause),
            control=Control.TRIGGERED,
            look=cue.look,
        ),
    )


def _pace(here: Here, values: Mapping[str, float]) -> float:
    """Return its speed: at most the one it can stop from where it is to freeze."""
    if values["freezes_code"] < 0.5:
        return values["v_mps"]
    return min(values["v_mps"], 0.95 * math.sqrt(DART_MPS2 * (STAND_M + values["freeze_m"])))


def shows(seen: Seen) -> bool:
    """Return whether it crossed, fast, and stood on the road where it was to freeze."""
    way, here = seen.way(), seen.here
    on_road = (here.kerb_side * (way.offset - here.near_m) < 0.0) & (here.kerb_side * (way.offset - here.far_m) > 0.0)
    stood = bool((on_road & (way.speed < 0.05)).sum() * seen.recording.step_s > 0.8)
    fast = way.speed.max() > 0.9 * _pace(here, seen.values)
    return bool(crossed(seen) and fast and stood == (seen.values["freezes_code"] > 0.5))
