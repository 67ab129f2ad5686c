"""What a file of hazards/behaviours declares: one thing that road users do, ready to be put at a place.

A behaviour is a module with
    BEHAVIOUR: Behaviour
    programs(here, values, cue) -> tuple[ActorProgram, ...]   the actors, the one that does it first
    shows(seen) -> bool                                       measured in a recording: it did what its name says
Hazards, searches and people put them together; the file name is the id.
"""

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol, cast

import numpy as np

from roadnet.base.arrays import Array
from roadnet.frames import wrap_angle
from roadnet.polyline import at, project
from scenarios.hazards import behaviours as folder
from scenarios.hazards.bodies import size_of
from scenarios.hazards.distributions import Truncated
from scenarios.hazards.exposure import prior
from scenarios.hazards.here import Here, Needs
from scenarios.hazards.leaf import Parameter
from scenarios.model.recording import Recording
from scenarios.model.spec import ActorProgram, ConcreteScenario, Control, Kind, PathSpec
from scenarios.simulation.bodies import BODIES
from scenarios.simulation.tables import WALKERS, rows_of

GRAVITY = 9.81
BEND_SLACK_1PM = 0.02  # paths are sampled every 0.5 m
JUMP_MPS = 1.0  # lateral moves on rails are not in the speed


@dataclass(frozen=True, kw_only=True, slots=True)
class Behaviour:
    """A behaviour: what it is, what it needs of a place, and its parameters with prior and source."""

    title: str  # one line: what it does
    parameters: tuple[Parameter, ...]
    needs: Needs
    lasts_s: float  # a run this long shows it at any values
    adversarial: bool = False  # seeks conflict with the subject
    subject_before_m: float = 55.0  # where the subject may start: so far before the place


@dataclass(frozen=True, kw_only=True, slots=True)
class Cue:
    """When a behaviour begins, how its actors are called, and where the subject is at the start."""

    begins_s: float = 1.0
    name: str = "other"  # of the actor that does it; companions get a suffix
    look: int = 0
    subject_s_m: float = 0.0  # along the corridor's path
    subject_mps: float = 0.0


class BehaviourFile(Protocol):
    """A file of hazards/behaviours."""

    BEHAVIOUR: Behaviour

    def programs(self, here: Here, values: Mapping[str, float], cue: Cue) -> tuple[ActorProgram, ...]:
        """Return the actors, the one that does it first."""

    def shows(self, seen: "Seen") -> bool:
        """Return whether a recording shows what the name says."""


@cache
def behaviours() -> dict[str, BehaviourFile]:
    """Return id -> file, sorted by id: every module of hazards/behaviours that declares one."""
    names = sorted(m.name for m in pkgutil.iter_modules(folder.__path__))
    files = {name: import_module(f"{folder.__name__}.{name}") for name in names}
    return {name: cast(BehaviourFile, file) for name, file in files.items() if hasattr(file, "BEHAVIOUR")}


def quantity(name: str, meaning: str, lo: float, hi: float, of: str, *, topic: str = "behaviour") -> Parameter:
    """Return a parameter in [lo, hi] whose prior is quantity `of` of a topic of the exposure data."""
    return Parameter(name=name, meaning=meaning, lo=lo, hi=hi, prior=prior(topic, of), fill=(lo, hi))


def drawn(behaviour: Behaviour, u: Array) -> dict[str, float]:
    """Return values at probabilities u (P,) in (0, 1) of the parameters' priors, each cut to its range."""
    values: dict[str, float] = {}
    for parameter, share in zip(behaviour.parameters, np.asarray(u, float), strict=True):
        given = {name: np.asarray(value) for name, value in values.items()}
        location, scale = parameter.given(given, {}) if parameter.given else (np.float64(0.0), np.float64(1.0))
        cut = Truncated(
            parameter.prior.distribution, np.asarray(location), np.asarray(scale), np.asarray(parameter.lo),
            np.asarray(parameter.hi),
        )  # fmt: skip
        values[parameter.name] = round(float(cut.inverse(np.asarray(share))), 6)
    return values


def nominal(behaviour: Behaviour) -> dict[str, float]:
    """Return the medians of the priors."""
    return drawn(behaviour, np.full(len(behaviour.parameters), 0.5))


