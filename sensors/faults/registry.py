"""Faults by kind: the folder sensors/faults, walked on first use; the file name is the kind.

Each file has `VALUES` (name -> least, most, default; physical units in the name), `silences(event, t_start_ns,
t_end_ns) -> bool` and `apply(packet, truth, event, *, key) -> (packet, truth) | None`.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from roadnet.base.errors import InputError, did_you_mean
from scenarios.model.spec import SensorEvent
from sensors import faults


@cache
def fault_kinds() -> dict[str, ModuleType]:
    """Return kind -> module."""
    modules = {m.name: import_module(f"sensors.faults.{m.name}") for m in iter_modules(faults.__path__)}
    return {name: module for name, module in sorted(modules.items()) if hasattr(module, "VALUES")}


def fault_values() -> Mapping[str, tuple[str, ...]]:
    """Return kind -> names of its parameters."""
    return {kind: tuple(module.VALUES) for kind, module in fault_kinds().items()}


def acting(events: tuple[SensorEvent, ...], stream: str, t_start_ns: int, t_end_ns: int) -> tuple[SensorEvent, ...]:
    """Return the faults that meet [t_start, t_end) of a stream, in the order given."""
    return tuple(
        e
        for e in events
        if fnmatchcase(stream, e.stream) and t_start_ns < round(e.t_off_s * 1e9) and round(e.t_on_s * 1e9) < t_end_ns
    )


def checked(events: tuple[SensorEvent, ...]) -> tuple[SensorEvent, ...]:
    """Return the events; InputError where a kind is unknown or a value out of its range."""
    for event in events:
        if event.kind not in fault_kinds():
            wanted = f"a known fault{did_you_mean(event.kind, fault_kinds())}"
            raise InputError("fault", got=repr(event.kind), wanted=wanted)
        known = fault_kinds()[event.kind].VALUES
        for name, value in event.values:
            if name not in known:
                wanted = f"a parameter of it{did_you_mean(name, known)}"
                raise InputError(f"fault {event.kind}", got=repr(name), wanted=wanted)
            least, most, _ = known[name]
            if not least <= value <= most:
                raise InputError(
                    f"fault {event.kind}: {name}", got=f"{value:g}", wanted=f"{least:g} <= {name} <= {most:g}"
                )
    return events
