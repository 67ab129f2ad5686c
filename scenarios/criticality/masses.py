"""Masses of road users by kind and size: what a collision does to speeds depends on their ratio."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from scenarios.model.spec import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class MassRule:
    """Mass = fixed_kg + per_m3_kg * length * width * height."""

    fixed_kg: float
    per_m3_kg: float
    grade: str  # "published" | "assumed"
    source: str


ADULT_KG = 75.0
RULES: dict[Kind, MassRule] = {
    Kind.CAR: MassRule(
        fixed_kg=0.0,
        per_m3_kg=122.0,
        grade="published",
        source="mean mass in running order of new cars, EU and UK 2020: 1457 kg (ECF 2023 after ICCT), "
        "spread over a box of 4.4 x 1.8 x 1.5 m (assumed)",
    ),
    Kind.VAN: MassRule(
        fixed_kg=0.0, per_m3_kg=105.0, grade="assumed", source="2.5 t, half laden, in a box of 5.5 x 2.0 x 2.15 m"
    ),
    Kind.TRUCK: MassRule(
        fixed_kg=0.0,
        per_m3_kg=230.0,
        grade="assumed",
        source="half laden: 25 t at 16.5 x 2.55 x 2.6 m of solid box; the limit is 40 t (Directive 96/53/EC)",
    ),
    Kind.BUS: MassRule(
        fixed_kg=0.0,
        per_m3_kg=155.0,
        grade="assumed",
        source="half laden: 15 t at 12 x 2.55 x 3.15 m; the limit of two axles is 19.5 t (Directive (EU) 2015/719)",
    ),
    Kind.MOTORCYCLE: MassRule(fixed_kg=200.0 + ADULT_KG, per_m3_kg=0.0, grade="assumed", source="machine and rider"),
    Kind.CYCLIST: MassRule(fixed_kg=15.0 + ADULT_KG, per_m3_kg=0.0, grade="assumed", source="bicycle and rider"),
    Kind.PEDESTRIAN: MassRule(
        fixed_kg=0.0,
        per_m3_kg=150.0,
        grade="assumed",
        source="75 kg, the driver of EU type approval (Regulation (EU) 1230/2012), in a box of 0.5 x 0.6 x 1.7 m, so "
        "that a child weighs less",
    ),
    Kind.SCOOTER: MassRule(fixed_kg=15.0 + ADULT_KG, per_m3_kg=0.0, grade="assumed", source="scooter and rider"),
    Kind.ANIMAL: MassRule(
        fixed_kg=0.0, per_m3_kg=170.0, grade="assumed", source="roe deer: 25 kg in a box of 1.1 x 0.3 x 0.45 m of body"
    ),
    Kind.TRAILER: MassRule(
        fixed_kg=0.0, per_m3_kg=60.0, grade="assumed", source="750 kg, unbraked and laden, in a box of 3.5 x 1.8 x 2 m"
    ),
    Kind.DOOR: MassRule(
        fixed_kg=1457.0, per_m3_kg=0.0, grade="assumed", source="whoever hits a door hits the car it hangs on"
    ),
    Kind.DEBRIS: MassRule(
        fixed_kg=0.0, per_m3_kg=100.0, grade="assumed", source="a tyre tread or a crate, mostly hollow"
    ),
}
LEAST_KG = 0.1


def mass_of(kind: Array, size: Array) -> Array:
    """Return (A,) kg of agents by kind (A,) and size (A, 3) length, width, height m."""
    rules = [RULES[Kind(int(k))] for k in kind]
    fixed, per_m3 = (np.array([getattr(rule, name) for rule in rules]) for name in ("fixed_kg", "per_m3_kg"))
    return np.asarray(np.maximum(fixed + per_m3 * np.asarray(size, np.float64).prod(axis=1), LEAST_KG))
