"""A fit as plain data, for JSON and for pages."""

from typing import Any

import numpy as np

from scenarios.hazards.distributions import FAMILIES
from scenarios.sampling.fitting.calibration import NAMES
from scenarios.sampling.fitting.families import Fitted
from scenarios.sampling.fitting.fit import Fit


def as_plain(fit: Fit) -> dict[str, Any]:
    """Return the fit as plain data, without its samples."""
    seen = fit.observed
    return {
        "drivers": seen.drivers,
        "seconds": seen.seconds,
        "following": {
            "stretches": len(seen.pairs),
            "calibrated": len(fit.calibrated),
            "fixed": {name: int(sum(bool(c.known[i]) for c in fit.calibrated)) for i, name in enumerate(NAMES)},
            "median_error": float(np.median([c.error for c in fit.calibrated])) if fit.calibrated else None,
        },
        "quantities": [quantity(f) for f in fit.quantities],
        "traits": [{**quantity(t.fitted), "method": t.method} for t in fit.traits],
        "correlations": [
            {"between": [a, b], "rank": rank, "drivers": n, "written": rank * fit.shrunk} for a, b, rank, n in fit.ranks
        ],
        "too_little": list(fit.silent),
    }


def quantity(f: Fitted) -> dict[str, Any]:
    """Return one fitted quantity as plain data, families best first."""
    names = FAMILIES[f.best.distribution.kind].numbers
    return {
        "name": f.name,
        "unit": f.unit,
        "n": f.n,
        "drivers": f.drivers,
        "intervals": [
            {"name": n, "low": low, "high": high} for n, (low, high) in zip(names, f.intervals, strict=False)
        ],
        "families": [
            {
                "kind": c.distribution.kind,
                "numbers": [
                    {"name": n, "value": value}
                    for n, value in zip(FAMILIES[c.distribution.kind].numbers, c.distribution.numbers, strict=True)
                ],
                "log_likelihood": c.log_likelihood,
                "aic": c.aic,
                "ks": c.ks,
            }
            for c in f.candidates
        ],
    }