def adversary(here: Here, cue: Cue, law: str, s_m: float, offset_m: float, **values: float) -> ActorProgram:
    """Return an adversary in a car on the corridor, at the subject's speed."""
    return ActorProgram(
        name=cue.name,
        kind=Kind.CAR,
        size=size_of("car"),
        path=PathSpec(lanes=here.corridor.lanes),
        s_m=round(s_m, 6),
        offset_m=round(offset_m, 6),
        speed_mps=round(cue.subject_mps, 6),
        law=law,
        law_values=tuple(sorted(values.items())),
        control=Control.REACTIVE,
        look=cue.look,
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Way:
    """What an actor did, against the corridor's path; T steps."""

    t: Array  # s
    s: Array  # m
    offset: Array  # m, left positive
    speed: Array  # m/s
    accel: Array  # m/s2
    turn: Array  # rad, heading against the path's
    yaw: Array  # rad, map frame
    valid: Array


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Seen:
    """A recording of a behaviour at a place."""

    recording: Recording
    rows: dict[str, int]  # actor name -> row
    here: Here
    values: Mapping[str, float]
    cue: Cue

    def way(self, suffix: str = "", *, name: str = "") -> Way:
        """Return the way of the actor that does it, or of a companion by its suffix, or of any by its name."""
        row, agents = self.rows[name or self.cue.name + suffix], self.recording.agents
        s, offset = project(self.here.corridor.path, agents.xyz[row, :, :2])
        yaw = agents.yaw[row].astype(np.float64)
        return Way(
            t=self.recording.t_ns * 1e-9,
            s=s,
            offset=offset,
            speed=agents.speed[row].astype(np.float64),
            accel=agents.accel[row].astype(np.float64),
            turn=wrap_angle(yaw - at(self.here.corridor.path, s)[1]),
            yaw=yaw,
            valid=agents.valid[row],
        )


def seen(spec: ConcreteScenario, recording: Recording, here: Here, values: Mapping[str, float], cue: Cue) -> Seen:
    """Return what `shows` looks at."""
    return Seen(recording=recording, rows=rows_of(spec), here=here, values=values, cue=cue)


def limits_passed(recording: Recording, row: int, friction: float) -> tuple[str, ...]:
    """Return which limits of its kind an agent passed, in words; () where it stayed feasible.

    Accelerating beyond the kind's engine or legs, braking beyond the grip, bends tighter than the turning circle (of
    who does not walk), and moves that its speed does not explain.
    """
    agents = recording.agents
    limits, valid = BODIES[Kind(int(agents.kind[row]))], agents.valid[row]
    v, a = agents.speed[row].astype(np.float64), agents.accel[row].astype(np.float64)
    both = valid[1:] & valid[:-1]
    middle = 0.5 * (v[1:] + v[:-1])
    gains = a[1:] * np.sign(middle)
    out = []
    if limits.accel_most_mps2 > 0.0 and (gains[both] > limits.accel_most_mps2 + 1e-3).any():
        out.append(f"accelerates by {gains[both].max():.2f} m/s2")
    if (gains[both] < -friction * GRAVITY - 1e-3).any():
        out.append(f"brakes by {-gains[both].min():.2f} m/s2")
    moving = both & (np.abs(middle) > 1.0)
    bend = np.abs(agents.yaw_rate[row, 1:])[moving] / np.abs(middle[moving])
    most = limits.curvature_most_1pm if agents.kind[row] not in WALKERS else 0.0
    if most > 0.0 and (bend > most + BEND_SLACK_1PM).any():
        out.append(f"bends by {bend.max():.3f} 1/m")
    moved = np.linalg.norm(np.diff(agents.xyz[row, :, :2], axis=0), axis=1) / recording.step_s
    swing = 0.5 * agents.size[row, 0] * np.abs(agents.yaw_rate[row, 1:])  # of who is carried, about its joint
    jump = (np.abs(moved - np.abs(middle)) - swing)[both]
    if (jump > JUMP_MPS).any():
        out.append(f"jumps by {jump.max():.2f} m/s")
    return tuple(out)
