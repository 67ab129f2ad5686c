"""Packets and their truth as messages: a msgpack array of byte strings.

The first string is the header, a msgpack map; the others are the arrays, as the header's "arrays" lists them:
[name, dtype, shape, coding]. Coding "shuffle+zstd" transposes the bytes of the items (all first bytes, then
all second ones, ...) and compresses them; "raw" is little-endian as it is. So the structure of a message is
small and bounded, and what its arrays unpack to is known before anything is unpacked.
"""

import math
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import msgpack
import numpy as np
import zstandard

from roadnet.base.arrays import Array
from sensors.packet import SensorPacket, Truth

RAW, SHUFFLED = "raw", "shuffle+zstd"
SMALL_BYTES = 256  # below it, compression costs more than it saves
DTYPES = {f"<{k}" for k in ("u2", "u4", "u8", "i2", "i4", "i8", "f4", "f8")} | {"|u1", "|i1", "|b1"}

# What a hostile message may claim at most
LARGEST_HEADER = 1 << 16  # bytes of structure
LARGEST_MESSAGE = 1 << 28  # bytes of all arrays, unpacked
MOST_ARRAYS, MOST_DIMENSIONS = 64, 4


def packet_bytes(packet: SensorPacket) -> bytes:
    """Return the message of one packet."""
    arrays = {"ego_T_sensor": packet.ego_T_sensor, "map_T_ego": packet.map_T_ego}
    arrays |= {f"arrays.{name}": packet.arrays[name] for name in sorted(packet.arrays)}
    header = {
        "stream": packet.stream,
        "kind": packet.kind,
        "seq": packet.seq,
        "stamp_start_ns": packet.stamp_start_ns,
        "stamp_end_ns": packet.stamp_end_ns,
        "frame_id": packet.frame_id,
        "status": packet.status,
        "info": [[name, value] for name, value in packet.info],
    }
    return pack(header, arrays)


def packet_of(data: bytes) -> SensorPacket:
    """Return the packet of one message; ValueError and its like where it is none."""
    header, arrays = unpack(data)
    return SensorPacket(
        ego_T_sensor=_shaped(arrays.pop("ego_T_sensor"), (4, 4)),
        map_T_ego=_shaped(arrays.pop("map_T_ego"), (2, 4, 4)),
        arrays={name.removeprefix("arrays."): array for name, array in arrays.items()},
        info=tuple((_text(name), float(value)) for name, value in header.pop("info")),
        stream=_text(header.pop("stream")),
        kind=_text(header.pop("kind")),
        frame_id=_text(header.pop("frame_id")),
        **{name: _integer(value) for name, value in header.items()},
    )


def truth_bytes(truth: Truth) -> bytes:
    """Return the message of one packet's truth."""
    arrays = {"map_T_ego": truth.map_T_ego} | {f"arrays.{name}": truth.arrays[name] for name in sorted(truth.arrays)}
    header = {
        "stream": truth.stream,
        "seq": truth.seq,
        "t_start_ns": truth.t_start_ns,
        "t_end_ns": truth.t_end_ns,
        "faults": list(truth.faults),
    }
    return pack(header, arrays)


