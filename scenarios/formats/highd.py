"""highD and files like it in: NN_tracks.csv with NN_tracksMeta.csv and NN_recordingMeta.csv beside it.

Krajewski et al., ITSC 2018; https://levelxdata.com/highd-dataset, "Format". x and y are the upper left corner of the
box in the picture, y down; `width` runs along the road and is the vehicle's length, `height` its width. Driving
direction 1 is the upper carriageway, to the left, 2 the lower. The lane markings make a straight road.
"""

from pathlib import Path

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.base.maths import atan2_all, sincos_all
from roadnet.formats.bounds.assemble import assemble
from roadnet.formats.bounds.model import LaneMap, Strip
from roadnet.formats.opendrive.document import Document
from roadnet.network import Finding, LaneType, MarkType, RoadNetwork, Source
from scenarios.formats.common.columns import Columns, columns_of, header_of
from scenarios.formats.common.grouped import groups_of, in_windows, kind_of
from scenarios.formats.common.tracks import NS, TYPICAL, Track
from scenarios.model.imported import Imported
from scenarios.model.spec import Kind

TITLE = "highD tracks (NN_tracks.csv with its tracksMeta and recordingMeta)"
NEEDED = ("frame", "x", "y", "width", "height", "xVelocity", "yVelocity")
MORE = ("xAcceleration", "yAcceleration")
CREEPS_MPS = 1.0  # below this the velocity says nothing about the heading; assumed
MOST_LANES = 20
NARROW_M, BROAD_M, REACH_M = 1.5, 8.0, 5000.0
LINE_M = 0.15


def matches(path: Path, head: bytes) -> bool:
    """Whether a file that begins with `head` is for this reader."""
    return {"id", *NEEDED} <= set(header_of(head))


def read(path: Path, *, net: RoadNetwork | None = None, subject: str = "") -> tuple[Imported, ...]:
    """Return the recordings of a track file, in windows of a minute. Raises InputError with the row."""
    meta = columns_of(beside(path, "recordingMeta"), numbers=("frameRate", "speedLimit"),
                      texts=("upperLaneMarkings", "lowerLaneMarkings"),
                      optional=("speedLimit", "upperLaneMarkings", "lowerLaneMarkings"))  # fmt: skip
    who = columns_of(beside(path, "tracksMeta"), numbers=("drivingDirection",), texts=("id", "class"))
    about = dict(zip(who["id"], zip(who["class"], who["drivingDirection"].tolist(), strict=True), strict=True))
    rate = float(meta["frameRate"][0])
    if not 0.1 <= rate <= 1000.0:
        raise InputError(str(beside(path, "recordingMeta")), got=f"frameRate {rate:g}", wanted="0.1 to 1000")
    found = columns_of(path, numbers=(*NEEDED, *MORE), texts=("id",), optional=MORE)
    findings: list[Finding] = []
    tracks = []
    for name, rows in groups_of(path, found["id"], found["frame"]):
        if name not in about:
            raise InputError(str(path), got=f"track {name!r}", wanted="one of those in tracksMeta")
        word, direction = about[name]
        tracks.append(_track(path, found, name, rows, word=word, direction=direction, findings=findings))
    road = net if net is not None else straight_road(path, meta, found, findings)
    return in_windows(
        tracks, path=path, format_id="highd", name=path.stem, step_ns=round(NS / rate), net=road, subject=subject,
        findings=findings,
    )  # fmt: skip


def beside(path: Path, what: str) -> Path:
    """Return the file of the recording that lies beside its tracks: "01_tracks.csv" -> "01_recordingMeta.csv"."""
    other = path.with_name(path.name.replace("tracks", what))
    if other == path or not other.is_file():
        wanted = f"{what} of the recording beside NN_tracks.csv"
        raise InputError(str(path), got=f"no file {other.name}", wanted=wanted)
    return other


