"""roadnet.base.maths against numpy in extended precision, over the ranges in use."""

import numpy as np
import pytest

from roadnet.base import maths

TOLERANCE = 1e-14  # relative to the larger of the result and one; the promise to users is 1e-12
LD = np.longdouble


def spread(low: float, high: float, count: int = 40001) -> np.ndarray:
    return np.random.default_rng(7).uniform(low, high, count)


def error(got: np.ndarray, want: np.ndarray) -> float:
    return float(np.max(np.abs(got.astype(LD) - want) / np.maximum(1.0, np.abs(want))))


@pytest.mark.parametrize("reach", [1.0, 7.0, 1e3, 1e5])
def test_sine_and_cosine_agree_with_extended_precision(reach: float) -> None:
    x = spread(-reach, reach)
    s, c = maths.sincos_all(x)
    assert error(s, np.sin(x.astype(LD))) < TOLERANCE
    assert error(c, np.cos(x.astype(LD))) < TOLERANCE


@pytest.mark.parametrize(("y", "x"), [(0.0, 0.0), (0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0), (-1e-9, -1.0)])
def test_atan2_on_the_axes(y: float, x: float) -> None:
    assert maths.atan2(y, x) == pytest.approx(np.arctan2(y, x), abs=1e-15)


def test_atan2_agrees_in_every_octant_and_scale() -> None:
    y, x = spread(-1, 1) * 10.0 ** spread(-6, 6), spread(-1, 1, 40001)[::-1] * 10.0 ** spread(-6, 6)[::-1]
    assert error(maths.atan2_all(y, x), np.arctan2(y.astype(LD), x.astype(LD))) < TOLERANCE


def test_exp_is_relative_to_its_result() -> None:
    x = spread(-700.0, 700.0)
    want = np.exp(x.astype(LD))
    assert float(np.max(np.abs(maths.exp_all(x).astype(LD) / want - 1))) < TOLERANCE
    assert maths.exp(0.0) == 1.0
    assert maths.exp(-1000.0) == 0.0
    assert maths.exp(1000.0) == np.inf


def test_log_agrees_and_undoes_exp() -> None:
    x = 10.0 ** spread(-300.0, 300.0)
    assert error(maths.log_all(x), np.log(x.astype(LD))) < TOLERANCE
    assert maths.log(1.0) == 0.0
    assert maths.log(0.0) == -np.inf
    assert np.isnan(maths.log(-1.0))


def test_scalars_and_arrays_give_the_same_bits() -> None:
    x = spread(-20.0, 20.0, 501).reshape(3, 167)
    s, c = maths.sincos_all(x)
    assert s.shape == (3, 167)
    assert [maths.sin(v) for v in x[1]] == s[1].tolist()
    assert [maths.cos(v) for v in x[1]] == c[1].tolist()
    assert [maths.exp(v) for v in x[2]] == maths.exp_all(x[2]).tolist()
