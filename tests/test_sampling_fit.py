"""Fits: planted families and drivers come back, what recordings do not fix is masked, the file loads and draws."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sim_world as w
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from traffic_files import going, highd, table

from roadnet.base.errors import InputError
from roadnet.base.streams import Streams
from scenarios.formats.registry import read_traffic
from scenarios.hazards.distributions import distribution
from scenarios.hazards.exposure import load_exposure
from scenarios.model.recording import Recording
from scenarios.model.spec import What, When
from scenarios.sampling.fitting.calibration import NAMES, calibrated
from scenarios.sampling.fitting.families import RESAMPLES, estimate, fitted, intervals
from scenarios.sampling.fitting.fit import CALIBRATED, STEADY, exposure, exposure_toml, fit_of
from scenarios.sampling.fitting.observed import Pair, Sample, observed
from scenarios.sampling.traits import drawn_traits, drawn_width
from viewer.cli import main

# the follower's law and the calibrated model are one; what is left is how the kernel integrates, and single precision
PLANTED_TOLERANCE = 0.01
LIVELY = ((0, 14, 1.5), (12, 5, 2.5), (24, 20, 1.5), (40, 2, 3.0), (52, 13, 1.5), (66, 8, 2.0), (80, 25, 1.5))
CALM = ((2, 10.8, 0.2), (12, 10.0, 0.2))
LAW_VALUES = ("headway_s", "jam_gap_m", "accel_mps2", "decel_mps2", "desired_speed_mps")


def sample(values: np.ndarray, each: int = 1) -> Sample:
    return Sample(unit="1", value=values, driver=np.arange(len(values)) // each)


def followed(*values: float, steady: bool = False, duration_s: float = 95.0) -> Recording:
    """Return a car of the law `idm` with these values (LAW_VALUES) behind one that speeds up and slows down."""
    steps = tuple(w.step(When.SIMULATION_TIME, t, What.SPEED, v, r) for t, v, r in (CALM if steady else LIVELY))
    law_values = tuple(zip(LAW_VALUES, values, strict=True))
    ego = w.actor("ego", w.along_x(3000.0), 50.0, 10.0, "idm", law_values=law_values)
    lead = w.actor("lead", w.along_x(3000.0), 69.7 if steady else 85.0, 10.0, steps=steps)  # 15.2 m ahead: at rest
    return w.drive(w.scenario(ego, lead, duration_s=duration_s), w.net()).recording


# ------------------------------------------------------------------------------------------ families


@pytest.mark.parametrize(
    ("kind", "theirs"),
    [
        ("normal", lambda x: stats.norm.fit(x)),
        ("lognormal", lambda x: (np.log(stats.lognorm.fit(x, floc=0)[2]), stats.lognorm.fit(x, floc=0)[0])),
        ("gamma", lambda x: (stats.gamma.fit(x, floc=0)[0], stats.gamma.fit(x, floc=0)[2])),
        ("weibull", lambda x: (stats.weibull_min.fit(x, floc=0)[0], stats.weibull_min.fit(x, floc=0)[2])),
    ],
)
def test_likelihoods_are_as_high_as_scipys(kind: str, theirs) -> None:  # type: ignore[no-untyped-def]
    x = Streams(1, 1).rng(kind).gamma(3.0, 0.5, 400)
    mine, other = estimate(kind, x), theirs(x)
    assert mine == pytest.approx(other, rel=1e-3)
    names = {"normal": ("mean", "sd"), "lognormal": ("mu", "sigma")}.get(kind, ("shape", "scale"))
    ours, scipys = (distribution(kind, dict(zip(names, n, strict=True))).log_density(x).sum() for n in (mine, other))
    assert ours >= scipys - 1e-6


@pytest.mark.parametrize("kind", ["normal", "lognormal", "weibull", "gamma"])
def test_the_planted_family_is_the_best_and_its_numbers_are_as_near_as_the_intervals_say(kind: str) -> None:
    numbers = {"normal": (10.0, 2.0), "lognormal": (0.2, 0.5), "weibull": (2.5, 3.0), "gamma": (2.0, 1.5)}[kind]
    names = {"normal": ("mean", "sd"), "lognormal": ("mu", "sigma")}.get(kind, ("shape", "scale"))
    planted = distribution(kind, dict(zip(names, numbers, strict=True)))
    x = planted.inverse(Streams(4, 2).rng(kind).random(3000))
    f = fitted("x", sample(x))
    assert f is not None
    assert f.best.distribution.kind == kind
    for value, (low, high) in zip(numbers, f.intervals, strict=True):
        assert abs(value - 0.5 * (low + high)) < 1.7 * 0.5 * (high - low)  # 3.3 standard errors
    assert f.best.ks < 1.63 / np.sqrt(3000)  # the 1 % point; smaller still where the numbers were fitted
    assert f.best.ks == pytest.approx(stats.kstest(x, lambda v: f.best.distribution.cumulative(v)).statistic)


def test_intervals_widen_where_samples_are_of_few_drivers() -> None:
    rng = Streams(4, 3).rng("few")
    means = rng.normal(10.0, 2.0, 30)
    x = (means[:, None] + rng.normal(0.0, 0.1, (30, 100))).ravel()
    wide, narrow = (float(np.ptp(intervals("normal", sample(x, each=n), seed=1)[0])) for n in (100, 1))
    assert wide == pytest.approx(4.0 * 2.0 / np.sqrt(30), rel=0.35)  # 2 x 1.96 standard errors of a mean of 30
    assert narrow < wide / 4


def test_a_uniform_is_never_the_best() -> None:
    f = fitted("x", sample(np.linspace(1.0, 2.0, 50)))
    assert f is not None
    assert f.candidates[-1].distribution.kind == "uniform"


@given(values=st.lists(st.floats(-1e6, 1e6), max_size=40))
def test_any_sample_is_fitted_or_left(values: list[float]) -> None:
    f = fitted("x", sample(np.array(values)))
    if f is not None:
        assert all(np.isfinite(c.log_likelihood) and 0.0 <= c.ks <= 1.0 for c in f.candidates)
        assert len(values) >= 5
    assert RESAMPLES > 0


# -------------------------------------------------------------------------------------------- drivers


@pytest.mark.parametrize(
    "planted", [(1.2, 2.0, 1.4, 2.0, 16.0), (0.9, 3.0, 1.0, 1.5, 18.0), (1.8, 1.5, 2.0, 2.5, 15.0)]
)
def test_planted_parameters_of_the_model_come_back(planted: tuple[float, ...]) -> None:
    (found,) = calibrated(observed([(followed(*planted), None)]).pairs)
    assert found.known.all()
    assert found.value == pytest.approx(planted, rel=PLANTED_TOLERANCE)
    assert found.error < 1e-3


def noisy(recording: Recording) -> list[Pair]:
    """Return who follows in a recording, with 5 cm of noise on every gap."""
    (pair,) = observed([(recording, None)]).pairs
    return [replace(pair, gap=pair.gap + Streams(6, 1).rng("noise").normal(0.0, 0.05, len(pair.gap)))]


def test_planted_parameters_come_back_from_noisy_gaps() -> None:
    """5 cm of noise on every gap, as good drone data has: headway within 3 %, all within 15 %, or masked."""
    planted = (1.2, 2.0, 1.4, 2.0, 16.0)
    (found,) = calibrated(noisy(followed(*planted)))
    assert found.value[0] == pytest.approx(planted[0], rel=0.03)
    assert found.value[found.known] == pytest.approx(np.array(planted)[found.known], rel=0.15)


def test_steady_following_fixes_no_acceleration() -> None:
    (found,) = calibrated(noisy(followed(1.2, 2.0, 1.4, 2.0, 16.0, steady=True, duration_s=20.0)))
    assert not found.known[[NAMES.index("acceleration"), NAMES.index("comfortable_deceleration")]].any()


def test_short_stretches_are_not_calibrated() -> None:
    assert not calibrated(observed([(followed(1.2, 2.0, 1.4, 2.0, 16.0, duration_s=4.0), None)]).pairs)


def test_a_headway_is_measured_against_the_one_ahead_in_the_same_direction(tmp_path: Path) -> None:
    rows = [*going("a", v=20.0), *((t, "b", 30.0 + 20.0 * t, 0.0) for t, *_ in going("b")), *going("c", v=-20.0, y=3.6)]
    (tmp_path / "t.csv").write_text(table(rows))
    (found,) = read_traffic(tmp_path / "t.csv")
    seen = observed([(found.recording, None)])
    headways = seen.samples["time_headway"]
    assert set(headways.driver.tolist()) == {0}
    assert headways.value == pytest.approx(np.full(len(headways), (30.0 - 4.5) / 20.0), rel=1e-6)
    assert len(seen.pairs) == 1
    assert seen.drivers == 3


def test_free_speeds_are_told_over_the_posted_limit(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    path = highd(tmp_path / "d")
    rows = path.read_text().splitlines()
    head, car = rows[0], [r for r in rows[1:] if r.split(",")[1] == "1"]
    cells = [c.split(",") for c in car]
    more = [
        ",".join([str(k + 1), "1", f"{190.0 - 1.2 * k:.3f}", *cells[0][3:8], "0.0", *cells[0][9:]]) for k in range(80)
    ]
    path.write_text("\n".join([head, *more]))
    (found,) = read_traffic(path)
    seen = observed([(found.recording, found.net)])
    assert seen.samples["free_speed"].value == pytest.approx([30.0])
    assert seen.samples["speed_compliance"].value == pytest.approx([30.0 / 33.33], rel=1e-6)


def test_a_lane_change_leaves_a_gap_to_who_is_behind(tmp_path: Path) -> None:
    """Car 1 moves from lane to lane by 4 m in 4 s as a cosine: its peak sideways speed is pi / 2 m/s."""
    path = highd(tmp_path)
    rows = [path.read_text().splitlines()[0]]
    for k in range(200):
        t = 0.04 * k
        y = 22.1 + 2.0 * (1.0 - np.cos(np.pi * min(max(t - 1.0, 0.0), 4.0) / 4.0))
        v_y = 2.0 * np.pi / 4.0 * np.sin(np.pi * (t - 1.0) / 4.0) if 1.0 < t < 5.0 else 0.0
        rows.append(f"{k + 1},1,{100 + 20.0 * t:.4f},{y:.4f},4.5,1.8,20.0,{v_y:.4f},0,0,5")
        rows.append(f"{k + 1},2,{70 + 20.0 * t:.4f},26.1,4.5,1.8,20.0,0.0,0,0,6")
    path.write_text("\n".join(rows))
    (found,) = read_traffic(path)
    seen = observed([(found.recording, found.net)])
    assert seen.samples["lane_change_gap"].value == pytest.approx([(30.0 - 4.5) / 20.0], rel=1e-3)
    assert seen.samples["lane_change_speed"].value == pytest.approx([np.pi / 2.0], rel=0.02)


# ------------------------------------------------------------------------------------- file and command


@pytest.fixture(scope="module")
def crowd() -> list[Recording]:
    """Twenty-four drivers: headways lognormal(0.2, 0.3), accelerations that fall as headways rise."""
    rng = Streams(9, 9).rng("crowd")
    z = rng.normal(size=(24, 2))
    z[:, 1] = -0.8 * z[:, 0] + 0.6 * z[:, 1]
    headway, accel = np.exp(0.2 + 0.3 * z[:, 0]), np.exp(0.3 + 0.2 * z[:, 1])
    return [followed(float(t), 2.0 + 0.01 * k, float(a), 2.0 + 0.01 * k, 16.0, duration_s=60.0)
            for k, (t, a) in enumerate(zip(headway, accel, strict=True))]  # fmt: skip


def test_planted_drivers_and_their_correlation_come_back_and_can_be_drawn(
    crowd: list[Recording], tmp_path: Path
) -> None:
    fit = fit_of((r, None) for r in crowd)
    traits = {t.fitted.name: t for t in fit.traits}
    assert traits["headway"].method == CALIBRATED
    x = traits["headway"].sample.value
    assert len(x) >= 20
    assert np.log(x).mean() == pytest.approx(0.2, abs=3 * 0.3 / np.sqrt(24))
    (rank,) = [r for a, b, r, _ in fit.ranks if {a, b} == {"headway", "acceleration"}]
    assert rank < -0.5
    (tmp_path / "mine.toml").write_text(exposure_toml(exposure(fit, domain='a "quoted" place', about="me\nand you")))
    mine = load_exposure(tmp_path / "mine.toml")
    assert mine.quantities["headway"].grade == "measured"
    assert mine.quantities["headway"].n == len(x)
    drawn = drawn_traits(Streams(1, 1).rng("u").random((4000, drawn_width(mine))), mine).values
    assert np.median(drawn["headway"]) == pytest.approx(np.median(x), rel=0.1)
    written = fit.shrunk * rank
    assert stats.spearmanr(drawn["headway"], drawn["acceleration"]).statistic == pytest.approx(written, abs=0.06)


def test_too_few_calibrations_leave_the_steady_headway(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = []
    for k in range(12):
        gap = 14.5 + k
        rows += going(f"a{k}", v=10.0, y=100.0 * k)
        rows += [(t, f"b{k}", gap + 4.5 + 10.0 * t, 100.0 * k) for t, *_ in going("b")]
    (tmp_path / "t.csv").write_text(table(rows))
    (found,) = read_traffic(tmp_path / "t.csv")
    (headway,) = fit_of([(found.recording, None)]).traits
    assert headway.method == STEADY
    assert np.sort(headway.sample.value) == pytest.approx((12.5 + np.arange(12)) / 10.0, rel=1e-6)


def test_the_command_writes_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[tuple[object, ...]] = []
    for k in range(12):
        rows += going(f"a{k}", v=10.0 + k, y=100.0 * k, n=31)
        rows += [(t, f"b{k}", 20.0 + k + (10.0 + k) * t, 100.0 * k) for t, *_ in going("b", n=31)]
    (tmp_path / "t.csv").write_text(table(rows))
    out = [str(tmp_path / name) for name in ("mine.toml", "fit.html", "fit.json")]
    assert main(["fit", str(tmp_path / "t.csv"), "--out", out[0], "--report", out[1], "--domain", "here <now>"]) == 0
    assert "12 stretches of following" in capsys.readouterr().out
    assert load_exposure(out[0]).quantities["headway"].domain == "here <now>"
    page = Path(out[1]).read_text()
    assert page.count("<svg") == page.count("<h3>") >= 3
    assert "here &lt;now&gt;" in page
    assert main(["fit", str(tmp_path / "t.csv"), "--report", out[2], "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(Path(out[2]).read_text())
    assert {"lane_change_gap", "jam_gap"} <= set(told["too_little"])
    assert main(["fit", str(tmp_path / "t.csv"), "--report", "x.pdf"]) == 3
    assert "want FILE.html or FILE.json" in capsys.readouterr().err


def test_a_suite_is_data_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    path = highd(folder)
    assert main(["import", str(tmp_path / "suite"), str(path)]) == 0
    capsys.readouterr()
    told = []
    for data in (tmp_path / "suite", path):
        assert main(["fit", str(data), "--domain", "x", "--json"]) == 0
        told.append({k: v for k, v in json.loads(capsys.readouterr().out).items() if k != "files"})
    assert told[0]["drivers"] == told[1]["drivers"] == 2
    assert told[0]["too_little"] == told[1]["too_little"]


def test_nobody_who_drives_is_one_line(tmp_path: Path) -> None:
    text = table([(t, "p", x, 0.0, "pedestrian") for t, _, x, _ in going("p")], "t_s,agent,x_m,y_m,kind")
    (tmp_path / "p.csv").write_text(text)
    (found,) = read_traffic(tmp_path / "p.csv")
    with pytest.raises(InputError, match="no motor vehicle"):
        fit_of([(found.recording, None)])
