"""Measures of criticality beside commonroad-crime's, per time step of its own example scenario.

Where the two differ by more than 1 % the difference is explained: `theirs` is rebuilt from our recording and our
functions with what that package assumes or does otherwise, and the rebuilt value must be theirs within 1 %. It rounds
what it returns, so half a unit of its last digit is allowed on top.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from pathlib import Path

import numpy as np
import pytest
from clients import environment

from roadnet.network import RoadNetwork
from scenarios.criticality.cpi import LOWEST_MPS2, beyond_deceleration
from scenarios.criticality.dst import to_safety_time
from scenarios.criticality.registry import measures
from scenarios.criticality.relative import pairs
from scenarios.criticality.wttc import worst_time
from scenarios.formats import commonroad
from scenarios.model.recording import Recording

pytestmark = pytest.mark.client
SCRIPT = Path(__file__).with_name("read_crime.py")
SCENARIO = "commonroad/CommonRoad+commonroad-crime/scenarios/DEU_Gar-1_1_T-1.xml"
EGO, LEADER = "200", "202"  # the package's own tests take them
WITHIN = 0.01
Values = list[float | None]  # a time step each; None: infinite there, masked here


@dataclass(frozen=True)
class Both:
    """The recording as we read it, and what the package says."""

    recording: Recording
    net: RoadNetwork | None
    row: dict[str, int]  # obstacle id -> agent row
    theirs: dict

    @cached_property
    def steps(self) -> range:
        return range(len(self.recording.t_ns))

    def ours(self, measure: str, other: str = LEADER) -> Values:
        return listed(measures()[measure].evaluate(self.recording, self.net), self.row[other])

    def their(self, name: str, other: str = LEADER) -> Values:
        table = self.theirs["measures"][name]
        values = table[other] if other in table else table["None"]
        return [x if isinstance(x, float) else None for x in values]

    def parameter(self, name: str) -> float:
        return float(self.theirs["parameters"][name])

    def along(self, other: str = LEADER) -> list[tuple[float, float]]:
        """Return (ego, other) speeds along the lanelet by the package's angles."""
        speed = self.recording.agents.speed
        e, o = speed[self.row[EGO]], speed[self.row[other]]
        return [(e[k] * np.cos(a), o[k] * np.cos(b)) for k, (a, b) in enumerate(self.theirs["angles"][other])]


def listed(series, row: int) -> Values:  # type: ignore[no-untyped-def]
    if series.value.ndim == 1:
        return [float(v) if ok else None for v, ok in zip(series.value, series.valid, strict=True)]
    return [float(v) if ok else None for v, ok in zip(series.value[row], series.valid[row], strict=True)]


@pytest.fixture(scope="module")
def both(real: Callable[[str], Path]) -> Both:
    """Return both sides; the friction is set so that ours brakes as hard as the package's vehicle."""
    path = real(SCENARIO)
    theirs = json.loads(environment.run("crime", SCRIPT, path, EGO))
    assert theirs["failed"] == {}
    imported = commonroad.read(path, subject=EGO)[0]
    row = {name: i for i, name in enumerate(imported.names)}
    return Both(with_grip(imported.recording, theirs["parameters"]["a_lon_max_mps2"]), imported.net, row, theirs)


def with_grip(recording: Recording, most_mps2: float) -> Recording:
    friction = np.full_like(recording.surroundings.friction, most_mps2 / 9.81)
    return replace(recording, surroundings=replace(recording.surroundings, friction=friction))


def headway_of_the_drive(b: Both) -> Values:
    """When the front of the ego, as it drives on in the file, is past where the rear of the other is now."""
    last, step = len(b.steps) - 1, b.recording.step_s
    return [
        count * step if thw is not None and k + (count := ceil(thw / step)) <= last else None
        for k, thw in enumerate(b.ours("thw"))
    ]


def closing_by_their_angles(b: Both) -> Values:
    """Their angle of the lanelet at the other runs over 0 = 2 pi by linear interpolation, up to 1.27 rad here."""
    gaps, along = b.ours("gap"), b.along()
    return [gap / (v - u) if gap is not None and v > u else None for gap, (v, u) in zip(gaps, along, strict=True)]


def small_discs(b: Both) -> Values:
    """Discs that cover a third of the length only, and both accelerate by the vehicle's 11.5 m/s2."""
    p, i = pairs(b.recording), b.row[LEADER]
    reach = b.theirs["radius_m"][EGO] + b.theirs["radius_m"][LEADER]
    accel = 2 * b.parameter("a_max_mps2")
    return [worst_time(p.x[i, k], p.y[i, k], p.u[i, k], p.v[i, k], reach, accel) for k in b.steps]


