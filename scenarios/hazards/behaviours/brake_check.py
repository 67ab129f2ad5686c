"""brake_check: somebody drives just ahead of the subject, brakes hard for a moment, and drives on."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, adversary, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.model.spec import ActorProgram

AHEAD_S = 0.9  # of the subject at the start; assumed

BEHAVIOUR = Behaviour(
    title="Somebody ahead of the subject brakes hard for a moment, and drives on",
    needs=Needs(behind_m=60.0, ahead_m=130.0, clear_m=(25.0, 90.0)),
    lasts_s=10.0,
    adversarial=True,
    subject_before_m=10.0,
    parameters=(
        quantity("gap_s", "the subject is at least so close behind when it brakes", 1.5, 4.0, "check_gap"),
        quantity("brake_mps2", "deceleration", 3.0, 8.0, "check_brake"),
        quantity("brake_s", "how long it brakes", 0.5, 2.0, "check_time"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the adversary, which starts ahead of the subject at its speed and may brake from the cue on."""
    ahead = AHEAD_S * cue.subject_mps + 6.0
    own = {"gap_s": values["gap_s"], "brake_mps2": values["brake_mps2"], "brake_s": values["brake_s"]}
    return (adversary(here, cue, "brake_check", cue.subject_s_m + ahead, 0.0, from_s=cue.begins_s, **own),)


def shows(seen: Seen) -> bool:
    """Return whether it braked as hard and as long as it was meant to, ahead of the subject, which was close."""
    way, ego, values = seen.way(), seen.way(name="ego"), seen.values
    brakes = way.accel < -0.95 * values["brake_mps2"]
    if not brakes.any():
        return False
    k, lasts = int(np.argmax(brakes)), brakes.sum() * seen.recording.step_s
    ends = way.speed[brakes].min() < 0.5 or len(seen.recording.contacts.t_ns)  # it stands, or was hit
    gap = way.s[k] - ego.s[k]
    return bool(0.0 < gap < values["gap_s"] * ego.speed[k] + 7.0 and (ends or abs(lasts - values["brake_s"]) < 0.11))
