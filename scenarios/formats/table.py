"""Any table of recorded traffic, CSV or parquet: one row a road user and time; docs/formats.md lists the columns."""

from pathlib import Path

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import sincos_all
from roadnet.network import Finding, RoadNetwork
from scenarios.formats.common.columns import PARQUET, Columns, columns_of, header_of, parquet_names
from scenarios.formats.common.grouped import groups_of, in_windows, kind_of, on_grid, step_of
from scenarios.formats.common.tracks import TYPICAL, Track
from scenarios.model.imported import Imported
from scenarios.model.spec import Kind

TITLE = "a table (CSV or parquet) with the columns t_s, agent, x_m, y_m"
NEEDED = ("t_s", "x_m", "y_m")
MORE = ("z_m", "yaw_rad", "heading_rad", "speed_mps", "vx_mps", "vy_mps", "accel_mps2", "length_m", "width_m",
        "height_m")  # fmt: skip
LEAST_SIDE_M, LONGEST_SIDE_M = 0.05, 60.0


def matches(path: Path, head: bytes) -> bool:
    """Whether a file that begins with `head` is for this reader."""
    names = parquet_names(path) if head.startswith(PARQUET) else header_of(head)
    return {"agent", *NEEDED} <= set(names)


def read(path: Path, *, net: RoadNetwork | None = None, subject: str = "") -> tuple[Imported, ...]:
    """Return the recordings of a table, in windows of a minute. Raises InputError with the row."""
    found = columns_of(
        path, numbers=(*NEEDED, *MORE), texts=("agent", "kind"), optional=(*MORE, "kind")
    )  # fmt: skip
    findings: list[Finding] = []
    t_s = found["t_s"]
    groups = groups_of(path, found["agent"], t_s)
    step_ns = step_of(path, t_s, groups)
    begin_s = float(t_s.min())
    tracks = [
        on_grid(_track(found, name, rows, findings), t_s[rows], begin_s, step_ns, findings) for name, rows in groups
    ]
    return in_windows(
        tracks, path=path, format_id="table", name=path.stem, step_ns=step_ns, net=net, subject=subject,
        findings=findings,
    )  # fmt: skip


def _track(found: Columns, name: str, rows: Array, findings: list[Finding]) -> Track:
    def column(*names: str) -> Array | None:
        known = next((n for n in names if n in found), None)
        return None if known is None else np.asarray(found[known][rows])

    kind = kind_of(found["kind"][rows[0]], name, findings) if "kind" in found else Kind.CAR
    yaw, speed = column("yaw_rad", "heading_rad"), column("speed_mps")
    vx, vy = column("vx_mps"), column("vy_mps")
    if speed is None and vx is not None and vy is not None and yaw is not None:
        s, c = sincos_all(yaw)
        speed = vx * c + vy * s
    return Track(
        name=name,
        kind=kind,
        size=_size(kind, name, [column(n) for n in ("length_m", "width_m", "height_m")], findings),
        step=np.arange(len(rows)),
        xy=np.stack([found["x_m"][rows], found["y_m"][rows]], -1),
        z=column("z_m"),
        yaw=yaw,
        speed=speed,
        accel=column("accel_mps2"),
    )


def _size(
    kind: Kind, name: str, given: list[Array | None], findings: list[Finding]
) -> tuple[float, float, float]:  # fmt: skip
    """Return length, width, height: the middle of what the rows say, else the kind's usual one with a finding."""
    sides = [usual if g is None else float(np.median(g)) for g, usual in zip(given, TYPICAL[kind], strict=True)]
    if any(g is None for g in given[:2]):
        message = "no length and width: the kind's usual ones"
        findings.append(Finding(severity="note", code="size_assumed", where=f"road user {name}", message=message))
    fair = [min(max(side, LEAST_SIDE_M), LONGEST_SIDE_M) for side in sides]
    if fair != sides:
        message = f"sides of {sides[0]:g} x {sides[1]:g} x {sides[2]:g} m: put within bounds"
        findings.append(Finding(severity="problem", code="size", where=f"road user {name}", message=message))
    return fair[0], fair[1], fair[2]
