"""Odds: densities integrate to one, overrides change q and never p, sequences fill evenly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadnet.base.errors import InputError
from scenarios.hazards import cut_in, lead_braking
from scenarios.sampling.odds import draw_values
from scenarios.sampling.overrides import Override, check, for_leaf, parse
from scenarios.sampling.rate import Rate, agrees, rate_interval
from scenarios.sampling.sequence import spread

FEATURES = {
    "speed_mps": np.full(4096, 13.5),
    "half_lane_m": np.full(4096, 1.75),
    "lateral_m": np.full(4096, 3.5),
    "bend_1pm": np.zeros(4096),
}
U = spread(0, 4096, 4)


def test_prior_draws_have_q_equal_to_p() -> None:
    drawn = draw_values(cut_in.LEAF, U, FEATURES, fill=False)
    assert np.array_equal(drawn.log_p, drawn.log_q)
    assert np.isfinite(drawn.log_p).all()


def test_importance_weights_of_gap_filling_recover_a_prior_probability() -> None:
    filled = draw_values(cut_in.LEAF, U, FEATURES, fill=True)
    natural = draw_values(cut_in.LEAF, U, FEATURES, fill=False)
    weight = np.exp(filled.log_p - filled.log_q)

    def slower_and_near(v):  # inside the fill ranges
        return (v["gap_m"] < 10.0) & (v["v_target_mps"] < v["v_ego_mps"])

    wanted = np.mean(slower_and_near(natural.values))
    assert np.mean(weight * slower_and_near(filled.values)) == pytest.approx(wanted, rel=0.1)


def test_natural_closing_speed_and_gap_hold_together_as_measured() -> None:
    d = draw_values(cut_in.LEAF, U, FEATURES, fill=False).values
    closing = d["v_ego_mps"] - d["v_target_mps"]
    ttc = np.where(closing > 0, d["gap_m"] / np.maximum(closing, 1e-9), np.inf)
    assert (closing > 0).mean() == pytest.approx(0.25, abs=0.04)  # de Gelder: 25 %
    assert (ttc < 10).mean() == pytest.approx(0.044, abs=0.02)  # 4.4 % of 297 events
    assert (ttc < 4).mean() == pytest.approx(0.010, abs=0.008)  # 1.0 %


def test_an_override_changes_q_and_not_p() -> None:
    override = (Override("gap_m", 5.0, 30.0),)
    drawn = draw_values(cut_in.LEAF, U, FEATURES, fill=False, overrides=override)
    natural = draw_values(cut_in.LEAF, U, FEATURES, fill=False)
    assert drawn.values["gap_m"].min() >= 5.0
    assert drawn.values["gap_m"].max() <= 30.0
    assert np.array_equal(drawn.values["v_ego_mps"], natural.values["v_ego_mps"])
    same = np.abs(drawn.values["gap_m"] - natural.values["gap_m"]) < 0.01
    assert drawn.log_p[same] == pytest.approx(natural.log_p[same], abs=0.01)


def test_a_value_beyond_the_prior_has_no_p() -> None:
    drawn = draw_values(lead_braking.LEAF, U, FEATURES, fill=False, overrides=(Override("decel_mps2", 9.5, 9.9),))
    assert np.isneginf(drawn.log_p).all()
    assert np.isfinite(drawn.log_q).all()


@given(text=st.sampled_from(["gap_m=U(5,30)", " gap_m = U( 5 , 30 ) ", "gap_m=U(5.0,3e1)"]))
def test_overrides_are_read_in_any_spacing(text: str) -> None:
    assert parse(text) == Override("gap_m", 5.0, 30.0)


@pytest.mark.parametrize(
    "text", ["gap_m", "gap_m=", "gap_m=U(5)", "gap_m=U(30,5)", "gap_m=U(0,1e999)", "=3", "gap_m=nan"]
)
def test_a_wrong_override_is_one_line(text: str) -> None:
    with pytest.raises(InputError, match="want"):
        parse(text)


def test_an_override_of_nothing_known_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'gap_m'"):
        check([Override("gap_n", 0.0, 1.0)], [cut_in.LEAF])


def test_overrides_keep_the_order_of_parameters_and_the_last_word() -> None:
    given_ = [Override("gap_m", 1.0, 2.0), Override("v_ego_mps", 5.0, 6.0), Override("gap_m", 3.0, 4.0)]
    assert for_leaf(given_, cut_in.LEAF) == (Override("v_ego_mps", 5.0, 6.0), Override("gap_m", 3.0, 4.0))


@pytest.mark.parametrize("dimensions", [1, 2, 5, 7])
def test_the_sequence_fills_halves_evenly_and_is_addressed_by_number(dimensions: int) -> None:
    u = spread(0, 1024, dimensions, shift=0.3)
    assert np.abs((u < 0.5).mean(0) - 0.5).max() < 0.01  # random points: 0.016 each, one standard deviation
    assert np.array_equal(spread(100, 10, dimensions, shift=0.3), u[100:110])
    assert u.min() >= 0.0
    assert u.max() < 1.0


def test_clopper_pearson_has_its_textbook_values() -> None:
    assert rate_interval(0, 30) == pytest.approx((0.0, 0.1157), abs=1e-4)
    assert rate_interval(30, 30) == pytest.approx((0.8843, 1.0), abs=1e-4)
    assert rate_interval(5, 20) == pytest.approx((0.08657, 0.49105), abs=1e-5)


def test_agreement_can_fail() -> None:
    assert agrees(10, 100, Rate(0.11, 0.001))
    assert not agrees(10, 100, Rate(0.3, 0.001))
