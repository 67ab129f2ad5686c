"""Two planners in pairs: exact McNemar, Newcombe's interval, Holm's correction."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, multinomial

from scenarios.evaluation.paired import Pairs, difference_interval, holm, mcnemar_p, pairs_of, wilson

COUNTS = st.integers(0, 30)


def test_exact_mcnemar_by_hand() -> None:
    # 1 and 7 discordant: 2 (C(8,0) + C(8,1)) / 2^8 = 18 / 256
    assert mcnemar_p(Pairs(10, 1, 7, 2)) == pytest.approx(18 / 256, rel=1e-14)
    assert mcnemar_p(Pairs(10, 7, 1, 2)) == pytest.approx(18 / 256, rel=1e-14)
    assert mcnemar_p(Pairs(10, 4, 4, 2)) == 1.0
    assert mcnemar_p(Pairs(10, 0, 0, 2)) == 1.0


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_exact_mcnemar_is_the_binomial_test_on_discordant_pairs(a: int, b: int, c: int, d: int) -> None:
    wanted = binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
    assert mcnemar_p(Pairs(a, b, c, d)) == pytest.approx(wanted, rel=1e-9)


def test_pairs_that_say_nothing_are_counted_apart() -> None:
    outcomes = [(True, True), (True, False), (False, True), (False, False), (None, True), (False, None), (True, False)]
    pairs = pairs_of(outcomes)
    assert pairs == Pairs(both=1, only_a=2, only_b=1, neither=1, uncounted=2)
    assert pairs.difference == pytest.approx(1 / 5)
    assert Pairs(0, 0, 0, 0, 3).difference is None
    assert difference_interval(Pairs(0, 0, 0, 0, 3)) is None


def test_without_discordant_pairs_and_correlation_the_limits_are_wilsons() -> None:
    # one planner passes all, the other none: phi = 0, so the limits add as squares of Wilson's distances
    low_1, high_0 = wilson(20, 20)[0], wilson(0, 20)[1]
    low, high = difference_interval(Pairs(0, 20, 0, 0)) or (0.0, 0.0)
    assert low == pytest.approx(1.0 - math.hypot(1.0 - low_1, high_0), rel=1e-12)
    assert high == pytest.approx(1.0, abs=1e-12)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_interval_holds_the_difference_and_turns_over_with_the_planners(a: int, b: int, c: int, d: int) -> None:
    pairs = Pairs(a, b, c, d)
    found = difference_interval(pairs)
    if found is None:
        assert pairs.n == 0
        return
    low, high = found
    assert -1.0 - 1e-9 <= low <= (pairs.difference or 0.0) + 1e-9
    assert (pairs.difference or 0.0) - 1e-9 <= high <= 1.0 + 1e-9
    back = difference_interval(Pairs(a, c, b, d)) or (0.0, 0.0)
    assert back == pytest.approx((-high, -low), abs=1e-9)


@pytest.mark.parametrize(
    ("p", "most"),
    [((0.6, 0.2, 0.1, 0.1), 0.98), ((0.3, 0.3, 0.2, 0.2), 0.98), ((0.85, 0.05, 0.05, 0.05), 0.999)],
)
def test_the_interval_covers_as_often_as_it_says(p: tuple[float, ...], most: float) -> None:
    """Exact coverage over all tables of 20 pairs: about 95 %, more where discordant pairs are rare."""
    n, covered = 20, 0.0
    tables = [(a, b, c, n - a - b - c) for a in range(n + 1) for b in range(n + 1 - a) for c in range(n + 1 - a - b)]
    weight = multinomial.pmf(np.array(tables), n, p)
    for table, w in zip(tables, weight, strict=True):
        low, high = difference_interval(Pairs(*table)) or (0.0, 0.0)
        covered += float(w) * (low <= p[1] - p[2] <= high)
    assert 0.94 <= covered <= most


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_never_lowers_a_p_value_nor_changes_their_order(p: list[float]) -> None:
    adjusted = holm(p)
    assert all(x >= y for x, y in zip(adjusted, p, strict=True))
    order = sorted(range(len(p)), key=lambda i: p[i])
    assert [adjusted[i] for i in order] == sorted(adjusted)
