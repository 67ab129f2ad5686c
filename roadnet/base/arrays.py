"""Arrays at the door: dtype, shape and finiteness checked once, then read-only."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]


def frozen(name: str, value: Any, dtype: DTypeLike, shape: tuple[int | None, ...]) -> Array:
    """Return `value` as a read-only C-contiguous array of `dtype`.

    shape: one entry a dimension, None where any length will do. Raises ValueError with name, got and
    wanted when the shape differs or a float is not finite.
    """
    array = np.array(value, dtype=dtype, order="C", copy=True)
    if array.size == 0 and array.ndim != len(shape):
        array = array.reshape(tuple(0 if n is None else n for n in shape))
    if array.ndim != len(shape) or any(n is not None and n != m for n, m in zip(shape, array.shape, strict=True)):
        wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
        raise ValueError(f"{name}: got shape {array.shape}, want {wanted}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name}: got a value that is not finite, want finite numbers (missing values are masked)")
    array.setflags(write=False)
    return array


def offsets_of(counts: Any) -> Array:
    """Return the (N + 1,) int64 offsets of a ragged array whose N rows have these lengths."""
    counts = np.asarray(counts, np.int64)
    out = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=out[1:])
    out.setflags(write=False)
    return out


def ragged(rows: list[Any], dtype: DTypeLike, width: int | None = None) -> tuple[Array, Array]:
    """Return (flat, offsets) of a list of rows: flat (N,) or (N, width), offsets (rows + 1,)."""
    shape = (-1,) if width is None else (-1, width)
    parts = [np.asarray(row, dtype).reshape(shape) for row in rows]
    empty = np.zeros((0,) if width is None else (0, width), dtype)
    flat = np.ascontiguousarray(np.concatenate(parts)) if parts else empty
    flat.setflags(write=False)
    return flat, offsets_of([len(p) for p in parts])
