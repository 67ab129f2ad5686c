"""What came of the cases of a test, and their crash counts per pair of speeds."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from roadnet.base.arrays import Array


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Outcomes:
    """What came of N cases."""

    crash: Array  # (N,) uint8: 0 none, 1 the other drove into ego's side, 2 ego ran into the other
    crash_s: Array  # (N,) s since the reference instant; 0 without a crash
    crash_mps: Array  # (N,) ego's speed less the other's at the crash; 0 without one
    pfs: Array  # (N,) largest of fsm, 0 of the others
    cfs: Array  # (N,)


class Cases(Protocol):
    """N cases of a test."""

    @property
    def ego_kph(self) -> Array:
        """Return (N,)."""

    @property
    def other_kph(self) -> Array:
        """Return (N,)."""


def no_outcomes(n: int) -> Outcomes:
    """Return the outcomes of `n` cases that have yet to run."""
    return Outcomes(crash=np.zeros(n, np.uint8), **{k: np.zeros(n) for k in ("crash_s", "crash_mps", "pfs", "cfs")})


def counts(cases: Cases, outcomes: Outcomes) -> list[dict[str, int]]:
    """Return a row a pair of speeds, km/h: crashes, of these from the side and from the front, and cases."""
    pairs, row = np.unique(np.stack([cases.ego_kph, cases.other_kph], 1), axis=0, return_inverse=True)
    side, front, all_cases = (
        np.bincount(row.ravel(), weights=w, minlength=len(pairs)).astype(int)
        for w in (outcomes.crash == 1, outcomes.crash == 2, np.ones(len(outcomes.crash)))
    )
    return [
        {
            "ego_kph": int(pairs[i, 0]),
            "other_kph": int(pairs[i, 1]),
            "crashes": int(side[i] + front[i]),
            "side": int(side[i]),
            "front": int(front[i]),
            "cases": int(all_cases[i]),
        }
        for i in range(len(pairs))
    ]
