"""Each measure on two cars, against the number that follows from its definition on paper; edge cases of each."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import zoo
from scipy.stats import truncnorm

from roadnet.network import RoadNetwork
from scenarios.criticality.registry import measures
from scenarios.criticality.tet import LIMIT_S
from scenarios.model.recording import Recording
from scenarios.model.spec import Kind

LENGTH, WIDTH = 4.5, 1.8  # of the zoo's cars
GRIP = 0.8 * 9.81  # the zoo's friction
STORED = 1e-5  # states are stored as float32
Car = tuple[float, ...]  # x, y, yaw, speed and, if it has one, acceleration
AHEAD = 30.0 + LENGTH  # centre to centre with a gap of 30 m


def cars(ego: Car, other: Car, *, steps: int = 1) -> Recording:
    """Return two cars that move as told, stopped at standstill."""
    out = zoo.recording(2, steps)
    t = np.arange(steps) * 0.05
    for row, (x, y, yaw, speed, *accel) in enumerate((ego, other)):
        a = sum(accel)
        run = np.minimum(t, -speed / a) if a < 0.0 else t
        way = speed * run + 0.5 * a * run**2
        out.agents.xyz[row, :, 0], out.agents.xyz[row, :, 1] = x + way * np.cos(yaw), y + way * np.sin(yaw)
        out.agents.yaw[row], out.agents.speed[row] = yaw, speed + a * run
        out.agents.accel[row] = np.where(run < t, 0.0, a)
    return out


def at(measure: str, recording: Recording, step: int = 0, net: RoadNetwork | None = None) -> float | None:
    """Return the value for the other car, or of the subject, at a step; None where masked."""
    series = measures()[measure].evaluate(recording, net)
    where = (step,) if series.value.ndim == 1 else (1, step)
    return float(series.value[where]) if series.valid[where] else None


IN_FILE = ((0, 0, 0, 20), (AHEAD, 0, 0, 12))  # w = 8 m/s, d = 30 m
OPENING = ((0, 0, 0, 12), (AHEAD, 0, 0, 20))
STANDING = ((0, 0, 0, 0), (AHEAD, 0, 0, 0))
TOUCHING = ((0, 0, 0, 20), (4.0, 0, 0, 12))
BEHIND = ((0, 0, 0, 12), (-AHEAD, 0, 0, 10))
BESIDE = ((0, 0, 0, 10), (0, 3.5, 0, 10))
BRAKED = ((0, 0, 0, 15), (10.0 + LENGTH, 0, 0, 10, -8))  # the leader stops after 6.25 m
# from the right: enters the subject's corridor as the subject arrives; both at 10 m/s
CROSSING = ((0, 0, 0, 10), (30, -30, np.pi / 2, 10))
# the same 8 m earlier: gone when the subject comes
GONE = ((0, 0, 0, 10), (30, -22, np.pi / 2, 10))
ONCOMING = ((0, 0, 0, 10), (AHEAD, 0, np.pi, 10))
REACH = LENGTH / 2 + WIDTH / 2
RADIUS = float(np.hypot(LENGTH, WIDTH)) / 2
SIDE = WIDTH  # the shift that clears a car straight ahead
MASS = 122.0 * LENGTH * WIDTH * 1.5

WTTC_IN_FILE = (-8 + np.sqrt(64 + 4 * GRIP * (AHEAD - 2 * RADIUS))) / (2 * GRIP)
SHORT = 2 * REACH  # m by which the two of CROSSING miss missing each other
LATER = (30 + REACH) / 10  # s, when they have left each other's way
EARLIER = (30 - REACH) / 10  # s, when they reach it

CASES: list[tuple[str, tuple[Car, Car], float | None]] = [
    ("gap", IN_FILE, 30.0), ("gap", TOUCHING, 0.0), ("gap", BEHIND, None), ("gap", BESIDE, None),
    ("thw", IN_FILE, 1.5), ("thw", STANDING, None), ("thw", OPENING, 2.5),
    ("ttc", IN_FILE, 30 / 8), ("ttc", OPENING, None), ("ttc", STANDING, None), ("ttc", TOUCHING, 0.0),
    ("ttc", ONCOMING, 1.5), ("ttc", CROSSING, EARLIER), ("ttc", GONE, None),
    ("ttc_along_path", IN_FILE, 30 / 8), ("ttc_along_path", OPENING, None), ("ttc_along_path", TOUCHING, 0.0),
    ("ttc_along_path", STANDING, None), ("ttc_along_path", BESIDE, None), ("ttc_along_path", ONCOMING, 1.5),
    ("ttc_acceleration", IN_FILE, 30 / 8), ("ttc_acceleration", BRAKED, (-5 + np.sqrt(185)) / 8),
    ("ttc_acceleration", OPENING, None), ("ttc_acceleration", STANDING, None),
    ("inverse_ttc", IN_FILE, 8 / 30), ("inverse_ttc", OPENING, 0.0), ("inverse_ttc", STANDING, 0.0),
    ("inverse_ttc", TOUCHING, None),
    ("pttc", IN_FILE, (30 + 12**2 / 14) / 20), ("pttc", ((0, 0, 0, 20), (10 + LENGTH, 0, 0, 18)), 1.42857143),
    ("pttc", STANDING, None), ("pttc", BESIDE, None), ("pttc", TOUCHING, 0.0),
    ("wttc", IN_FILE, WTTC_IN_FILE), ("wttc", STANDING, np.sqrt((AHEAD - 2 * RADIUS) / GRIP)), ("wttc", TOUCHING, 0.0),
    ("ttb", IN_FILE, 30 / 8 - 8 / (2 * GRIP)), ("ttb", CROSSING, LATER - np.sqrt(2 * SHORT / GRIP)),
    ("ttb", OPENING, None), ("ttb", TOUCHING, None), ("ttb", STANDING, None), ("ttb", ONCOMING, None),
    ("ttb", ((0, 0, 0, 20), (2 + LENGTH, 0, 0, 0)), 2 / 20 - 20 / (2 * GRIP)),
    ("ttb", ((0, 0, 0, 10), (-AHEAD, 0, 0, 20)), None),
    ("tts", IN_FILE, 30 / 8 - np.sqrt(2 * SIDE / GRIP)), ("tts", CROSSING, LATER - np.sqrt(2 * SHORT / GRIP)),
    ("tts", OPENING, None), ("tts", TOUCHING, None), ("tts", ONCOMING, 1.5 - np.sqrt(2 * SIDE / GRIP)),
    ("ttk", IN_FILE, None), ("ttk", CROSSING, EARLIER - np.sqrt(2 * SHORT / 3.0)), ("ttk", TOUCHING, None),
    ("ttr", IN_FILE, 30 / 8 - 8 / (2 * GRIP)), ("ttr", ONCOMING, 1.5 - np.sqrt(2 * SIDE / GRIP)),
    ("ttr", OPENING, None), ("ttr", CROSSING, LATER - np.sqrt(2 * SHORT / GRIP)),
    ("time_advantage", IN_FILE, None), ("time_advantage", CROSSING, 0.0), ("time_advantage", STANDING, None),
    ("time_advantage", GONE, (30 - REACH - 22 - REACH) / 10),
    ("time_advantage", ((0, 0, 0, 10), (30, 22, -np.pi / 2, 10)), (30 - REACH - 22 - REACH) / 10),
    # at 1 rad: their lines cross 37.7 m ahead of the subject and 14.3 m ahead of the other, which is through first
    ("time_advantage", ((0, 0, 0, 10), (30, -12, 1.0, 10)),
     (30 + 12 / np.tan(1) - 12 / np.sin(1) - 2 * (0.9 + 2.25 * np.sin(1) + 0.9 * np.cos(1)) / np.sin(1)) / 10),
    ("clearance", IN_FILE, 30.0), ("clearance", BESIDE, 1.7), ("clearance", TOUCHING, 0.0),
    ("clearance", CROSSING, np.hypot(30 - REACH, 30 - REACH)),
    ("passing_distance", ((0, 0, 0, 10), (3.1, 4, np.pi / 2, 0)), 4 - REACH),
    ("passing_distance", ((0, 0, 0, 10), (3.2, 4, np.pi / 2, 0)), None),
    ("passing_distance", ((0, 0, 0, 10), (3, 5, 0.5, 0)), 4.1 - 2.25 * np.sin(0.5) - 0.9 * np.cos(0.5)),
    ("passing_distance", BESIDE, 1.7), ("passing_distance", IN_FILE, None), ("passing_distance", TOUCHING, 0.0),
    ("msd", IN_FILE, 20**2 / (2 * GRIP)), ("msd", STANDING, 0.0),
    ("psd", IN_FILE, 20 * 3.75 / (20**2 / (2 * GRIP))), ("psd", OPENING, None), ("psd", STANDING, None),
    ("psd", TOUCHING, 0.0),
    ("closing_speed", IN_FILE, 8.0), ("closing_speed", OPENING, -8.0), ("closing_speed", STANDING, 0.0),
    ("closing_speed", ((0, 0, 0, 10), (0, 0, 0, 5)), None),
    ("closing_speed", CROSSING, 10 * np.sqrt(2)),
    ("delta_v", IN_FILE, 4.0), ("delta_v", ONCOMING, 10.0), ("delta_v", CROSSING, 5 * np.sqrt(2)),
    ("delta_v", STANDING, 0.0),
    ("extended_delta_v", IN_FILE, (20 - 4 * 3.75) / 2), ("extended_delta_v", ONCOMING, (10 - 4 * 1.5)),
    ("extended_delta_v", ((0, 0, 0, 20), (30, -30, np.pi / 2, 20)), (20 - 4 * (30 - REACH) / 20) / np.sqrt(2)),
    ("extended_delta_v", OPENING, None), ("extended_delta_v", TOUCHING, 4.0),
    ("drac", IN_FILE, 64 / 60), ("drac", OPENING, 0.0), ("drac", STANDING, 0.0), ("drac", TOUCHING, None),
    ("drac", ONCOMING, 400 / 60), ("drac", BEHIND, None),
    ("required_deceleration", IN_FILE, 64 / 60), ("required_deceleration", OPENING, 0.0),
    ("required_deceleration", STANDING, 0.0), ("required_deceleration", BRAKED, 15**2 / (2 * 16.25)),
    ("a_long_req", IN_FILE, -64 / 60), ("a_long_req", OPENING, 0.0), ("a_long_req", STANDING, 0.0),
    ("a_long_req", BRAKED, -(15**2) / (2 * 16.25)), ("a_long_req", ONCOMING, -(10**2) / 60),
    ("a_long_req", TOUCHING, None), ("a_long_req", BEHIND, None),
    ("a_long_req", ((0, 0, 0, 20), (AHEAD, 0, 0, 12, 0.5)), 0.5 - 64 / 60),
    ("a_long_req", ((0, 0, 0, 20), (AHEAD, 0, 0, 12, 2.0)), 0.0),
    ("a_lat_req", IN_FILE, 2 * SIDE / 3.75**2), ("a_lat_req", CROSSING, 2 * SHORT / LATER**2),
    ("a_lat_req", OPENING, 0.0), ("a_lat_req", TOUCHING, None), ("a_lat_req", STANDING, 0.0),
    ("a_req", IN_FILE, np.hypot(64 / 60, 2 * SIDE / 3.75**2)), ("a_req", OPENING, 0.0),
    ("a_req", TOUCHING, None), ("a_req", BEHIND, None),
    ("dst", IN_FILE, 3 * 64 / (2 * (30 - 12 * 2))), ("dst", OPENING, None), ("dst", STANDING, 0.0),
    ("dst", ((0, 0, 0, 12), (50 + LENGTH, 0, 0, 20)), 0.0),
    ("btn", IN_FILE, 64 / 60 / GRIP), ("btn", OPENING, 0.0), ("btn", TOUCHING, None),
    ("stn", IN_FILE, 2 * SIDE / 3.75**2 / GRIP), ("stn", OPENING, 0.0), ("stn", TOUCHING, None),
    ("cpi", IN_FILE, 0.0),
    ("cpi", BRAKED, truncnorm((4.23 - 8.45) / 1.4, (12.68 - 8.45) / 1.4, 8.45, 1.4).cdf(15**2 / (2 * 16.25))),
    ("cpi", ((0, 0, 0, 20), (LENGTH + 5, 0, 0, 0)), 1.0),
    ("p_mc", TOUCHING, 1.0), ("p_mc", ((0, 0, 0, 10), (20, 0, 0, -10)), 1.0), ("p_mc", STANDING, 0.0),
    ("p_mc", BEHIND, 0.0),
    ("picud", IN_FILE, 30 + (12**2 - 20**2) / 6.6 - 20), ("picud", STANDING, 30.0), ("picud", BESIDE, None),
    ("rss_longitudinal", IN_FILE, 30 - (20 + 1.75 + 23.5**2 / 8 - 12**2 / 16)), ("rss_longitudinal", BEHIND, None),
    ("rss_longitudinal", STANDING, 30 - (1.75 + 3.5**2 / 8)),
    ("rss_longitudinal", ONCOMING, 30 - 2 * (10 + 1.75 + 13.5**2 / 8)),
    ("rss_lateral", ((0, 0, 0, 10), (5, 3.5, 0, 10)), 1.7 - 0.3 - 2 * 0.5625), ("rss_lateral", BEHIND, None),
    ("rss_margin", ((0, 0, 0, 10), (5, 3.5, 0, 10)), 1.7 - 0.3 - 2 * 0.5625),
    ("rss_margin", IN_FILE, -1.8 - 0.3 - 2 * 0.5625 + 0.0), ("rss_margin", STANDING, 30 - (1.75 + 3.5**2 / 8)),
    ("pfs", ((0, 0, 0, 20), (50 + LENGTH, 0, 0, 12)), (67 - 144 / 14 - 48) / (52 - 400 / 12)),
    ("pfs", STANDING, 0.0), ("pfs", IN_FILE, 1.0), ("pfs", BESIDE, None),
    ("cfs", ((0, 0, 0, 20), (12.5 + LENGTH, 0, 0, 12)), (14 - 12.5) / (64 / 8 - 64 / 12)),
    ("cfs", IN_FILE, 0.0), ("cfs", OPENING, 0.0), ("cfs", STANDING, 0.0), ("cfs", BEHIND, None),
    # speeding up by 1 m/s2 it closes 6.28125 m and by 8.75 m/s within 0.75 s
    ("cfs", ((0, 0, 0, 20, 1), (14 + LENGTH, 0, 0, 12)),
     (6.28125 + 8.75**2 / 8 - 14) / (8.75**2 / 8 - 8.75**2 / 12)),
    # braking at 6 m/s2 the subject takes off more than 2.5 m/s within 0.75 s: until then it needs 2.5^2 / 12 m
    ("cfs", ((0, 0, 0, 14.5, -6), (0.51 + LENGTH, 0, 0, 12)), 1.0),
    ("cfs", ((0, 0, 0, 14.5, -6), (0.53 + LENGTH, 0, 0, 12)), 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "scene", "wanted"), CASES)
def test_two_cars_give_the_number_on_paper(measure: str, scene: tuple[Car, Car], wanted: float | None) -> None:
    got = at(measure, cars(*scene))
    assert (got is None) == (wanted is None), got
    if wanted is not None:
        assert got == pytest.approx(wanted, rel=STORED, abs=STORED)


@pytest.mark.parametrize(("kmph", "safe_m"), [(30, 23.247), (60, 51.892), (120, 135.226)])
def test_the_safe_distance_at_equal_speeds_is_that_of_the_reference_table(kmph: float, safe_m: float) -> None:
    margin = at("rss_longitudinal", cars((0, 0, 0, kmph / 3.6), (200 + LENGTH, 0, 0, kmph / 3.6)))
    assert 200 - (margin or 0.0) == pytest.approx(safe_m, abs=2e-3)


@pytest.mark.parametrize(("kmph", "gap_m"), [(30, 13.970), (60, 31.381), (90, 56.232), (120, 88.524)])
def test_the_proactive_surrogate_vanishes_at_the_fuzzy_models_equilibrium_gap(kmph: float, gap_m: float) -> None:
    v = kmph / 3.6
    assert at("pfs", cars((0, 0, 0, v), (gap_m + 1e-3 + LENGTH, 0, 0, v))) == 0.0
    assert (at("pfs", cars((0, 0, 0, v), (gap_m - 0.1 + LENGTH, 0, 0, v))) or 0.0) > 0.0


def test_the_exposure_counts_the_steps_below_the_limit() -> None:
    r = cars(*IN_FILE, steps=61)  # ttc = 3.75 s - t
    short = np.maximum(LIMIT_S - (3.75 - np.arange(61) * 0.05), 0.0)
    assert at("tet", r, 60) == pytest.approx(16 * 0.05)  # from 2.25 s to 3 s
    assert at("tit", r, 60) == pytest.approx(short.sum() * 0.05, abs=1e-4)
    assert (at("tet", r, 44), at("tit", r, 44)) == (0.0, 0.0)
    assert at("tet", cars(*OPENING, steps=61), 60) == 0.0


def test_the_closest_encounter_is_that_of_the_rest_of_the_recording() -> None:
    r = cars((0, 0, 0, 20), (20, 5, 0, 10), steps=81)  # alongside, 3.2 m apart, from (20 - 4.5) / 10 s to 2.45 s
    assert at("dce", r) == pytest.approx(3.2, abs=STORED)
    assert at("ttce", r) == pytest.approx(1.55, abs=0.05)
    assert at("dce", r, 80) == pytest.approx(np.hypot(40 - 20 - LENGTH, 3.2), abs=1e-4)
    assert at("ttce", r, 80) == 0.0


def test_the_encroachment_lasts_from_the_first_to_the_last_overlap_of_the_ways() -> None:
    r = cars(*GONE, steps=81)
    stay = 2 * REACH / 10
    entered = int(np.ceil((30 - REACH) / 10 / 0.05))
    assert at("et", r, entered - 1) is None
    assert at("et", r, entered) == pytest.approx(stay, abs=0.05)
    assert not measures()["et"].evaluate(cars(*IN_FILE, steps=81)).valid.any()


def test_the_conflict_index_discounts_the_energy_of_a_plastic_impact_by_the_time_left() -> None:
    r = cars(*GONE, steps=81)
    pet, index = measures()["pet"].evaluate(r), measures()["conflict_index"].evaluate(r)
    assert pet.valid.any()
    wanted = 0.5 * (MASS / 2) * (10**2 + 10**2) * np.exp(-pet.value)
    assert np.array_equal(pet.valid, index.valid)
    assert index.value[pet.valid] == pytest.approx(wanted[pet.valid], rel=STORED)


def test_jerk_is_the_slope_of_the_accelerations_along_and_across() -> None:
    r = cars(*IN_FILE, steps=41)
    t = np.arange(41) * 0.05
    r.agents.accel[0], r.agents.speed[0], r.agents.yaw_rate[0] = 2.5 * t, 10.0, 0.3 * t
    assert at("long_jerk", r, 20) == pytest.approx(2.5, rel=1e-4)
    assert at("lat_jerk", r, 20) == pytest.approx(3.0, rel=1e-4)
    assert at("long_jerk", r, 0) == pytest.approx(2.5, rel=1e-4)
    assert at("long_jerk", cars(*IN_FILE)) is None


def test_jerk_does_not_reach_across_an_absence() -> None:
    r = cars(*IN_FILE, steps=9)
    r.agents.accel[0] = [1, 1, 1, 1, 9, 1, 1, 1, 1]
    r.agents.valid[0, 4] = False
    series = measures()["long_jerk"].evaluate(r)
    assert series.value[series.valid].max() == 0.0
    assert not series.valid[4]


def test_the_grip_used_is_both_accelerations_against_the_friction() -> None:
    r = cars((0, 0, 0, 10, 3), (AHEAD, 0, 0, 12))
    r.agents.yaw_rate[0] = 0.3
    assert at("grip_used", r) == pytest.approx(np.hypot(3, 3) / GRIP, rel=STORED)
    assert at("grip_used", cars(*STANDING)) == 0.0


def test_half_the_friction_doubles_the_threat_numbers_and_the_stopping_distance() -> None:
    r = cars(*IN_FILE)
    ice = replace(r, surroundings=replace(r.surroundings, friction=0.5 * r.surroundings.friction))
    for measure in ("btn", "stn", "msd", "grip_used"):
        assert at(measure, ice) == pytest.approx(2.0 * (at(measure, r) or 0.0), rel=STORED)
    assert (at("ttb", ice) or 0.0) == pytest.approx(30 / 8 - 8 / GRIP, rel=STORED)


def test_the_lighter_of_the_two_changes_its_velocity_more() -> None:
    r = cars(*IN_FILE)
    r.agents.kind[1], r.agents.size[1] = Kind.TRUCK, (16.5, 2.55, 2.6)
    truck = 230.0 * 16.5 * 2.55 * 2.6
    assert at("delta_v", r) == pytest.approx(8 * truck / (truck + MASS), rel=1e-4)
    swapped = replace(r, subject=1)
    series = measures()["delta_v"].evaluate(swapped)
    assert series.value[0, 0] == pytest.approx(8 * MASS / (truck + MASS), rel=1e-4)


def test_the_next_crosswalk_is_reached_after_its_distance_by_the_speed(
    load_map: Callable[[str], RoadNetwork],
) -> None:
    net = load_map("crossing")  # crosswalks from x = 13.5 to 10.5 m and from -10.5 to -13.5 m on this way
    r = cars((40, 1.75, np.pi, 10), (0, 60, 0, 0), steps=161)
    front = 40 - LENGTH / 2
    assert at("time_to_crossing", r, 0, net) == pytest.approx((front - 13.5) / 10, abs=1e-3)
    on_it = round((front - 12) / 10 / 0.05)
    assert at("time_to_crossing", r, on_it, net) == 0.0
    between = round(front / 10 / 0.05)
    assert at("time_to_crossing", r, between, net) == pytest.approx((front - between * 0.5 + 10.5) / 10, abs=1e-3)
    assert at("time_to_crossing", r, 160, net) is None
    assert at("time_to_crossing", r, 0, None) is None
    assert at("time_to_crossing", cars((40, 1.75, np.pi, 0), (0, 60, 0, 0)), 0, net) is None


def test_a_table_of_cases_names_every_measure_of_two_cars() -> None:
    others = {"tet", "tit", "dce", "ttce", "et", "pet", "conflict_index", "long_jerk", "lat_jerk", "grip_used"}
    assert set(measures()) == {case[0] for case in CASES} | others | {"time_to_crossing"}
