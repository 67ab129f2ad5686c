"""The only door to numba, with a cache that cannot go stale.

numba's on-disk cache watches the file of the compiled function, not the files of its callees: a caller then
returns the results of code that is gone (measured). So each module's kernels are cached in a folder named by
a digest of that module's source, of every module of ours it imports, directly or not, of the compiler's
versions and of the CPU: an edit anywhere below starts a fresh folder, an edit elsewhere costs nothing.
"""

import os
import platform
import re
import sys
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba import types
from numba.core import cgutils, sigutils, typing
from numba.experimental.function_type import _get_jit_address
from numba.extending import intrinsic

ROOT = Path(__file__).parents[2]
OURS = rb"(?:roadnet|scenarios|sensors|viewer)\b[\w.]*"
NOT_CODE = re.compile(rb"#[^\n]*|\\\r?\n")  # comments, and line ends that end no statement
IMPORT = re.compile(
    rb"(?:^|[;:])[ \t]*(?:from[ \t]+(" + OURS + rb")[ \t]+import[ \t]*(\([^)]*\)|[^\n;]*)|import[ \t]+([^\n;]+))",
    re.MULTILINE,
)
F = TypeVar("F", bound=Callable[..., Any])
prange = numba.prange


def imported_sources(module_file: Path, root: Path = ROOT) -> tuple[Path, ...]:
    """Return `module_file` and every source file below `root` that it imports, directly or not, sorted."""
    todo, found = [module_file], {module_file}
    while todo:
        for stem in mentioned(todo.pop().read_bytes()):
            for path in (root / f"{stem}.py", root / stem / "__init__.py"):
                if path not in found and path.is_file():
                    found.add(path)
                    todo.append(path)
    return tuple(sorted(found))


def mentioned(source: bytes) -> set[str]:
    """Return what a source may import of ours as paths without ending: modules, packages, and names in them."""
    out: set[str] = set()
    for base, names, plain in IMPORT.findall(NOT_CODE.sub(b" ", source)):
        if base:
            stem = base.decode().replace(".", "/")
            out |= {stem, *(f"{stem}/{name.decode()}" for name in re.findall(rb"\w+", names))}
        for part in plain.split(b","):
            name = re.match(rb"\s*(" + OURS + rb")", part)
            steps = name[1].decode().split(".") if name else []
            out |= {"/".join(steps[: i + 1]) for i in range(len(steps))}  # `import a.b` runs a too
    return out


@cache
def machine() -> bytes:
    """Return a text that differs where machine code may: versions, the CPU's model and flags, overrides."""
    parts = [sys.version, version("numba"), version("llvmlite"), version("numpy")]
    parts += [os.environ.get(k, "") for k in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_OPT")]
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        parts += [next((x for x in lines if x.startswith(k)), "") for k in ("model name", "flags", "Features")]
    except OSError:
        parts += [platform.machine(), platform.processor()]
    return "\0".join(parts).encode()


def cache_home() -> Path:
    """Return the folder above all compiled code: $NEARMISS_CACHE, else the user's cache folder."""
    home = os.environ.get("NEARMISS_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "nearmiss"
    )
    return Path(home) / "compiled"


@cache
def cache_folder(module_file: Path, root: Path = ROOT) -> Path:
    """Return the folder of this module's compiled code, named by all that decides the machine code."""
    digest = blake2b(machine(), digest_size=10)
    for file in imported_sources(module_file, root):
        digest.update(b"\0" + file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return cache_home() / digest.hexdigest()


def compiled(function: F | None = None, /, *, parallel: bool = False, signature: Any = None) -> Any:
    """Decorate a kernel: cached on disk, without the interpreter lock, IEEE arithmetic (no fastmath, so that
    stored results are the same on every CPU). `parallel` turns prange into threads. `signature`, if given,
    compiles at once: a law that goes into a table of functions needs one.
    """
    if function is None:
        return lambda f: compiled(f, parallel=parallel, signature=signature)
    # numba reads the folder when a function is decorated, so each module can have its own
    numba.config.CACHE_DIR = str(cache_folder(Path(function.__code__.co_filename).resolve()))
    args = () if signature is None else (signature,)
    options = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": False, "parallel": parallel}
    return numba.njit(*args, **options)(function)


def lean(function: F) -> Any:
    """Decorate a kernel that makes no arrays, as `compiled` does: it borrows those it is given and counts no
    references.

    Counting is atomic. A kernel that hands twenty arrays to the next, once an agent, spent three fourths of its
    time on it (measured).
    """
    numba.config.CACHE_DIR = str(cache_folder(Path(function.__code__.co_filename).resolve()))
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False, _nrt=False, forceinline=True)(
        function
    )


def inlined(function: F) -> Any:
    """Decorate a small device function that is compiled into its caller."""
    return numba.njit(inline="always", error_model="numpy", fastmath=False)(function)


def function_type(signature: str) -> Any:
    """Return numba's type of a compiled function that is called through its address."""
    arguments, returned = sigutils.normalize_signature(signature)
    return types.FunctionType(typing.signature(returned, *arguments))


def address_of(function: Any, signature: str) -> int:
    """Return where a compiled function lies in this process."""
    return int(_get_jit_address(function, function_type(signature).signature))


def functions_at(signature: str) -> Any:
    """Return a device function: a tuple of N addresses becomes a tuple of N functions of this signature.

    Numba takes functions as arguments too, but looks each up anew in every call, at 0.1 ms a function (measured).
    """
    kind = function_type(signature)

    @intrinsic
    def functions(context: Any, addresses: Any) -> Any:
        table = types.UniTuple(kind, len(addresses))

        def code(target: Any, builder: Any, called: Any, arguments: Any) -> Any:
            pointer, found = target.get_value_type(types.voidptr), []
            for i in range(len(addresses)):
                function = cgutils.create_struct_proxy(kind)(target, builder)
                function.jit_addr = builder.inttoptr(builder.extract_value(arguments[0], i), pointer)
                found.append(function._getvalue())
            return target.make_tuple(builder, table, found)

        return table(addresses), code

    return functions


def set_threads(count: int) -> None:
    """Set the number of threads of parallel kernels in this process, bounded by what was there at start."""
    numba.set_num_threads(max(1, min(count, numba.config.NUMBA_NUM_THREADS)))
