"""The four models of UN R157: closed forms, published tables, and what each pitfall changes."""

from functools import cache

import drivers_twin as twin
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.simulation.drivers.models import cc, fsm, reg157, rss
from scenarios.simulation.drivers.models.encounter import RISK, Judgement
from scenarios.simulation.drivers.models.response import calm_mind, respond
from scenarios.simulation.drivers.models.rules import MODES, PHYSICAL, PUBLIC, Rules
from scenarios.simulation.drivers.models.table import MODELS
from scenarios.simulation.drivers.trials.car_following import Followings, car_following, following_grid
from scenarios.simulation.drivers.trials.cut_in import CutIns, cut_in, high_speed_grid, low_speed_grid, trace_of
from scenarios.simulation.drivers.trials.cut_out import CutOuts, cut_out, cut_out_grid
from scenarios.simulation.drivers.trials.loop import BRAKE, CLEAR, EGO_SPEED, GAP, RISKY
from scenarios.simulation.drivers.trials.outcomes import Outcomes, counts

KPH = 1 / 3.6
GRIDS = {"low": low_speed_grid, "high": high_speed_grid}


@cache
def crashes(grid: str, driver: str, rules: Rules = PUBLIC, less_delay_s: float = 0.0) -> np.ndarray:
    """Return (N,) kinds of crash."""
    response = MODELS[driver].RESPONSE
    return cut_in(
        driver, GRIDS[grid](), rules, response=response._replace(delay_s=response.delay_s - less_delay_s)
    ).crash


@pytest.mark.parametrize(("kph", "gap_m"), [(10, 3.06), (30, 10.83), (60, 26.67)])
def test_the_regulations_least_gaps(kph: float, gap_m: float) -> None:
    assert reg157.least_gap_m(kph * KPH) == pytest.approx(gap_m, abs=5e-3)


@pytest.mark.parametrize(("kph", "distance_m"), [(30, 13.210), (60, 35.680), (100, 79.867), (130, 123.677)])
def test_the_careful_driver_stops_in_the_published_distance(kph: float, distance_m: float) -> None:
    assert cc.stopping_distance_m(kph * KPH) == pytest.approx(distance_m, abs=5e-4)
    # and the driver that is run in physical mode is the same one, to rounding, whatever the step
    for rate_hz in (100.0, 10.0):
        assert run_to_standstill(kph * KPH, PHYSICAL._replace(rate_hz=rate_hz)) == pytest.approx(
            cc.stopping_distance_m(kph * KPH), abs=1e-9
        )


@given(st.floats(0.01, 3.0))
def test_from_a_crawl_it_stands_before_the_brake_is_full(speed: float) -> None:
    assert run_to_standstill(speed, PHYSICAL) == pytest.approx(cc.stopping_distance_m(speed), abs=1e-9)


def run_to_standstill(speed: float, rules: Rules) -> float:
    """Return how far the CC driver runs with a risk that lasts."""
    mind, distance, risk = calm_mind(cc.RESPONSE), 0.0, Judgement(RISK, np.inf, 0.0, 0.0)
    while speed > 0.0:
        speed, travel, mind = respond(cc.RESPONSE, risk, mind, speed, rules)
        distance += travel
    return distance


@pytest.mark.parametrize(("kph", "distance_m"), [(30, 23.247), (60, 51.892), (120, 135.226)])
def test_the_safe_distance_of_rss_at_common_speed(kph: float, distance_m: float) -> None:
    v = kph * KPH
    assert rss.longitudinal_m(v, v, 1.0, 3.5, 4.0, 8.0) == pytest.approx(distance_m, abs=1e-3)


def test_rss_keeps_aside_of_who_keeps_aside() -> None:
    assert rss.SWAY_M + rss.share_m(0.0) == 0.8625


@pytest.mark.parametrize(
    ("kph", "fsm_m", "cc_m", "rss_m"),
    [(30, 13.970, 16.667, 16.891), (60, 31.381, 33.333, 32.516), (90, 56.232, 50.000, 48.141),
     (120, 88.524, 66.667, 63.766)],
)  # fmt: skip
def test_equilibrium_gaps(kph: float, fsm_m: float, cc_m: float, rss_m: float) -> None:
    found = [model.equilibrium_gap_m(kph * KPH) for model in (fsm, cc, reg157, rss)]
    assert found == pytest.approx([fsm_m, cc_m, cc_m, rss_m], abs=5e-4)


