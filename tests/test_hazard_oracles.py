"""Oracles on recordings made by hand: they find their leaf in facts, in time, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
import zoo

from scenarios.evaluation.contract import permuted
from scenarios.evaluation.observe import kinematic_oracles, observe
from scenarios.hazards import child_from_occlusion, cut_in, lead_braking
from scenarios.hazards.sightline import hidden
from scenarios.hazards.verdict import around, held_spans, lasting, since
from scenarios.model.evidence import Observed, Outcome
from scenarios.model.recording import Recording, Statics
from scenarios.model.spec import Kind

DT = 0.05
T = 121


def road(**changes) -> Recording:
    """Two cars on a straight road along +x, the subject at 15 m/s, the other in the next lane 20 m ahead."""
    recording = zoo.recording(2, T, gap_m=24.5, speeds=(15.0, 11.0))
    recording.agents.xyz[1, :, 1] = 3.5
    return replace(recording, **changes)


def shift_lane(recording: Recording, *, at_s: float, takes_s: float = 2.0) -> Recording:
    """Let agent 1 move from its lane to the subject's by half a cosine."""
    t = np.arange(T) * DT
    phase = np.clip((t - at_s) / takes_s, 0.0, 1.0)
    rate = np.where((phase > 0) & (phase < 1), 0.5 * 3.5 * np.pi / takes_s * np.sin(np.pi * phase), 0.0)
    recording.agents.xyz[1, :, 1] = 1.75 * (1.0 + np.cos(np.pi * phase))
    recording.agents.yaw[1] = -np.arctan2(rate, recording.agents.speed[1])
    return recording


def slow_down(recording: Recording, *, at_s: float, decel: float, agent: int = 1) -> Recording:
    """Let an agent brake from `at_s` on."""
    t = np.maximum(np.arange(T) * DT - at_s, 0.0)
    v0 = float(recording.agents.speed[agent, 0])
    stop = v0 / decel
    speed = np.maximum(v0 - decel * t, 0.0)
    recording.agents.speed[agent] = speed
    recording.agents.accel[agent] = np.where((t > 0) & (speed > 0), -decel, 0.0)
    run = np.where(t < stop, v0 * t - 0.5 * decel * t**2, 0.5 * v0 * stop)
    recording.agents.xyz[agent, :, 0] = (
        recording.agents.xyz[agent, 0, 0] + v0 * np.minimum(np.arange(T) * DT, at_s) + run
    )
    return recording


def test_a_car_from_the_next_lane_is_a_cut_in_from_the_touch_of_the_line() -> None:
    verdict = cut_in.oracle(shift_lane(road(), at_s=1.0), None, None)
    assert verdict.observed == Observed.OBSERVED
    assert verdict.agents == (1,)
    assert 1.0 < verdict.t_on_s < 3.0
    assert verdict.outcome in (Outcome.CONFLICT, Outcome.NEAR_MISS, Outcome.COLLISION)
    assert verdict.has_ttc
    assert verdict.min_ttc_s < 4.0


def test_a_faster_car_that_cuts_in_is_no_conflict() -> None:
    recording = zoo.recording(2, T, gap_m=24.5, speeds=(15.0, 18.0))
    recording.agents.xyz[1, :, 1] = 3.5
    verdict = cut_in.oracle(shift_lane(recording, at_s=1.0), None, None)
    assert verdict.observed == Observed.NOT_OBSERVED
    assert verdict.reason == "never near enough"


def test_a_slow_leader_that_was_always_there_is_no_cut_in() -> None:
    recording = road()
    recording.agents.xyz[1, :, 1] = 0.0
    verdict = cut_in.oracle(recording, None, None)
    assert (verdict.observed, verdict.reason) == (Observed.NOT_OBSERVED, "nobody entered the lane from the side")


def test_a_car_that_leaves_the_lane_is_no_cut_in() -> None:
    recording = shift_lane(road(), at_s=1.0)
    recording.agents.xyz[1, :, 1] = 3.5 - recording.agents.xyz[1, :, 1]
    recording.agents.yaw[1] *= -1.0
    assert cut_in.oracle(recording, None, None).observed == Observed.NOT_OBSERVED


def test_a_braking_leader_is_found_where_it_brakes() -> None:
    recording = zoo.recording(2, T, gap_m=24.5, speeds=(15.0, 15.0))
    verdict = lead_braking.oracle(slow_down(recording, at_s=2.0, decel=6.0), None, None)
    assert verdict.observed == Observed.OBSERVED
    assert 2.0 <= verdict.t_on_s < 2.7
    assert verdict.severity_mps2 > 3.0


