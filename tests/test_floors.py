"""The floors hold: what may import what, and the few things that may stand in one place only.

Each rule is a function from one parsed module to its breaches. It runs over every module of the installed
packages, and over a planted source that breaks it, so that a rule which cannot fail is noticed.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

import roadnet

ROOT = Path(roadnet.__file__).resolve().parents[1]
TESTS = Path(__file__).resolve().parent
FLOORS = ("roadnet", "scenarios", "sensors", "viewer")
STOREYS = (
    "model",
    "criticality",
    "simulation",
    "hazards",
    "sampling",
    "evaluation",
    "suite",
    "coverage",
    "search",
    "audit",
)
QT = {"PySide6", "PyQt6", "pyqtgraph", "shiboken6", "OpenGL"}
DRAWING = {"matplotlib", "PIL", "rich", "argparse", *QT}
PICKLES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
MAX_LINES = 400
SAYS_WHY = re.compile(r"(over|longer than) 400 lines", re.IGNORECASE)


@dataclass(frozen=True)
class Import:
    line: int
    target: str
    in_function: bool
    level: int = 0


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name ("roadnet.base.arrays"; a package's own file is "roadnet.base.__init__")."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @property
    def floor(self) -> str:
        return self.name.split(".")[0]

    @cached_property
    def imports(self) -> list[Import]:
        """What the module imports, statements anywhere and import_module("...") alike."""
        return list(_imports(self.tree, in_function=False))


def _imports(node: ast.AST, *, in_function: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(child.lineno, alias.name, in_function)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                yield Import(child.lineno, f"{child.module or ''}.{alias.name}", in_function, child.level)
        elif isinstance(child, ast.Call) and _called(child) == "import_module" and child.args:
            head = child.args[0].values[0] if isinstance(child.args[0], ast.JoinedStr) else child.args[0]
            if isinstance(head, ast.Constant) and isinstance(head.value, str):
                yield Import(child.lineno, head.value, in_function=False)
        inside = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _imports(child, in_function=inside)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def goes_up(module: Module) -> list[str]:
    """Imports go down: viewer > sensors > scenarios > roadnet; in scenarios down the storeys; base at the bottom."""
    return [
        f"line {found.line}: {module.name} imports {found.target}"
        for found in module.imports
        if found.target.split(".")[0] in FLOORS and height(found.target) > height(module.name)
    ]


def height(name: str) -> int:
    """Return how high a dotted name stands: a hundred a floor, and the storey within it.

    `scenarios.formats` stands beside the storeys: it may use them, none of them may use it. A floor's own top
    modules stand above its storeys.
    """
    floor, _, rest = name.partition(".")
    storey = rest.partition(".")[0]
    if name.endswith("__init__") and storey == "__init__":
        return 100 * FLOORS.index(floor) + 99
    if floor == "roadnet":
        return 0 if storey == "base" else 50
    if floor == "scenarios":
        if storey == "formats":
            return 100 + 50
        return 100 + (STOREYS.index(storey) if storey in STOREYS else 90)
    return 100 * FLOORS.index(floor) + 50


def relative(module: Module) -> list[str]:
    """Only absolute imports: the digest of compiled code follows them by name."""
    return [f"line {i.line}: relative import of {i.target}" for i in module.imports if i.level]


def hidden(module: Module) -> list[str]:
    """No import of ours inside a function; the command line may, so that `nearmiss --help` stays quick."""
    if module.name == "viewer.cli" or module.name.startswith("viewer.commands."):
        return []
    if module.name.count(".") == 1 and module.name.endswith("__init__"):
        return []
    return [
        f"line {i.line}: {i.target} imported inside a function"
        for i in module.imports
        if i.in_function and i.target.split(".")[0] in FLOORS
    ]


def qt_outside_window(module: Module) -> list[str]:
    """Qt only in viewer/window."""
    if module.name.startswith("viewer.window"):
        return []
    return [f"line {i.line}: {i.target}" for i in module.imports if i.target.split(".")[0] in QT]


def draws(module: Module) -> list[str]:
    """Data modules do not draw and do not talk: plots, pictures, progress bars and arguments are the viewer's."""
    if module.floor == "viewer":
        return []
    return [f"line {i.line}: {i.target}" for i in module.imports if i.target.split(".")[0] in DRAWING]


