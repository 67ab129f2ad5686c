"""The fit of a set of recordings, and the exposure file that it makes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.hazards.exposure import Correlation, Prior, Topic, topic
from scenarios.model.recording import Recording
from scenarios.sampling.fitting.calibration import NAMES, UNITS, Calibrated, calibrated
from scenarios.sampling.fitting.families import Fitted, fitted
from scenarios.sampling.fitting.observed import Observed, Sample, observed
from scenarios.sampling.traits import TOPIC, drivers

STEADY_GAP_M = 2.0  # of a headway, where no model could be calibrated: what is left at standstill; Treiber 2000
LEAST_PAIRS = 10  # drivers with both values below which no correlation is told
SHRINKS = 20
CALIBRATED = "idm calibrated on gaps by least squares (Kesting, Treiber 2008)"
STEADY = (
    f"median of (gap - {STEADY_GAP_M:g} m) / speed where a driver follows; too few pairs fix a headway of the model"
)
FREE = "mean speed over the posted limit where nobody is near ahead"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trait:
    """One trait of drivers, fitted: a quantity of the exposure data. One value a driver."""

    fitted: Fitted
    sample: Sample
    method: str


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fit:
    """What recordings say."""

    observed: Observed
    calibrated: tuple[Calibrated, ...]
    quantities: tuple[Fitted, ...]  # of the samples, by name
    traits: tuple[Trait, ...]  # of drivers, by name
    ranks: tuple[tuple[str, str, float, int], ...]  # traits that go together: Spearman's, drivers
    shrunk: float  # what the correlations were multiplied with, so that they fit each other and the shipped ones
    silent: tuple[str, ...]  # quantities with too little to fit


def fit_of(recordings: Iterable[tuple[Recording, RoadNetwork | None]], *, seed: int = 1) -> Fit:
    """Return the fit of recordings with their maps. InputError where nobody drives."""
    seen = observed(recordings)
    if not seen.drivers:
        raise InputError("recordings", got="no motor vehicle", wanted="at least one")
    models = calibrated(seen.pairs)
    found = {name: fitted(name, sample, seed=seed) for name, sample in sorted(seen.samples.items())}
    samples = trait_samples(seen, models)
    traits = tuple(
        Trait(fitted=f, sample=sample, method=method)
        for name, (sample, method) in sorted(samples.items())
        if (f := fitted(name, sample, seed=seed)) is not None
    )
    ranks = rank_correlations([(t.fitted.name, t.sample) for t in traits])
    told = {t.fitted.name for t in traits}
    silent = [*(n for n, f in found.items() if f is None), *(n for n in samples if n not in told)]
    base = Fit(
        observed=seen,
        calibrated=models,
        quantities=tuple(f for f in found.values() if f is not None),
        traits=traits,
        ranks=ranks,
        shrunk=1.0,
        silent=tuple(dict.fromkeys(silent)),
    )
    return fitting_together(base)


def trait_samples(seen: Observed, models: Sequence[Calibrated]) -> dict[str, tuple[Sample, str]]:
    """Return quantity of drivers -> one value a driver, and how it was found."""
    out: dict[str, tuple[Sample, str]] = {}
    for i, name in enumerate(NAMES):
        known = [m for m in models if m.known[i]]
        sample = Sample(
            unit=UNITS[i],
            value=np.array([m.value[i] for m in known]),
            driver=np.array([m.driver for m in known], int),
        )
        if name in topic(TOPIC).quantities:
            out[name] = sample, CALIBRATED
    steady = steady_headways(seen)
    if len(out["headway"][0]) < LEAST_PAIRS < len(steady):
        out["headway"] = steady, STEADY
    out["speed_compliance"] = seen.samples["speed_compliance"], FREE
    return out


def steady_headways(seen: Observed) -> Sample:
    """Return each following driver's median headway beyond the gap at standstill."""
    rows = [(p.driver, (p.gap - STEADY_GAP_M) / np.maximum(p.speed, 1e-9), p.speed > STEADY_GAP_M) for p in seen.pairs]
    values: dict[int, list[Array]] = {}
    for driver, headway, moves in rows:
        kept = headway[moves & (headway > 0.0) & (headway < 5.0)]
        if len(kept):
            values.setdefault(driver, []).append(kept)
    return Sample(
        unit="s",
        value=np.array([float(np.median(np.concatenate(v))) for v in values.values()]),
        driver=np.array(list(values), int),
    )


