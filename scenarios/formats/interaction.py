"""INTERACTION track files (vehicle_tracks_000.csv) in. https://interaction-dataset.com, "Data format"."""

from pathlib import Path

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import sincos_all
from roadnet.network import Finding, RoadNetwork
from scenarios.formats.common.columns import Columns, columns_of, header_of
from scenarios.formats.common.grouped import groups_of, in_windows, kind_of, on_grid, step_of
from scenarios.formats.common.tracks import TYPICAL, Track
from scenarios.model.imported import Imported

TITLE = "INTERACTION tracks (CSV with track_id, frame_id, timestamp_ms, agent_type, x, y, vx, vy)"
NEEDED = ("timestamp_ms", "x", "y", "vx", "vy")
MORE = ("psi_rad", "length", "width")  # pedestrians and cyclists have none


def matches(path: Path, head: bytes) -> bool:
    """Whether a file that begins with `head` is for this reader."""
    return {"track_id", "agent_type", *NEEDED} <= set(header_of(head))


def read(path: Path, *, net: RoadNetwork | None = None, subject: str = "") -> tuple[Imported, ...]:
    """Return the recordings of a track file, in windows of a minute. Raises InputError with the row."""
    found = columns_of(path, numbers=(*NEEDED, *MORE), texts=("track_id", "agent_type"), optional=MORE)
    findings: list[Finding] = []
    t_s = found["timestamp_ms"] * 1e-3
    groups = groups_of(path, found["track_id"], t_s)
    step_ns = step_of(path, t_s, groups)
    tracks = [
        on_grid(_track(found, name, rows, findings), t_s[rows], float(t_s.min()), step_ns, findings)
        for name, rows in groups
    ]
    return in_windows(
        tracks, path=path, format_id="interaction", name=path.stem, step_ns=step_ns, net=net, subject=subject,
        findings=findings,
    )  # fmt: skip


def _track(found: Columns, name: str, rows: Array, findings: list[Finding]) -> Track:
    kind = kind_of(found["agent_type"][rows[0]], name, findings)
    yaw = np.asarray(found["psi_rad"][rows]) if "psi_rad" in found else None
    speed = None
    if yaw is not None:
        s, c = sincos_all(yaw)
        speed = found["vx"][rows] * c + found["vy"][rows] * s
    size = [float(np.median(found[n][rows])) if n in found else 0.0 for n in ("length", "width")]
    sides = tuple(mine if mine > 0.0 else usual for mine, usual in zip((*size, 0.0), TYPICAL[kind], strict=True))
    return Track(
        name=name,
        kind=kind,
        size=(sides[0], sides[1], sides[2]),
        step=np.arange(len(rows)),
        xy=np.stack([found["x"][rows], found["y"][rows]], -1),
        yaw=yaw,
        speed=speed,
    )