def without_the_last_step(measure: str) -> Callable[[Both], Values]:
    def rebuilt(b: Both) -> Values:
        """They never look at the last state of the trajectory."""
        valid = b.recording.agents.valid.copy()
        valid[:, -1] = False
        cut = replace(b.recording, agents=replace(b.recording.agents, valid=valid))
        return listed(measures()[measure].evaluate(cut, b.net), b.row[LEADER])

    return rebuilt


def exposed_to_their_ttc(short_by: Callable[[float], float]) -> Callable[[Both], Values]:
    def rebuilt(b: Both) -> Values:
        """Sums run from each step to the last but one, below 2 s, over the TTC of their angles."""
        limit, contact = b.parameter("tau_s"), b.their("TTC")
        each = [short_by(limit - x) if x is not None and x <= limit else 0.0 for x in contact]
        each[-1] = 0.0
        return [sum(each[k:]) * b.recording.step_s for k in b.steps]

    return rebuilt


def demand_by_their_angles(b: Both) -> Values:
    """DRAC along the lanelet by the angles above."""
    gaps, along = b.ours("gap"), b.along()
    return [-((v - u) ** 2) / (2 * gap) for gap, (v, u) in zip(gaps, along, strict=True) if gap is not None]


def swerve_without_an_offset(b: Both) -> Values:
    """They measure the lateral offset from the ego to itself, 0, and weigh the drift by the ego's angle."""
    size, speed = b.recording.agents.size, b.recording.agents.speed
    half = 0.5 * float(size[b.row[EGO], 1] + size[b.row[LEADER], 1])
    out: Values = []
    for k, ((a, o), contact) in enumerate(zip(b.theirs["angles"][LEADER], b.their("TTC"), strict=True)):
        drift = (speed[b.row[LEADER], k] * np.sin(o) - speed[b.row[EGO], k]) * np.sin(a)
        assert contact is not None
        out.append(min(abs(2 * (side * half - drift * contact) / contact**2) for side in (1, -1)))
    return out


def both_demands(b: Both) -> Values:
    """From the two of theirs, each rounded."""
    along, across = np.array(b.their("ALongReq"), float), np.array(b.their("ALatReq"), float)
    return [float(x) for x in np.hypot(along, across)]


def safety_time_of_their_gap(b: Both) -> Values:
    """The gap less 20 m of safety time, 2.2 m at first, makes 0.4 % of the gap 5 %; the first state's speeds are
    x components; a safety time that is lost gives negative decelerations, masked here.
    """
    agents, gaps = b.recording.agents, np.array(b.their("HW"), float)
    v, u = (agents.speed[b.row[name]].astype(float) for name in (EGO, LEADER))
    v[0], u[0] = (x[0] * np.cos(float(agents.yaw[b.row[name], 0])) for x, name in ((v, EGO), (u, LEADER)))
    return [float(x) for x in to_safety_time(gaps, v, u, b.parameter("safety_time_s"))]


def added_speeds(b: Both) -> Values:
    """They add the speeds of cars that drive the same way, v + u cos, where the change is of their difference."""
    agents, e, o = b.recording.agents, b.row[EGO], b.row[LEADER]
    turned = np.cos(agents.yaw[e].astype(float) - agents.yaw[o].astype(float))
    return [float(x) for x in 0.5 * (agents.speed[e] + agents.speed[o] * turned)]


def share_of(most: str, demand: Callable[[Both], Values]) -> Callable[[Both], Values]:
    def rebuilt(b: Both) -> Values:
        """Their demand, against a fixed limit."""
        return [abs(x) / b.parameter(most) for x in demand(b) if x is not None]

    return rebuilt


def mean_to_the_end(b: Both) -> Values:
    """The mean from each step to the last but one of ours over their demands."""
    demand = -np.array(b.their("ALongReq"), float)
    each = np.zeros(len(demand))
    some = demand > LOWEST_MPS2
    each[some] = beyond_deceleration(demand[some])
    last = len(demand) - 1
    return [float(each[k:last].mean()) if k < last else 0.0 for k in b.steps]


def jerk_by_the_map(b: Both) -> Values:
    """Jerk along times the sine of the lanelet's direction on the map; across is speed times yaw rate here."""
    along = np.array(b.ours("long_jerk"), float)
    return [abs(float(x * np.sin(a))) for x, (a, _) in zip(along, b.theirs["angles"][LEADER], strict=True)]


def nothing_happens_in_the_file(b: Both) -> Values:
    """Their contact is one of the recorded drives, of which there is none; ours is foreseen at constant velocity."""
    assert min(x for other in ("201", LEADER, "203") for x in b.ours("clearance", other) if x is not None) > 0.0
    return [None for _ in b.steps]


def unmarked_crossing(b: Both) -> Values:
    """They look at scenarios tagged as intersections only, and here nobody crosses anybody."""
    return [None for _ in b.steps]


