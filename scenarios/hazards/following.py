"""A subject vehicle behind a lead: how it is set up to hold its gap, and what its driver does about a braking lead."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from scenarios.hazards.kinematics import ACCEL_MPS2, DECEL_MPS2, SOFT_DECEL_MPS2
from scenarios.hazards.spots import Spot
from scenarios.hazards.stage import CAR_LENGTH_M, DrawnBody, subject, vehicle
from scenarios.model.spec import ActorProgram, Step

WISH_OVER_SPEED = 1.2  # who follows would like to go faster; assumed
JAM_M = 1.0  # of the subject's following law here
STEP_S, HORIZON_S = 0.1, 5.8  # of the closed loop that predicts onsets
LEAST_GAP_M = 0.1


def hold_gap(speed: Array | float, thw_s: Array | float, allowed: Array | float) -> tuple[Array, Array, Array]:
    """Return (desired speed m/s, headway s, jam gap m) with which the following law stands still at this gap.

    The law's equilibrium: jam + speed headway = gap sqrt(1 - (speed / desired)^4).
    """
    desired = np.maximum(np.minimum(WISH_OVER_SPEED * np.asarray(speed), allowed), speed)
    slack = np.asarray(thw_s) * speed * np.sqrt(1.0 - (speed / desired) ** 4)
    jam = np.minimum(JAM_M, slack)
    return desired, (slack - jam) / speed, jam


def follow(
    spot: Spot,
    speed_mps: float,
    thw_s: float,
    allowed_mps: float,
    at_s: float,
    body: DrawnBody,
    steps: tuple[Step, ...],
) -> tuple[ActorProgram, ActorProgram]:
    """Return the subject, whose front reaches the spot at `at_s`, and the lead `thw_s` ahead of it."""
    desired, headway, jam = (round(float(x), 6) for x in hold_gap(speed_mps, thw_s, allowed_mps))
    s = spot.s_m - speed_mps * at_s
    ahead = s + 0.5 * (CAR_LENGTH_M + body.size[0]) + thw_s * speed_mps
    law = {"desired_speed_mps": desired, "headway_s": headway, "jam_gap_m": jam}
    return (
        subject(spot.corridor, s, speed_mps, **law),
        vehicle("lead", body, spot.corridor, ahead, speed_mps, steps=steps),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The subject and its lead from when the lead begins to brake; N pairs at K instants, STEP_S apart."""

    gap_m: Array  # (N, K)
    speed_mps: Array  # (N, K)
    lead_mps: Array  # (N, K)
    braking_mps2: Array  # (N, K) of the lead, 0 where it holds its speed


def closing_in(speed: Array, thw_s: Array, allowed: Array, decel: Array, kept: Array) -> Pair:
    """Return how a pair closes in while the lead brakes to `kept` of its speed; all arguments (N,).

    The subject follows softly, as the careful human does until there is a risk.
    """
    desired, headway, jam = hold_gap(speed, thw_s, allowed)
    v, lead, gap = speed.copy(), speed.copy(), thw_s * speed
    rows = []
    for _ in range(round(HORIZON_S / STEP_S)):
        braking = np.where(lead > kept * speed + 1e-9, decel, 0.0)
        rows.append((gap, v, lead, braking))
        wanted = jam + np.maximum(0.0, v * headway + v * (v - lead) / (2.0 * np.sqrt(ACCEL_MPS2 * DECEL_MPS2)))
        accel = ACCEL_MPS2 * (1.0 - (v / desired) ** 4) - ACCEL_MPS2 * (wanted / np.maximum(gap, LEAST_GAP_M)) ** 2
        v_next = np.maximum(v + np.maximum(accel, -SOFT_DECEL_MPS2) * STEP_S, 0.0)
        lead_next = np.maximum(lead - braking * STEP_S, kept * speed)
        gap = gap + 0.5 * (lead + lead_next - v - v_next) * STEP_S
        v, lead = v_next, lead_next
    return Pair(*(np.stack(column, 1) for column in zip(*rows, strict=True)))