def test_a_braking_car_in_the_next_lane_is_no_braking_leader() -> None:
    recording = slow_down(road(), at_s=1.0, decel=6.0)
    assert lead_braking.oracle(recording, None, None).observed == Observed.NOT_OBSERVED


def test_only_the_nearest_leader_counts() -> None:
    recording = zoo.recording(3, T, gap_m=15.0, speeds=(15.0, 15.0, 15.0))
    recording = slow_down(recording, at_s=3.5, decel=3.0, agent=2)
    assert 2 not in lead_braking.oracle(recording, None, None).agents


def child_steps_out(*, occluder: bool, height: float = 1.16, walk: float = 1.5) -> Recording:
    """The subject at 10 m/s; 45 m ahead somebody walks from y = -3.3 across; a van may stand before them."""
    recording = zoo.recording(2, T, gap_m=45.0, speeds=(10.0, 0.0))
    a = recording.agents
    a.kind[1], a.size[1] = Kind.PEDESTRIAN, (0.4, 0.4, height)
    t = np.maximum(np.arange(T) * DT - 1.5, 0.0)
    a.xyz[1, :, 1] = -3.3 + walk * t
    a.speed[1], a.yaw[1] = np.where(t > 0, walk, 0.0), np.pi / 2
    if not occluder:
        return recording
    van = Statics(
        kind=("van",), pose=np.array([[41.0, -3.0, 0.0, 0.0]]), size=np.array([[5.9, 2.0, 2.5]]), look=np.zeros(1, int)
    )
    return replace(recording, statics=van)


def test_a_child_from_behind_a_van_is_found_once_it_walks() -> None:
    verdict = child_from_occlusion.oracle(child_steps_out(occluder=True), None, None)
    assert verdict.observed == Observed.OBSERVED
    assert verdict.t_on_s >= 1.5


@pytest.mark.parametrize("change", [{"occluder": False}, {"occluder": True, "height": 1.75}])
def test_who_was_in_sight_or_is_grown_up_is_no_child_from_occlusion(change) -> None:
    assert child_from_occlusion.oracle(child_steps_out(**change), None, None).observed == Observed.NOT_OBSERVED


def test_the_sight_line_clears_when_the_child_is_beside_the_van_no_more() -> None:
    blocked = hidden(child_steps_out(occluder=True), 1)
    assert blocked[:20].all()
    assert not blocked[-30:].any()


@pytest.mark.parametrize("name", sorted(zoo.RECORDINGS))
def test_every_oracle_answers_on_every_recording_of_the_zoo(name: str) -> None:
    recording = zoo.RECORDINGS[name]()
    for verdict in observe(recording, None, None, kinematic_oracles()):
        assert verdict.observed in (Observed.OBSERVED, Observed.NOT_OBSERVED)
        assert verdict.reason or verdict.observed == Observed.OBSERVED


@pytest.mark.parametrize("make", [lambda: shift_lane(road(), at_s=1.0), lambda: child_steps_out(occluder=True)])
def test_the_order_of_agents_does_not_show(make) -> None:
    recording = make()
    swapped = permuted(recording, np.array([1, 0]))
    for oracle in kinematic_oracles().values():
        one, other = oracle(recording, None, None), oracle(swapped, None, None)
        assert replace(other, agents=()) == replace(one, agents=())
        assert tuple(1 - a for a in other.agents) == one.agents


def test_spans_must_hold_before_they_merge() -> None:
    mask = np.zeros(60, bool)
    mask[5:9] = mask[20:24] = mask[40:42] = True
    assert held_spans(mask, 4, 20) == [(5, 23)]
    assert held_spans(mask, 4, 5) == [(5, 8), (20, 23)]
    assert held_spans(mask, 5, 20) == []


def test_since_around_and_lasting_on_a_short_mask() -> None:
    mask = np.array([[False, True, False, False, True, True]])
    assert since(mask)[0, 1:].tolist() == [0, 1, 2, 0, 0]
    assert since(mask)[0, 0] > 1 << 29
    assert around(mask, 1, 0).tolist() == [[True, True, False, True, True, True]]
    assert lasting(mask, 2).tolist() == [[False, False, False, False, True, True]]
    assert not around(np.zeros((1, 1), bool), 100, 100).any()
