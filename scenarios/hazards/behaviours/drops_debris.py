"""drops_debris: a van ahead loses part of its load, which falls, slides and lies in the lane."""

from collections.abc import Mapping

import numpy as np

from scenarios.hazards.behaviour import Behaviour, Cue, Seen, quantity
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.manoeuvre import LONG_S, body, replayed
from scenarios.model.spec import ActorProgram, PathSpec

BED_M = 0.9  # height it falls from; assumed
GRAVITY = 9.81
BEHIND_M = 0.3  # behind the van's tail when it leaves; assumed
ROW_S = 0.02

BEHAVIOUR = Behaviour(
    title="A van loses part of its load, which lies in the lane",
    needs=Needs(behind_m=60.0, ahead_m=120.0),
    lasts_s=10.0,
    parameters=(
        quantity("v_mps", "speed of the van", 5.0, 20.0, "urban_speed"),
        quantity("sliding", "friction of the load on the road", 0.3, 0.8, "sliding_friction"),
    ),
)


def programs(here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
    """Return the load, which is there from the cue on, and the van (companion "_van"), which passes here then."""
    (kind, size), (van_kind, van_size) = body("crate"), body("van")
    v, brake = values["v_mps"], values["sliding"] * GRAVITY
    leaves = -0.5 * (van_size[0] + size[0]) - BEHIND_M
    fall = float(np.sqrt(2.0 * BED_M / GRAVITY))
    t = np.append(np.arange(0.0, fall + v / brake, ROW_S), fall + v / brake)
    flies, slides = np.minimum(t, fall), np.clip(t - fall, 0.0, v / brake)
    xyz = here.point(leaves + v * flies + v * slides - 0.5 * brake * slides * slides, 0.0)
    xyz[:, 2] += np.maximum(BED_M - 0.5 * GRAVITY * t * t, 0.0)
    yaw = np.full(len(t), here.heading(leaves))
    rows = np.column_stack([cue.begins_s + t, xyz, yaw, v - brake * slides])
    rows = np.concatenate([rows, rows[-1:] + np.array([[LONG_S, 0, 0, 0, 0, 0]])])
    van = ActorProgram(
        name=f"{cue.name}_van",
        kind=van_kind,
        size=van_size,
        path=PathSpec(lanes=here.corridor.lanes),
        s_m=round(here.s_m - v * cue.begins_s, 6),
        speed_mps=v,
        look=cue.look,
    )
    return replayed(cue.name, kind, size, np.round(rows, 9), cue.look), van


def shows(seen: Seen) -> bool:
    """Return whether the load came out behind the van at its time, fell, and lies in the lane."""
    way, van = seen.way(), seen.way("_van")
    z = seen.recording.agents.xyz[seen.rows[seen.cue.name], :, 2]
    first = int(np.argmax(way.valid))
    return bool(
        abs(way.t[first] - seen.cue.begins_s) <= seen.recording.step_s
        and not way.valid[:first].any()
        and way.valid[first:].all()
        and -6.0 < way.s[first] - van.s[first] < -3.0
        and z[first] - z[-1] > 0.5 * BED_M
        and abs(way.speed[-1]) < 1e-3
        and np.abs(way.offset[first:]).max() < 1.0
        and not len(seen.recording.contacts.t_ns)
    )
