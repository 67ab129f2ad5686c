"""Whether every actor stayed physically feasible, read from the recording: speeding up, braking, turning, jumps.

Limits are those of its kind (scenarios/simulation/bodies.py) and the grip of the road. What happens to an agent from
its first contact on is not its doing and is left out.
"""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario, Kind
from scenarios.simulation.bodies import BODIES
from scenarios.simulation.tables import order_of

GRAVITY_MPS2 = 9.81
SLACK = 1.05  # stored states are single precision, and a step's mean is not its instant
LEAST_MPS = 2.0  # slower than this the curvature of a path says nothing: it turns on the spot, or barely moves
JUMP_MPS = 1.0  # faster than this beyond its own speed a body is somewhere else, not moving
CARRIED = (Kind.TRAILER, Kind.DOOR, Kind.DEBRIS)  # moved by what carries or threw them: no engine, no steering
ON_FOOT = (Kind.PEDESTRIAN, Kind.ANIMAL)  # grip is not what stops them


@dataclass(frozen=True, slots=True)
class Breach:
    """The worst of one kind that an actor did beyond its limits."""

    actor: str
    what: str  # "accelerates", "brakes", "turns", "slides", "jumps"
    t_s: float
    value: float
    limit: float
    unit: str


def breaches(spec: ConcreteScenario, recording: Recording) -> tuple[Breach, ...]:
    """Return what actors did that they could not; () where everybody stayed feasible. Sorted by actor, then what."""
    out: list[Breach] = []
    for row, actor in enumerate(order_of(spec)):
        out += agent_breaches(spec.actors[actor].name, row, recording)
    return tuple(sorted(out, key=lambda b: (b.actor, b.what)))


def agent_breaches(name: str, row: int, recording: Recording) -> list[Breach]:
    """Return the breaches of one agent."""
    agents, kind = recording.agents, Kind(int(recording.agents.kind[row]))
    limits, alone = BODIES[kind], untouched(recording, row)
    speed = np.abs(agents.speed[row].astype(np.float64))
    grip = float(recording.surroundings.friction.max(initial=0.0)) * GRAVITY_MPS2
    rate = np.diff(np.abs(agents.speed[row].astype(np.float64))) / recording.step_s
    held = alone[1:] & alone[:-1]
    found = [worst(name, "jumps", misplaced(recording, row), JUMP_MPS, "m/s", recording, held)]
    if kind not in CARRIED:
        brakes = grip if kind not in ON_FOOT else np.inf
        found.append(worst(name, "accelerates", rate, limits.accel_most_mps2, "m/s2", recording, held))
        found.append(worst(name, "brakes", -rate, brakes, "m/s2", recording, held))
        turn, mean = np.abs(turned(agents.yaw[row])) / recording.step_s, 0.5 * (speed[1:] + speed[:-1])
        fast = held & (mean > LEAST_MPS)
        bend = turn / np.maximum(mean, LEAST_MPS)
        found.append(worst(name, "turns", bend, limits.curvature_most_1pm, "1/m", recording, fast))
        if kind not in ON_FOOT:
            found.append(worst(name, "slides", turn * mean, grip, "m/s2", recording, fast))
    return [b for b in found if b is not None]


def worst(
    name: str, what: str, value: Array, limit: float, unit: str, recording: Recording, where: Array
) -> Breach | None:
    """Return the worst value (T - 1,) beyond a limit where `where` holds, or None."""
    beyond = np.where(where & (value > SLACK * limit), value, -np.inf)
    k = int(np.argmax(beyond)) if len(beyond) else 0
    if not len(beyond) or not np.isfinite(beyond[k]):
        return None
    return Breach(name, what, float(recording.t_ns[k]) * 1e-9, float(value[k]), limit, unit)


def untouched(recording: Recording, row: int) -> Array:
    """Return (T,) bool: present, and before its first contact."""
    contacts = recording.contacts
    mine = contacts.t_ns[(contacts.pair == row).any(1)]
    end = mine.min() if len(mine) else np.iinfo(np.int64).max
    return np.asarray(recording.agents.valid[row] & (recording.t_ns <= end))


def misplaced(recording: Recording, row: int) -> Array:
    """Return (T - 1,) m/s: by how much each step's mean speed over ground exceeds the speeds at its ends."""
    agents, h = recording.agents, recording.step_s
    way = np.hypot(*np.diff(agents.xyz[row, :, :2], axis=0).T)
    speed = np.abs(agents.speed[row].astype(np.float64))
    return np.asarray(way / h - np.maximum(speed[1:], speed[:-1]))


def turned(yaw: Array) -> Array:
    """Return (T - 1,) rad turned in each step, wrapped."""
    return np.asarray((np.diff(yaw.astype(np.float64)) + np.pi) % (2.0 * np.pi) - np.pi)
