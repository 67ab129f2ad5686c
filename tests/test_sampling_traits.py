"""Traits of drivers: marginals as declared, together as declared, one driver a name, one density."""

import math
from pathlib import Path

import numpy as np
import pytest
import traffic_world
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from roadnet.base.errors import InputError
from roadnet.base.streams import Streams
from scenarios.hazards.copula import copula, log_density, rank_correlation, together, triangle
from scenarios.hazards.exposure import Topic, load_exposure, topic
from scenarios.sampling.traffic import traffic_scenario
from scenarios.sampling.traits import (
    ERRORS,
    TOPIC,
    VALUE_OF,
    drawn_traits,
    drawn_width,
    drivers,
    log_density_of,
    style_of,
    traits_of,
)
from scenarios.simulation.engine import simulate_batch
from scenarios.simulation.lawbook import find, values_of

N = 20_000
EACH = 25  # worlds of a kind
RANK_TOLERANCE = 0.03  # four standard errors of a rank correlation of 20,000 pairs


@pytest.fixture(scope="module")
def crowd() -> dict[str, np.ndarray]:
    u = Streams(1, 2).rng("crowd").random((N, drawn_width()))
    return dict(drawn_traits(u).values)


def test_two_normals_with_rank_correlation_a_third_have_the_closed_form_density() -> None:
    c = copula(("a", "b"), [("a", "b", 1.0 / 3.0)])
    r = 2.0 * math.sin(math.pi / 18.0)
    assert c.normal[0, 1] == pytest.approx(r, abs=1e-15)
    z = np.array([[0.7, -1.1]])
    wanted = stats.multivariate_normal(cov=[[1, r], [r, 1]]).logpdf(z) - stats.norm.logpdf(z).sum()
    assert log_density(c, stats.norm.cdf(z))[0] == pytest.approx(wanted, abs=1e-12)
    assert rank_correlation(c, 0, 1) == pytest.approx(1.0 / 3.0, abs=1e-15)


@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 8))
def test_the_triangle_is_a_root_of_its_matrix(seed: int, size: int) -> None:
    a = Streams(seed, 0).rng("matrix").normal(size=(size, size + 2))
    matrix = a @ a.T + 0.1 * np.eye(size)
    root = triangle(matrix)
    assert root @ root.T == pytest.approx(matrix, rel=1e-9, abs=1e-9)
    assert (np.triu(root, 1) == 0).all()


