"""Edits of a scenario as text, as --fault, --without and --set take them; the result is a variant.

actuation@2.0-5.0,brake_gain=0.5,steer_lag_s=0.2      what the subject vehicle's actuators do wrong from 2 s to 5 s
friction=0.3                                          a quantity of the environment
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields

from roadnet.base.errors import InputError, did_you_mean
from scenarios.model.spec import ActuationFault, ConcreteScenario, Environment
from scenarios.model.variants import with_actuation_fault, with_environment, without_actor

NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?"
SHAPE = re.compile(rf"actuation@(?P<on>{NUMBER})-(?P<off>{NUMBER})(?P<rest>(?:,[^,]*)+)")
WANTED = "actuation@T_ON-T_OFF,key=value[,key=value...], e.g. actuation@2.0-5.0,brake_gain=0.5"
QUANTITIES = tuple(f.name for f in fields(ActuationFault) if f.name not in ("t_on_s", "t_off_s"))
RANGES = {
    "brake_gain": (0.0, 1.0),
    "steer_lag_s": (0.0, 10.0),
    "steer_offset_1pm": (-0.5, 0.5),
    "latency_s": (0.0, 10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Edits:
    """What is changed in every scenario before it runs, as text."""

    faults: tuple[str, ...] = ()
    without: tuple[str, ...] = ()  # names of actors; a scenario without such an actor stays as it is
    environment: tuple[str, ...] = ()


NOTHING = Edits()


def edited(spec: ConcreteScenario, edits: Edits) -> ConcreteScenario:
    """Return the variant. Raises InputError for text that says nothing."""
    for name in edits.without:
        if name in [actor.name for actor in spec.actors]:
            spec = without_actor(spec, name)
    for text in edits.faults:
        spec = with_actuation_fault(spec, actuation_fault(text))
    changes = dict(environment_change(text) for text in edits.environment)
    return with_environment(spec, **changes) if changes else spec


def is_actuation(text: str) -> bool:
    """Return whether the text of a fault is meant for the actuators."""
    return text.strip().startswith("actuation")


def actuation_fault(text: str) -> ActuationFault:
    """Return the fault that `text` asks for. Raises InputError with the nearest known name."""
    where = f"--fault {text!r}"
    match = SHAPE.fullmatch(text.strip())
    if match is None:
        raise InputError(where, got="another form", wanted=WANTED)
    t_on_s, t_off_s = float(match["on"]), float(match["off"])
    if not t_on_s < t_off_s < math.inf:
        raise InputError(where, got=f"{t_on_s:g}-{t_off_s:g} s", wanted="a time that ends after it begins")
    return ActuationFault(t_on_s=t_on_s, t_off_s=t_off_s, **quantities(where, match["rest"].split(",")[1:]))


def actuation_text(fault: ActuationFault) -> str:
    """Return the text from which `actuation_fault` gives the fault back, quantities that do nothing left out."""
    nothing = ActuationFault(t_on_s=0.0, t_off_s=1.0)
    differs = [q for q in QUANTITIES if getattr(fault, q) != getattr(nothing, q)] or [QUANTITIES[0]]
    values = "".join(f",{q}={getattr(fault, q)!r}" for q in differs)
    return f"actuation@{fault.t_on_s!r}-{fault.t_off_s!r}{values}"


def quantities(where: str, parts: Iterable[str]) -> dict[str, float]:
    """Return name -> value of "key=value" parts, each known, in its range and given once."""
    out: dict[str, float] = {}
    for part in parts:
        key, equals, number = part.partition("=")
        if not equals:
            raise InputError(where, got=repr(part), wanted="key=value")
        if key not in QUANTITIES:
            raise InputError(where, got=repr(key), wanted=f"a quantity of it{did_you_mean(key, QUANTITIES)}")
        if key in out:
            raise InputError(where, got=f"{key!r} twice", wanted="each quantity once")
        low, high = RANGES[key]
        value = float(number) if re.fullmatch(f"-?{NUMBER}", number) else math.nan
        if not low <= value <= high:
            raise InputError(where, got=part, wanted=f"{key} from {low:g} to {high:g}")
        out[key] = value
    return out


def environment_change(text: str) -> tuple[str, float]:
    """Return (name, value) of "friction=0.3"."""
    key, equals, number = (part.strip() for part in text.partition("="))
    names = tuple(f.name for f in fields(Environment))
    if not equals or key not in names:
        wanted = f"a quantity of the environment, e.g. friction=0.3{did_you_mean(key, names)}"
        raise InputError("--set", got=repr(text), wanted=wanted)
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError("--set", got=repr(text), wanted="a finite number")
    return key, value
