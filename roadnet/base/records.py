"""Strict TOML: a file becomes a frozen dataclass, or one line that says where it is wrong and what was meant.

The dataclass is the schema: field names are the keys, defaults make a key optional, annotations are checked.
Understood: float, int, bool, str, Literal, enums (by lower-case member name), X | None, tuple[X, ...],
tuple[X, Y], dict[str, X] (a table whose keys are free) and dataclasses of these, nested at will.

@dataclass(frozen=True, kw_only=True, slots=True)
class Mount:
    height_m: float = number(above=0.0, most=10.0)
"""

import enum
import math
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, field, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from roadnet.base.errors import InputError, did_you_mean

T = TypeVar("T")
LARGEST_FILE_BYTES = 16 << 20


def load_toml(path: str | Path, cls: type[T]) -> T:
    """Return the TOML file at `path` as an instance of the dataclass `cls`. Raises InputError."""
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise InputError(str(path), got=f"{path.stat().st_size} bytes", wanted=f"at most {LARGEST_FILE_BYTES}")
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(str(path), got=error.strerror or "an unreadable file", wanted="a readable TOML file") from None
    except UnicodeDecodeError:
        raise InputError(str(path), got="bytes that are not UTF-8", wanted="a TOML file in UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(str(path), got=f"text that is not TOML ({error})", wanted="valid TOML") from None
    return record(data, cls, where=path.name)


def record(data: Mapping[str, Any], cls: type[T], *, where: str) -> T:
    """Return `data` as an instance of the dataclass `cls`; `where` opens each error message. Raises InputError."""
    return _record(data, cls, f"{where}:", "")


def number(
    *, above: float = -math.inf, least: float = -math.inf, below: float = math.inf, most: float = math.inf,
    default: Any = MISSING,
) -> Any:  # fmt: skip
    """Return a dataclass field whose numbers must satisfy above < x < below and least <= x <= most."""
    return field(default=default, metadata={"range": (above, least, below, most)})


def _record(data: Any, cls: type[T], where: str, key: str) -> T:
    if not isinstance(data, Mapping):
        raise InputError(f"{where} {key}", got=_shown(data), wanted="a table")
    known = {f.name: f for f in fields(cls) if f.init}  # type: ignore[arg-type]
    for name in data:
        if name not in known:
            raise InputError(f"{where} {_join(key, name)}", got="an unknown key", wanted=_wanted_key(name, known))
    hints, values = get_type_hints(cls), {}
    for name, f in known.items():
        if name in data:
            values[name] = _value(data[name], hints[name], f, where, _join(key, name))
        elif f.default is MISSING and f.default_factory is MISSING:
            raise InputError(f"{where} {_join(key, name)}", got="nothing", wanted=_type_text(hints[name]))
    try:
        return cls(**values)
    except InputError:
        raise
    except ValueError as error:  # a record may check what spans several fields
        raise InputError(f"{where} {key}".rstrip(), got="values that do not fit together", wanted=str(error)) from None


def _value(value: Any, hint: Any, f: Field[Any], where: str, key: str) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        inner = [a for a in args if a is not NoneType]
        return _value(value, inner[0], f, where, key)
    if origin is tuple:
        return _tuple(value, args, f, where, key)
    if origin is dict:
        if not isinstance(value, dict):
            raise InputError(f"{where} {key}", got=_shown(value), wanted="a table")
        return {name: _value(v, args[1], f, where, _join(key, name)) for name, v in sorted(value.items())}
    if origin is Literal:
        if value not in args or isinstance(value, bool):
            wanted = "one of " + ", ".join(map(repr, args)) + (did_you_mean(str(value), map(str, args)))
            raise InputError(f"{where} {key}", got=_shown(value), wanted=wanted)
        return value
    if isinstance(hint, type) and is_dataclass(hint):
        return _record(value, hint, where, key)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        members = {m.name.lower(): m for m in hint}
        if value not in members:
            raise InputError(f"{where} {key}", got=_shown(value), wanted="a name" + did_you_mean(str(value), members))
        return members[value]
    return _plain(value, hint, f, where, key)


def _tuple(value: Any, args: tuple[Any, ...], f: Field[Any], where: str, key: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise InputError(f"{where} {key}", got=_shown(value), wanted="an array")
    if len(args) == 2 and args[1] is Ellipsis:
        kinds: tuple[Any, ...] = (args[0],) * len(value)
    elif len(args) == len(value):
        kinds = args
    else:
        raise InputError(f"{where} {key}", got=f"{len(value)} values", wanted=f"{len(args)}")
    return tuple(_value(v, a, f, where, f"{key}[{i}]") for i, (v, a) in enumerate(zip(value, kinds, strict=True)))


def _plain(value: Any, hint: Any, f: Field[Any], where: str, key: str) -> Any:
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if abs(value) < 1 << 1000 else math.inf
    if type(value) is not hint:
        raise InputError(f"{where} {key}", got=_shown(value), wanted=_type_text(hint))
    if hint is float and not math.isfinite(value):
        raise InputError(f"{where} {key}", got=_shown(value), wanted="a finite number")
    if hint in (int, float) and "range" in f.metadata:
        above, least, below, most = f.metadata["range"]
        if not (above < value < below and least <= value <= most):
            raise InputError(f"{where} {key}", got=_shown(value), wanted=_range_text(key, above, least, below, most))
    return value


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _wanted_key(name: str, known: Mapping[str, Any]) -> str:
    return f"a known key{did_you_mean(name, known)}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _type_text(hint: Any) -> str:
    names = {float: "a number", int: "a whole number", bool: "true or false", str: "a text"}
    if hint in names:
        return names[hint]
    return {tuple: "an array", dict: "a table"}.get(get_origin(hint) or hint, "a value")


def _range_text(key: str, above: float, least: float, below: float, most: float) -> str:
    low = f"{above:g} < " if above > -math.inf else f"{least:g} <= " if least > -math.inf else ""
    high = f" < {below:g}" if below < math.inf else f" <= {most:g}" if most < math.inf else ""
    return f"{low}{key.rsplit('.', 1)[-1]}{high}"
