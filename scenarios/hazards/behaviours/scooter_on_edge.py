"""scooter_on_edge: somebody rides an e-scooter along the edge of the lane and swerves out around something."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import body, step_at
from scenarios.model.spec import ActorProgram, PathSpec, What

BEHAVIOUR = Behaviour(
    title="Somebody on an e-scooter rides along the edge of the lane and swerves out",
    needs=Needs(behind_m=20.0, ahead_m=140.0, kerb=True),
    lasts_s=12.0,
    parameters=(
        quantity("v_mps", "speed", 2.0, 7.0, "scooter_speed"),
        quantity("edge_m", "from the edge of the road to the scooter's middle", 0.4, 1.0, "edge_distance"),
        quantity("swerve_m", "how far it swerves out", 0.3, 1.5, "swerve"),
        quantity("swerve_mps", "its lateral speed at most", 0.5, 1.5, "swerve_speed"),
    ),
)
STAYS_S = 1.0  # out there; assumed


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the scooter, which swerves here at the cue."""
    kind, size = body("scooter")
    offset = here.near_m - here.kerb_side * values["edge_m"]
    whole = 0.5 * np.pi * values["swerve_m"] / values["swerve_mps"]
    out, back = cue.begins_s, cue.begins_s + whole + STAYS_S
    return (
        ActorProgram(
            name=cue.name,
            kind=kind,
            size=size,
            path=PathSpec(lanes=here.corridor.lanes),
            s_m=round(here.s_m - values["v_mps"] * cue.begins_s, 6),
            offset_m=round(offset, 6),
            speed_mps=values["v_mps"],
            steps=(
                step_at(out, What.LANE_OFFSET, offset - here.kerb_side * values["swerve_m"], values["swerve_mps"]),
                step_at(back, What.LANE_OFFSET, offset, values["swerve_mps"]),
            ),
            look=cue.look,
        ),
    )


def shows(seen: Seen) -> bool:
    """Return whether it rode at the edge, came out as far as it was meant to, and went back."""
    way, here, values = seen.way(), seen.here, seen.values
    edge = np.abs(way.offset - here.near_m)
    return bool(
        abs(edge[0] - values["edge_m"]) < 0.2
        and abs(edge.max() - values["edge_m"] - values["swerve_m"]) < 0.2
        and abs(edge[-1] - values["edge_m"]) < 0.2
    )
