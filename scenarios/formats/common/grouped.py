"""Rows of a table become tracks: by road user, on one grid of steps; and tracks become recordings by windows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.network import Finding, RoadNetwork
from scenarios.formats.common.tracks import BARE, NS, Scenery, Track, counted, recorded, windows
from scenarios.model.imported import Imported
from scenarios.model.spec import Kind

WINDOW_S = 60.0  # longer recordings are cut into windows of this length, so that each fits a viewer and a suite
SHORTEST_STEP_S, LONGEST_STEP_S = 1e-3, 10.0
JITTER = 0.05  # of a step: stamps off the grid by more are resampled
MOST_GRID = 50_000_000
WORDS = {
    "car": Kind.CAR, "vehicle": Kind.CAR, "taxi": Kind.CAR, "passenger_car": Kind.CAR, "van": Kind.VAN,
    "truck": Kind.TRUCK, "lorry": Kind.TRUCK, "truck_bus": Kind.TRUCK, "bus": Kind.BUS, "motorcycle": Kind.MOTORCYCLE,
    "motorcyclist": Kind.MOTORCYCLE, "bicycle": Kind.CYCLIST, "cyclist": Kind.CYCLIST, "bike": Kind.CYCLIST,
    "pedestrian": Kind.PEDESTRIAN, "person": Kind.PEDESTRIAN, "pedestrian/bicycle": Kind.CYCLIST,
    "scooter": Kind.SCOOTER, "animal": Kind.ANIMAL, "trailer": Kind.TRAILER,
}  # fmt: skip


def kind_of(word: str, name: str, findings: list[Finding]) -> Kind:
    """Return the kind that a word means; an unknown one is a car, with a finding."""
    kind = WORDS.get(word.strip().lower())
    if kind is None:
        where, message = f"road user {name}", f"type {word[:40]!r}: taken as a car"
        findings.append(Finding(severity="note", code="kind", where=where, message=message))
    return Kind.CAR if kind is None else kind


def groups_of(path: Path, names: Sequence[str], order: Array) -> list[tuple[str, Array]]:
    """Return (name, rows in ascending `order`) of each road user, in the file's order; InputError for equal ones."""
    code: dict[str, int] = {}
    codes = np.array([code.setdefault(n, len(code)) for n in names], np.int64)
    rows = np.lexsort((order, codes))
    twice = np.flatnonzero((np.diff(codes[rows]) == 0) & (np.diff(order[rows]) == 0))
    if len(twice):
        row = int(rows[twice[0] + 1])
        got = f"road user {names[row]!r} twice at one time ({order[row]:g})"
        raise InputError(f"{path}: row {row + 1}", got=got, wanted="each once")
    ends = np.flatnonzero(np.diff(codes[rows])) + 1
    return list(zip(code, np.split(rows, ends), strict=True))


def step_of(path: Path, t_s: Array, groups: Iterable[tuple[str, Array]]) -> int:
    """Return the step of stamps, ns: the median between samples of one road user. InputError where there is none."""
    steps = np.concatenate([np.diff(t_s[rows]) for _, rows in groups] or [np.zeros(0)])
    step = float(np.median(steps)) if len(steps) else 0.1
    if not SHORTEST_STEP_S <= step <= LONGEST_STEP_S:
        wanted = f"{SHORTEST_STEP_S:g} to {LONGEST_STEP_S:g} s"
        raise InputError(str(path), got=f"samples {step:g} s apart", wanted=wanted)
    if (t_s.max() - t_s.min()) / step > MOST_GRID:
        raise InputError(str(path), got=f"{t_s.max() - t_s.min():g} s in steps of {step:g} s", wanted="less")
    return round(step * NS)


def on_grid(track: Track, t_s: Array, begin_s: float, step_ns: int, findings: list[Finding]) -> Track:
    """Return the track on the grid of steps from `begin_s`: as it is where its stamps lie on it, else resampled."""
    at = (t_s - begin_s) / (step_ns / NS)
    step = np.rint(at).astype(np.int64)
    if np.abs(at - step).max() <= JITTER and (np.diff(step) > 0).all():
        return replace(track, step=step)
    message = "stamps off the grid of steps: interpolated onto it"
    findings.append(Finding(severity="note", code="resampled", where=f"road user {track.name}", message=message))
    every = np.arange(int(np.ceil(at[0] - 1e-9)), int(np.floor(at[-1] + 1e-9)) + 1)
    holes = np.diff(at, append=at[-1])[np.clip(np.searchsorted(at, every, side="right") - 1, 0, len(at) - 1)]
    every = every[holes <= 1.0 / (step_ns / NS)] if len(every) else step[:1]

    def moved(column: Array | None) -> Array | None:
        return None if column is None else np.interp(every, at, column)

    return replace(
        track,
        step=every,
        xy=np.stack([np.interp(every, at, c) for c in track.xy.T], -1),
        z=moved(track.z),
        yaw=moved(None if track.yaw is None else np.unwrap(track.yaw)),
        speed=moved(track.speed),
        accel=moved(track.accel),
        yaw_rate=moved(track.yaw_rate),
        lamps=None,
    )


def in_windows(
    tracks: Sequence[Track],
    *,
    path: Path,
    format_id: str,
    name: str,
    step_ns: int,
    net: RoadNetwork | None,
    subject: str = "",
    findings: Sequence[Finding] = (),
    scenery: Scenery = BARE,
) -> tuple[Imported, ...]:
    """Return the recordings of the windows; a subject that is asked for is looked for in each, at least in one."""
    spans = windows(tracks, step_ns=step_ns, most_s=WINDOW_S)
    there = [any(t.name == subject and t.step[-1] >= a and t.step[0] < a + n for t in tracks) for a, n in spans]
    if subject and any(there):
        spans = [span for span, here in zip(spans, there, strict=True) if here]
    out = []
    for number, (first, steps) in enumerate(spans):
        recording, names, derived = recorded(
            tracks_in(tracks, first, steps), step_ns=step_ns, where=str(path), net=net, subject=subject, first=first,
            steps=steps, scenery=scenery,
        )  # fmt: skip
        label = name if len(spans) == 1 else f"{name} window {number}"
        out.append(
            Imported(
                name=label,
                format=format_id,
                path=str(path),
                recording=recording,
                net=net,
                names=names,
                findings=tuple(counted([*findings, *derived])),
            )
        )
    return tuple(out)


def tracks_in(tracks: Sequence[Track], first: int, steps: int) -> list[Track]:
    """Return the tracks that are there in a window."""
    return [t for t in tracks if t.step[-1] >= first and t.step[0] < first + steps]
