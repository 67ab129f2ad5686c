"""Sensor faults as text, as the command line takes them: KIND:STREAM@T_ON-T_OFF[,key=value...].

dropout:lidar_top@2.0-3.0                 the stream delivers nothing from 2 s to 3 s
dropout:lidar*@2.0-3.0,share=0.5          every stream whose name begins with "lidar"; a parameter of the fault
"""

import math
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from roadnet.base.errors import InputError, did_you_mean
from scenarios.model.spec import SensorEvent

NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?"
SHAPE = re.compile(rf"(?P<kind>[\w:]+?):(?P<stream>[\w*?]+)@(?P<on>{NUMBER})-(?P<off>{NUMBER})(?P<rest>(?:,[^,]*)*)")
WANTED = "KIND:STREAM@T_ON-T_OFF[,key=value...], e.g. dropout:lidar_top@2.0-3.0"


def fault(text: str, *, kinds: Mapping[str, Iterable[str]], streams: Iterable[str]) -> SensorEvent:
    """Return the fault that `text` asks for. Raises InputError with the nearest known name.

    kinds: fault kind -> the names of its parameters; streams: the streams of the rig.
    """
    where = f"--fault {text!r}"
    match = SHAPE.fullmatch(text.strip())
    if match is None:
        raise InputError(where, got="another form", wanted=WANTED)
    kind, stream = match["kind"], match["stream"]
    if kind not in kinds:
        raise InputError(where, got=f"fault {kind!r}", wanted=f"a known fault{did_you_mean(kind, kinds)}")
    names = sorted(streams)
    if not any(fnmatchcase(name, stream) for name in names):
        raise InputError(where, got=f"stream {stream!r}", wanted=f"a stream of the rig{did_you_mean(stream, names)}")
    t_on_s, t_off_s = float(match["on"]), float(match["off"])
    if not t_on_s < t_off_s < math.inf:
        raise InputError(where, got=f"{t_on_s:g}-{t_off_s:g} s", wanted="a time that ends after it begins")
    return SensorEvent(
        kind=kind,
        stream=stream,
        t_on_s=t_on_s,
        t_off_s=t_off_s,
        values=_values(where, match["rest"], sorted(kinds[kind])),
    )


def _values(where: str, rest: str, known: list[str]) -> tuple[tuple[str, float], ...]:
    """Return the parameters of ",key=value,key=value", sorted by name, each once and finite."""
    out: dict[str, float] = {}
    for part in rest.split(",")[1:]:
        key, equals, number = part.partition("=")
        if not equals:
            raise InputError(where, got=repr(part), wanted="key=value")
        if key not in known:
            raise InputError(where, got=f"parameter {key!r}", wanted=f"a parameter of it{did_you_mean(key, known)}")
        if key in out:
            raise InputError(where, got=f"{key!r} twice", wanted="each parameter once")
        if not re.fullmatch(f"-?{NUMBER}", number) or not math.isfinite(float(number)):
            raise InputError(where, got=f"{key}={number}", wanted="a finite number")
        out[key] = float(number)
    return tuple(sorted(out.items()))


def fault_text(event: SensorEvent) -> str:
    """Return the text from which `fault` gives `event` back."""
    values = "".join(f",{key}={value!r}" for key, value in sorted(event.values))
    return f"{event.kind}:{event.stream}@{event.t_on_s!r}-{event.t_off_s!r}{values}"
