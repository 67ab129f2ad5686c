"""Derived things that are computed once for an object and die with it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")


def kept(build: Callable[..., T]) -> Callable[..., T]:
    """Decorate `build(owner, *args)`: its result is kept on `owner` (which must have a __dict__) and reused.

    The owner must be immutable; `args` must be hashable. Two threads may build twice, one result stays.
    """
    key = f"_kept {build.__module__}.{build.__qualname__}"

    @wraps(build)
    def get(owner: Any, *args: Any) -> T:
        table: dict[Any, T] = owner.__dict__.setdefault(key, {})
        if args not in table:
            table.setdefault(args, build(owner, *args))
        return table[args]

    return get