@dataclass(frozen=True)
class Compared:
    ours: str
    theirs: str
    digits: int  # to which the package rounds
    rebuilt: Callable[[Both], Values] | None = None  # explains the difference; None: equal as they are


TABLE = (
    Compared("gap", "HW", 9),
    Compared("msd", "MSD", 2),
    Compared("long_jerk", "LongJ", 2),
    Compared("thw", "THW", 1, headway_of_the_drive),
    Compared("ttc_acceleration", "TTC", 2, closing_by_their_angles),
    Compared("ttc", "TTC", 2, closing_by_their_angles),
    Compared("wttc", "WTTC", 1, small_discs),
    Compared("dce", "DCE", 2, without_the_last_step("dce")),
    Compared("ttce", "TTCE", 3, without_the_last_step("ttce")),
    Compared("tet", "TET", 4, exposed_to_their_ttc(lambda short: 1.0)),
    Compared("tit", "TIT", 4, exposed_to_their_ttc(lambda short: short)),
    Compared("a_long_req", "ALongReq", 2, demand_by_their_angles),
    Compared("a_lat_req", "ALatReq", 2, swerve_without_an_offset),
    Compared("a_req", "AReq", 2, both_demands),
    Compared("dst", "DST", 2, safety_time_of_their_gap),
    Compared("delta_v", "DeltaV", 2, added_speeds),
    Compared("btn", "BTN", 3, share_of("a_lon_max_mps2", demand_by_their_angles)),
    Compared("stn", "STN", 3, share_of("a_lat_max_mps2", swerve_without_an_offset)),
    Compared("cpi", "CPI", 9, mean_to_the_end),
    Compared("lat_jerk", "LatJ", 2, jerk_by_the_map),
    Compared("ttb", "TTB", 1, nothing_happens_in_the_file),
    Compared("tts", "TTS", 1, nothing_happens_in_the_file),
    Compared("ttk", "TTK", 1),
    Compared("ttr", "TTR", 1, nothing_happens_in_the_file),
    Compared("et", "ET", 4, None),
    Compared("pet", "PET", 4, None),
)


def apart(ours: Values, theirs: Values, digits: int) -> tuple[float, int]:
    """Return the largest relative difference beyond rounding, and at how many steps one is over 1 %."""
    worst, over = 0.0, 0
    for a, b in zip(ours, theirs, strict=True):
        if (a is None) != (b is None) or (b == 0.0 and a is not None and abs(a) > 10.0**-digits):
            worst, over = np.inf, over + 1
        elif a is not None and b is not None:
            d = max(abs(a - b) - 0.5 * 10.0**-digits * (1 + 1e-6), 0.0) / max(abs(b), 1e-12)
            worst, over = max(worst, d), over + (d > WITHIN)
    return float(worst), over


@pytest.mark.parametrize("case", TABLE, ids=lambda c: f"{c.ours}-{c.theirs}")
def test_equal_within_a_percent_or_explained(case: Compared, both: Both) -> None:
    ours, theirs = both.ours(case.ours), both.their(case.theirs)
    worst, over = apart(ours, theirs, case.digits)
    at = [0, len(ours) // 2, len(ours) - 1]
    mine, others = (", ".join(shown(values[k]) for k in at) for values in (ours, theirs))
    print(f"\n{case.ours:16} {case.theirs:9} at first, midway, last: ours {mine:24} theirs {others:24} "
          f"apart at most {worst:.2%}, over 1 % at {over} of {len(ours)}")  # fmt: skip
    if case.rebuilt is None:
        assert over == 0
        return
    left, still = apart(case.rebuilt(both), theirs, case.digits)
    print(f"    explained: {' '.join((case.rebuilt.__doc__ or '').split())} Left: {left:.2%}")
    assert over > 0, "needs no explanation"
    assert still == 0


def test_only_the_leader_has_a_gap(both: Both) -> None:
    for other in ("201", "203"):
        for ours, theirs in (("gap", "HW"), ("thw", "THW"), ("ttc_acceleration", "TTC")):
            assert both.ours(ours, other) == both.their(theirs, other) == [None for _ in both.steps]


@pytest.mark.parametrize("other", ["201", "203"])
def test_the_closest_encounters_of_the_others_are_theirs_too(both: Both, other: str) -> None:
    for ours, theirs, digits in (("dce", "DCE", 2), ("ttce", "TTCE", 3)):
        valid = both.recording.agents.valid.copy()
        valid[:, -1] = False
        cut = replace(both.recording, agents=replace(both.recording.agents, valid=valid))
        got = listed(measures()[ours].evaluate(cut, both.net), both.row[other])
        assert apart(got, both.their(theirs, other), digits)[1] == 0


def shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"
