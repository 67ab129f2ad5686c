"""Imported: what a reader found in somebody's file of recorded traffic."""

from dataclasses import dataclass

from roadnet.network import Finding, RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import SignalPhase


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A task that the file sets a planner: where it starts, and where it is to arrive."""

    id: str
    t_s: float  # of the start, in the recording's time
    pose: tuple[float, float, float]  # x, y m, yaw rad
    speed_mps: float
    goals: tuple[tuple[float, float], ...] = ()  # m, the middles of the goal regions; empty: no place is asked for


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Imported:
    """One recording of a file. Facts only: what no one recorded is not made up, what was derived is a finding."""

    name: str  # of the recording: the benchmark's or the file's, with the window's number where it was cut
    format: str  # id of the reader
    path: str  # the file that was read
    recording: Recording
    net: RoadNetwork | None  # None: the file has no map, and none was given
    names: tuple[str, ...]  # (A,) the file's own id of each agent
    phases: tuple[SignalPhase, ...] = ()  # where the file tells the signals' states
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()  # the map's are in `net`
