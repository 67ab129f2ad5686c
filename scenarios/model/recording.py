"""Recording: what happened, as facts. No intention, role, hazard or seed is in it (a test holds that)."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array

LAMP_BRAKE, LAMP_LEFT, LAMP_RIGHT, LAMP_HEAD, LAMP_HAZARD, LAMP_REVERSE = 1, 2, 4, 8, 16, 32


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Agents:
    """States of A agents over T steps; rows are in shuffled order, `Recording.subject` says which is ego."""

    kind: Array  # (A,) uint8 spec.Kind
    size: Array  # (A, 3) float32 length, width, height m
    look: Array  # (A,) uint32 seed of paint and clothes
    valid: Array  # (A, T) bool: present
    xyz: Array  # (A, T, 3) float64 m, map frame; centre of the footprint, z of the ground under it
    yaw: Array  # (A, T) float32 rad
    speed: Array  # (A, T) float32 m/s along the body's heading, below zero backing
    accel: Array  # (A, T) float32 m/s2
    yaw_rate: Array  # (A, T) float32 rad/s
    lamps: Array  # (A, T) uint8 bit mask
    gait: Array  # (A, T) float32 rad, phase of walking limbs or of turning wheels and cranks


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Statics:
    """Scenery that does not move; O things. The map's own objects are in the network, not here."""

    kind: tuple[str, ...]
    pose: Array  # (O, 4) float64 x, y, z of the base centre, heading
    size: Array  # (O, 3) float32 length, width, height m
    look: Array  # (O,) uint32


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Surroundings:
    """Weather and light over time; ISO 34503 names, units as spec.Environment."""

    mor_m: Array  # (T,) float32
    rain_mmph: Array  # (T,)
    water_film_mm: Array  # (T,)
    illuminance_lux: Array  # (T,)
    sun_elevation_rad: Array  # (T,)
    sun_azimuth_rad: Array  # (T,)
    friction: Array  # (T,)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Contacts:
    """First touch of each pair of agents, swept exactly between steps; C pairs, sorted by time."""

    pair: Array  # (C, 2) int32 agent rows, lower first
    t_ns: Array  # (C,) int64
    closing_mps: Array  # (C,) float32 relative speed of the reference points at the touch


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Recording:
    """A scenario's facts over time."""

    map_digest: str
    t_ns: Array  # (T,) int64, from 0, equally spaced
    subject: int  # agent row of the subject vehicle
    agents: Agents
    statics: Statics
    surroundings: Surroundings
    signal_state: Array  # (groups, T) uint8 spec.SignalPhase states, rows as net.signals.group_id
    contacts: Contacts

    @property
    def step_s(self) -> float:
        """Return the step, s."""
        return float(self.t_ns[1] - self.t_ns[0]) * 1e-9 if len(self.t_ns) > 1 else 0.05

    @property
    def duration_s(self) -> float:
        """Return the time from the first to the last step, s."""
        return float(self.t_ns[-1]) * 1e-9 if len(self.t_ns) else 0.0

    @property
    def velocity(self) -> Array:
        """Return (A, T, 2) m/s in the map frame."""
        yaw, v = self.agents.yaw.astype(np.float64), self.agents.speed[..., None].astype(np.float64)
        return np.asarray(np.stack([np.cos(yaw), np.sin(yaw)], -1) * v)
