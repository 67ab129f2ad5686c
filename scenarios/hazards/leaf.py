"""What a hazard file declares and what it builds.

A hazard is a module of this folder with
    LEAF: Leaf
    build(spot, values, features, net, streams) -> Draft   the scenario, solved backwards from the conflict
    expected(values, features, margin) -> Array            (N,) bool: will the onset occur
    oracle(recording, net, packets) -> Evidence            unless LEAF.needs_packets: then in sensors/oracles
    VERSION: int                                           of the oracle
`features` are those of the spots (scenarios/hazards/spots.py): arrays for `expected`, one spot's for `build`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from roadnet.base.arrays import Array
from scenarios.hazards.exposure import Prior
from scenarios.model.spec import ActorProgram, Control, Environment, SensorEvent, SignalPhase, StaticObject

UNITS = {
    "mps2": "m/s2", "mps": "m/s", "1pm": "1/m", "m": "m", "s": "s", "rad": "rad", "radps": "rad/s", "mmph": "mm/h",
    "mm": "mm", "lux": "lx",
}  # fmt: skip

Columns = Mapping[str, Array]  # name -> (N,) values
# (values drawn so far, features of the places) -> location and scale of x = location + scale z
Given = Callable[[Columns, Columns], tuple[Array, Array]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """A number that makes a scenario of this leaf concrete.

    Without `given` the prior is of the parameter itself; with it, of z in x = location + scale z, so that a
    parameter can depend on the place and on parameters declared before it. Truncated to [lo, hi].
    """

    name: str  # ends in its unit, "gap_m"
    meaning: str
    lo: float
    hi: float
    prior: Prior
    fill: tuple[float, float]  # range of z over which gap filling spreads evenly
    given: Given | None = None
    given_text: str = ""  # how it depends on what, for the catalogue
    within: Given | None = None  # (lo, hi) that hold as well, where they depend on other values
    within_text: str = ""

    @property
    def unit(self) -> str:
        """Return the unit, "1" for a pure number."""
        return UNITS.get(self.name.rpartition("_")[2], "1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """A hazard that can be generated."""

    id: str  # of the taxonomy, "TC-05"
    name: str  # the file's
    title: str
    cause: Literal["actor", "road", "ego", "modifier"]  # what the counterfactual removes
    place_kind: str  # of roadnet.places
    parameters: tuple[Parameter, ...]
    tags: tuple[str, ...] = ()
    needs_packets: bool = False  # its oracle reads sensor packets and lives in sensors/oracles
    control: Control = Control.SCRIPTED  # of the actors that make the hazard


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Draft:
    """A scenario before dressing, odds and names. The first actor is the subject vehicle "ego"."""

    actors: tuple[ActorProgram, ...]
    duration_s: float
    statics: tuple[StaticObject, ...] = ()
    environment: Environment = field(default_factory=Environment)
    phases: tuple[SignalPhase, ...] = ()
    sensor_events: tuple[SensorEvent, ...] = ()
    where: str = ""  # road words: "road 12 lane -1 s 40.0"
    oncoming: bool = True  # dressing may put oncoming traffic beside this