def test_scores_that_go_together_are_still_uniform() -> None:
    c = copula(("a", "b", "c"), [("a", "b", 0.8), ("b", "c", -0.5)])
    scores = together(c, Streams(3, 4).rng("u").random((N, 3)))
    for column in scores.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-4


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.9)], "no quantities can have these together"),
        ([("a", "x", 0.1)], "want two of a, b, c"),
        ([("a", "b", 0.1), ("b", "a", 0.2)], "given twice"),
    ],
)
def test_impossible_correlations_are_refused(pairs: list[tuple[str, str, float]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        copula(("a", "b", "c"), pairs)


@pytest.mark.parametrize("quantity", sorted(topic(TOPIC).quantities))
def test_marginals_are_those_declared(crowd: dict[str, np.ndarray], quantity: str) -> None:
    p, x = topic(TOPIC).quantities[quantity], crowd[quantity]
    if p.distribution.discrete:
        shares = np.bincount(x.astype(int), minlength=len(p.weights)) / N
        assert shares == pytest.approx(p.weights, abs=4.0 * math.sqrt(0.25 / N))
        return
    t = p.truncated
    lo, hi = float(t.base.cumulative(t.lo)), float(t.base.cumulative(t.hi))
    assert x.min() >= float(t.lo)
    assert x.max() <= float(t.hi)
    assert stats.kstest(x, lambda v: (t.base.cumulative(v) - lo) / (hi - lo)).pvalue > 1e-4


def test_rank_correlations_are_those_declared_and_the_others_are_none(crowd: dict[str, np.ndarray]) -> None:
    known = topic(TOPIC)
    said = {frozenset(c.between): c.rank for c in known.correlations}
    names = known.continuous
    ranks = stats.spearmanr(np.stack([crowd[n] for n in names], -1)).statistic
    for i, a in enumerate(names):
        for j in range(i + 1, len(names)):
            assert ranks[i, j] == pytest.approx(said.get(frozenset((a, names[j])), 0.0), abs=RANK_TOLERANCE), (
                a,
                names[j],
            )


def test_one_name_is_one_driver_and_another_is_another() -> None:
    first = traits_of(Streams(5, 6), "npc 1")
    assert traits_of(Streams(5, 6), "npc 1") == first
    assert traits_of(Streams(5, 6), "npc 2") != first
    assert traits_of(Streams(5, 7), "npc 1") != first
    assert first.keys() == set(VALUE_OF.values())


def test_the_law_human_takes_every_driver_as_drawn() -> None:
    law = find("human", where="law")
    assert set(VALUE_OF.values()) <= law.defaults.keys()
    for number in range(200):
        drawn = traits_of(Streams(3, number), "npc", limit_mps=13.9)
        given = tuple((k, v) for k, v in sorted(drawn.items()) if k in law.defaults)
        assert len(given) >= 18
        assert np.isfinite(values_of(law, given, where=f"driver {number}")).all()


@pytest.mark.parametrize("value", sorted(VALUE_OF.values()))
def test_what_is_drawn_changes_what_happens(value: str) -> None:
    quantity = topic(TOPIC).quantities[next(q for q, v in VALUE_OF.items() if v == value)].truncated
    ends = [float(x) for x in quantity.inverse(np.array([0.02, 0.995]))]
    assert ends[0] < ends[1]
    both = {"distraction_duration_s": 3.0} if value == "distraction_interval_s" else {}
    worlds = [
        ("crossing", {}), ("lane_drop", {}), ("small_town", {}), ("four_way_signs", {"control": "stop"}),
        ("four_way_signs", {"control": "yield"}), ("t_crossing", {"control": "yield"}),
    ]  # fmt: skip
    for name, form in worlds:
        net = traffic_world.net_of(name, **form)
        specs = [
            traffic_scenario(
                net, agents=24, duration_s=60.0, index=k, suite_key=2, traits=lambda *_a, **_k: both | {value: x}  # noqa: B023
            )
            for x in ends for k in range(EACH)
        ]  # fmt: skip
        ran = simulate_batch(specs, net)
        if any(not np.array_equal(a.agents.xyz, b.agents.xyz) for a, b in zip(ran[:EACH], ran[EACH:], strict=True)):
            return
    raise AssertionError(f"{value}: no world is another for it")


def test_a_style_is_the_same_driver_without_its_errors() -> None:
    whole, style = traits_of(Streams(5, 6), "npc 1"), style_of(Streams(5, 6), "npc 1")
    assert style == {k: v for k, v in whole.items() if k not in ERRORS}
    assert set(whole) >= ERRORS


def test_the_desired_speed_follows_the_limit() -> None:
    ratio = traits_of(Streams(5, 6), "npc 1")["desired_speed"]
    assert traits_of(Streams(5, 6), "npc 1", limit_mps=13.9)["desired_speed_mps"] == ratio * 13.9


def test_every_quantity_of_drivers_has_a_law_value() -> None:
    assert set(VALUE_OF) == set(topic(TOPIC).quantities)
    assert len(set(VALUE_OF.values())) == len(VALUE_OF)


def test_the_density_of_a_draw_is_that_of_its_values_and_outside_it_is_none() -> None:
    u = Streams(8, 9).rng("u").random((4, drawn_width()))
    drawn = drawn_traits(u)
    for row in range(4):
        values = {name: float(column[row]) for name, column in drawn.values.items()}
        assert log_density_of(values) == pytest.approx(float(drawn.log_density[row]), abs=1e-6)
        assert log_density_of(values | {"headway": 99.0}) == -math.inf


OWN = """about = "mine"
[quantities.headway]
kind = "lognormal"
numbers = { mu = 0.5, sigma = 0.1 }
least = 0.5
most = 5.0
unit = "s"
source = "my fleet"
domain = "here"
grade = "measured"
n = 500
fit_ks = 0.02
[quantities.acceleration]
kind = "normal"
numbers = { mean = 1.5, sd = 0.2 }
unit = "m/s2"
source = "my fleet"
domain = "here"
grade = "measured"
[[correlations]]
between = ["headway", "acceleration"]
rank = 0.4
source = "my fleet"
grade = "measured"
"""


def own(folder: Path, text: str = OWN) -> Topic:
    (folder / "own.toml").write_text(text)
    return load_exposure(folder / "own.toml")


def test_a_users_own_quantities_take_the_place_of_the_shipped_ones(tmp_path: Path) -> None:
    mine = own(tmp_path)
    drawn = drawn_traits(Streams(1, 2).rng("own").random((N, drawn_width(mine))), mine)
    assert np.median(drawn.values["headway"]) == pytest.approx(math.exp(0.5), rel=0.01)
    ranks = stats.spearmanr(drawn.values["headway"], drawn.values["acceleration"]).statistic
    assert ranks == pytest.approx(0.4, abs=RANK_TOLERANCE)
    assert drivers(mine).quantities["jam_gap"] == topic(TOPIC).quantities["jam_gap"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("quantities.headway", "quantities.headwaay", "did you mean 'headway'"),
        ('["headway", "acceleration"]', '["headway", "acceleratoin"]', "want two of"),
        ("rank = 0.4", "rank = 1.0", "-1 < rank < 1"),
        ("least = 0.5", "least = 9.0", "least < most"),
    ],
)
def test_a_wrong_file_is_refused_where_it_is_wrong(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = OWN.replace(old, new).split("[[corr" if "headwaay" in new else "never")[0]
    with pytest.raises(InputError, match=said):
        drivers(own(tmp_path, text))
