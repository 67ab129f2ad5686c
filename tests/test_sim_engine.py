"""The engine's public step; who is absent; who touches whom, against a plain twin that tries every pair."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import sim_world as w
from hypothesis import given
from hypothesis import strategies as st
from test_sim_batch import mixed, same

from roadnet.base.errors import InputError
from roadnet.boxes import swept_contact
from roadnet.network import RoadNetwork
from scenarios.model.spec import Kind
from scenarios.simulation import layout as c
from scenarios.simulation.contact import touches, widest_axis
from scenarios.simulation.engine import done, recordings, simulate_batch, start, step


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


def test_running_to_the_end_is_the_step_in_a_loop(net: RoadNetwork) -> None:
    specs = [mixed(i) for i in range(6)]
    batch = start(specs, net)
    while not done(batch):
        step(batch)
    jumps = start(specs, net)
    for steps in (0, 1, 37, 10_000):
        step(jumps, steps, threads=2)
    whole = simulate_batch(specs, net)
    assert all(map(same, whole, recordings(batch)))
    assert all(map(same, whole, recordings(jumps)))


def test_a_batch_on_its_way_has_no_recordings_yet(net: RoadNetwork) -> None:
    batch = start([mixed(0)], net)
    step(batch, 3)
    assert batch.at == 3
    with pytest.raises(InputError, match="sample 3 of 80"):
        recordings(batch)
    with pytest.raises(InputError, match="got -1"):
        step(batch, -1)


def head_on(**of_second: object) -> object:
    """Return two cars that meet head-on after 2 s."""
    second = w.actor("other", w.along_x(), 60.0, 0.0)
    return w.scenario(w.actor("ego", w.along_x(), 0.0, 20.0), replace(second, **of_second), duration_s=4.0)


def test_the_absent_are_neither_seen_nor_touched_and_are_not_valid(net: RoadNetwork) -> None:
    spec = w.with_law(head_on(), "ego", "idm")
    gone, there = start([spec], net), start([spec], net)
    row = next(r for r, actor in enumerate(gone.tables.orders[0]) if actor == 1)
    gone.tables.state[c.PRESENT, row] = 0.0
    for batch in (gone, there):
        step(batch, batch.last)
    absent, present = recordings(gone)[0], recordings(there)[0]
    ego = absent.subject
    assert present.agents.valid.all()
    assert not absent.agents.valid[row, 1:].any()
    assert absent.agents.valid[ego].all()
    assert absent.agents.speed[ego].min() == pytest.approx(20.0)
    assert present.agents.speed[ego].min() < 19.0
    free = start([head_on()], net)
    free.tables.state[c.PRESENT, row] = 0.0
    step(free, free.last)
    assert len(recordings(free)[0].contacts.t_ns) == 0
    assert len(simulate_batch([head_on()], net)[0].contacts.t_ns) == 1


def test_who_is_attached_does_not_touch_its_carrier(net: RoadNetwork) -> None:
    door = {"kind": Kind.DOOR, "size": (1.1, 0.1, 1.0)}
    assert len(simulate_batch([head_on(**door)], net)[0].contacts.t_ns) == 1
    assert len(simulate_batch([head_on(attached_to="ego", **door)], net)[0].contacts.t_ns) == 0
    with pytest.raises(InputError, match="did you mean 'ego'"):
        simulate_batch([head_on(attached_to="egg")], net)


BOX = st.tuples(
    st.floats(-30, 30), st.floats(-30, 30), st.floats(-4, 4),  # x, y, yaw
    st.floats(-3, 3), st.floats(-3, 3), st.sampled_from([0.0, 0.05, -0.2]),  # the last step
    st.floats(0.3, 12), st.floats(0.3, 2.5), st.booleans(),  # length, width, present
)  # fmt: skip


def plain_touches(body: np.ndarray, state: np.ndarray) -> list[tuple[int, int, float]]:
    """Return (i, j, part of the step) of every pair that touches, trying all of them."""
    out = []
    for i, j in combinations(range(state.shape[1]), 2):
        if state[c.PRESENT, i] and state[c.PRESENT, j]:
            pose = []
            for k in (i, j):
                move = state[[c.MOVE_X, c.MOVE_Y, c.TURN], k]
                half = 0.5 * body[[c.LENGTH, c.WIDTH], k]
                pose += [*(state[[c.X, c.Y, c.YAW], k] - move), *move, *half]
            at = swept_contact(*pose)
            if at <= 1.0:
                out.append((i, j, at))
    return out


@given(st.lists(st.lists(BOX, min_size=2, max_size=9), min_size=1, max_size=3))
def test_the_sweep_finds_the_touches_that_trying_every_pair_finds(worlds: list[list[tuple[float, ...]]]) -> None:
    A = min(map(len, worlds))
    code, order = np.full((c.CODE, A), c.NOBODY), np.arange(A)
    code[c.ROOT] = np.arange(A)
    for boxes in worlds:  # the order is carried on from world to world, as from step to step
        x, y, yaw, move_x, move_y, turn, length, width, present = np.array(boxes[:A], float).T
        body, state = np.zeros((c.BODY, A)), np.zeros((c.STATE, A))
        body[c.LENGTH], body[c.WIDTH], body[c.REACH] = length, width, 0.5 * np.hypot(length, width)
        for column, value in ((c.X, x), (c.Y, y), (c.YAW, yaw), (c.MOVE_X, move_x), (c.MOVE_Y, move_y)):
            state[column] = value
        state[c.TURN], state[c.COS], state[c.SIN], state[c.PRESENT] = turn, np.cos(yaw), np.sin(yaw), present
        pair, t_ns, closing = np.zeros((A * A, 2), np.int32), np.zeros(A * A, np.int64), np.zeros(A * A, np.float32)
        met, axis = np.zeros((A, A), bool), widest_axis(state, 0, A)
        count = touches(body, code, state, 0, order, axis, 0, 10**9, met, pair, t_ns, closing, 0)
        found = sorted((*map(int, p), t * 1e-9) for p, t in zip(pair[:count], t_ns, strict=False))
        wanted = plain_touches(body, state)
        assert [f[:2] for f in found] == [w[:2] for w in wanted]
        np.testing.assert_allclose([f[2] for f in found], [w[2] for w in wanted], atol=1e-8)
