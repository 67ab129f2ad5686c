"""Two planners on the same scenarios: who passes what the other does not, and whether that can be chance."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.special import bdtr, ndtri

Z95 = float(ndtri(0.975))


@dataclass(frozen=True, slots=True)
class Pairs:
    """Counts of scenarios that both planners were tried on."""

    both: int  # pass
    only_a: int
    only_b: int
    neither: int
    uncounted: int = 0  # not exercised, or the rig broke, under one of the two

    @property
    def n(self) -> int:
        """Return how many pairs count."""
        return self.both + self.only_a + self.only_b + self.neither

    @property
    def difference(self) -> float | None:
        """Return pass rate of A minus that of B over the pairs; None without any."""
        return (self.only_a - self.only_b) / self.n if self.n else None


def pairs_of(outcomes: Iterable[tuple[bool | None, bool | None]]) -> Pairs:
    """Return the counts of (A passed, B passed); None says that it does not count."""
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    uncounted = 0
    for a, b in outcomes:
        if a is None or b is None:
            uncounted += 1
        else:
            counts[a, b] += 1
    both, only_a, only_b, neither = counts.values()
    return Pairs(both, only_a, only_b, neither, uncounted)


def mcnemar_p(pairs: Pairs) -> float:
    """Return the two-sided exact p that both pass equally often: a fair coin on the discordant pairs.

    McNemar, Psychometrika 12 (1947); exact: twice the smaller binomial tail, at most 1. 1 without discordant pairs.
    """
    discordant = pairs.only_a + pairs.only_b
    if not discordant:
        return 1.0
    return min(1.0, 2.0 * float(bdtr(min(pairs.only_a, pairs.only_b), discordant, 0.5)))


def difference_interval(pairs: Pairs, *, z: float = Z95) -> tuple[float, float] | None:
    """Return the interval of the difference of two pass rates on the same scenarios; None without pairs.

    Newcombe, Statistics in Medicine 17 (1998) 2635, method 10: squared distances of Wilson's limits, joined by the
    correlation with continuity correction. It stays inside [-1, 1] and is not empty where no pair is discordant.
    """
    a, b, c, d, n = pairs.both, pairs.only_a, pairs.only_b, pairs.neither, pairs.n
    if not n:
        return None
    p_a, p_b = (a + b) / n, (a + c) / n
    (low_a, high_a), (low_b, high_b) = wilson(a + b, n, z), wilson(a + c, n, z)
    phi = correlation(a, b, c, d)
    down, up = p_a - low_a, high_a - p_a
    down_b, up_b = p_b - low_b, high_b - p_b
    low = math.sqrt(max(down * down - 2.0 * phi * down * up_b + up_b * up_b, 0.0))
    high = math.sqrt(max(up * up - 2.0 * phi * up * down_b + down_b * down_b, 0.0))
    return p_a - p_b - low, p_a - p_b + high


def correlation(a: int, b: int, c: int, d: int) -> float:
    """Return Newcombe's correlation of a 2 x 2 table, 0 where a margin is empty."""
    product = (a + b) * (c + d) * (a + c) * (b + d)
    if not product:
        return 0.0
    excess, half = a * d - b * c, 0.5 * (a + b + c + d)
    corrected = max(excess - half, 0.0) if excess > 0 else float(excess)
    return corrected / math.sqrt(product)


def wilson(successes: int, trials: int, z: float = Z95) -> tuple[float, float]:
    """Return the score interval of a rate. Wilson, JASA 22 (1927) 209."""
    p, w = successes / trials, z * z / trials
    middle, half = p + 0.5 * w, z * math.sqrt((p * (1.0 - p) + 0.25 * w) / trials)
    low = 0.0 if successes == 0 else (middle - half) / (1.0 + w)
    high = 1.0 if successes == trials else (middle + half) / (1.0 + w)
    return low, high


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted for having asked several times: Holm, Scand. J. Statist. 6 (1979) 65."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    out, worst = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[i]))
        out[i] = worst
    return out
