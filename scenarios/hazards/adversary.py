"""Programs as vectors: what an optimiser turns to find the program that hurts, and how natural each is.

A plan has K knots, `knot_s` apart: over each the actor keeps one acceleration, and moves aside by one mean lateral
speed. The vector is (a_0 ... a_K-1, u_0 ... u_K-1). Any vector within the bounds is a feasible program: speeds stay
within [0, speed_most]; a knot's lateral move is half a cosine that ends with the knot, its peak within the limit, no
steeper and no tighter than the body can drive at that speed, and a body that stands does not move aside.
The prior says how likely a naturalistic driver does the same: autoregressive Gaussians, graded `assumed`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from scenarios.hazards.manoeuvre import step_at
from scenarios.model.spec import ActorProgram, Control, What
from scenarios.simulation.bodies import BODIES

PEAK = 0.5 * float(np.pi)  # of half a cosine over its mean
STEEPEST = 0.3  # lateral over forward speed; assumed
TURNED = 0.8  # of the turning circle is used
ACROSS_MPS2 = 4.0  # lateral acceleration, half of what tyres hold on a dry road; assumed
LEAST_RATE = 1e-3  # a change of speed or offset slower than this is none
# of a driver who keeps lane and speed; assumed: no data were found for accelerations at this step
ACCEL_SD_MPS2, LATERAL_SD_MPS = 0.8, 0.15
KEPT_PER_S = 0.5  # correlation of a quantity with itself a second later
LOG_ROOT_2PI = 0.5 * float(np.log(2.0 * np.pi))


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One number of the vector."""

    name: str
    unit: str
    lo: float
    hi: float


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Plan:
    """The declaration of a vector: K knots from a time on, and the kinematic limits that bound it."""

    base: ActorProgram  # body, path and initial state; its own steps run before the first knot
    begins_s: float = 0.0
    knots: int = 6
    knot_s: float = 1.0
    accel_mps2: tuple[float, float] = (-8.0, 3.0)
    lateral_most_mps: float = 1.8  # at the peak of a move
    speed_most_mps: float = 36.0
    offset_m: tuple[float, float] = (-1.5, 1.5)  # where the body's middle stays across its path

    def __post_init__(self) -> None:
        lo, hi = self.accel_mps2
        offset = self.offset_m
        fits = self.knots > 0 and self.knot_s > 0.0 and self.begins_s >= 0.0 and lo < 0.0 < hi
        if not (fits and self.lateral_most_mps > 0.0 and offset[0] <= self.base.offset_m <= offset[1]):
            got = f"{self.knots} knots of {self.knot_s:g} s, {self.accel_mps2} m/s2, offsets {offset}"
            raise InputError("plan", got=got, wanted="knots, braking and accelerating, offsets around the actor's own")

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return what each number of the vector is."""
        side = self.lateral_most_mps / PEAK
        return (
            *(Entry(name=f"accel_{k}", unit="m/s2", lo=self.accel_mps2[0], hi=self.accel_mps2[1])
              for k in range(self.knots)),
            *(Entry(name=f"lateral_{k}", unit="m/s", lo=-side, hi=side) for k in range(self.knots)),
        )  # fmt: skip

    @property
    def bounds(self) -> Array:
        """Return (2 K, 2) lower and upper bounds."""
        return np.array([(entry.lo, entry.hi) for entry in self.entries])


def feasible(plan: Plan, vector: Sequence[float] | Array) -> Array:
    """Return (2 K,) the feasible vector next to this one, knot by knot: what `decode` makes a program of.

    Raises InputError unless it is 2 K finite numbers.
    """
    given = np.asarray(vector, np.float64)
    if given.shape != (2 * plan.knots,) or not np.isfinite(given).all():
        raise InputError("vector", got=f"shape {given.shape}", wanted=f"{2 * plan.knots} finite numbers")
    out = np.clip(given, *plan.bounds.T)
    v, offset = plan.base.speed_mps, plan.base.offset_m
    for k in range(plan.knots):
        after = min(max(v + out[k] * plan.knot_s, 0.0), plan.speed_most_mps)
        v_before, out[k], v = v, (after - v) / plan.knot_s, after
        most = _most_aside(plan, min(v_before, v))
        aside = min(max(out[plan.knots + k], -most), most)
        side = min(max(offset + aside * plan.knot_s, plan.offset_m[0]), plan.offset_m[1])
        out[plan.knots + k], offset = (side - offset) / plan.knot_s, side
    return np.asarray(out)


def _most_aside(plan: Plan, speed_mps: float) -> float:
    """Return the largest mean lateral speed of a knot whose lowest speed is this, m/s.

    Half a cosine by d in T accelerates by d / 2 (pi / T)^2 across, and bends by that over v^2.
    """
    bend = TURNED * BODIES[plan.base.kind].curvature_most_1pm * speed_mps * speed_mps
    return float(min(STEEPEST * speed_mps / PEAK, 2.0 * min(bend, ACROSS_MPS2) * plan.knot_s / np.pi**2))


def decode(plan: Plan, vector: Sequence[float] | Array) -> ActorProgram:
    """Return the actor's program of a vector, made feasible. Raises InputError."""
    x = feasible(plan, vector)
    steps = list(plan.base.steps)
    v, offset = plan.base.speed_mps, plan.base.offset_m
    for k in range(plan.knots):
        t, accel, side = plan.begins_s + k * plan.knot_s, float(x[k]), float(x[plan.knots + k])
        if abs(accel) >= LEAST_RATE:
            v = v + accel * plan.knot_s
            steps.append(step_at(t, What.SPEED, max(v, 0.0), abs(accel)))
        if abs(side) >= LEAST_RATE:
            offset = offset + side * plan.knot_s
            steps.append(step_at(t, What.LANE_OFFSET, offset, PEAK * abs(side)))
    return ActorProgram(
        name=plan.base.name,
        kind=plan.base.kind,
        size=plan.base.size,
        path=plan.base.path,
        s_m=plan.base.s_m,
        offset_m=plan.base.offset_m,
        speed_mps=plan.base.speed_mps,
        steps=tuple(steps),
        control=Control.SCRIPTED,
        look=plan.base.look,
    )


