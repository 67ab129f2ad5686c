"""PNG written with the standard library: the same bytes for the same pixels on every machine of one zlib."""

import struct
import zlib

import numpy as np

from roadnet.base.arrays import Array


def png_bytes(rgb: Array) -> bytes:
    """Return the PNG file of an (H, W, 3) uint8 picture; each row filtered by the difference to the one above."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
        raise ValueError(f"rgb: got {rgb.dtype} {rgb.shape}, want uint8 (H, W, 3)")
    height, width = rgb.shape[:2]
    rows = rgb.reshape(height, width * 3)
    up = np.empty((height, 1 + width * 3), np.uint8)
    up[:, 0] = 2  # filter type "Up", PNG specification section 9.2
    up[0, 1:], up[1:, 1:] = rows[0], rows[1:] - rows[:-1]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(up.tobytes(), 6)), chunk(b"IEND"))
    )


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """Return a PNG chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
