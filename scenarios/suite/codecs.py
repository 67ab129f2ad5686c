"""How the model's dataclasses become plain data and come back: the dataclass is the schema, checked field by field.

What an array field must look like stands in ARRAYS; everything else follows from the type hints. Encoding is
driven by the declared type, not by the value (a float field holding 1 is written as 1.0), so equal scenarios
have equal bytes.
"""

import math
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import IntEnum
from types import NoneType, UnionType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from scenarios.model.recording import Agents, Contacts, Recording, Statics, Surroundings
from scenarios.model.spec import PathSpec

Shape = tuple[str | int | None, ...]  # a letter is one length shared by all arrays of a record; None is any

WEATHER = (
    "mor_m", "rain_mmph", "water_film_mm", "illuminance_lux", "sun_elevation_rad", "sun_azimuth_rad", "friction"
)  # fmt: skip
ARRAYS: dict[type, dict[str, tuple[str, Shape]]] = {
    PathSpec: {"points": ("<f8", (None, 3)), "trajectory": ("<f8", (None, 6))},
    Agents: {
        "kind": ("|u1", ("A",)),
        "size": ("<f4", ("A", 3)),
        "look": ("<u4", ("A",)),
        "valid": ("|b1", ("A", "T")),
        "xyz": ("<f8", ("A", "T", 3)),
        "yaw": ("<f4", ("A", "T")),
        "speed": ("<f4", ("A", "T")),
        "accel": ("<f4", ("A", "T")),
        "yaw_rate": ("<f4", ("A", "T")),
        "lamps": ("|u1", ("A", "T")),
        "gait": ("<f4", ("A", "T")),
    },
    Statics: {"pose": ("<f8", ("O", 4)), "size": ("<f4", ("O", 3)), "look": ("<u4", ("O",))},
    Surroundings: dict.fromkeys(WEATHER, ("<f4", ("T",))),
    Contacts: {"pair": ("<i4", ("C", 2)), "t_ns": ("<i8", ("C",)), "closing_mps": ("<f4", ("C",))},
    Recording: {"t_ns": ("<i8", ("T",)), "signal_state": ("|u1", ("G", "T"))},
}
DTYPES = frozenset(dtype for table in ARRAYS.values() for dtype, _ in table.values())


class Writer:
    """The arrays of a record while it is encoded, and the lengths that its letters have taken."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []
        self.lengths: dict[str, int] = {}

    def put(self, value: Any, dtype: str, shape: Shape) -> int:
        """Return the number under which a field's array is kept, after checking it."""
        array = np.ascontiguousarray(value, dtype=dtype)
        if array.dtype.kind == "f":
            array = array + array.dtype.type(0)  # -0.0 becomes 0.0
        self.arrays.append(checked_array(array, dtype, shape, self.lengths))
        return len(self.arrays) - 1


class Reader:
    """The arrays of a record while its head is walked, and the lengths that its letters have taken."""

    def __init__(self, arrays: list[Array]) -> None:
        self.arrays = arrays
        self.lengths: dict[str, int] = {}

    def take(self, number: Any, dtype: str, shape: Shape) -> Array:
        """Return array `number` after checking it against what its field wants."""
        if type(number) is not int or not 0 <= number < len(self.arrays):
            raise InputError("", got=f"array number {number!r}", wanted=f"one of {len(self.arrays)} arrays")
        return checked_array(self.arrays[number], dtype, shape, self.lengths)


class Codec(NamedTuple):
    """How one type becomes plain data and comes back; an InputError names the field, record by record outwards."""

    encode: Callable[[Any, Writer], Any]
    decode: Callable[[Any, Reader], Any]


def checked_array(array: Array, dtype: str, shape: Shape, lengths: dict[str, int]) -> Array:
    """Return `array` if dtype, shape and finiteness fit; letters of `shape` take their length on first use."""
    fits = array.dtype.str == dtype and array.ndim == len(shape)
    for letter, n in zip(shape, array.shape, strict=False):
        fits = fits and (letter is None or n == (lengths.setdefault(letter, n) if isinstance(letter, str) else letter))
    if not fits:
        got = f"{array.dtype.str} {array.shape}"
        wanted = ", ".join(f"{n}={lengths[n]}" if isinstance(n, str) and n in lengths else str(n) for n in shape)
        raise InputError("", got=got, wanted=f"{dtype} ({wanted})")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError("", got="a value that is not finite", wanted="finite numbers (missing values are masked)")
    return array


def codec_of(kind: Any) -> Codec:
    """Return the codec of a type that the model uses: scalars, enums, tuples, dataclasses of those and arrays."""
    if kind not in CODECS:
        CODECS[kind] = new_codec(kind)
    return CODECS[kind]


