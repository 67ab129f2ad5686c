"""Argoverse 2 motion forecasting scenarios (scenario_*.parquet) in, with the map archive beside them.

https://argoverse.github.io/user-guide/datasets/motion_forecasting.html; columns as in av2-api,
scenario_serialization.py. 11 s at 10 Hz; the car that recorded is the track "AV". No sizes are given.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

import roadnet
from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.base.maths import sincos_all
from roadnet.base.streams import key64
from roadnet.network import Finding, RoadNetwork
from scenarios.formats.common.columns import PARQUET, Columns, columns_of, parquet_names
from scenarios.formats.common.grouped import groups_of, in_windows, kind_of
from scenarios.formats.common.tracks import NS, TYPICAL, Scenery, Track, ground
from scenarios.model.imported import Imported
from scenarios.model.spec import Kind, StaticObject

TITLE = "Argoverse 2 motion scenarios (parquet), with their map archive beside"
NUMBERS = ("timestep", "position_x", "position_y", "heading", "velocity_x", "velocity_y", "start_timestamp",
           "end_timestamp", "num_timestamps", "object_category")  # fmt: skip
TEXTS = ("track_id", "object_type", "scenario_id", "focal_track_id")
STILL = frozenset({"static", "background", "construction", "riderless_bicycle"})
STEP_S, FRAGMENT = 0.1, 0
MOST_STEPS = 10_000


def matches(path: Path, head: bytes) -> bool:
    """Whether a file that begins with `head` is for this reader."""
    return head.startswith(PARQUET) and {"track_id", "timestep", "position_x"} <= set(parquet_names(path))


def read(path: Path, *, net: RoadNetwork | None = None, subject: str = "") -> tuple[Imported, ...]:
    """Return the one recording of a scenario. Raises InputError with the row."""
    found = columns_of(path, numbers=NUMBERS, texts=TEXTS)
    steps = found["timestep"]
    if (steps != np.rint(steps)).any() or steps.min() < 0 or steps.max() > MOST_STEPS:
        raise InputError(str(path), got="a timestep out of range", wanted=f"whole numbers from 0 to {MOST_STEPS}")
    findings: list[Finding] = []
    tracks, statics = [], []
    for name, rows in groups_of(path, found["track_id"], steps):
        word = found["object_type"][rows[0]]
        if word in STILL:
            statics.append(_thing(found, name, word, rows, findings))
        else:
            tracks.append(_track(found, name, word, rows, findings))
    if not tracks:
        raise InputError(str(path), got="no road user", wanted="at least one")
    if net is None:
        archive = path.with_name(path.name.replace("scenario_", "log_map_archive_")).with_suffix(".json")
        net = roadnet.load(archive) if archive.is_file() else None
    return in_windows(
        tracks,
        path=path,
        format_id="argoverse",
        name=found["scenario_id"][0] or path.stem,
        step_ns=round(_step_s(path, found) * NS),
        net=net,
        subject=subject or _recorder(tracks, found["focal_track_id"][0], findings),
        findings=findings,
        scenery=Scenery(statics=tuple(_on_ground(net, thing) for thing in statics)),
    )


def _step_s(path: Path, found: Columns) -> float:
    """Return the step, s: 0.1 as documented, unless the stamps of the scenario say otherwise by over 2 %."""
    span = float(found["end_timestamp"][0] - found["start_timestamp"][0]) / NS
    step = span / max(float(found["num_timestamps"][0]) - 1.0, 1.0)
    if abs(step - STEP_S) <= 0.02 * STEP_S:
        return STEP_S
    if not 0.01 <= step <= 1.0:
        raise InputError(str(path), got=f"samples {step:g} s apart", wanted="0.01 to 1 s")
    return step


def _track(found: Columns, name: str, word: str, rows: Array, findings: list[Finding]) -> Track:
    kind = kind_of(word, name, findings)
    yaw = np.asarray(found["heading"][rows])
    s, c = sincos_all(yaw)
    if int(found["object_category"][rows[0]]) == FRAGMENT:
        message = "a fragment, of low quality as the file says"
        findings.append(Finding(severity="note", code="fragment", where=f"road user {name}", message=message))
    message = "no sizes in the file: the kind's usual ones"
    findings.append(Finding(severity="note", code="size_assumed", where=f"road user {name}", message=message))
    return Track(
        name=name,
        kind=kind,
        size=TYPICAL[kind],
        step=found["timestep"][rows].astype(np.int64),
        xy=np.stack([found["position_x"][rows], found["position_y"][rows]], -1),
        yaw=yaw,
        speed=found["velocity_x"][rows] * c + found["velocity_y"][rows] * s,
    )


def _thing(found: Columns, name: str, word: str, rows: Array, findings: list[Finding]) -> StaticObject:
    """Return what does not move as scenery where it was seen at the middle of the time; its size is assumed."""
    message = f"{word}: scenery of an assumed size"
    findings.append(Finding(severity="note", code="scenery", where=f"object {name}", message=message))
    x, y, heading = (float(np.median(found[c][rows])) for c in ("position_x", "position_y", "heading"))
    size = TYPICAL[Kind.CYCLIST] if word == "riderless_bicycle" else (1.0, 1.0, 1.0)
    return StaticObject(kind="obstacle", pose=(x, y, 0.0, heading), size=size, look=key64(name) & 0xFFFFFFFF)


def _on_ground(net: RoadNetwork | None, thing: StaticObject) -> StaticObject:
    x, y, _, heading = thing.pose
    return replace(thing, pose=(x, y, float(ground(net, np.array([[x, y]]))[0]), heading))


def _recorder(tracks: list[Track], focal: str, findings: list[Finding]) -> str:
    """Return the subject vehicle where none is asked for: the car that recorded, else the focal track."""
    names = [t.name for t in tracks]
    name = next((n for n in ("AV", focal) if n in names), "")
    if name:
        message = "chosen as the subject vehicle: the car that recorded, else the focal track"
        findings.append(Finding(severity="note", code="subject", where=f"road user {name}", message=message))
    return name
