"""Gaussian copulas: quantities with marginals of their own that go together by rank correlations.

Rank correlation r_s (Spearman) belongs to the normal correlation 2 sin(pi r_s / 6) (Pearson 1907; exact for the
Gaussian copula). Sums are written out in a fixed order: linear algebra libraries round differently from CPU to CPU.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from roadnet.base.arrays import Array
from roadnet.base.maths import sin

LEAST_EIGENVALUE = 1e-6  # below this the quantities are as good as one


@dataclass(frozen=True, slots=True, eq=False)
class Copula:
    """The dependence of K quantities."""

    normal: Array  # (K, K) correlations of the normal scores
    root: Array  # (K, K) lower triangular, root root' = normal

    @property
    def log_determinant(self) -> float:
        """Return the logarithm of the determinant of `normal`."""
        return 2.0 * float(np.log(np.diag(self.root)).sum())


def copula(names: Sequence[str], ranks: Sequence[tuple[str, str, float]]) -> Copula:
    """Return the copula of these quantities. ranks: (name, name, Spearman's rank correlation); others are 0.

    ValueError for a name that is none, a pair said twice, and correlations that no quantities can have together.
    """
    row = {name: i for i, name in enumerate(names)}
    normal = np.eye(len(row))
    said: set[frozenset[str]] = set()
    for a, b, rank in ranks:
        if a not in row or b not in row or a == b:
            raise ValueError(f"correlation of {a!r} and {b!r}: want two of {', '.join(sorted(row))}")
        if frozenset((a, b)) in said:
            raise ValueError(f"correlation of {a!r} and {b!r}: given twice")
        said.add(frozenset((a, b)))
        normal[row[a], row[b]] = normal[row[b], row[a]] = 2.0 * sin(np.pi * rank / 6.0)
    least = float(np.linalg.eigvalsh(normal)[0]) if len(row) else 1.0
    if least < LEAST_EIGENVALUE:
        raise ValueError(
            f"correlations: no quantities can have these together (least eigenvalue {least:.2g}); want weaker ones"
        )
    return Copula(normal, triangle(normal))


def triangle(matrix: Array) -> Array:
    """Return the lower triangular root of a positive definite matrix (Cholesky), in a fixed order of sums."""
    K = len(matrix)
    root = np.zeros((K, K))
    for i in range(K):
        for j in range(i + 1):
            rest = float(matrix[i, j])
            for k in range(j):
                rest -= float(root[i, k]) * float(root[j, k])
            root[i, j] = np.sqrt(rest) if i == j else rest / root[j, j]
    return root


def together(c: Copula, u: Array) -> Array:
    """Return (N, K) uniform scores that go together, from independent ones u (N, K) in (0, 1)."""
    z = special.ndtri(np.clip(u, 1e-15, 1.0 - 1e-15))
    out = np.zeros_like(z)
    for i in range(z.shape[1]):
        for k in range(i + 1):
            out[:, i] += c.root[i, k] * z[:, k]
    return np.asarray(special.ndtr(out))


def log_density(c: Copula, u: Array) -> Array:
    """Return (N,) the log density of the copula at scores u (N, K): zero where nothing goes together."""
    z = special.ndtri(np.clip(u, 1e-15, 1.0 - 1e-15))
    y = np.zeros_like(z)  # root y = z, solved row by row
    for i in range(z.shape[1]):
        rest = z[:, i].copy()
        for k in range(i):
            rest -= c.root[i, k] * y[:, k]
        y[:, i] = rest / c.root[i, i]
    return np.asarray(0.5 * (np.square(z) - np.square(y)).sum(1) - 0.5 * c.log_determinant)


def rank_correlation(c: Copula, i: int, j: int) -> float:
    """Return Spearman's rank correlation of two quantities."""
    return float(6.0 / np.pi * np.arcsin(0.5 * c.normal[i, j]))
