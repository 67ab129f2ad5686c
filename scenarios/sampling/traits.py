"""Traits: what one human driver is like, drawn from the exposure data with their correlations.

One draw is one driver: how fast, how close, how bold, how attentive, how law-abiding. The same name in the same
scenario is the same driver, whatever else is drawn. The marginals are those of data/exposure/driver.toml, or of a
file of the user's own on top of it (`nearmiss fit` writes one); a Gaussian copula joins them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.streams import Streams
from scenarios.hazards.copula import log_density, together
from scenarios.hazards.exposure import Topic, topic

TOPIC = "driver"
# quantity of the exposure data -> name of the value that a law reads
VALUE_OF = {
    "headway": "headway_s",
    "acceleration": "accel_mps2",
    "comfortable_deceleration": "decel_mps2",
    "emergency_deceleration": "decel_most_mps2",
    "jam_gap": "jam_gap_m",
    "speed_compliance": "desired_speed",  # over the limit
    "reaction_expected": "reaction_s",
    "reaction_surprise": "surprise_s",
    "politeness": "politeness",
    "change_threshold": "threshold_mps2",
    "safe_deceleration": "safe_decel_mps2",
    "critical_gap_left_major": "critical_gap_left_major_s",
    "critical_gap_right_minor": "critical_gap_right_minor_s",
    "critical_gap_through_minor": "critical_gap_s",
    "critical_gap_left_minor": "critical_gap_left_minor_s",
    "distraction_interval": "distraction_interval_s",
    "distraction_duration": "distraction_duration_s",
    "gap_misjudged": "gap_misjudged",  # relative error
    "speed_misjudged": "speed_misjudged",  # relative error
    "runs_red": "runs_red",  # 1: does, where the light has just turned
    "rolls_stop_sign": "rolls_stop_sign",  # 1: does, where nobody comes
}

# what makes a driver err; nominal traffic is drawn without. A reaction is among them: a law that looks up once in so
# long has nothing of the anticipation with which drivers make up for it (Treiber, Kesting, Helbing 2006, from memory)
ERRORS = frozenset({
    "reaction_s", "surprise_s", "distraction_interval_s", "distraction_duration_s", "gap_misjudged", "speed_misjudged",
    "runs_red", "rolls_stop_sign",
})  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """N drivers: values by quantity, each (N,), and (N,) the natural logarithm of their joint density."""

    values: Mapping[str, Array]
    log_density: Array


def traits_of(
    streams: Streams, name: str, *, limit_mps: float | None = None, exposure: Topic | None = None
) -> dict[str, float]:
    """Return the traits of the driver called `name`: law value -> value.

    `desired_speed` is a ratio to the limit; with `limit_mps` there is `desired_speed_mps` too. exposure: a user's own
    quantities instead of the shipped ones of the same names.
    """
    drawn = drawn_traits(streams.rng(f"traits {name}").random((1, drawn_width(exposure))), exposure)
    out = {VALUE_OF[quantity]: float(column[0]) for quantity, column in drawn.values.items() if quantity in VALUE_OF}
    if limit_mps is not None:
        out["desired_speed_mps"] = out["desired_speed"] * limit_mps
    return out


def style_of(
    streams: Streams,
    name: str,
    *,
    limit_mps: float | None = None,
    exposure: Topic | None = None,
    known: Collection[str] | None = None,
) -> dict[str, float]:
    """Return the traits of the same driver without its errors: how it drives where nothing goes wrong.

    known: only the values of these names, those that a law reads; the others are not worked out.
    """
    if known is None:
        everything = traits_of(streams, name, limit_mps=limit_mps, exposure=exposure)
        return {value: x for value, x in everything.items() if value not in ERRORS}
    quantities = tuple(q for q, value in VALUE_OF.items() if value in known and value not in ERRORS)
    u = streams.rng(f"traits {name}").random((1, drawn_width(exposure)))
    return {VALUE_OF[q]: float(column[0]) for q, column in values_at(u, quantities, exposure).items()}


def drawn_width(exposure: Topic | None = None) -> int:
    """Return how many uniform numbers make a driver."""
    return len(drivers(exposure).quantities)


def drawn_traits(u: Array, exposure: Topic | None = None) -> Traits:
    """Return the drivers at points u (N, Q) of the unit cube, one column a quantity in sorted order."""
    known = drivers(exposure)
    values = values_at(u, sorted(known.quantities), exposure)
    density = log_density(known.copula, _scores(known, u))
    for name, column in values.items():
        density = density + known.quantities[name].truncated.log_density(column)
    return Traits(values, density)


def values_at(u: Array, names: Collection[str], exposure: Topic | None = None) -> dict[str, Array]:
    """Return quantity -> (N,) values of the drivers at points u (N, Q), for the quantities `names`."""
    known = drivers(exposure)
    column = {name: i for i, name in enumerate(sorted(known.quantities))}
    joined, scores = known.continuous, _scores(known, u)
    return {
        name: known.quantities[name].truncated.inverse(
            scores[:, joined.index(name)] if name in joined else u[:, column[name]]
        )
        for name in names
    }


def _scores(known: Topic, u: Array) -> Array:
    column = {name: i for i, name in enumerate(sorted(known.quantities))}
    return together(known.copula, u[:, [column[name] for name in known.continuous]])


def drivers(exposure: Topic | None = None) -> Topic:
    """Return the exposure data of drivers, with the user's own quantities in place of those of the same names.

    InputError for a quantity that drivers do not have. Correlations of the user's file replace those of the same pair.
    """
    shipped = topic(TOPIC)
    if exposure is None:
        return shipped
    for name in exposure.quantities:
        if name not in shipped.quantities:
            hint = did_you_mean(name, shipped.quantities)
            raise InputError(f"exposure: quantities.{name}", got="no trait of drivers", wanted=f"one of theirs{hint}")
    said = {frozenset(c.between) for c in exposure.correlations}
    kept = tuple(c for c in shipped.correlations if frozenset(c.between) not in said)
    try:
        return Topic(
            about=exposure.about,
            quantities={**shipped.quantities, **exposure.quantities},
            correlations=(*kept, *exposure.correlations),
        )
    except ValueError as error:
        raise InputError("exposure", got="correlations that do not fit the shipped ones", wanted=str(error)) from None


def log_density_of(values: Mapping[str, float], exposure: Topic | None = None) -> float:
    """Return the log density of a driver with these values by quantity; -inf outside what drivers can be."""
    known = drivers(exposure)
    row = np.array([[_score(known, name, values[name]) for name in known.continuous]])
    density = float(log_density(known.copula, row)[0])
    for name, p in known.quantities.items():
        density += float(p.truncated.log_density(np.asarray(values[name])))
    return density


def _score(known: Topic, name: str, value: float) -> float:
    """Return the probability below a value of one quantity."""
    own = known.quantities[name].truncated
    lo, hi = own.base.cumulative(np.asarray(own.lo)), own.base.cumulative(np.asarray(own.hi))
    return float(np.clip((own.base.cumulative(np.asarray(value)) - lo) / (hi - lo), 0.0, 1.0))
