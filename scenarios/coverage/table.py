"""The coverage table: what was intended, what came out, and what was never tried.

Counts are facts and carry no interval. The share of the exploration stream in which a leaf was observed is an
estimate of a probability under the prior, so it carries one; the gap-filling stream's share is not and does not.
"not measured" is never counted as missing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from scenarios.hazards.taxonomy import taxonomy, taxonomy_digest
from scenarios.model.evidence import Counterfactual, Observed, Outcome
from scenarios.sampling.rate import Rate, agrees, rate_interval


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamCount:
    """One leaf in one stream: scenarios that intend it, by what its oracle says."""

    leaf: str
    stream: str  # "exploration" | "gap_filling"
    made: int  # scenarios that were made
    observed: int
    not_observed: int
    not_measured: int
    near_misses: int  # of the observed: near miss, no contact
    collisions: int
    confirmed: int  # of the observed: counterfactual and placebo both hold
    refuted: int
    predicted: float | None = None  # rate computed from the prior; only exploration has one
    predicted_error: float = 0.0  # its standard error

    @property
    def measured(self) -> int:
        """Return how many have a verdict."""
        return self.observed + self.not_observed

    @property
    def rate(self) -> float | None:
        """Return the observed share of the measured."""
        return self.observed / self.measured if self.measured else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the exact 95 % interval of the rate; only the exploration stream has one."""
        if self.stream != "exploration" or not self.measured:
            return None
        return rate_interval(self.observed, self.measured)

    @property
    def agrees(self) -> bool | None:
        """Return whether the observed rate is compatible with the predicted one; None where there is no pair."""
        if self.predicted is None or not self.measured:
            return None
        return agrees(self.observed, self.measured, Rate(self.predicted, self.predicted_error))


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """A suite's coverage table."""

    scenarios: int  # sealed
    failed: tuple[tuple[str, int], ...]  # leaf, scenarios that could not be made
    streams: tuple[StreamCount, ...]  # by leaf, then stream
    intended: tuple[str, ...]  # rows of `cross`
    seen: tuple[str, ...]  # columns of `cross`
    cross: Array  # (intended, seen, 3) int: scenarios by the oracle's answer, Observed's numbers
    no_place: tuple[tuple[str, str, str], ...]  # leaf, map, reason
    untried: tuple[str, ...]  # leaves of the taxonomy that nothing here observed
    taxonomy_leaves: int
    taxonomy_digest: str


def tabulate(
    scenarios: Array,
    verdicts: Array,
    *,
    no_place: Iterable[tuple[str, str, str]] = (),
    predicted: Mapping[str, Rate] | None = None,
) -> Coverage:
    """Return the table of a suite's two tables (scenarios.suite.index). `predicted`: leaf -> rate under the prior."""
    rates = dict(predicted or {})
    made = scenarios[~scenarios["failed"]]
    own = own_verdicts(made, verdicts)
    pairs = sorted({(str(s["leaf"]), str(s["stream"])) for s in made})
    failed = scenarios["leaf"][scenarios["failed"]]
    observed_somewhere = {str(v) for v in verdicts["leaf"][verdicts["observed"] == Observed.OBSERVED]}
    intended, seen, cross = crossed(made, verdicts)
    return Coverage(
        scenarios=len(scenarios),
        failed=tuple((str(leaf), int((failed == leaf).sum())) for leaf in np.unique(failed)),
        streams=tuple(count(made, own, leaf, stream, rates.get(leaf)) for leaf, stream in pairs),
        intended=intended,
        seen=seen,
        cross=cross,
        no_place=tuple(sorted(no_place)),
        untried=tuple(leaf for leaf in taxonomy().leaves if leaf not in observed_somewhere),
        taxonomy_leaves=len(taxonomy().leaves),
        taxonomy_digest=taxonomy_digest(),
    )


def own_verdicts(made: Array, verdicts: Array) -> Array:
    """Return (N,) the verdict's row on each scenario's intended leaf; a zero row, "not measured", where none is."""
    out = np.zeros(len(made), verdicts.dtype)
    found = {(int(v["index"]), str(v["leaf"])): k for k, v in enumerate(verdicts)}
    for row, scenario in enumerate(made):
        k = found.get((int(scenario["index"]), str(scenario["leaf"])))
        if k is not None:
            out[row] = verdicts[k]
    return out


def count(made: Array, own: Array, leaf: str, stream: str, predicted: Rate | None) -> StreamCount:
    """Return the counts of one leaf in one stream."""
    mine = own[(made["leaf"] == leaf) & (made["stream"] == stream)]
    hit = mine[mine["observed"] == Observed.OBSERVED]
    return StreamCount(
        leaf=leaf,
        stream=stream,
        made=len(mine),
        observed=len(hit),
        not_observed=int((mine["observed"] == Observed.NOT_OBSERVED).sum()),
        not_measured=int((mine["observed"] == Observed.NOT_MEASURED).sum()),
        near_misses=int((hit["outcome"] == Outcome.NEAR_MISS).sum()),
        collisions=int((hit["outcome"] == Outcome.COLLISION).sum()),
        confirmed=int((hit["counterfactual"] == Counterfactual.CONFIRMED).sum()),
        refuted=int((hit["counterfactual"] == Counterfactual.REFUTED).sum()),
        predicted=predicted.value if predicted and stream == "exploration" else None,
        predicted_error=predicted.standard_error if predicted and stream == "exploration" else 0.0,
    )


def crossed(made: Array, verdicts: Array) -> tuple[tuple[str, ...], tuple[str, ...], Array]:
    """Return intended leaves, leaves with verdicts, and (intended, seen, 3) counts by the oracle's answer."""
    intended = tuple(str(leaf) for leaf in np.unique(made["leaf"]))
    seen = tuple(str(leaf) for leaf in np.unique(verdicts["leaf"]))
    out = np.zeros((len(intended), len(seen), len(Observed)), np.int64)
    leaf_of = {int(s["index"]): str(s["leaf"]) for s in made}
    for v in verdicts:
        if int(v["index"]) in leaf_of:
            out[intended.index(leaf_of[int(v["index"])]), seen.index(str(v["leaf"])), int(v["observed"])] += 1
    return intended, seen, out
