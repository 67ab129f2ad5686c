"""Results by leaf: counts, rates with intervals, two planners in pairs, and the figures that gates may ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scenarios.evaluation.gate import Figure, Figures
from scenarios.evaluation.paired import Pairs, difference_interval, holm, mcnemar_p, pairs_of
from scenarios.evaluation.verdict import FAILED, Result, Verdict
from scenarios.sampling.rate import rate_interval

WHOLE = ""  # the scope of all leaves together


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its exact 95 % interval; None where there is nothing to count."""

    successes: int
    trials: int

    @property
    def value(self) -> float | None:
        """Return the share."""
        return self.successes / self.trials if self.trials else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the interval of Clopper and Pearson."""
        return rate_interval(self.successes, self.trials) if self.trials else None


@dataclass(frozen=True, slots=True)
class Summary:
    """The results of one leaf, or of all."""

    leaf: str
    counts: Mapping[Verdict, int]
    non_reactive: int

    @property
    def scenarios(self) -> int:
        """Return how many scenarios were run."""
        return sum(self.counts.values())

    @property
    def exercised(self) -> int:
        """Return how many count: all but those whose conflict never arose and those where the rig broke."""
        return self.scenarios - self.counts[Verdict.NOT_EXERCISED] - self.counts[Verdict.RIG_ERROR]

    @property
    def exercised_share(self) -> Rate:
        """Return the share of the scenarios that counts."""
        return Rate(self.exercised, self.scenarios)

    @property
    def pass_rate(self) -> Rate:
        """Return the share of exercised scenarios that passed."""
        return Rate(self.counts[Verdict.PASS_], self.exercised)

    @property
    def fail_rate(self) -> Rate:
        """Return the share of exercised scenarios that the planner failed: at fault, no progress, or broken."""
        return Rate(sum(self.counts[v] for v in FAILED), self.exercised)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two planners on the scenarios of a leaf, or of all."""

    leaf: str
    pairs: Pairs
    p: float | None  # exact McNemar, two-sided; None without pairs
    p_holm: float | None  # adjusted for the number of leaves with pairs; None for the whole, which is one question
    interval: tuple[float, float] | None  # of the difference in pass rate, A minus B


def summaries(results: Sequence[Result]) -> list[Summary]:
    """Return one summary a leaf, by leaf, and last that of all."""
    by_leaf = grouped(results)
    return [*(summary(leaf, by_leaf[leaf]) for leaf in sorted(by_leaf)), summary(WHOLE, results)]


def summary(leaf: str, results: Iterable[Result]) -> Summary:
    """Return the counts of results."""
    counts, stale = dict.fromkeys(Verdict, 0), 0
    for result in results:
        counts[result.verdict] += 1
        stale += result.non_reactive
    return Summary(leaf, counts, stale)


def comparisons(a: Sequence[Result], b: Sequence[Result]) -> list[Comparison]:
    """Return planner A against planner B by leaf, and last over all. Both ran the same scenarios, by index."""
    other = {result.index: result for result in b}
    both = [(result, other[result.index]) for result in a if result.index in other]
    leaves = sorted({result.leaf for result, _ in both})
    rows = [pairs_of((passed(x), passed(y)) for x, y in both if x.leaf == leaf) for leaf in leaves]
    asked = [i for i, pairs in enumerate(rows) if pairs.n]  # a leaf without pairs asks no question
    adjusted = dict(zip(asked, holm([mcnemar_p(rows[i]) for i in asked]), strict=True))
    whole = pairs_of((passed(x), passed(y)) for x, y in both)
    return [
        *(comparison(leaf, rows[i], adjusted.get(i)) for i, leaf in enumerate(leaves)),
        comparison(WHOLE, whole, None),
    ]


def comparison(leaf: str, pairs: Pairs, p_holm: float | None) -> Comparison:
    """Return the test and the interval on counts."""
    return Comparison(leaf, pairs, mcnemar_p(pairs) if pairs.n else None, p_holm, difference_interval(pairs))


def passed(result: Result) -> bool | None:
    """Return whether a result is a pass; None where it says nothing of the planner."""
    return result.verdict is Verdict.PASS_ if result.exercised else None


def grouped(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Return the results by leaf."""
    out: dict[str, list[Result]] = {}
    for result in results:
        out.setdefault(result.leaf, []).append(result)
    return out


def figures(rows: Sequence[Summary], pairs: Sequence[Comparison] = ()) -> Figures:
    """Return what gates may ask for: counts, shares and rates, of each leaf and of the whole, and of two planners."""
    compared = {row.leaf: comparison_figures(row) for row in pairs}
    return {row.leaf: figures_of(row) | compared.get(row.leaf, {}) for row in rows}


def comparison_figures(row: Comparison) -> dict[str, Figure]:
    """Return the difference in pass rate with its interval, and the p value."""
    return {"difference": Figure(row.pairs.difference, *(row.interval or (None, None))), "p": Figure(row.p)}


def figures_of(row: Summary) -> dict[str, Figure]:
    """Return the figures of one summary by name."""
    counts = {verdict.word: Figure(float(n)) for verdict, n in row.counts.items()}
    whole = {
        "scenarios": Figure(float(row.scenarios)),
        "exercised": Figure(float(row.exercised)),
        "non_reactive": Figure(float(row.non_reactive)),
    }
    rates = {
        "exercised_share": row.exercised_share,
        "pass_rate": row.pass_rate,
        "fail_rate": row.fail_rate,
    }
    return counts | whole | {name: figure_of(rate) for name, rate in rates.items()}


def figure_of(rate: Rate) -> Figure:
    """Return a rate as a figure."""
    return Figure(rate.value, *(rate.interval or (None, None)))
