"""Messages as bytes: a length (4 bytes, big-endian) and that many bytes of msgpack, a map with text keys.

An array is a map of dtype ("<f8"), shape and data (its bytes, last axis fastest).
"""

import struct
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np

from roadnet.base.arrays import Array

PROTOCOL, VERSION = "nearmiss-planner", 1
HEADER = struct.Struct(">I")
WIDTHS = ("|b1", "|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f2", "<f4", "<f8")
DTYPES = {name: np.dtype(name) for name in WIDTHS}
NAMES = {dtype: name for name, dtype in DTYPES.items()}  # kept, because to look them up costs 4 us an array
ARRAY_KEYS = {"dtype", "shape", "data"}

Message = dict[str, Any]


class WireError(ValueError):
    """Bytes that are no message of this protocol."""


def pack(message: Message) -> bytes:
    """Return a message with its length before it."""
    body: bytes = msgpack.packb(message, default=_plain, use_bin_type=True)
    return HEADER.pack(len(body)) + body


def unpack(body: bytes | bytearray | memoryview) -> Message:
    """Return the message in the bytes after the length; WireError where there is none."""
    try:
        message = msgpack.unpackb(body, raw=False, object_hook=_value, max_ext_len=0)
    except (ValueError, TypeError, RecursionError, OverflowError, msgpack.exceptions.UnpackException) as error:
        raise WireError(f"{len(body)} bytes that are not msgpack as documented ({error})") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise WireError("a message without a type")
    return message


def receive(read: Callable[[int], bytes], *, most: int) -> Message | None:
    """Return the next message from a blocking `read`, None where the stream ended between two messages."""
    head = _whole(read, HEADER.size)
    if not head:
        return None
    size = HEADER.unpack(head)[0] if len(head) == HEADER.size else 0
    if size > most:
        raise WireError(f"a message of {size} bytes, at most {most} are allowed")
    body = _whole(read, size)
    if len(head) < HEADER.size or len(body) < size:
        raise WireError("a message that ends early")
    return unpack(body)


def _whole(read: Callable[[int], bytes], size: int) -> bytes:
    parts = b""
    while len(parts) < size:
        more = read(size - len(parts))
        if not more:
            break
        parts += more
    return parts


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        dtype = value.dtype
        if dtype not in NAMES:
            dtype = dtype.newbyteorder("<")
        if dtype not in NAMES:
            raise TypeError(f"an array of {value.dtype} does not go into a message")
        return {"dtype": NAMES[dtype], "shape": value.shape, "data": value.astype(dtype, copy=False).tobytes()}
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a {type(value).__name__} does not go into a message")


def _value(tree: dict[Any, Any]) -> Any:
    """Return an array where a map is one, else the map."""
    return _array(**tree) if tree.keys() == ARRAY_KEYS else tree


def _array(dtype: Any, shape: Any, data: Any) -> Array:
    if dtype not in DTYPES or type(shape) is not list or type(data) is not bytes:
        raise ValueError(f"an array of dtype {str(dtype)[:20]!r} and shape {str(shape)[:40]}")
    if any(type(n) is not int or n < 0 for n in shape):
        raise ValueError(f"an array of shape {str(shape)[:40]}")
    array: Array = np.ndarray(tuple(shape), DTYPES[dtype], data)
    if array.nbytes != len(data):
        raise ValueError(f"an array of {array.nbytes} bytes in {len(data)}")
    return array