WORKED_ROW = {"cc": (6, 25, 9), "reg157": (6, 17, 9), "fsm": (5, 11, 7), "rss": (4, 10, 5)}


@pytest.mark.parametrize("driver", MODELS)
def test_the_worked_row(driver: str) -> None:
    # 60 / 30 km/h, 1 m/s aside: first and last gap that crash, last gap that crashes from the side
    first, last, side = WORKED_ROW[driver]
    grid = low_speed_grid()
    row = (grid.ego_kph == 60) & (grid.other_kph == 30) & (grid.lateral_mps == 1.0)
    kind = dict(zip(grid.gap_m[row].tolist(), crashes("low", driver)[row].tolist(), strict=True))
    assert len(kind) == 59
    assert [gap for gap in kind if kind[gap]] == list(range(first, last + 1))
    assert [gap for gap in kind if kind[gap] == 1] == list(range(first, side + 1))


# first risk and first braking, samples since the reference; least gap in the lane m; last speed m/s
WORKED_CASE = {"reg157": (13, 17, 0.247, 8.267), "fsm": (-3, 5, 6.666, 6.032), "rss": (-3, 5, 9.694, 7.936)}


@pytest.mark.parametrize("driver", WORKED_CASE)
def test_the_worked_case_without_crash(driver: str) -> None:
    risk, braking, gap_m, speed = WORKED_CASE[driver]
    trace, reference = trace_of(driver, (20.0, 1.0, 60.0, 30.0), PUBLIC)
    assert np.flatnonzero(trace[:, RISKY])[0] - reference == risk
    assert np.flatnonzero(trace[:, BRAKE])[0] - reference == braking
    assert trace[:-1, GAP][trace[:-1, CLEAR] < 0.0].min() == pytest.approx(gap_m, abs=5e-4)
    assert trace[-1, EGO_SPEED] == pytest.approx(speed, abs=5e-4)


def test_the_worked_case_with_crash() -> None:
    trace, reference = trace_of("cc", (20.0, 1.0, 60.0, 30.0), PUBLIC)
    assert np.flatnonzero(trace[:, RISKY])[0] - reference == 16
    assert np.flatnonzero(trace[:, BRAKE] > 0.4)[0] - reference == 24
    case = CutIns(gap_m=np.array([20.0]), lateral_mps=np.array([1.0]), ego_kph=np.array([60.0]),
                  other_kph=np.array([30.0]))  # fmt: skip
    out = cut_in("cc", case, PUBLIC)
    assert (out.crash[0], round(out.crash_s[0] * 10)) == (2, 25)
    assert out.crash_mps[0] + 30 * KPH == pytest.approx(16.180, abs=5e-4)


@pytest.mark.parametrize("driver", MODELS)
def test_counts_depend_on_the_speed_difference_alone_except_with_rss(driver: str) -> None:
    by_difference: dict[int, set[tuple[int, int]]] = {}
    for row in counts(low_speed_grid(), cut_in(driver, low_speed_grid(), PUBLIC)):
        by_difference.setdefault(row["ego_kph"] - row["other_kph"], set()).add((row["side"], row["front"]))
        assert row["cases"] == 59 * 18
    assert sorted(by_difference) == [10, 20, 30, 40, 50]
    assert (max(map(len, by_difference.values())) == 1) == (driver != "rss")


@pytest.mark.parametrize("driver", MODELS)
def test_grids_have_the_published_size_and_speeds(driver: str) -> None:
    low, high = low_speed_grid(), high_speed_grid()
    assert (len(low.gap_m), len(high.gap_m)) == (15930, 14040)
    assert len(counts(low, cut_in(driver, low, PUBLIC))) == 15
    assert {0.1 * 3} <= set(low.lateral_mps.tolist())  # the double that the published grid has, not 0.3
    assert 0.3 not in low.lateral_mps


