"""Tracks of single road users become the arrays of a recording; what a file leaves out is derived, and said."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.maths import atan2_all, sincos_all
from roadnet.base.streams import key64
from roadnet.batch_poses import lane_points
from roadnet.formats.opendrive.document import LARGEST_NUMBER
from roadnet.network import Finding, RoadNetwork
from roadnet.queries import nearest_lane
from scenarios.formats.common.contacts import contacts_of
from scenarios.model.recording import LAMP_BRAKE, Agents, Contacts, Recording
from scenarios.model.spec import Environment, Kind, StaticObject
from scenarios.simulation.bodies import BODIES
from scenarios.simulation.kernel import BRAKE_LAMP_MPS2
from scenarios.simulation.results import readonly, stamps, statics_of, surroundings_of

NS = 1_000_000_000
MOST_AGENTS, MOST_STEPS, MOST_CELLS = 4000, 100_000, 4_000_000  # of one recording: some 250 MB of arrays
BRIDGED_S = 1.0  # a track that is lost for longer comes back as somebody else
STANDS_MPS = 0.5  # below this a displacement says nothing about the heading; assumed
FASTEST_MPS = 150.0  # no road user is faster; jumps beyond are no motion
MOTORS = (Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.BUS, Kind.MOTORCYCLE)
# length, width, height m where a file says none: as data/exposure/bodies.toml has them, the others assumed
TYPICAL = {
    Kind.CAR: (4.5, 1.8, 1.5), Kind.VAN: (5.9, 2.0, 2.5), Kind.TRUCK: (9.5, 2.5, 3.6), Kind.BUS: (12.0, 2.55, 3.1),
    Kind.MOTORCYCLE: (2.08, 0.8, 1.6), Kind.CYCLIST: (1.8, 0.65, 1.75), Kind.PEDESTRIAN: (0.5, 0.5, 1.75),
    Kind.SCOOTER: (1.2, 0.6, 1.8), Kind.ANIMAL: (1.5, 0.5, 1.2), Kind.TRAILER: (6.0, 2.2, 2.5),
    Kind.DOOR: (1.0, 0.1, 1.2), Kind.DEBRIS: (0.6, 0.6, 0.3),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Track:
    """One road user as a file tells it. N samples on the file's own grid of steps; None where it says nothing."""

    name: str
    kind: Kind
    size: tuple[float, float, float]  # length, width, height m
    step: Array  # (N,) int64, ascending
    xy: Array  # (N, 2) m, middle of the body
    z: Array | None = None  # (N,) m, ground under it
    yaw: Array | None = None  # (N,) rad
    speed: Array | None = None  # (N,) m/s along the heading
    accel: Array | None = None  # (N,) m/s2 along the heading
    yaw_rate: Array | None = None  # (N,) rad/s
    lamps: Array | None = None  # (N,) uint8


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Scenery:
    """What a recording holds beside its agents."""

    statics: tuple[StaticObject, ...] = ()
    environment: Environment = field(default_factory=Environment)
    signal_state: Array | None = None  # (groups, T) uint8


BARE = Scenery()