def unnamed_random(module: Module) -> list[str]:
    """Random numbers only from named streams; the type np.random.Generator may be named, never made."""
    if module.name == "roadnet.base.streams":
        return []
    found = [f"line {i.line}: {i.target}" for i in module.imports if i.target.split(".")[0] == "random"]
    found += [
        f"line {i.line}: {i.target}"
        for i in module.imports
        if i.target.startswith("numpy.random") and i.target != "numpy.random.Generator"
    ]
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random"):
            if node.attr != "Generator":
                found.append(f"line {node.lineno}: np.random.{node.attr}")
        elif isinstance(node, ast.Call) and _called(node) in ("Generator", "default_rng"):
            found.append(f"line {node.lineno}: makes a generator")
    return found


def bare_numba(module: Module) -> list[str]:
    """numba only through roadnet.base.compiled, whose cache cannot go stale."""
    if module.name == "roadnet.base.compiled":
        return []
    return [f"line {i.line}: {i.target}" for i in module.imports if i.target.split(".")[0] in ("numba", "llvmlite")]


def pickles(module: Module) -> list[str]:
    """No pickle in any file or input: it runs code on loading."""
    found = [f"line {i.line}: {i.target}" for i in module.imports if i.target.split(".")[0] in PICKLES]
    for node in module.nodes:
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False":
            found.append(f"line {node.value.lineno}: allow_pickle={ast.unparse(node.value)}")
    return found


def too_long(module: Module) -> list[str]:
    """A file has at most 400 lines, or a line of it says why it is longer."""
    lines = module.text.count("\n")
    return [] if lines <= MAX_LINES or SAYS_WHY.search(module.text) else [f"{lines} lines"]


RULES: dict[Callable[[Module], list[str]], tuple[tuple[str, str], ...]] = {
    goes_up: (
        ("roadnet.queries", "import scenarios.model.spec"),
        ("roadnet.base.arrays", "from roadnet.frames import Pose"),
        ("scenarios.model.spec", "def f():\n    from scenarios.suite import store"),
        ("scenarios.criticality.ttc", "from scenarios import hazards"),
        ("scenarios.suite.batch", "from scenarios.formats.xosc import write"),
        ("scenarios.evaluation.observe", "from importlib import import_module\nimport_module('sensors.oracles.fog')"),
        ("sensors.sensing", "from importlib import import_module\nimport_module(f'viewer.draw.{1}')"),
        ("sensors.scene", "if TYPE_CHECKING:\n    import viewer.player"),
    ),
    relative: (("roadnet.queries", "from .frames import Pose"), ("sensors.x", "from . import y")),
    hidden: (("scenarios.suite.batch", "def f():\n    import scenarios.model.spec"),),
    qt_outside_window: (("viewer.draw.map", "from PySide6.QtGui import QPainter"), ("viewer.cli", "import pyqtgraph")),
    draws: (("scenarios.model.run", "import matplotlib.pyplot as plt"), ("sensors.sensing", "from rich import print")),
    unnamed_random: (
        ("sensors.x", "import random"),
        ("sensors.x", "import numpy as np\nnp.random.rand()"),
        ("sensors.x", "from numpy.random import default_rng"),
        ("sensors.x", "import numpy as np\nnp.random.Generator(bits)"),
    ),
    bare_numba: (("roadnet.polyline", "from numba import njit"),),
    pickles: (
        ("sensors.x", "import pickle"),
        ("sensors.x", "def f():\n    from shelve import open"),
        ("sensors.x", "np.load(path, allow_pickle=True)"),
        ("sensors.x", "np.load(path, allow_pickle=flag)"),
    ),
    too_long: (("sensors.x", "x = 1\n" * 401),),
}

