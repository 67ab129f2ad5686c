"""block: somebody in front of the subject goes slower than it wants to and does not let it past."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, adversary, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.model.spec import ActorProgram

AHEAD_S = 1.5  # of the subject at the start; assumed

BEHAVIOUR = Behaviour(
    title="Somebody in front of the subject goes slower than it wants to, and stays in its way",
    needs=Needs(behind_m=60.0, ahead_m=130.0, clear_m=(25.0, 90.0)),
    lasts_s=10.0,
    adversarial=True,
    subject_before_m=10.0,
    parameters=(quantity("slower", "of the subject's first speed", 0.5, 0.9, "block_slower"),),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the adversary, which starts ahead of the subject at its speed."""
    ahead = AHEAD_S * cue.subject_mps + 6.0
    return (adversary(here, cue, "block", cue.subject_s_m + ahead, 0.0, slower=values["slower"]),)


def shows(seen: Seen) -> bool:
    """Return whether the subject is behind it all the time, in its lane, and slower than it was."""
    way, ego = seen.way(), seen.way(name="ego")
    return bool(
        (way.s > ego.s).all()
        and np.abs(way.offset - ego.offset).max() < 1.0
        and ego.speed[-1] < 0.5 * (1.0 + seen.values["slower"]) * ego.speed[0]
    )
