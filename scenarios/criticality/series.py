"""Series: a measure over time, missing where masked."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Series:
    """A measure's values; read `value` only where `valid`."""

    value: Array  # (A, T) or (T,) in `unit`
    valid: Array  # same shape, bool
    unit: str  # "s", "m", "m/s2"
    worse: str  # "low" | "high"

    def extreme(self) -> tuple[float, tuple[int, ...]] | None:
        """Return the worst value and its index, or None where nothing is valid."""
        if not self.valid.any():
            return None
        fill = np.inf if self.worse == "low" else -np.inf
        masked = np.where(self.valid, self.value, fill)
        flat = int(np.argmin(masked) if self.worse == "low" else np.argmax(masked))
        at = tuple(int(i) for i in np.unravel_index(flat, masked.shape))
        return float(masked[at]), at