# What one change at a time does to crash verdicts: change, driver -> (avoided, gained) in the low and the high grid
EFFECTS: list[tuple[str, dict[str, object], dict[str, tuple[tuple[int, int], tuple[int, int]]]]] = [
    ("an opening gap is no risk", {"closing_only": True}, {"cc": ((0, 0), (0, 0)), "reg157": ((0, 0), (0, 0))}),
    ("who does not close is not passed", {"passes_only_closing": True}, {"fsm": ((48, 0), (4, 0))}),
    ("no spare 0.1 s", {"reg157_spare_s": 0.0}, {"reg157": ((12, 10129), (3, 6449))}),
    ("CC runs on", {"ends_early": False}, {"cc": ((0, 0), (0, 1688))}),
    ("no run-up", {"run_up": False},
     {"fsm": ((1, 400), (2, 446)), "rss": ((84, 455), (92, 421)), "cc": ((0, 0), (0, 2))}),
    ("run-up from the exact quotient", {"exact_run_up": True},
     {"fsm": ((0, 21), (0, 18)), "rss": ((10, 12), (7, 8)), "cc": ((0, 0), (0, 1))}),
    ("clearances near a threshold lie on it", {"edge_m": 1e-9},
     {"cc": ((28, 0), (34, 0)), "reg157": ((25, 0), (25, 5)), "rss": ((13, 0), (12, 0)), "fsm": ((0, 0), (4, 0))}),
    ("travel by the mean speed", {"old_share": 0.5},
     {"reg157": ((6, 4776), (6, 3200)), "fsm": ((0, 62), (3, 64)), "cc": ((0, 62), (0, 19)),
      "rss": ((32, 74), (30, 85))}),
    ("travel by the old speed", {"old_share": 1.0},
     {"reg157": ((10, 10110), (8, 6448)), "fsm": ((0, 370), (5, 909)), "cc": ((0, 148), (0, 39)),
      "rss": ((51, 145), (51, 154))}),
    ("touching is a crash", {"touch_m": 5e-324}, {"cc": ((0, 13), (0, 23))}),
    ("drifting away is not drifting in", {"nearing_only": True}, {"rss": ((0, 0), (0, 0))}),
    ("the delay runs on in calm", {"clock_runs_on": True}, dict.fromkeys(MODELS, ((0, 0), (0, 0)))),
    ("the brake falls in calm", {"ease_mps3": 12.65}, dict.fromkeys(MODELS, ((0, 0), (0, 0)))),
]  # fmt: skip
ONE_STEP_LESS = {"cc": ((121, 0), (57, 0)), "reg157": ((158, 10), (132, 17)), "fsm": ((103, 11), (119, 13)),
                 "rss": ((166, 42), (167, 49))}  # fmt: skip


def changed(grid: str, driver: str, after: np.ndarray) -> tuple[int, int]:
    """Return the cases (avoided, gained) against the public mode."""
    before = crashes(grid, driver) > 0
    return int((before & ~(after > 0)).sum()), int((~before & (after > 0)).sum())


