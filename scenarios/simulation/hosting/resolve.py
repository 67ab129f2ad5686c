"""From the words that name a planner to the planner, in the process that is to run it."""

import inspect
import os
import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from roadnet.base.errors import InputError, did_you_mean, one_line
from scenarios.simulation.hosting.policy import PolicyPlanner
from scenarios.simulation.planner import Planner

DRIVERS = Path(__file__).resolve().parents[1] / "drivers"
FORMS = "package.module:Class, gym:package.module:factory, cmd:COMMAND or a reference driver"


def resolve(text: str, *, where: str) -> Planner:
    """Return the planner that a SPEC names, made. InputError where there is none, with the nearest name."""
    if text.startswith("gym:"):
        return _policy(text, where)
    name = text if ":" in text else f"scenarios.simulation.drivers.{driver(text, where=where)}:Driver"
    planner = _made(name, where)
    lacking = [method for method in ("reset", "act") if not callable(getattr(planner, method, None))]
    if lacking:
        raise InputError(where, got=f"{text} without {' and '.join(lacking)}", wanted="reset(seed) and act(now)")
    return planner  # type: ignore[no-any-return]


def _policy(text: str, where: str) -> PolicyPlanner:
    policy = _made(text.removeprefix("gym:"), where)
    if not callable(policy) and not callable(getattr(policy, "predict", None)):
        got = f"{text}, which gives a {type(policy).__name__}"
        raise InputError(where, got=got, wanted="a factory of policy(observation) or policy.predict(observation)")
    return PolicyPlanner(policy)


def _made(name: str, where: str) -> Any:
    factory = named(name, where=where)
    if not callable(factory):
        raise InputError(where, got=f"{name}, which is a {type(factory).__name__}", wanted="a class or a factory")
    return factory()


def driver(text: str, *, where: str) -> str:
    """Return the id of a reference driver; InputError with the nearest one."""
    known = drivers()
    if text not in known:
        raise InputError(where, got=repr(text), wanted=FORMS + did_you_mean(text, known))
    return text


def drivers() -> list[str]:
    """Return the ids of the reference drivers, found without importing them: that would load the compiler."""
    return sorted(p.stem for p in DRIVERS.glob("*.py") if "\nclass Driver" in p.read_text("utf-8"))


def named(text: str, *, where: str) -> Any:
    """Return what "package.module:name" names. The working directory is looked at last: users own `scenarios` too."""
    path, _, name = text.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    if not name.isidentifier() or not all(part.isidentifier() for part in path.split(".")):
        raise InputError(where, got=repr(text), wanted="package.module:Class")
    module = imported(path, where=where)
    if not hasattr(module, name):
        known = [n for n, value in vars(module).items() if not n.startswith("_") and not inspect.ismodule(value)]
        raise InputError(where, got=f"no {name} in {path}", wanted=f"a name of that module{did_you_mean(name, known)}")
    return getattr(module, name)


def imported(path: str, *, where: str) -> ModuleType:
    """Return a module; InputError that tells a module that is not there from one that does not load."""
    try:
        return import_module(path)
    except ModuleNotFoundError as error:
        if error.name and (path == error.name or path.startswith(f"{error.name}.")):
            wanted = f"a module that can be imported{did_you_mean(path, _beside(error.name))}"
            raise InputError(where, got=f"no module {error.name}", wanted=wanted) from None
        raise InputError(where, got=f"{path} that lacks a module: {error}", wanted="a module that loads") from error
    except Exception as error:
        got = f"{path} that raises on import: {type(error).__name__}: {error}"
        raise InputError(where, got=one_line(got)[:300], wanted="a module that loads") from error


def _beside(name: str) -> list[str]:
    """Return the modules that stand where a missing one was looked for: its package, or the working directory."""
    parent = name.rpartition(".")[0]
    folders = sys.modules[parent].__path__ if parent in sys.modules else [os.getcwd()]
    return [f"{parent}.{m.name}".lstrip(".") for m in pkgutil.iter_modules(folders)]