def recorded(
    tracks: Sequence[Track],
    *,
    step_ns: int,
    where: str,
    net: RoadNetwork | None,
    subject: str = "",
    first: int | None = None,
    steps: int | None = None,
    scenery: Scenery = BARE,
) -> tuple[Recording, tuple[str, ...], list[Finding]]:
    """Return the recording of samples [first, first + steps) of the tracks, the agents' names, and what was derived.

    By default from the first sample of any track to the last. subject: the name of the subject vehicle; "" chooses
    (see `chosen_subject`). InputError where nobody is there, or the arrays would grow beyond bounds.
    """
    findings: list[Finding] = []
    whole = [full for track in tracks for full in _completed(track, step_ns, findings)]
    if not whole:
        raise InputError(where, got="no road user with a position", wanted="at least one")
    low = min(int(t.step[0]) for t in whole) if first is None else first
    last = max(int(t.step[-1]) for t in whole)
    count = last - low + 1 if steps is None else steps
    inside = [t for t in whole if t.step[-1] >= low and t.step[0] < low + count]
    if len(inside) > MOST_AGENTS or count > MOST_STEPS or len(inside) * count > MOST_CELLS:
        got = f"{len(inside)} road users over {count} steps"
        wanted = f"at most {MOST_AGENTS} over {MOST_STEPS}, and {MOST_CELLS} samples in all"
        raise InputError(where, got=got, wanted=wanted)
    row = chosen_subject(inside, subject, low, count, where=where, findings=findings)
    agents, contacts = _agents(inside, low, count, step_ns, net, where)
    if len(contacts.t_ns):
        (a, b), t_s = contacts.pair[0].tolist(), float(contacts.t_ns[0]) * 1e-9
        message = "boxes touch, which may be their sizes and places as recorded or assumed, and no collision"
        findings += [_note("contact", f"road users {inside[a].name} and {inside[b].name} at {t_s:.2f} s", message)]
        findings += [_note("contact", "", message)] * (len(contacts.t_ns) - 1)
    groups = len(net.signals.group_id) if net is not None else 0
    states = np.zeros((groups, count), np.uint8) if scenery.signal_state is None else scenery.signal_state
    recording = Recording(
        map_digest=net.digest if net is not None else "",
        t_ns=stamps(count, step_ns),
        subject=row,
        agents=agents,
        statics=statics_of(scenery.statics),
        surroundings=surroundings_of(scenery.environment, count),
        signal_state=readonly(states),
        contacts=contacts,
    )
    return recording, tuple(t.name for t in inside), counted(findings)


def chosen_subject(
    tracks: Sequence[Track], wanted: str, low: int, count: int, *, where: str, findings: list[Finding]
) -> int:
    """Return the row of the subject vehicle: the one asked for, else a motor vehicle chosen by a fixed rule.

    The rule: present longest, then travelled farthest, then first in the file.
    """
    names = [t.name for t in tracks]
    if wanted:
        if wanted not in names:
            raise InputError(where, got=f"no road user {wanted!r}", wanted=f"one of them{did_you_mean(wanted, names)}")
        return names.index(wanted)
    motors = [i for i, t in enumerate(tracks) if t.kind in MOTORS] or list(range(len(tracks)))

    def merit(i: int) -> tuple[int, float, int]:
        part = tracks[i].xy[(tracks[i].step >= low) & (tracks[i].step < low + count)]
        return len(part), round(float(np.hypot(*np.diff(part, axis=0).T).sum()), 3), -i

    row = max(motors, key=merit)
    rule = "the motor vehicle present longest, then travelled farthest"
    findings.append(_note("subject", f"road user {names[row]}", f"chosen as the subject vehicle: {rule}"))
    return row