def encode(plan: Plan, program: ActorProgram) -> Array:
    """Return the (2 K,) vector of a program that `decode` made with this plan; its inverse to about a millionth."""
    out = np.zeros(2 * plan.knots)
    v, offset = plan.base.speed_mps, plan.base.offset_m
    for step in program.steps[len(plan.base.steps) :]:
        k = round((step.trigger.value - plan.begins_s) / plan.knot_s)
        if step.action.what == What.SPEED:
            out[k], v = (step.action.target - v) / plan.knot_s, step.action.target
        else:
            out[plan.knots + k], offset = (step.action.target - offset) / plan.knot_s, step.action.target
    return out


def log_prior(plan: Plan, vector: Sequence[float] | Array) -> float:
    """Return the log density of a vector under the naturalistic prior: each quantity an AR(1) Gaussian over knots.

    Stationary with the standard deviations above; the density is of the unbounded process, so that bounds do not
    change it. Raises InputError unless it is 2 K finite numbers.
    """
    x = np.asarray(vector, np.float64)
    feasible(plan, x)
    kept = KEPT_PER_S**plan.knot_s
    total = 0.0
    for row, sd in ((x[: plan.knots], ACCEL_SD_MPS2), (x[plan.knots :], LATERAL_SD_MPS)):
        step_sd = sd * float(np.sqrt(1.0 - kept * kept))
        total += -0.5 * float(row[0] / sd) ** 2 - LOG_ROOT_2PI - float(np.log(sd))
        news = (row[1:] - kept * row[:-1]) / step_sd
        total += float(np.sum(-0.5 * news * news - LOG_ROOT_2PI - np.log(step_sd)))
    return total
