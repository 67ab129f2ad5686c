"""From a manoeuvre mask to evidence: onset, interval, severity, outcome. The same for every kinematic oracle."""

import numpy as np

from roadnet.base.arrays import Array
from scenarios.criticality.series import Series
from scenarios.hazards.relations import Relations
from scenarios.hazards.taxonomy import taxonomy
from scenarios.model.evidence import Evidence, Observed, Outcome
from scenarios.model.recording import Recording

NOT_NEAR = "never near enough"


def evidence(leaf: str, version: int, recording: Recording, seen: Relations, manoeuvre: Array, reason: str) -> Evidence:
    """Return the evidence of a leaf whose manoeuvre holds where `manoeuvre` (A, T) does.

    The earliest onset wins; on a tie the worse severity, so that the order of agents never shows. `reason` is
    said where the manoeuvre never happens.
    """
    onset = taxonomy().thresholds.onset
    step = recording.step_s
    held, merge = round(onset.held_s.value / step), round(onset.merge_gap_s.value / step)
    found: list[tuple[int, int, int]] = []
    for agent in np.flatnonzero((manoeuvre & seen.urgent).any(1)).tolist():
        spans = held_spans(manoeuvre[agent] & seen.urgent[agent], held, merge)
        found += [(first, last, agent) for first, last in spans[:1]]
    if not found:
        why = NOT_NEAR if manoeuvre.any() else reason
        return not_observed(leaf, version, why)
    first, last, agent = min(found, key=lambda f: (f[0], -severity(seen, f[2], f[0]), f[1]))
    ttc = worst(seen.ttc, agent, first, last)
    return Evidence(
        leaf=leaf,
        oracle_version=version,
        observed=Observed.OBSERVED,
        agents=(agent,),
        t_on_s=float(seen.t_s[first]),
        t_off_s=float(seen.t_s[last]),
        severity_mps2=severity(seen, agent, first),
        outcome=outcome(recording, seen, agent, first, last),
        min_ttc_s=0.0 if ttc is None else ttc,
        has_ttc=ttc is not None,
    )


def not_observed(leaf: str, version: int, reason: str) -> Evidence:
    """Return the verdict "not observed" with its reason."""
    return Evidence(leaf=leaf, oracle_version=version, observed=Observed.NOT_OBSERVED, reason=reason)


def held_spans(mask: Array, held: int, merge: int) -> list[tuple[int, int]]:
    """Return (first, last) of each run of `mask` (T,) of at least `held` steps after gaps up to `merge` are closed.

    A run must hold for `held` steps before merging: two flickers do not make an onset.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    runs = [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2) if b - a >= held]
    out: list[tuple[int, int]] = []
    for a, b in runs:
        if out and a - out[-1][1] - 1 <= merge:
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out


def severity(seen: Relations, agent: int, step: int) -> float:
    """Return the required deceleration at the onset, m/s2: what holding speed and path would ask from there on."""
    return float(seen.required.value[agent, step]) if seen.required.valid[agent, step] else 0.0


def worst(series: Series, agent: int, first: int, last: int) -> float | None:
    """Return the worst value of an agent's series over [first, last], None where it is missing throughout."""
    value = series.value[agent, first : last + 1][series.valid[agent, first : last + 1]]
    if not len(value):
        return None
    return float(value.min() if series.worse == "low" else value.max())


def outcome(recording: Recording, seen: Relations, agent: int, first: int, last: int) -> Outcome:
    """Return what came of the conflict with the driver that drove."""
    pair = sorted((agent, recording.subject))
    touched = (recording.contacts.pair == pair).all(-1) & (recording.contacts.t_ns >= recording.t_ns[first])
    if touched.any():
        return Outcome.COLLISION
    near = taxonomy().thresholds.near_miss
    ttc, pet = worst(seen.ttc, agent, first, last), worst(seen.pet, agent, first, last)
    required = worst(seen.required, agent, first, last)
    missed = (
        (ttc is not None and ttc <= near.ttc_s.value)
        or (pet is not None and pet <= near.pet_s.value)
        or (required is not None and required >= near.required_deceleration_mps2.value)
    )
    return Outcome.NEAR_MISS if missed else Outcome.CONFLICT


NEVER = 1 << 30


def since(mask: Array) -> Array:
    """Return (A, T) how many steps ago `mask` (A, T) last held: 0 where it holds, over NEVER / 2 where it never has."""
    steps = np.arange(mask.shape[1])
    return np.asarray(steps - np.maximum.accumulate(np.where(mask, steps, -NEVER), axis=1))


def around(mask: Array, before: int, after: int) -> Array:
    """Return (A, T) bool: from `before` steps before to `after` steps after an instant of `mask`."""
    return np.asarray((since(mask) <= after) | (since(mask[:, ::-1])[:, ::-1] <= before))


def lasting(mask: Array, steps: int) -> Array:
    """Return `mask` (A, T) without the runs that are shorter than `steps`."""
    padded = np.pad(~mask, ((0, 0), (1, 1)), constant_values=True)
    before, after = since(padded)[:, 1:-1], since(padded[:, ::-1])[:, ::-1][:, 1:-1]
    return np.asarray(mask & (before + after - 1 >= steps))
