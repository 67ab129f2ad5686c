"""The published tests in plain Python, written from their description: the twins of the compiled ones.

One function a model, one loop, no options: the public mode, rounding included.
"""

from dataclasses import dataclass, field
from math import ceil, floor, inf, nan

H, LENGTH, WIDTH = 0.1, 4.3, 1.9
MOST = 0.774 * 9.81


@dataclass
class Driver:
    """What a model is: its numbers, and its test of one sample."""

    delay: float
    coast: float
    rise: float
    most: float
    test: object
    pfs: list[float] = field(default_factory=list)
    cfs: list[float] = field(default_factory=list)


def divided(a: float, b: float) -> float:
    """Return a / b as IEEE 754 has it."""
    if b != 0.0:
        return a / b
    return nan if a == 0.0 else (inf if a > 0.0 else -inf)


def cc(d: Driver, s: float, c: float, apart: float, v: float, o: float, u: float, a: float) -> tuple[str, float]:
    if c > 0.0:
        return "no", inf
    return ("ends", inf) if abs(divided(s, v - o)) > 2.0 else ("risk", inf)


def reg157(d: Driver, s: float, c: float, apart: float, v: float, o: float, u: float, a: float) -> tuple[str, float]:
    w = v - o
    return ("no" if c > 0.5 or abs(divided(s, w)) > w / 12.0 + 0.35 + 0.1 else "risk"), inf


def fsm(d: Driver, s: float, c: float, apart: float, v: float, o: float, u: float, a: float) -> tuple[str, float]:
    if c > 0.0 and (u >= 0.0 or c / -u > divided(apart + LENGTH / 2 + LENGTH / 2, v - o) + 0.1):
        return "no", inf
    free, safe = s - 2.0, v * 0.75 + v * v / 8.0 - o * o / 14.0 + 2.0
    unsafe = v * 0.75 + v * v / 12.0 - o * o / 14.0
    pfs = 0.0 if free > safe else 1.0 if free < unsafe else (safe - free) / (safe - unsafe)
    cfs = critical(s, v, o, a)
    d.pfs.append(pfs)
    d.cfs.append(cfs)
    if pfs + cfs <= 0.0:
        return "no", inf
    return "risk", (4.0 + cfs * 2.0 if cfs > 0.0 else pfs * 4.0)


def critical(s: float, v: float, o: float, a: float) -> float:
    bounded = max(a, -4.0)
    v1 = v + bounded * 0.75
    if v <= o:
        return 0.0
    if v1 < o:
        return 1.0 if s < (v - o) ** 2 / abs(2 * a) else 0.0
    r = (v + bounded * 0.75 / 2 - o) * 0.75
    safe, unsafe = r + (v1 - o) ** 2 / 8.0, r + (v1 - o) ** 2 / 12.0
    return 0.0 if s > safe else 1.0 if s < unsafe else (safe - s) / (safe - unsafe)


def rss(d: Driver, s: float, c: float, apart: float, v: float, o: float, u: float, a: float) -> tuple[str, float]:
    far = v * 0.75 + 3 * 0.75**2 / 2 + (v + 0.75 * 3) ** 2 / 12 - o**2 / 12
    aside = 0.3 + (2 * abs(u) + 0.75) * 0.75 / 2 + (abs(u) + 0.75) ** 2 / 2
    return ("risk" if s < far and c < aside else "no"), inf


def driver(name: str) -> Driver:
    """Return a driver that has seen nothing yet."""
    return {
        "cc": Driver(0.75, 0.4, 12.65, MOST, cc),
        "reg157": Driver(0.35, 0.0, inf, 6.0, reg157),
        "fsm": Driver(0.75, 0.0, 12.65, MOST, fsm),
        "rss": Driver(0.75, 0.0, 12.65, MOST, rss),
    }[name]


@dataclass
class Other:
    """Whom ego has to answer at a sample."""

    x: float
    y: float
    speed: float
    aside: float
    length: float = LENGTH


