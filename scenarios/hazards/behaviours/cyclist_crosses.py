"""cyclist_crosses: somebody cycles straight across the road, from a way beside it."""

from collections.abc import Mapping

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.behaviours.pedestrian_crosses import crossed
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import Walk, across, body, step_at, step_when_at, width_of
from scenarios.model.spec import ActorProgram, Control, What

RUN_UP_M, RUN_OUT_M = 2.0, 2.0  # its middle stands so far from the edge of the road, and farther beyond; assumed
STOP_MPS2 = 2.5  # assumed

BEHAVIOUR = Behaviour(
    title="Somebody cycles straight across the road",
    needs=Needs(kerb=True),
    lasts_s=30.0,
    parameters=(
        quantity("v_mps", "speed on the way", 1.5, 6.0, "bicycle_speed", topic="cyclist"),
        quantity("start_mps2", "acceleration from the kerb", 0.3, 2.5, "acceleration", topic="cyclist"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the cyclist."""
    kind, size = body("cyclist")
    length = width_of(here, run_up_m=RUN_UP_M)
    walk = Walk(cue.begins_s, values["v_mps"], values["start_mps2"])
    return (
        ActorProgram(
            name=cue.name,
            kind=kind,
            size=size,
            path=across(here, run_up_m=RUN_UP_M),
            s_m=0.0,
            steps=(
                step_at(walk.begins_s, What.SPEED, walk.speed, walk.rate),
                step_when_at(length + RUN_OUT_M - 0.5 * walk.speed**2 / STOP_MPS2, What.SPEED, 0.0, STOP_MPS2),
            ),
            control=Control.TRIGGERED,
            look=cue.look,
        ),
    )


def shows(seen: Seen) -> bool:
    """Return whether it crossed the whole road, riding."""
    return crossed(seen) and bool(seen.way().speed.max() > 0.8 * min(seen.values["v_mps"], 3.0))