@pytest.mark.parametrize(("change", "effect"), [e[1:] for e in EFFECTS], ids=[e[0] for e in EFFECTS])
def test_a_pitfall_changes_as_many_cases_as_published(
    change: dict[str, object], effect: dict[str, tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    for driver, (low, _high) in effect.items():
        assert changed("low", driver, crashes("low", driver, PUBLIC._replace(**change))) == low, driver  # type: ignore[arg-type]


@pytest.mark.parametrize(("change", "effect"), [e[1:] for e in EFFECTS], ids=[e[0] for e in EFFECTS])
def test_a_pitfall_changes_as_many_cases_as_published_at_high_speed(
    change: dict[str, object], effect: dict[str, tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    for driver, (_low, high) in effect.items():
        assert changed("high", driver, crashes("high", driver, PUBLIC._replace(**change))) == high, driver  # type: ignore[arg-type]


@pytest.mark.parametrize("driver", MODELS)
def test_a_delay_one_step_shorter_changes_as_many_cases_as_published(driver: str) -> None:
    for grid, wanted in zip(GRIDS, ONE_STEP_LESS[driver], strict=True):
        assert changed(grid, driver, crashes(grid, driver, PUBLIC, 0.1)) == wanted


CASES = st.tuples(
    st.sampled_from(sorted(MODELS)),
    st.floats(0.5, 120.0),
    st.one_of(st.sampled_from((0.1 * np.arange(18)).tolist()), st.floats(0.01, 4.0)),
    st.floats(5.0, 140.0),
    st.floats(0.0, 140.0),  # faster than ego too: gaps that open
)


@given(CASES)
@settings(max_examples=150)
def test_the_compiled_test_equals_its_plain_twin(case: tuple[str, float, float, float, float]) -> None:
    driver, gap, lateral, ego, other = case
    one = CutIns(gap_m=np.array([gap]), lateral_mps=np.array([lateral]), ego_kph=np.array([ego]),
                 other_kph=np.array([other]))  # fmt: skip
    out = cut_in(driver, one, PUBLIC)
    kind, at, pfs, cfs = twin.cut_in(driver, gap, lateral, ego, other)
    assert (out.crash[0], round(out.crash_s[0] * 10)) == (kind, at)
    assert (out.pfs[0], out.cfs[0]) == pytest.approx((pfs, cfs), abs=1e-12)


TESTED = st.sampled_from(["cc", "fsm", "reg157", "rss"])


@given(TESTED, st.floats(5.0, 140.0), st.floats(0.3, 12.0))
@settings(max_examples=80)
def test_compiled_following_equals_its_plain_twin(driver: str, kph: float, decel: float) -> None:
    speed = np.array([kph])
    out = car_following(driver, Followings(ego_kph=speed, other_kph=speed, decel_mps2=np.array([decel])), PUBLIC)
    told(out, twin.car_following(driver, kph, decel))


@given(TESTED, st.floats(5.0, 140.0), st.floats(0.5, 150.0), st.floats(0.05, 4.0))
@settings(max_examples=80)
def test_compiled_cut_outs_equal_their_plain_twin(driver: str, kph: float, front: float, lateral: float) -> None:
    speed, far, aside = np.array([kph]), np.array([front]), np.array([lateral])
    case = CutOuts(ego_kph=speed, other_kph=np.zeros(1), front_m=far, lateral_mps=aside)
    told(cut_out(driver, case, PUBLIC), twin.cut_out(driver, kph, front, lateral))


@pytest.mark.parametrize("driver", MODELS)
def test_cases_of_the_published_grids_equal_their_plain_twins(driver: str) -> None:
    low, outs = low_speed_grid(), cut_out_grid()
    found, found_outs = cut_in(driver, low, PUBLIC), cut_out(driver, outs, PUBLIC)
    for i in range(0, len(low.gap_m), 47):
        wanted = twin.cut_in(driver, low.gap_m[i], low.lateral_mps[i], low.ego_kph[i], low.other_kph[i])
        assert (found.crash[i], round(found.crash_s[i] * 10)) == wanted[:2]
        assert (found.pfs[i], found.cfs[i]) == pytest.approx(wanted[2:], abs=3e-14)
    for i in range(0, len(outs.front_m), 23):
        wanted_out = twin.cut_out(driver, outs.ego_kph[i], outs.front_m[i], outs.lateral_mps[i])
        assert (found_outs.crash[i], round(found_outs.crash_s[i] * 10)) == wanted_out[:2]


def told(out: Outcomes, wanted: tuple[int, int, float]) -> None:
    assert (out.crash[0], round(out.crash_s[0] * 10)) == wanted[:2]
    assert out.crash_mps[0] == pytest.approx(wanted[2], abs=1e-9)


@pytest.mark.parametrize(("driver", "less"), [("cc", 9), ("fsm", 20), ("rss", 11)])
def test_the_length_of_the_uncovered_vehicle_changes_as_many_cut_outs_as_published(driver: str, less: int) -> None:
    grid = cut_out_grid()
    assert len(grid.front_m) == 5850
    long, short = (cut_out(driver, grid, PUBLIC._replace(standing_m=m)).crash > 0 for m in (5.0, 4.3))
    assert ((long & ~short).sum(), (short & ~long).sum()) == (less, 0)


def test_following_behind_a_braking_leader() -> None:
    grid = following_grid()
    assert len(grid.ego_kph) == 59 * 19
    assert not car_following("cc", grid, PUBLIC).crash.any()  # delay, then brake fully, from 2 s behind
    assert not car_following("fsm", grid, PUBLIC).crash.any()


def test_nineteen_speeds_of_following_start_beside_the_edge_of_safety_by_rounding() -> None:
    speeds = np.unique(following_grid().ego_kph) / 3.6
    gap = np.array([fsm.equilibrium_gap_m(v) for v in speeds])
    apart = np.abs((speeds / 10 + (gap + 4.3)) - speeds / 10) - 4.3 / 2 - 4.3 / 2
    risky = [fsm.proactive(s, v, v) > 0.0 for s, v in zip(apart, speeds, strict=True)]
    assert (len(risky), sum(risky)) == (59, 19)


def test_four_verdicts_of_following_are_luck_of_the_last_bit() -> None:
    # fsm starts exactly where PFS leaves 0; a start gap wider by 1e-12 m starts the delay a step later
    grid = following_grid()
    wider = car_following("fsm", grid, PUBLIC, wider_m=1e-12).crash > 0
    assert grid.ego_kph[wider].tolist() == [122, 124, 126, 128]
    assert np.unique(grid.decel_mps2[wider]) == pytest.approx([0.95 * 9.81])
    for driver in ("cc", "rss"):
        same = car_following(driver, grid, PUBLIC).crash
        assert (car_following(driver, grid, PUBLIC, wider_m=1e-12).crash == same).all()
    # the physical mode knows no such luck: a gap within 1e-9 m of a threshold lies on it
    widths = [car_following("fsm", grid, PHYSICAL, wider_m=m).crash for m in (0.0, 1e-12, -1e-12)]
    assert (widths[0] == widths[1]).all()
    assert (widths[0] == widths[2]).all()


def test_the_physical_reg157_needs_no_spare_time() -> None:
    # an onset inside the step, and 0.35 s by the clock: as few crashes as the published 10 Hz with its 0.1 s extra
    physical, public = crashes("low", "reg157", PHYSICAL) > 0, crashes("low", "reg157") > 0
    assert physical.sum() <= public.sum()
    spoilt = crashes("low", "reg157", PUBLIC._replace(reg157_spare_s=0.0)) > 0
    assert spoilt.sum() > 5 * physical.sum()


def test_physical_braking_ends_where_the_formula_says() -> None:
    # reg157 alone in the lane brakes at the last moment: it comes to rest against the other's speed without a gap
    trace, _ = trace_of("reg157", (40.0, 1.5, 60.0, 30.0), PHYSICAL)
    inside = trace[:-1][trace[:-1, CLEAR] < 0.0]
    assert inside[:, GAP].min() == pytest.approx(0.0, abs=1e-3)
    assert inside[:, GAP].min() >= -1e-9


def test_an_opening_gap_is_no_risk_in_physical_mode() -> None:
    for driver, risky in (("cc", True), ("reg157", False)):
        case = (2.0, 1.7, 50.0, 60.0)  # the other is faster: abs(gap / closing speed) is 1.7 s as it comes in
        public, physical = (trace_of(driver, case, MODES[mode])[0][:, RISKY].any() for mode in ("public", "physical"))
        assert (bool(public), bool(physical)) == (risky, False), driver


def test_public_and_physical_never_leave_their_numbers_to_chance() -> None:
    assert {name for name, a, b in zip(Rules._fields, PUBLIC, PHYSICAL, strict=True) if a == b} == {
        "touch_m",
        "run_up",
    }


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("driver", MODELS)
def test_no_driver_ever_speeds_up_or_rolls_back(driver: str, mode: str) -> None:
    for case in ((3.0, 1.0, 60.0, 10.0), (20.0, 0.4, 60.0, 30.0), (40.0, 1.7, 50.0, 60.0), (8.0, 0.0, 40.0, 20.0)):
        speed = trace_of(driver, case, MODES[mode])[0][:, EGO_SPEED]
        assert speed.min() >= 0.0
        assert (np.diff(speed) <= 0.0).all()