def truth_of(data: bytes) -> Truth:
    """Return the truth of one message; ValueError and its like where it is none."""
    header, arrays = unpack(data)
    return Truth(
        map_T_ego=_shaped(arrays.pop("map_T_ego"), (2, 4, 4)),
        arrays={name.removeprefix("arrays."): array for name, array in arrays.items()},
        faults=tuple(_text(name) for name in header.pop("faults")),
        stream=_text(header.pop("stream")),
        **{name: _integer(value) for name, value in header.items()},
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where a text belongs")
    return value


def _integer(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{type(value).__name__} where a whole number belongs")
    return value


def _shaped(array: Array, shape: tuple[int, ...]) -> Array:
    if array.shape != shape:
        raise ValueError(f"shape {array.shape} where {shape} belongs")
    return array


def pack(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """Return the message of a header and named arrays. Raises ValueError for a dtype that is not stored."""
    compressor = zstandard.ZstdCompressor(level=1, write_content_size=True)
    listed, buffers = [], []
    for name, array in arrays.items():
        flat = np.asarray(array, array.dtype.newbyteorder("<"), order="C")
        if flat.dtype.str not in DTYPES:
            raise ValueError(f"{name}: got dtype {array.dtype}, want one of {', '.join(sorted(DTYPES))}")
        coding = SHUFFLED if flat.nbytes >= SMALL_BYTES else RAW
        items = flat.reshape(-1).view(np.uint8).reshape(-1, flat.itemsize)
        buffers.append(compressor.compress(items.T.tobytes()) if coding == SHUFFLED else flat.tobytes())
        listed.append([name, flat.dtype.str, list(flat.shape), coding])
    return bytes(msgpack.packb([msgpack.packb({**header, "arrays": listed}), *buffers]))


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return header and arrays (read-only) of a message. Raises ValueError, TypeError or msgpack's errors where
    it claims more than the bounds above or is not of the form.
    """
    head, *buffers = byte_strings(data)
    if len(head) > LARGEST_HEADER:
        raise ValueError(f"a header of {len(head)} bytes, at most {LARGEST_HEADER} are read")
    header = msgpack.unpackb(head, object_pairs_hook=_once)
    if not isinstance(header, dict):
        raise TypeError("a header that is not a map")
    listed = header.pop("arrays")
    left, arrays = LARGEST_MESSAGE, {}
    for (name, dtype, shape, coding), buffer in zip(listed, buffers, strict=True):
        if dtype not in DTYPES or len(shape) > MOST_DIMENSIONS or any(type(n) is not int or n < 0 for n in shape):
            raise ValueError(f"an array of dtype {dtype!r:.20}, shape {shape!r:.60}")
        size = math.prod(shape) * np.dtype(dtype).itemsize
        left -= size
        if left < 0:
            raise ValueError(f"arrays of more than {LARGEST_MESSAGE} bytes")
        arrays[_text(name)] = _array(buffer, np.dtype(dtype), shape, size, coding)
    return header, arrays


def byte_strings(data: bytes) -> Iterator[bytes]:
    """Yield the byte strings of a msgpack array of byte strings; nothing else is understood, nothing nests."""
    first = data[0]
    count, at = (first & 0x0F, 1) if first & 0xF0 == 0x90 else (struct.unpack_from(">H", data, 1)[0], 3)
    if (first & 0xF0 != 0x90 and first != 0xDC) or count > MOST_ARRAYS + 1:
        raise ValueError(f"a message that begins with {data[:3].hex()}, want an array of byte strings")
    for _ in range(count):
        form, width = {0xC4: (">B", 1), 0xC5: (">H", 2), 0xC6: (">I", 4)}[data[at]]
        begin = at + 1 + width
        at = begin + struct.unpack_from(form, data, at + 1)[0]
        if at > len(data):
            raise ValueError("a message that ends too early")
        yield data[begin:at]


def _array(buffer: bytes, dtype: np.dtype[Any], shape: list[int], size: int, coding: str) -> Array:
    if coding == SHUFFLED:
        claimed = zstandard.frame_content_size(buffer)
        if claimed != size:  # checked first: the decompressor allocates what a frame claims
            raise ValueError(f"a compressed array of {claimed} bytes where {size} belong")
        buffer = zstandard.ZstdDecompressor().decompress(buffer, max_output_size=size)
        planes = np.frombuffer(buffer, np.uint8).reshape(dtype.itemsize, -1)
        buffer = planes.T.tobytes()
    elif coding != RAW:
        raise ValueError(f"array coding {coding!r:.30}")
    if len(buffer) != size:
        raise ValueError(f"an array of {len(buffer)} bytes where {size} belong")
    return np.frombuffer(buffer, dtype).reshape(shape)


def _once(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("a key that stands twice")
    return out
