"""pedestrian_group: some people cross together, one a little after the other, more slowly than one alone."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.behaviours.pedestrian_crosses import START_MPS2, crossed, crosser
from scenarios.hazards.here import Here, Needs
from scenarios.model.spec import ActorProgram

SLOWER_MPS = 0.15  # groups are 0.4 to 0.6 ft/s slower; Gates et al., TRR 1982
BESIDE_M = 0.85  # between two who walk together; assumed
FIGURES = ("adult", "adult", "child", "adult", "adult")

BEHAVIOUR = Behaviour(
    title="Some people cross the road together",
    needs=Needs(kerb=True),
    lasts_s=50.0,
    parameters=(
        quantity("count", "people", 2.0, 5.0, "group_size"),
        quantity("v_mps", "walking speed of each, were they alone", 0.8, 2.5, "walking_speed", topic="pedestrian"),
        quantity("straggle_s", "from the first to the last who starts", 0.0, 3.0, "straggle"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the people; the first starts first."""
    count = round(values["count"])
    return tuple(
        crosser(
            here,
            cue,
            values["v_mps"] - SLOWER_MPS,
            START_MPS2[0],
            aside_m=BESIDE_M * (k - 0.5 * (count - 1)),
            suffix=_suffix(k),
            wait_s=values["straggle_s"] * k / max(count - 1, 1),
            figure=FIGURES[k],
        )
        for k in range(count)
    )


def _suffix(k: int) -> str:
    return f"_{k}" if k else ""


def shows(seen: Seen) -> bool:
    """Return whether all crossed, and while the first was in the middle of the road the others were near."""
    count = round(seen.values["count"])
    if not all(crossed(seen, _suffix(k)) for k in range(count)):
        return False
    ways = [seen.way(_suffix(k)) for k in range(count)]
    middle = int(np.argmin(np.abs(ways[0].offset - 0.5 * (seen.here.near_m + seen.here.far_m))))
    apart = [np.hypot(w.s[middle] - ways[0].s[middle], w.offset[middle] - ways[0].offset[middle]) for w in ways]
    return bool(max(apart) < BESIDE_M * count + seen.values["straggle_s"] * seen.values["v_mps"] + 1.0)