def drive(
    me: Driver, x: float, v: float, others: list[Other | None], *, always: bool, ends: str
) -> tuple[int, int, float]:
    """Return (kind of crash, its sample, ego's speed less the other's there): a step from every sample but the last.

    always: at risk in every step. ends: "never", "standstill", "standstill or crash".
    """
    was, left, brake, kind, at, hit = v, me.delay, 0.0, 0, 0, 0.0
    for i, o in enumerate(others[:-1]):
        now, done = v, ends != "never" and v == 0.0
        if o is not None:
            apart = abs(o.x - x)
            s, c = apart - LENGTH / 2 - o.length / 2, abs(o.y) - WIDTH / 2 - WIDTH / 2
            verdict, demand = ("risk", inf) if always else ("no", inf)
            if not always and not x > o.x:
                verdict, demand = me.test(me, s, c, apart, v, o.speed, o.aside, (v - was) * 10)  # type: ignore[operator]
            if verdict == "risk" and left > 0.0:
                left, brake, v = left - H, me.coast, v - me.coast * H
            elif verdict == "risk":
                brake = min(brake + me.rise * H, me.most, demand)
                v = max(v - brake * H, 0.0)
            if s < 0.0 and c < 0.0 and not kind:
                kind, at, hit = (1 if x > o.x else 2), i, now - o.speed
            done = done or verdict == "ends" or (ends == "standstill or crash" and kind > 0)
        was = now
        x += v * H
        if done:
            break
    return kind, at, hit


def cut_in(name: str, g: float, lateral: float, ego_kph: float, other_kph: float) -> tuple[int, int, float, float]:
    """Return (kind of crash, sample of it since reference or 0, largest PFS, largest CFS)."""
    me, v, o = driver(name), ego_kph / 3.6, other_kph / 3.6
    r = ceil(lateral / 0.15) if lateral else 0
    run_up, y, back, ego_back = [], 0.0, 0.0, 0.0
    for j in reversed(range(r)):
        y, back, ego_back = y + 0.15 * j / 10, back + o / 10, ego_back + v / 10
        run_up.append(Other((g + LENGTH) - back, 3.5 + y, o, -0.15 * j))
    rest, x, y = [Other(g + LENGTH, 3.5, o, -lateral)], 0.0, 0.0
    for k in range(1, 351):
        moves = bool(lateral) and k <= floor(35 / lateral) + 1
        x, y = x + o, y - (lateral if moves else 0.0)
        rest.append(Other(x / 10 + (g + LENGTH), y / 10 + 3.5, o, -lateral if moves else 0.0))
    kind, at, _hit = drive(me, -ego_back, v, [*run_up[::-1], *rest], always=False, ends="never")
    return kind, at - r if kind else 0, max(me.pfs, default=0.0), max(me.cfs, default=0.0)


def gap_of(name: str, v: float) -> float:
    """Return the start gap of the following tests."""
    if name == "fsm":
        return v * 0.75 + v * v / 8.0 - v * v / 14.0 + 2.0 + 2.0
    if name == "rss":
        return v * 0.75 + 3 * 0.75**2 / 2 + (v + 0.75 * 3) ** 2 / 12 - max(v - 4.5, 0.0) ** 2 / 12 + 6 * 0.75**2 / 2
    return 2.0 * v


def car_following(name: str, kph: float, decel: float) -> tuple[int, int, float]:
    """Return (kind of crash, its sample, ego's speed less the leader's there)."""
    v, run, track = kph / 3.6, 0.0, []
    for i in range(350):
        speed = max(v - i * decel * H, 0.0)
        run += speed
        track.append(Other(run / 10 + (gap_of(name, v) + LENGTH), 0.0, speed, 0.0))
    always = name in ("cc", "reg157")
    return drive(driver(name), v / 10, v, track, always=always, ends="standstill or crash")  # type: ignore[arg-type]


def cut_out(name: str, kph: float, front: float, lateral: float) -> tuple[int, int, float]:
    """Return (kind of crash, its sample, ego's speed less the other's there)."""
    v, run, aside, wreck = kph / 3.6, 0.0, 0.0, None
    lead_0 = gap_of(name, v) + LENGTH
    track: list[Other | None] = []
    for i in range(350):
        run += v
        aside -= lateral if i < floor(40 / lateral) + 1 else 0.0
        x, y, stands = run / 10 + lead_0, aside / 10 + 4.0 - 4.0, lead_0 + front + 4.3
        if wreck is None and abs(stands - x) < LENGTH / 2 + 2.5 and abs(y) < WIDTH:
            wreck = Other(x, y, 0.0, 0.0)
        track.append(wreck or (Other(stands, 0.0, 0.0, 0.0, 5.0) if y < -0.375 else None))
    return drive(driver(name), v / 10, v, track, always=name in ("cc", "reg157"), ends="standstill")
