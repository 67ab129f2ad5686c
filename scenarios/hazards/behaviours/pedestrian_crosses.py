"""pedestrian_crosses: somebody steps off the kerb and crosses the road, walking or running."""

from collections.abc import Mapping

import numpy as np

from roadnet.base.arrays import Array
from scenarios.hazards.behaviour import Behaviour, Cue, Seen
from scenarios.hazards.exposure import prior
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.leaf import Columns, Parameter
from scenarios.hazards.manoeuvre import Walk, across, body, crossing_steps, width_of
from scenarios.model.spec import ActorProgram, Control

RUNS = prior("behaviour", "runs")
WALKING_MPS, RUNNING_MPS = prior("pedestrian", "walking_speed"), prior("pedestrian", "running_speed")
START_MPS2 = {0: 2.0, 1: 4.0}  # a walker's start, a runner's; di Prampero et al. 2005 has 4-5 m/s2 for sprints


def _pace(values: Columns, features: Columns) -> tuple[Array, Array]:
    """Return location and scale of the speed: z is a walker's, or shifted to a runner's."""
    runs = values["runs_code"] > 0.5
    ratio = RUNNING_MPS.numbers["sd"] / WALKING_MPS.numbers["sd"]
    shift = RUNNING_MPS.numbers["mean"] - ratio * WALKING_MPS.numbers["mean"]
    return np.asarray(runs * shift), np.asarray(1.0 + runs * (ratio - 1.0))


PACE = Parameter(
    name="v_mps",
    meaning="speed on the way",
    lo=0.5,
    hi=4.5,
    prior=WALKING_MPS,
    fill=(0.8, 2.2),
    given=_pace,
    given_text="of a walker; of a runner (8 km/h as Euro NCAP tests) where runs_code is 1",
)
BEHAVIOUR = Behaviour(
    title="Somebody steps off the kerb and crosses the road",
    needs=Needs(kerb=True),
    lasts_s=45.0,
    parameters=(
        Parameter(name="runs_code", meaning="1: runs, 0: walks", lo=0.0, hi=1.0, prior=RUNS, fill=(0.0, 1.0)),
        PACE,
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the pedestrian."""
    return (crosser(here, cue, values["v_mps"], START_MPS2[round(values["runs_code"])]),)


def crosser(
    here: Here, cue: Cue, speed_mps: float, start_mps2: float, *, aside_m: float = 0.0, suffix: str = "",
    pause: tuple[float, float] | None = None, wait_s: float = 0.0, figure: str = "adult",
) -> ActorProgram:  # fmt: skip
    """Return somebody who crosses at `aside_m` along the road from here; pause: at m of the way, for s."""
    kind, size = body(figure)
    return ActorProgram(
        name=cue.name + suffix,
        kind=kind,
        size=size,
        path=across(here, aside_m),
        s_m=0.0,
        law="walk",
        steps=crossing_steps(Walk(cue.begins_s + wait_s, speed_mps, start_mps2), width_of(here), pause),
        control=Control.TRIGGERED,
        look=cue.look,
    )


def shows(seen: Seen) -> bool:
    """Return whether it went from one edge of the road to beyond the other."""
    return crossed(seen)


def crossed(seen: Seen, suffix: str = "") -> bool:
    """Return whether somebody who stood beside the road at first is beyond its far edge at last."""
    way, here = seen.way(suffix), seen.here
    side = here.kerb_side
    return bool(side * (way.offset[0] - here.near_m) > 0.0 > side * (way.offset[-1] - here.far_m))
