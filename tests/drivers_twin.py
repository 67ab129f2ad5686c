"""The published cut-in test in plain Python, written from its description: the twin of the compiled one.

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


def other_track(g: float, lateral: float, o: float) -> tuple[list[tuple[float, float, float]], int]:
    """Return (x, y, lateral speed) at each sample, and the number of samples of run-up."""
    r = ceil(lateral / 0.15) if lateral else 0
    run_up, y, back = [], 0.0, 0.0
    for j in reversed(range(r)):
        y, back = y + 0.15 * j / 10, back + o / 10
        run_up.append(((g + LENGTH) - back, 3.5 + y, -0.15 * j))
    rest, x, y = [(g + LENGTH, 3.5, -lateral)], 0.0, 0.0
    for k in range(1, 351):
        moves = bool(lateral) and k <= floor(35 / lateral) + 1
        x, y = x + o, y - (lateral if moves else 0.0)
        rest.append((x / 10 + (g + LENGTH), y / 10 + 3.5, -lateral if moves else 0.0))
    return run_up[::-1] + rest, r


def cut_in(name: str, g: float, lateral: float, ego_kph: float, other_kph: float) -> tuple[int, int, float, float]:
    """Return (kind of crash, sample of it since reference or 0, largest PFS, largest CFS)."""
    me, v, o = driver(name), ego_kph / 3.6, other_kph / 3.6
    track, r = other_track(g, lateral, o)
    x, back = 0.0, 0.0
    for _ in range(r):
        back += v / 10
    x, was, reacted, left, brake, kind, at = -back, v, False, me.delay, 0.0, 0, 0
    for i in range(r + 350):
        xo, y, u = track[i]
        apart = abs(xo - x)
        s, c = apart - LENGTH / 2 - LENGTH / 2, abs(y) - WIDTH / 2 - WIDTH / 2
        verdict, demand = "no", inf
        if not x > xo:
            verdict, demand = me.test(me, s, c, apart, v, o, u, (v - was) * 10)  # type: ignore[operator]
        was = v
        if verdict == "risk":
            reacted = True
            if left > 0.0:
                left, brake, v = left - H, me.coast, v - me.coast * H
            else:
                brake = min(brake + me.rise * H, me.most, demand)
                v = max(v - brake * H, 0.0)
        if s < 0.0 and c < 0.0 and not kind:
            kind, at = (1 if x > xo else 2), i - r
        x += v * H
        if verdict == "ends":
            break
    assert reacted or v == ego_kph / 3.6
    return kind, at, max(me.pfs, default=0.0), max(me.cfs, default=0.0)