def windows(tracks: Sequence[Track], *, step_ns: int, most_s: float) -> list[tuple[int, int]]:
    """Return (first, steps) of consecutive windows of at most `most_s` s that cover the tracks; empty ones left out."""
    size = max(int(most_s * NS // step_ns), 2)
    seen = np.concatenate([t.step for t in tracks])
    low, high = int(seen.min()), int(seen.max())
    begins = low + size * np.unique((seen - low) // size)
    spans = [(first, min(size, high + 1 - first)) for first in begins.tolist()]
    return [(first, steps) for first, steps in spans if steps > 1 or high == low]


# ------------------------------------------------------------------------------------------ one track


def _completed(track: Track, step_ns: int, findings: list[Finding]) -> list[Track]:
    """Return the track without holes and with every quantity: in pieces where it was lost for too long."""
    hole = np.diff(track.step) * (step_ns / NS)
    cuts = np.flatnonzero(hole > max(BRIDGED_S, 1.5 * step_ns / NS)) + 1
    if len(cuts):
        findings.append(_note("gap_split", f"road user {track.name}", f"lost for over {BRIDGED_S:g} s: split there"))
    out = []
    for number, rows in enumerate(np.split(np.arange(len(track.step)), cuts)):
        name = track.name if number == 0 else f"{track.name}#{number + 1}"
        piece = replace(taken(track, rows), name=name)
        out.append(_derived(_bridged(piece, findings), step_ns * 1e-9, findings))
    return out


def taken(track: Track, rows: Array) -> Track:
    """Return the track of these samples."""
    columns: dict[str, Any] = {
        c: None if getattr(track, c) is None else getattr(track, c)[rows]
        for c in ("step", "xy", "z", "yaw", "speed", "accel", "yaw_rate", "lamps")
    }
    return replace(track, **columns)


def _bridged(track: Track, findings: list[Finding]) -> Track:
    """Return the track with its holes filled: straight lines between the samples beside them."""
    every = np.arange(int(track.step[0]), int(track.step[-1]) + 1)
    if len(every) == len(track.step):
        return track
    findings.append(_note("gap_filled", f"road user {track.name}", "lost for a moment: interpolated"))

    def filled(column: Array | None) -> Array | None:
        return None if column is None else np.interp(every, track.step, column)

    held = np.searchsorted(track.step, every, side="right") - 1
    return replace(
        track,
        step=every,
        xy=np.stack([np.interp(every, track.step, c) for c in track.xy.T], -1),
        z=filled(track.z),
        yaw=filled(None if track.yaw is None else np.unwrap(track.yaw)),
        speed=filled(track.speed),
        accel=filled(track.accel),
        yaw_rate=filled(track.yaw_rate),
        lamps=None if track.lamps is None else track.lamps[held],
    )


def _derived(track: Track, step_s: float, findings: list[Finding]) -> Track:
    """Return the track with what the file does not say: central differences of what it does say."""
    move = slopes(track.xy, step_s)
    yaw = track.yaw if track.yaw is not None else headings(move)
    speed, accel, yaw_rate = track.speed, track.accel, track.yaw_rate
    if speed is None:
        s, c = sincos_all(yaw)
        speed = move[:, 0] * c + move[:, 1] * s
    if accel is None:
        accel = slopes(speed, step_s)
    if yaw_rate is None:
        yaw_rate = slopes(np.unwrap(yaw), step_s)
    for name, given in (("yaw", track.yaw), ("speed", track.speed), ("accel", track.accel)):
        if given is None:
            findings.append(_note(f"{name}_derived", f"road user {track.name}", "not in the file: from positions"))
    if np.abs(speed).max(initial=0.0) > FASTEST_MPS:
        findings.append(_note("too_fast", f"road user {track.name}", f"faster than {FASTEST_MPS:g} m/s", "problem"))
    return replace(track, yaw=yaw, speed=speed, accel=accel, yaw_rate=yaw_rate)


def slopes(values: Array, step_s: float) -> Array:
    """Return the time derivative of samples along the first axis, central differences; zero for a single one."""
    values = np.asarray(values, np.float64)
    return np.zeros_like(values) if len(values) < 2 else np.asarray(np.gradient(values, step_s, axis=0))


def headings(move: Array) -> Array:
    """Return (N,) rad of velocities (N, 2) m/s; who stands keeps the heading of the nearest motion, 0 without any."""
    going = np.flatnonzero(np.hypot(move[:, 0], move[:, 1]) > STANDS_MPS)
    if not len(going):
        return np.zeros(len(move))
    at = np.clip(np.searchsorted(going, np.arange(len(move))), 0, len(going) - 1)
    before = np.maximum(at - 1, 0)
    here = np.arange(len(move))
    near = np.where(np.abs(going[before] - here) < np.abs(going[at] - here), going[before], going[at])
    return atan2_all(move[near, 1], move[near, 0])


# ------------------------------------------------------------------------------------------ all tracks


def _agents(
    tracks: Sequence[Track], low: int, count: int, step_ns: int, net: RoadNetwork | None, where: str
) -> tuple[Agents, Contacts]:
    A = len(tracks)
    valid = np.zeros((A, count), np.bool_)
    xyz = np.zeros((A, count, 3))
    motion = np.zeros((5, A, count), np.float32)  # yaw, speed, accel, yaw rate, gait
    lamps = np.zeros((A, count), np.uint8)
    for i, track in enumerate(tracks):
        rows = np.flatnonzero((track.step >= low) & (track.step < low + count))
        at = track.step[rows] - low
        here = slice(int(at[0]), int(at[-1]) + 1)
        valid[i, here] = True
        xyz[i, here, :2] = track.xy[rows]
        xyz[i, here, 2] = _heights(track, rows, net)
        for k, column in enumerate((track.yaw, track.speed, track.accel, track.yaw_rate)):
            assert column is not None
            motion[k, i, here] = column[rows]
        motion[4, i, here] = gait_of(track.kind, track.xy[rows])
        lamps[i, here] = _lamps(track, rows)
        held = np.clip(np.arange(count), here.start, here.stop - 1)
        xyz[i], motion[0, i], motion[4, i] = xyz[i, held], motion[0, i, held], motion[4, i, held]
    if not (np.abs(xyz) <= LARGEST_NUMBER).all() or not (np.abs(motion) <= LARGEST_NUMBER).all():
        raise InputError(where, got="a state out of range", wanted=f"finite numbers within {LARGEST_NUMBER:g}")
    size = np.array([t.size for t in tracks], np.float32)
    contacts = contacts_of(xyz, motion[0], size, valid, step_ns)
    yaw, speed, accel, yaw_rate, gait = (readonly(row.copy()) for row in motion)
    agents = Agents(
        kind=readonly(np.array([t.kind for t in tracks], np.uint8)),
        size=readonly(size),
        look=readonly(np.array([key64(t.name) & 0xFFFFFFFF for t in tracks], np.uint32)),
        valid=readonly(valid),
        xyz=readonly(xyz),
        yaw=yaw,
        speed=speed,
        accel=accel,
        yaw_rate=yaw_rate,
        lamps=readonly(lamps),
        gait=gait,
    )
    return agents, contacts


def _heights(track: Track, rows: Array, net: RoadNetwork | None) -> Array:
    """Return (n,) m: the file's, else the ground's."""
    return np.asarray(track.z[rows]) if track.z is not None else ground(net, track.xy[rows])


def ground(net: RoadNetwork | None, xy: Array) -> Array:
    """Return (n,) m: the height of the lane nearest to each place (n, 2), zero where nobody knows."""
    if net is None or not net.lanes.centre[:, 2].any():
        return np.zeros(len(xy))
    lane, s, _, _ = nearest_lane(net, xy, drivable_only=False)
    return np.asarray(lane_points(net, lane, s)[:, 2])


def gait_of(kind: Kind, xy: Array) -> Array:
    """Return (N,) rad: how far wheels, cranks or legs have turned along the way."""
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    return np.asarray(way * BODIES[kind].gait_radpm)


def _lamps(track: Track, rows: Array) -> Array:
    """Return (n,) uint8: the file's, else brake lamps as simulated vehicles show them."""
    if track.lamps is not None:
        return track.lamps[rows]
    assert track.accel is not None
    brakes = (track.accel[rows] < -BRAKE_LAMP_MPS2) & BODIES[track.kind].has_lamps
    return np.where(brakes, LAMP_BRAKE, 0).astype(np.uint8)


def _note(code: str, where: str, message: str, severity: str = "note") -> Finding:
    return Finding(severity=severity, code=code, where=where, message=message)


def counted(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings with those of one kind put together: the first of each, and how many more there are."""
    first: dict[tuple[str, str], Finding] = {}
    count: dict[tuple[str, str], int] = {}
    for f in findings:
        key = (f.code, f.message)
        first.setdefault(key, f)
        count[key] = count.get(key, 0) + 1
    return [f if count[k] == 1 else replace(f, where=f"{f.where} and {count[k] - 1} more") for k, f in first.items()]
