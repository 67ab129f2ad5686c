"""cyclist_on_edge: somebody cycles along the edge of the lane, and not quite straight."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import body, step_at
from scenarios.model.spec import ActorProgram, PathSpec, What

LASTS_S, PERIOD_S = 20.0, 4.0  # the swaying: for so long, once in so long; assumed

BEHAVIOUR = Behaviour(
    title="Somebody cycles along the edge of the lane, and not quite straight",
    needs=Needs(behind_m=20.0, ahead_m=140.0, kerb=True),
    lasts_s=12.0,
    parameters=(
        quantity("v_mps", "speed", 2.0, 8.0, "bicycle_speed", topic="cyclist"),
        quantity("edge_m", "from the edge of the road to the bicycle's middle", 0.4, 1.2, "edge_distance"),
        quantity("sway_m", "how far it sways to either side", 0.0, 0.3, "sway"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the cyclist, who passes here at the cue."""
    return (rider(here, values, cue, "cyclist"),)


def rider(here: Here, values: Mapping[str, float], cue: Cue, figure: str) -> ActorProgram:
    """Return somebody on two wheels along the kerb's edge who sways from the cue on."""
    kind, size = body(figure)
    offset = here.near_m - here.kerb_side * values["edge_m"]
    rate = max(2.0 * np.pi * values["sway_m"] / PERIOD_S, 0.05)  # half a cosine from side to side in half a period
    turns = np.arange(0.0, LASTS_S, 0.5 * PERIOD_S)
    side = here.kerb_side * np.where(np.arange(len(turns)) % 2 == 0, -1.0, 1.0) * values["sway_m"]
    steps = tuple(
        step_at(cue.begins_s + t, What.LANE_OFFSET, offset + d, rate)
        for t, d in zip(turns.tolist(), side.tolist(), strict=True)
    )
    return ActorProgram(
        name=cue.name,
        kind=kind,
        size=size,
        path=PathSpec(lanes=here.corridor.lanes),
        s_m=round(here.s_m - values["v_mps"] * cue.begins_s, 6),
        offset_m=round(offset, 6),
        speed_mps=values["v_mps"],
        steps=steps if values["sway_m"] > 0.01 else (),
        look=cue.look,
    )


def shows(seen: Seen) -> bool:
    """Return whether it rode on near the edge at its speed and swayed as far as it was meant to."""
    way, here, values = seen.way(), seen.here, seen.values
    edge = np.abs(way.offset - here.near_m)
    sways = 0.5 * np.ptp(way.offset)
    return bool(
        np.abs(edge - values["edge_m"]).max() < values["sway_m"] + 0.3
        and abs(sways - values["sway_m"]) < 0.15
        and abs((way.s[-1] - way.s[0]) / way.t[-1] - values["v_mps"]) < 0.3
    )
