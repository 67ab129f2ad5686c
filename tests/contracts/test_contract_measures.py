"""What every measure promises, over the zoo and over random drives: shapes, masks, and no regard to order, place,
direction, handedness, the clock or the step.
"""

from dataclasses import replace

import numpy as np
import pytest
import zoo
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.criticality.registry import measures
from scenarios.criticality.series import Series
from scenarios.evaluation.contract import permuted
from scenarios.hazards.taxonomy import taxonomy
from scenarios.model.recording import Recording
from scenarios.model.spec import Kind

AGENTS, STEPS, STEP_S = 5, 31, 0.05
# states are stored as float32: a turned yaw is off by 1e-7 rad, 1e-5 m at the other; a value near a threshold flips
ODD_ONES = 0.01  # of the entries may differ
CLOSE = 2e-3
# the driven path is made of chords of a metre: beside a joint of two, the last bit says which heading counts
CHORDS = 0.03
# these wait for an instant, which falls into one step or the next
WITHIN_A_STEP = {"et", "pet", "tet", "tit"}
# of two encounters that are equally close the step decides which is the closest
UNDECIDED = {"ttce"}
seeds = st.integers(0, 2**32 - 1)


def drive(seed: int, *, finer: int = 1, bend_radps: float = 0.12) -> Recording:
    """Return agents on arcs that slow down or speed up, at places near each other; `finer` steps for each.

    bend_radps: how fast the subject turns at most.
    """
    rng = np.random.Generator(np.random.Philox(seed))
    steps, h = (STEPS - 1) * finer + 1, STEP_S / finer
    t = np.arange(steps) * h
    out = zoo.recording(AGENTS, steps)
    speed, accel = rng.uniform(0.5, 15.0, AGENTS), rng.uniform(-3.0, 2.0, AGENTS)
    accel[0] = max(accel[0], -0.5 * speed[0])  # the subject does not come to a stop: its jerk there has no bound
    turn, yaw = rng.uniform(-0.12, 0.12, AGENTS), rng.uniform(-np.pi, np.pi, AGENTS)
    turn[0] *= bend_radps / 0.12
    yaw[1:3] = yaw[0] + rng.uniform(-0.15, 0.15, 2)  # some drive along with the subject
    start = rng.uniform(-25.0, 25.0, (AGENTS, 2))
    start[1] = start[0] + rng.uniform(8.0, 30.0) * np.array([np.cos(yaw[0]), np.sin(yaw[0])]) + rng.normal(0, 0.3, 2)
    for i in range(AGENTS):
        fine = np.linspace(0.0, t[-1], 1920 + 1)  # divisible by every number of steps that is asked for
        now = np.maximum(speed[i] + accel[i] * fine, 0.0)
        heading = yaw[i] + turn[i] * fine
        rate = now[:, None] * np.stack([np.cos(heading), np.sin(heading)], -1)
        way = np.concatenate([[[0.0, 0.0]], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * fine[1], axis=0)])
        pick = slice(None, None, 1920 // (steps - 1))
        out.agents.xyz[i, :, :2] = start[i] + way[pick]
        out.agents.yaw[i], out.agents.speed[i] = heading[pick], now[pick]
        out.agents.accel[i] = np.where(now[pick] > 0.0, accel[i], 0.0)
        out.agents.yaw_rate[i] = turn[i]
    out.agents.kind[3], out.agents.size[3] = Kind.PEDESTRIAN, (0.5, 0.6, 1.7)
    return replace(out, t_ns=(np.arange(steps) * round(h * 1e9)).astype(np.int64))


def changed(recording: Recording, **agents: np.ndarray) -> Recording:
    return replace(recording, agents=replace(recording.agents, **agents))


def assert_alike(a: Series, b: Series, measure: str, tolerance: float = CLOSE) -> None:
    """The two agree in mask and value but for a few entries."""
    same = a.valid == b.valid
    both = a.valid & b.valid
    scale = np.maximum(np.abs(a.value), np.abs(b.value))
    same &= ~both | (np.abs(a.value - b.value) <= tolerance * (1.0 + scale))
    assert (~same).sum() <= max(ODD_ONES * same.size, 1), measure


@pytest.mark.parametrize("name", sorted(zoo.RECORDINGS))
@pytest.mark.parametrize("measure", sorted(measures()))
def test_every_measure_keeps_its_contract_on_the_zoo(measure: str, name: str) -> None:
    r, file = zoo.RECORDINGS[name](), measures()[measure]
    series = file.evaluate(r, None)
    assert (series.unit, series.worse) == (file.MEASURE.unit, file.MEASURE.worse)
    assert series.value.shape == series.valid.shape
    assert np.isfinite(series.value).all()
    if series.value.ndim == 1:
        assert series.value.shape == r.t_ns.shape
        assert not series.valid[~r.agents.valid[r.subject]].any()
    else:
        assert series.value.shape == r.agents.yaw.shape
        assert not series.valid[r.subject].any()
        assert not series.valid[~r.agents.valid].any()


@pytest.mark.parametrize("measure", sorted(measures()))
def test_every_measure_says_what_it_is(measure: str) -> None:
    m = measures()[measure].MEASURE
    assert m.id == measure
    assert m.worse in ("low", "high")
    assert m.unit in ("s", "m", "m/s", "m/s2", "m/s3", "1", "1/s", "s2", "J")
    assert all(len(text) > 3 for text in (m.formula, m.source, m.edges))
    assert (m.threshold is None) == (m.threshold_source == "")
    assert (measures()[measure].evaluate.__doc__ or "").startswith("Return (")


def test_there_are_more_than_thirty() -> None:
    assert len(measures()) >= 30


def test_the_near_misses_are_those_of_the_taxonomy() -> None:
    near = taxonomy().thresholds.near_miss
    assert measures()["ttc"].MEASURE.threshold == near.ttc_s.value
    assert measures()["pet"].MEASURE.threshold == near.pet_s.value
    assert measures()["required_deceleration"].MEASURE.threshold == near.required_deceleration_mps2.value


def test_a_subject_that_is_away_masks_everything() -> None:
    there, away = drive(3), drive(3)
    away.agents.valid[away.subject, 10:20] = False
    for name, file in measures().items():
        a, b = file.evaluate(there, None), file.evaluate(away, None)
        assert not b.valid[..., 10:20].any(), name
        assert a.valid[..., 21:].sum() == b.valid[..., 21:].sum(), name


@settings(max_examples=12)
@given(seed=seeds)
def test_left_is_as_critical_as_right(seed: int) -> None:
    r = drive(seed)
    a = r.agents
    mirrored = changed(r, xyz=a.xyz * (1.0, -1.0, 1.0), yaw=-a.yaw, yaw_rate=-a.yaw_rate)
    for name, file in measures().items():
        assert_alike(file.evaluate(r, None), file.evaluate(mirrored, None), name, CHORDS)


@settings(max_examples=12)
@given(seed=seeds, angle=st.floats(-3.0, 3.0), x=st.floats(-1e4, 1e4), y=st.floats(-1e4, 1e4))
def test_the_place_and_direction_on_the_map_do_not_matter(seed: int, angle: float, x: float, y: float) -> None:
    r = drive(seed)
    c, s = np.cos(angle), np.sin(angle)
    turned = r.agents.xyz @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]) + (x, y, 0.0)
    moved = changed(r, xyz=turned, yaw=(r.agents.yaw + angle).astype(np.float32))
    for name, file in measures().items():
        assert_alike(file.evaluate(r, None), file.evaluate(moved, None), name, CHORDS)