def _track(
    path: Path, found: Columns, name: str, rows: Array, *, word: str, direction: float, findings: list[Finding]
) -> Track:
    vx, vy = found["xVelocity"][rows], -found["yVelocity"][rows]
    length, width = (float(np.median(found[n][rows])) for n in ("width", "height"))
    if not (0.05 <= length <= 60.0 and 0.05 <= width <= 60.0):
        raise InputError(str(path), got=f"track {name!r} of {length:g} x {width:g} m", wanted="sides of 0.05 to 60 m")
    along = np.pi if direction == 1 else 0.0
    speed = np.hypot(vx, vy)
    yaw = np.where(speed > CREEPS_MPS, atan2_all(vy, vx), along)
    kind = kind_of(word, name, findings) if word.lower() != "car" else Kind.CAR
    accel = None
    if all(n in found for n in MORE):
        s, c = sincos_all(yaw)
        accel = found["xAcceleration"][rows] * c - found["yAcceleration"][rows] * s
    steps = found["frame"][rows]
    if (steps != np.rint(steps)).any():
        raise InputError(str(path), got=f"a frame of track {name!r} that is no number of one", wanted="whole numbers")
    x = found["x"][rows] + 0.5 * found["width"][rows]
    y = -(found["y"][rows] + 0.5 * found["height"][rows])
    return Track(
        name=name,
        kind=kind,
        size=(length, width, TYPICAL[kind][2]),
        step=steps.astype(np.int64),
        xy=np.stack([x, y], -1),
        yaw=yaw,
        speed=speed,
        accel=accel,
    )


# ----------------------------------------------------------------------------------------------- road


def straight_road(path: Path, meta: Columns, found: Columns, findings: list[Finding]) -> RoadNetwork | None:
    """Return the road between the lane markings, as long as what was recorded; None, with a finding, without them."""
    x0, x1 = float(found["x"].min()), float((found["x"] + found["width"]).max())
    limit = float(meta["speedLimit"][0]) if "speedLimit" in meta else -1.0
    strips: list[Strip] = []
    beside_each_other: set[tuple[int, int]] = set()
    for side, column in (("upper", "upperLaneMarkings"), ("lower", "lowerLaneMarkings")):
        lines = markings(path, column, str(meta[column][0])) if column in meta else []
        first = len(strips)
        strips += [_strip(side, k, lines, x0, x1, limit) for k in range(len(lines) - 1)]
        pairs = [(k, k + 1) for k in range(first, len(strips) - 1)]
        beside_each_other |= {(b, a) if side == "upper" else (a, b) for a, b in pairs}
    if not strips or x1 - x0 > REACH_M:
        findings.append(Finding(severity="note", code="no_road", where=path.name, message="no lane markings: no map"))
        return None
    doc = Document(path, None)
    lanes = LaneMap(strips=strips, beside=beside_each_other, sharing=set(beside_each_other))
    source = Source(path=str(path), format="highd", version="", geo_reference="", header_offset=(0.0, 0.0, 0.0, 0.0),
                    counts=(("lanes", len(strips)),))  # fmt: skip
    return assemble(doc, lanes, source)


def markings(path: Path, column: str, text: str) -> list[float]:
    """Return the y of the markings of one carriageway, "8.51;12.59;16.43", from top to bottom."""
    try:
        lines = [float(word) for word in text.split(";") if word.strip()]
    except ValueError:
        lines = [np.nan]
    widths = np.diff(lines)
    if len(lines) > MOST_LANES or not np.isfinite(lines).all() or (len(lines) and not _lanes(widths)):
        wanted = f"numbers that rise by {NARROW_M:g} to {BROAD_M:g} m"
        raise InputError(str(beside(path, "recordingMeta")), got=f"{column} {text[:60]!r}", wanted=wanted)
    return lines


def _lanes(widths: Array) -> bool:
    return len(widths) > 0 and bool(((widths >= NARROW_M) & (widths <= BROAD_M)).all())


def _strip(side: str, k: int, lines: list[float], x0: float, x1: float, limit: float) -> Strip:
    """Return lane k from the top of a carriageway; the upper one runs to the left."""
    above, below = (np.array([[x0, -y, 0.0], [x1, -y, 0.0]]) for y in lines[k : k + 2])
    first, last = k == 0, k == len(lines) - 2
    solid, broken = (MarkType.SOLID, LINE_M, 0.0), (MarkType.BROKEN, LINE_M, 0.0)
    top, bottom = (solid if first else broken), (solid if last else broken)
    if side == "upper":
        left, right, left_mark, right_mark = below[::-1], above[::-1], bottom, top
    else:
        left, right, left_mark, right_mark = above, below, top, bottom
    return Strip(
        id=f"{side} {k + 1}",
        left=left.copy(),
        right=right.copy(),
        type=LaneType.DRIVING,
        line=0,
        speed_mps=limit if 0.0 < limit <= 100.0 else 0.0,
        left_mark=left_mark,
        right_mark=right_mark,
    )
