"""Bodies of road users with the origin of their sizes, from data/exposure/bodies.toml."""

from dataclasses import dataclass
from functools import cache

from roadnet.base.records import load_toml
from roadnet.base.shipped import data_path
from scenarios.hazards.taxonomy import Grade
from scenarios.model.spec import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """A size and where it comes from."""

    size_m: tuple[float, float, float]  # length, width, height
    source: str
    grade: Grade


@dataclass(frozen=True, kw_only=True, slots=True)
class Bodies:
    """The file."""

    about: str
    bodies: dict[str, Body]


KIND_OF = {
    "car": Kind.CAR, "small_car": Kind.CAR, "van": Kind.VAN, "truck": Kind.TRUCK, "bus": Kind.BUS,
    "motorcycle": Kind.MOTORCYCLE, "child": Kind.PEDESTRIAN, "adult": Kind.PEDESTRIAN, "cyclist": Kind.CYCLIST,
    "scooter": Kind.SCOOTER, "deer": Kind.ANIMAL, "caravan": Kind.TRAILER, "door": Kind.DOOR, "crate": Kind.DEBRIS,
}  # fmt: skip


@cache
def size_of(name: str) -> tuple[float, float, float]:
    """Return length, width, height of a body, m."""
    return load_toml(data_path("exposure", "bodies.toml"), Bodies).bodies[name].size_m
