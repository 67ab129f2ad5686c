"""The player: time under the user's hands, by claim and by property."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.player import SPEEDS, Player, typed_time


def loaded(duration_s: float = 8.0, events: tuple[float, ...] = (2.0, 5.0)) -> Player:
    player = Player()
    player.load(duration_s, 0.05, events)
    return player


def test_playing_keeps_to_the_wall_clock_however_rarely_it_is_called():
    often, rarely = loaded(), loaded()
    for player in (often, rarely):
        player.play()
        player.tick(10.0)
    for i in range(1, 201):
        often.tick(10.0 + i * 0.01)
    rarely.tick(12.0)
    assert often.time_s == pytest.approx(2.0)
    assert rarely.time_s == pytest.approx(2.0)


def test_speed_and_direction_scale_the_way():
    player = loaded()
    player.seek(4.0)
    player.faster()
    player.turn()
    player.play()
    player.tick(0.0)
    player.tick(1.0)
    assert player.time_s == pytest.approx(2.0)


def test_playing_stops_at_the_end_and_starts_over():
    player = loaded()
    player.seek(7.9)
    player.play()
    player.tick(0.0)
    player.tick(1.0)
    assert (player.time_s, player.playing) == (8.0, False)
    player.play()
    assert (player.time_s, player.playing) == (0.0, True)


def test_loop_stays_in_the_selection():
    player = loaded()
    player.loop = True
    player.select(5.0, 3.0)
    player.play()
    assert player.time_s == 3.0
    player.tick(0.0)
    player.tick(2.5)
    assert player.time_s == pytest.approx(3.5)


def test_pause_forgets_the_wall_clock():
    player = loaded()
    player.play()
    player.tick(0.0)
    player.toggle()
    player.play()
    player.tick(100.0)
    assert player.time_s == 0.0


def test_a_step_lands_on_a_step():
    player = loaded()
    player.seek(1.02)
    player.step(1)
    assert player.time_s == pytest.approx(1.05)
    player.seek(1.02)
    player.step(-1)
    assert player.time_s == pytest.approx(1.0)
    player.step(10)
    assert player.time_s == pytest.approx(1.5)


def test_events_are_visited_in_order_and_ends_say_so():
    player = loaded()
    assert player.next_event()
    assert player.time_s == 2.0
    assert player.next_event()
    assert player.time_s == 5.0
    assert not player.next_event()
    assert player.previous_event()
    assert player.time_s == 2.0
    assert not player.previous_event()


def test_speeds_stop_at_both_ends():
    player = loaded()
    for _ in SPEEDS:
        player.faster()
    assert player.speed == 10.0
    for _ in range(2 * len(SPEEDS)):
        player.slower()
    assert player.speed == 0.05


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("4.2", 4.2), (" 4,2 s", 4.2), ("1:04.5", 64.5), ("", None), ("-1", None), ("nan", None), ("abc", None)],
)
def test_typed_times(text, seconds):
    assert typed_time(text) == seconds


ACTIONS = st.one_of(
    st.tuples(st.sampled_from(["toggle", "home", "end", "next_event", "previous_event", "faster", "slower", "turn"])),
    st.tuples(st.just("seek"), st.floats(-100, 100)),
    st.tuples(st.just("jump"), st.floats(-20, 20)),
    st.tuples(st.just("step"), st.integers(-30, 30)),
    st.tuples(st.just("select"), st.floats(-5, 20), st.floats(-5, 20)),
    st.tuples(st.just("tick"), st.floats(0, 1e4)),
)


@given(st.floats(0, 60), st.booleans(), st.lists(ACTIONS, max_size=40))
def test_time_never_leaves_the_recording(duration_s, loop, actions):
    player = loaded(duration_s, (1.0, 99.0))
    player.loop = loop
    for name, *values in actions:
        getattr(player, name)(*values)
        assert 0.0 <= player.time_s <= player.duration_s
        assert player.speed in SPEEDS


@given(st.floats(0.1, 60))
def test_stepping_there_and_back_returns(duration_s):
    player = loaded(duration_s)
    player.seek(0.05 * int(duration_s / 0.05 / 2))
    before = player.time_s
    if before + 0.05 <= player.duration_s:
        player.step(1)
        player.step(-1)
        assert player.time_s == pytest.approx(before, abs=1e-9)