ALLOWED = (
    ("viewer.commands.sense", "def run(args):\n    from sensors.sensing import sense"),
    ("sensors.sensing", "from scenarios.model.recording import Recording\nimport roadnet.base.errors"),
    ("scenarios.formats.xosc", "from scenarios.model.spec import Step\nfrom roadnet.formats import opendrive"),
    ("scenarios.hazards.cut_in", "import numpy as np\ndef draw(rng: np.random.Generator) -> None: ..."),
    ("scenarios.__init__", "from scenarios.suite.store import Suite"),
    ("viewer.window.main", "from PySide6.QtWidgets import QWidget"),
    ("viewer.report.html", "import matplotlib"),
    ("sensors.formats.mcap", "def write():\n    import foxglove"),
    ("sensors.x", "np.load(path, allow_pickle=False)"),
    ("sensors.x", "# longer than 400 lines: one table\n" + "x = 1\n" * 500),
)


@cache
def modules() -> list[Module]:
    """Return every module of the four packages, sorted by name."""
    files = sorted(p for floor in FLOORS for p in (ROOT / floor).rglob("*.py"))
    return [Module(".".join(p.relative_to(ROOT).with_suffix("").parts), p.read_text("utf-8")) for p in files]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module_breaks(rule: Callable[[Module], list[str]]) -> None:
    assert [f"{m.name}: {breach}" for m in modules() for breach in rule(m)] == []


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [(rule, *plant) for rule, plants in RULES.items() for plant in plants],
    ids=lambda value: getattr(value, "__name__", None) or str(value)[:40],
)
def test_planted_breach_is_found(rule: Callable[[Module], list[str]], name: str, source: str) -> None:
    assert rule(Module(name, source))


@pytest.mark.parametrize(("name", "source"), ALLOWED, ids=[name for name, _ in ALLOWED])
def test_what_is_allowed_passes_every_rule(name: str, source: str) -> None:
    assert [breach for rule in RULES for breach in rule(Module(name, source))] == []


def shadowed(package: Path) -> list[str]:
    """Return names that a package's __init__ binds over its own modules (`import a.b.c` would then break)."""
    tree = ast.parse((package / "__init__.py").read_text("utf-8"))
    own = {p.stem for p in package.glob("*.py")} | {p.name for p in package.iterdir() if (p / "__init__.py").is_file()}
    bound = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.ImportFrom) and node.module != ".".join(package.relative_to(ROOT).parts):
            bound |= {alias.asname or alias.name for alias in node.names}
    return sorted(f"{package.name}.{name}" for name in bound & own)


def test_no_function_takes_the_name_of_a_module() -> None:
    packages = [p.parent for floor in FLOORS for p in (ROOT / floor).rglob("__init__.py")]
    assert [name for package in packages for name in shadowed(package)] == []


def test_a_planted_shadow_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pkg" / "coverage").mkdir(parents=True)
    (tmp_path / "pkg" / "coverage" / "__init__.py").write_text("")
    (tmp_path / "pkg" / "__init__.py").write_text("from pkg.coverage import coverage\n")
    monkeypatch.setitem(shadowed.__globals__, "ROOT", tmp_path)
    assert shadowed(tmp_path / "pkg") == ["pkg.coverage"]


def test_test_files_are_short_too() -> None:
    files = [Module(p.stem, p.read_text("utf-8")) for p in sorted(TESTS.rglob("*.py"))]
    assert [f"{m.name}: {breach}" for m in files for breach in too_long(m)] == []


def test_folders_of_tests_shadow_no_package() -> None:
    assert list(TESTS.rglob("__init__.py")) == []
    assert [p.name for p in TESTS.iterdir() if p.is_dir() and p.name in FLOORS] == []