def rank_correlations(samples: Sequence[tuple[str, Sample]]) -> tuple[tuple[str, str, float, int], ...]:
    """Return Spearman's rank correlation of each two traits that enough drivers have both of."""
    out = []
    for i, (a, x) in enumerate(samples):
        for b, y in samples[i + 1 :]:
            both, rows, columns = np.intersect1d(x.driver, y.driver, return_indices=True)
            if len(both) >= LEAST_PAIRS:
                rank = float(stats.spearmanr(x.value[rows], y.value[columns]).statistic)
                if np.isfinite(rank):
                    out.append((a, b, float(np.clip(rank, -0.99, 0.99)), len(both)))
    return tuple(out)


def fitting_together(fit: Fit) -> Fit:
    """Return the fit with its correlations weakened, all alike, until drivers can have them with the shipped ones."""
    for k in range(SHRINKS + 1):
        factor = 1.0 - k / SHRINKS
        tried = Fit(**{n: getattr(fit, n) for n in Fit.__dataclass_fields__} | {"shrunk": factor})
        try:
            drivers(exposure(tried, domain="", about=""))
        except (InputError, ValueError):
            continue
        return tried
    raise InputError("correlations", got="none that drivers can have with the shipped ones", wanted="weaker ones")


def exposure(fit: Fit, *, domain: str, about: str) -> Topic:
    """Return the traits as exposure data that drivers can be drawn from. domain: where and when it was recorded."""
    shipped = topic(TOPIC).quantities
    quantities = {
        t.fitted.name: Prior(
            kind=t.fitted.best.distribution.kind,
            numbers=t.fitted.numbers,
            unit=t.fitted.unit,
            source=t.method,
            domain=domain,
            grade="measured",
            n=t.fitted.n,
            least=shipped[t.fitted.name].least,
            most=shipped[t.fitted.name].most,
            fit_ks=round(t.fitted.best.ks, 4),
        )
        for t in fit.traits
    }
    correlations = tuple(
        Correlation(
            between=(a, b), rank=round(rank * fit.shrunk, 4), source=f"Spearman's, {n} drivers", grade="measured"
        )
        for a, b, rank, n in fit.ranks
    )
    return Topic(about=about, quantities=quantities, correlations=correlations)


def exposure_toml(data: Topic) -> str:
    """Return exposure data as the text of a TOML file that `load_exposure` reads."""
    out = [f"about = {text(data.about)}"]
    for name, p in sorted(data.quantities.items()):
        numbers = ", ".join(f"{k} = {v!r}" for k, v in p.numbers.items())
        out += ["", f"[quantities.{name}]", f"kind = {text(p.kind)}", f"numbers = {{ {numbers} }}"]
        out += [f"{key} = {getattr(p, key)!r}" for key in ("least", "most", "fit_ks") if getattr(p, key) is not None]
        out += [f"{key} = {text(getattr(p, key))}" for key in ("unit", "source", "domain", "grade")]
        out += [f"n = {p.n}"]
    for c in data.correlations:
        out += ["", "[[correlations]]", f"between = [{text(c.between[0])}, {text(c.between[1])}]"]
        out += [f"rank = {c.rank!r}", f"source = {text(c.source)}", f"grade = {text(c.grade)}"]
    return "\n".join(out) + "\n"


def text(value: str) -> str:
    """Return a TOML basic string."""
    return json.dumps(value, ensure_ascii=True)