@settings(max_examples=12)
@given(seed=seeds)
def test_the_order_of_the_agents_does_not_matter(seed: int) -> None:
    r = drive(seed)
    order = np.random.Generator(np.random.Philox(seed)).permutation(AGENTS)
    other = permuted(r, order)
    for name, file in measures().items():
        a, b = file.evaluate(r, None), file.evaluate(other, None)
        if a.value.ndim == 2:
            a = replace(a, value=a.value[order], valid=a.valid[order])
        assert np.array_equal(a.valid, b.valid), name
        assert np.array_equal(a.value, b.value), name


@settings(max_examples=12)
@given(seed=seeds, late=st.integers(1, 40))
def test_the_clock_does_not_matter(seed: int, late: int) -> None:
    r = drive(seed)
    pad = {
        f: np.concatenate([np.repeat(x[:, :1], late, axis=1), x], axis=1)
        for f in r.agents.__dataclass_fields__
        if (x := getattr(r.agents, f)).ndim > 1 and f != "size"
    }
    pad["valid"][:, :late] = False
    t_ns = (np.arange(STEPS + late) * round(STEP_S * 1e9)).astype(np.int64)
    surroundings = replace(
        r.surroundings,
        **{f: np.repeat(getattr(r.surroundings, f)[:1], len(t_ns)) for f in r.surroundings.__dataclass_fields__},
    )
    later = replace(changed(r, **pad), t_ns=t_ns, surroundings=surroundings)
    for name, file in measures().items():
        a, b = file.evaluate(r, None), file.evaluate(later, None)
        assert not b.valid[..., :late].any(), name
        assert_alike(a, replace(b, value=b.value[..., late:], valid=b.valid[..., late:]), name, 1e-9)


@settings(max_examples=12)
@given(seed=seeds)
def test_finer_steps_give_the_same_at_the_common_instants(seed: int) -> None:
    # straight on: where the subject turns, its path is made of chords of a metre, and their ends move with the step
    coarse, fine = drive(seed, bend_radps=0.0), drive(seed, finer=8, bend_radps=0.0)
    for name, file in measures().items():
        a, b = file.evaluate(coarse, None), file.evaluate(fine, None)
        b = replace(b, value=b.value[..., ::8], valid=b.valid[..., ::8])
        if name in WITHIN_A_STEP:
            both = a.valid & b.valid
            assert (np.abs(a.value - b.value)[both] <= 2.0 * STEP_S * (1.0 + 0.05 * np.abs(b.value[both]))).all(), name
            assert (a.valid != b.valid).sum() <= 0.05 * a.valid.size, name
        elif name not in UNDECIDED:
            assert_alike(a, b, name, 0.02)


def test_the_invariances_notice_a_measure_that_breaks_them() -> None:
    r = drive(1)
    east = replace(measures()["ttc"].evaluate(r, None), value=np.cos(r.agents.yaw), valid=r.agents.valid)
    turned = replace(east, value=np.cos(r.agents.yaw + 0.5))
    with pytest.raises(AssertionError):
        assert_alike(east, turned, "east")
