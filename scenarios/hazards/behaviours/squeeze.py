"""squeeze: somebody in the lane beside the subject draws level and closes the gap between the flanks."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, adversary, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.stage import CAR_WIDTH_M
from scenarios.model.spec import ActorProgram

BEHAVIOUR = Behaviour(
    title="Somebody beside the subject draws level and closes the gap between them",
    needs=Needs(behind_m=60.0, ahead_m=130.0, clear_m=(25.0, 90.0), beside=True),
    lasts_s=9.0,
    adversarial=True,
    subject_before_m=10.0,
    parameters=(quantity("clearance_m", "gap that it leaves", 0.1, 0.8, "squeeze_clearance"),),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the adversary, in the lane beside, which closes in from the cue on."""
    return (
        adversary(
            here, cue, "squeeze", cue.subject_s_m, here.beside, from_s=cue.begins_s, lead_m=0.0,
            clearance_m=values["clearance_m"],
        ),
    )  # fmt: skip


def shows(seen: Seen) -> bool:
    """Return whether it was level with the subject and as near as it was meant to be."""
    way, ego = seen.way(), seen.way(name="ego")
    level = np.abs(way.s - ego.s) < 3.0
    gap = np.abs(way.offset - ego.offset) - CAR_WIDTH_M
    return bool(level.mean() > 0.5 and abs(gap[level].min() - seen.values["clearance_m"]) < 0.2)
