"""Compiled code is never stale: an edited callee changes the result, an edit elsewhere costs nothing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import roadnet.base
from roadnet.base.compiled import imported_sources

CALLEE = """from roadnet.base.compiled import compiled

@compiled
def callee(x):
    return x + {added}
"""
CALLER = """from roadnet.base.compiled import compiled
from roadnet.toy_callee import (  # in another file
    callee,
)

@compiled
def caller(x):
    return 10.0 * callee(x)
"""
LAW = """from roadnet.base.compiled import compiled

@compiled(signature="float64(float64)")
def law(x):
    return x + {added}
"""
KERNEL = """from importlib import import_module
from roadnet.base.compiled import compiled

@compiled
def kernel(table, x):
    total = 0.0
    for law in table:
        total += law(x)
    return total

def caller(x):
    law = import_module("roadnet.toy_law").law
    return kernel((law, law), x)

caller.stats = kernel.stats
"""
RUN = """
import json, sys
from roadnet.toy_caller import caller
value = caller(1.0)
hits = sum(caller.stats.cache_hits.values())
print(json.dumps([value, hits, sys.modules["roadnet.toy_caller"].__file__]))
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a source tree with our cellar and a kernel whose callee stands in another file."""
    root = tmp_path / "tree"
    shutil.copytree(
        Path(roadnet.base.__file__).parent, root / "roadnet" / "base", ignore=shutil.ignore_patterns("*.pyc")
    )
    (root / "roadnet" / "__init__.py").write_text("")
    (root / "roadnet" / "toy_callee.py").write_text(CALLEE.format(added=1))
    (root / "roadnet" / "toy_caller.py").write_text(CALLER)
    (root / "roadnet" / "unrelated.py").write_text("x = 1\n")
    return root


def run(root: Path) -> tuple[float, int]:
    """Return the kernel's result and its cache hits in a fresh process."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(root),
        "NEARMISS_CACHE": str(root.parent / "cache"),
        "NUMBA_CACHE_DIR": str(root.parent / "plain"),
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    value, hits, file = json.loads(done.stdout)
    assert Path(file).is_relative_to(root), "the copy was not the one imported"
    return value, hits


def folders(root: Path) -> set[str]:
    """Return the cache folders that hold code of the caller."""
    cache = root.parent / "cache" / "compiled"
    return {p.relative_to(cache).parts[0] for p in cache.rglob("toy_caller*.nbi")}


def test_an_edited_callee_changes_the_result_in_the_next_process(tree: Path) -> None:
    assert run(tree) == (20.0, 0)
    assert run(tree) == (20.0, 1)  # from the cache
    before = folders(tree)
    (tree / "roadnet" / "toy_callee.py").write_text(CALLEE.format(added=2))
    assert run(tree)[0] == 30.0
    assert len(folders(tree)) == len(before) + 1


def test_an_unrelated_edit_keeps_the_compiled_code(tree: Path) -> None:
    run(tree)
    before = folders(tree)
    (tree / "roadnet" / "unrelated.py").write_text("x = 2\n")
    assert run(tree) == (20.0, 1)
    assert folders(tree) == before


def test_an_edited_law_in_a_table_changes_the_result_of_a_kernel_that_does_not_import_it(tree: Path) -> None:
    law = tree / "roadnet" / "toy_law.py"
    law.write_text(LAW.format(added=1))
    (tree / "roadnet" / "toy_caller.py").write_text(KERNEL)
    assert run(tree) == (4.0, 0)
    assert run(tree) == (4.0, 1)
    law.write_text(LAW.format(added=2))
    assert run(tree)[0] == 6.0


def test_numbas_own_cache_would_have_been_stale(tree: Path) -> None:
    """Why all this is there. Should it fail one day, numba has learned to look at callees."""
    for name in ("toy_callee.py", "toy_caller.py"):
        path = tree / "roadnet" / name
        plain = path.read_text().replace("from roadnet.base.compiled import compiled", "from numba import njit")
        path.write_text(plain.replace("@compiled", "@njit(cache=True)"))
    assert run(tree)[0] == 20.0
    callee = tree / "roadnet" / "toy_callee.py"
    callee.write_text(callee.read_text().replace("x + 1", "x + 2"))
    assert run(tree)[0] == 20.0  # 30 would be right


@pytest.mark.parametrize(
    "line",
    [
        "from roadnet.b import f",
        "from roadnet import b",
        "from roadnet import a, b",
        "from roadnet import (\n    a,\n    b,\n)",
        "from roadnet import (  # (why)\n    a,\n    b,\n)",
        "from roadnet import a, \\\n    b",
        "from roadnet import b as other",
        "import roadnet.b",
        "import roadnet.b as other",
        "import os, roadnet.b",
        "import roadnet.a, roadnet.b",
        "def f():\n    from roadnet.b import f",
        "if True:\n\timport roadnet.b",
        "import os; import roadnet.b",
        "from roadnet.package import f",  # whose __init__ imports b
        "import roadnet.package.inner",  # below it
        "from roadnet.chain import f",  # which imports a module that imports b
    ],
)
def test_every_form_of_import_is_followed(tmp_path: Path, line: str) -> None:
    files = {
        "roadnet/__init__.py": "",
        "roadnet/a.py": "",
        "roadnet/b.py": "",
        "roadnet/package/__init__.py": "from roadnet.b import f",
        "roadnet/package/inner.py": "",
        "roadnet/link.py": "import roadnet.b",
        "roadnet/chain.py": "from roadnet.link import f",
        "roadnet/module.py": line + "\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = imported_sources(tmp_path / "roadnet" / "module.py", tmp_path)
    assert tmp_path / "roadnet" / "b.py" in found


def test_what_is_not_imported_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "roadnet").mkdir()
    for name, text in {
        "b": "",
        "module": '"""from roadnetb import c"""\nimport roadnet_extra.b\nfromroadnet = 1\n',
    }.items():
        (tmp_path / "roadnet" / f"{name}.py").write_text(text)
    module = tmp_path / "roadnet" / "module.py"
    assert imported_sources(module, tmp_path) == (module,)
