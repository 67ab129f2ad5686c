"""Distributions: analytic values first, then laws that hold for all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from scenarios.hazards.distributions import Distribution, Truncated, distribution
from scenarios.hazards.exposure import topic

CONTINUOUS = {
    "uniform": {"low": -1.0, "high": 3.0},
    "normal": {"mean": 2.0, "sd": 0.5},
    "lognormal": {"mu": 0.2, "sigma": 0.4},
    "weibull": {"shape": 2.32, "scale": 32.0},
    "gamma": {"shape": 4.15, "scale": 0.266},
}
TOPICS = ("driver", "cyclist", "speed", "cut_in", "following", "pedestrian", "signal", "weather", "fault")


def test_weibull_of_measured_gaps_has_the_measured_mean() -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    assert distribution("weibull", CONTINUOUS["weibull"]).inverse(u).mean() == pytest.approx(28.35, abs=0.05)


def test_exponentials_of_our_own_are_numpys_to_the_last_digits() -> None:
    """Near 0 and 1 too, where the plain forms lose all digits, and at the ends of what there is."""
    z = np.array([0.0, 1e-200, 1e-9, 0.3, 31.9, 300.0, 1e4, np.inf])
    u = np.array([0.0, 1e-300, 1e-17, 1e-9, 0.25, 0.75, 1.0 - 1e-12])
    weibull, k, c = distribution("weibull", CONTINUOUS["weibull"]), 2.32, 32.0
    np.testing.assert_allclose(weibull.cumulative(z), -np.expm1(-((z / c) ** k)), rtol=1e-12, atol=0.0)
    np.testing.assert_allclose(weibull.inverse(u), c * (-np.log1p(-u)) ** (1.0 / k), rtol=1e-12, atol=0.0)
    lognormal = distribution("lognormal", CONTINUOUS["lognormal"])
    np.testing.assert_allclose(lognormal.inverse(u), np.exp(0.2 + 0.4 * ndtri(u)), rtol=1e-13, atol=0.0)
    assert lognormal.cumulative(np.array([0.0, np.exp(0.2), np.inf])).tolist() == pytest.approx([0.0, 0.5, 1.0])
    assert np.ndim(weibull.inverse(0.5)) == np.ndim(lognormal.inverse(0.5)) == 0


def test_gamma_of_measured_time_gaps_has_mean_and_spread() -> None:
    x = distribution("gamma", CONTINUOUS["gamma"]).inverse((np.arange(20_000) + 0.5) / 20_000)
    assert x.mean() == pytest.approx(4.15 * 0.266, rel=1e-3)
    assert x.std() == pytest.approx(np.sqrt(4.15) * 0.266, rel=1e-2)


@pytest.mark.parametrize("kind", sorted(CONTINUOUS))
def test_density_is_the_slope_of_the_distribution_function(kind: str) -> None:
    d = distribution(kind, CONTINUOUS[kind])
    z = d.inverse(np.linspace(0.02, 0.98, 97))
    h = 1e-5 * np.maximum(np.abs(z), 1.0)
    slope = (d.cumulative(z + h) - d.cumulative(z - h)) / (2 * h)
    assert np.exp(d.log_density(z)) == pytest.approx(slope, rel=1e-4)


@pytest.mark.parametrize("kind", sorted(CONTINUOUS))
@given(u=st.floats(1e-6, 1 - 1e-6))
def test_inverse_undoes_the_distribution_function(kind: str, u: float) -> None:
    d = distribution(kind, CONTINUOUS[kind])
    assert d.cumulative(d.inverse(np.array([u])))[0] == pytest.approx(u, abs=1e-9)


def test_truncation_reports_what_it_discards_and_integrates_to_one() -> None:
    t = truncated("normal", 2.0, 3.0)
    x = np.linspace(2.0, 3.0, 10_001)
    assert float(t.mass) == pytest.approx(0.5 - 0.02275, abs=1e-5)  # mean to two standard deviations above
    assert np.trapezoid(np.exp(t.log_density(x)), x) == pytest.approx(1.0, abs=1e-6)
    assert np.isneginf(t.log_density(np.array([1.99, 3.01]))).all()


@given(u=st.floats(0, 1), lo=st.floats(0.1, 1.0), width=st.floats(0.05, 3.0))
def test_truncated_draws_stay_inside_whatever_is_asked(u: float, lo: float, width: float) -> None:
    x = truncated("gamma", lo, lo + width).inverse(np.array([u]))
    assert lo <= x[0] <= lo + width


def test_a_range_of_one_value_is_certain() -> None:
    one = np.array([4.0])
    prior = Truncated(distribution("weibull", {"shape": 2.0, "scale": 3.0}), 0 * one, one / 4, one, one)
    assert prior.inverse(np.array([0.3])) == 4.0
    assert prior.log_density(one) == 0.0
    assert prior.log_density(one + 0.1) == -np.inf


def test_scaling_moves_density_with_its_jacobian() -> None:
    base = distribution("gamma", CONTINUOUS["gamma"])
    ends = (np.array(v, float) for v in (0.0, 10.0, 0.0, 100.0))
    t = Truncated(base, *ends)
    assert t.log_density(np.array([11.0]))[0] == pytest.approx(base.log_density(np.array([1.1]))[0] - np.log(10.0))


def test_categorical_draws_codes_with_their_probabilities() -> None:
    d = distribution("categorical", {"weights": [0.2, 0.5, 0.3]})
    codes = d.inverse((np.arange(1000) + 0.5) / 1000)
    assert np.bincount(codes.astype(int)).tolist() == [200, 500, 300]
    assert np.exp(d.log_density(np.array([0.0, 1.0, 2.0, 0.5]))) == pytest.approx([0.2, 0.5, 0.3, 0.0])


@pytest.mark.parametrize(
    ("kind", "numbers", "text"),
    [
        ("gama", {"shape": 1.0, "scale": 1.0}, "did you mean 'gamma'"),
        ("gamma", {"shape": 1.0}, "want ['scale', 'shape']"),
        ("weibull", {"shape": -1.0, "scale": 1.0}, "positive"),
        ("uniform", {"low": 2.0, "high": 1.0}, "want finite"),
        ("categorical", {"weights": [0.5, 0.6]}, "sum to 1"),
    ],
)
def test_a_wrong_distribution_is_refused_in_words(kind: str, numbers: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text.replace("[", r"\[").replace("]", r"\]")):
        distribution(kind, numbers)


@pytest.mark.parametrize("name", TOPICS)
def test_every_exposure_quantity_says_where_it_comes_from(name: str) -> None:
    for quantity, prior in topic(name).quantities.items():
        assert isinstance(prior.distribution, Distribution)
        assert prior.source, quantity
        assert prior.domain or prior.grade == "assumed", quantity


def truncated(kind: str, lo: float, hi: float) -> Truncated:
    ends = (np.array(v, float) for v in (0.0, 1.0, lo, hi))
    return Truncated(distribution(kind, CONTINUOUS[kind]), *ends)