def new_codec(kind: Any) -> Codec:
    """Return a codec by what sort of type `kind` is."""
    if get_origin(kind) is tuple:
        return tuple_codec(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return enum_codec(kind)
    if is_dataclass(kind):
        return record_codec(kind)
    raise TypeError(f"records cannot hold {kind}")


def scalar_codec(kind: type, *accepted: type) -> Codec:
    """Return the codec of bool, int or str: the type itself on both sides."""

    def encode(value: Any, writer: Writer) -> Any:
        if not isinstance(value, (kind, *accepted)) or (kind is int and isinstance(value, bool)):
            raise InputError("", got=repr(value), wanted=kind.__name__)
        return kind(value)

    def decode(value: Any, reader: Reader) -> Any:
        if type(value) is not kind:
            raise InputError("", got=repr(value)[:80], wanted=kind.__name__)
        return value

    return Codec(encode, decode)


def encode_float(value: Any, writer: Writer) -> float:
    """Return a finite float; -0.0 becomes 0.0 so that equal values have equal bytes."""
    number = float(value) + 0.0
    if not math.isfinite(number):
        raise InputError("", got=repr(value), wanted="a finite number")
    return number


def decode_float(value: Any, reader: Reader) -> float:
    """Return a finite float."""
    if type(value) is not float or not math.isfinite(value):
        raise InputError("", got=repr(value)[:80], wanted="a finite number")
    return value


CODECS: dict[Any, Codec] = {  # grows by one entry a type, on first use
    bool: scalar_codec(bool, np.bool_),
    int: scalar_codec(int, np.integer),
    str: scalar_codec(str),
    float: Codec(encode_float, decode_float),
}


def enum_codec(kind: type[IntEnum]) -> Codec:
    """Return the codec of an enumeration: its stored number."""

    def decode(value: Any, reader: Reader) -> IntEnum:
        if type(value) is not int or value not in kind._value2member_map_:
            raise InputError("", got=repr(value)[:80], wanted=f"a number of {kind.__name__}")
        return kind(value)

    return Codec(lambda value, writer: int(kind(value)), decode)


def tuple_codec(items: tuple[Any, ...]) -> Codec:
    """Return the codec of tuple[X, ...] or tuple[X, Y, Z]: a list."""
    repeated = len(items) == 2 and items[1] is Ellipsis
    single = codec_of(items[0])
    several = () if repeated else tuple(codec_of(item) for item in items)

    def parts(value: Any) -> list[Codec]:
        if repeated:
            return [single] * len(value)
        if len(value) != len(several):
            raise InputError("", got=f"{len(value)} values", wanted=str(len(several)))
        return list(several)

    def encode(value: Any, writer: Writer) -> list[Any]:
        return [c.encode(v, writer) for c, v in zip(parts(value), value, strict=True)]

    def decode(value: Any, reader: Reader) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise InputError("", got=repr(value)[:80], wanted="a list")
        return tuple(c.decode(v, reader) for c, v in zip(parts(value), value, strict=True))

    return Codec(encode, decode)


def array_codec(dtype: str, shape: Shape, *, optional: bool) -> Codec:
    """Return the codec of an array field: its number among the record's arrays, nil where it is None."""

    def encode(value: Any, writer: Writer) -> int | None:
        if value is None and optional:
            return None
        return writer.put(value, dtype, shape)

    def decode(value: Any, reader: Reader) -> Array | None:
        return None if value is None and optional else reader.take(value, dtype, shape)

    return Codec(encode, decode)


def record_codec(kind: Any) -> Codec:
    """Return the codec of a dataclass: a map of its fields, keys sorted; unknown keys are passed over."""
    hints, arrays_of = get_type_hints(kind), ARRAYS.get(kind, {})
    codecs: dict[str, Codec] = {}
    for name in sorted(hints):
        if name in arrays_of:
            optional = get_origin(hints[name]) is UnionType and NoneType in get_args(hints[name])
            codecs[name] = array_codec(*arrays_of[name], optional=optional)
        else:
            codecs[name] = codec_of(hints[name])
    required = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}

    def encode(value: Any, writer: Writer) -> dict[str, Any]:
        out = {}
        for name, field_codec in codecs.items():
            try:
                out[name] = field_codec.encode(getattr(value, name), writer)
            except InputError as error:
                raise within(name, error) from None
        return out

    def decode(value: Any, reader: Reader) -> Any:
        if not isinstance(value, dict):
            raise InputError("", got=repr(value)[:80], wanted=f"a map of {kind.__name__}")
        out = {}
        for name, field_codec in codecs.items():
            if name in value:
                try:
                    out[name] = field_codec.decode(value[name], reader)
                except InputError as error:
                    raise within(name, error) from None
        missing = sorted(required - out.keys())
        if missing:
            raise InputError("", got=f"no {missing[0]!r}", wanted=f"a map of {kind.__name__}")
        return kind(**out)

    return Codec(encode, decode)


def within(name: str, error: InputError) -> InputError:
    """Return the error as seen from outside the record or field `name`."""
    where = f"{name}.{error.where}" if error.where else name
    return InputError(where, got=error.got, wanted=error.wanted)
