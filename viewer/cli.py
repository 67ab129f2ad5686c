"""The command line `nearmiss`: finds the command's file, reads the options, turns errors into one line.

A command is a file of viewer/commands: its name is the command, the first line of its docstring the summary,
`add(parser)` declares its options and `run(args)` does the work and returns the exit code. Only the file of
the chosen command is imported, so that help is quick and a broken command breaks nothing else.
"""

import argparse
import ast
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from roadnet.base.about import version
from roadnet.base.errors import GateError, InputError, NondeterminismError, did_you_mean, one_line
from viewer.options import apply_config

OK, GATE_FAILED, USAGE, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 4, 130
PACKAGES = ("roadnet", "scenarios", "sensors", "viewer")
ROOT = Path(__file__).resolve().parents[1]
COMMANDS = Path(__file__).resolve().parent / "commands"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; the console script `nearmiss`."""
    try:
        return dispatch(list(sys.argv[1:] if argv is None else argv))
    except SystemExit as stop:  # argparse: help (0) or usage (2)
        return stop.code if isinstance(stop.code, int) else USAGE
    except GateError as error:
        return complain("gate failed", error, GATE_FAILED)
    except InputError as error:
        return complain("error", error, BAD_INPUT)
    except BrokenPipeError:  # the reader of our output went away, as in `nearmiss show suite | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        return complain("error", describe_os_error(error), BAD_INPUT)
    except NondeterminismError as error:
        return complain("non-determinism", error, INTERNAL)
    except KeyboardInterrupt as error:
        return complain("interrupted", str(error) or "nothing was left half written", INTERRUPTED)
    except Exception as error:
        traceback.print_exc()
        return complain("internal error (please report it)", f"{type(error).__name__}: {error}", INTERNAL)


def dispatch(argv: list[str]) -> int:
    """Find the command, import its file alone, read its options, run it."""
    intruder = foreign_package()
    if intruder:
        return complain("error", intruder, BAD_INPUT)
    if not argv or argv[0] in ("-h", "--help"):
        print(overview())
        return OK if argv else USAGE
    if argv[0] == "--version":
        print(f"nearmiss {version()}")
        return OK
    name = argv[0]
    known = commands()
    if name not in known:
        return complain("error", f"unknown command {name!r}{did_you_mean(name, known)}", USAGE)
    module = importlib.import_module(f"viewer.commands.{name}")
    parser = parser_of(name, module)
    return int(module.run(apply_config(parser, argv[1:])))


def commands() -> dict[str, str]:
    """Return command -> one-line summary, sorted, read from the files without running them."""
    files = sorted(p for p in COMMANDS.glob("*.py") if not p.name.startswith("_"))
    return {p.stem: summary(p) for p in files}


def summary(path: Path) -> str:
    """Return the first line of a file's docstring without its full stop; an unreadable file says so itself."""
    try:
        text = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    except SyntaxError as error:
        return f"(broken: line {error.lineno}: {error.msg})"
    return text.partition("\n")[0].rstrip(".")


def parser_of(name: str, module: Any) -> argparse.ArgumentParser:
    """Return the parser of one command with the options that its file declares."""
    parser = argparse.ArgumentParser(
        prog=f"nearmiss {name}",
        description=(module.__doc__ or "").strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add(parser)
    return parser


def overview() -> str:
    """Return the text of `nearmiss --help`."""
    rows = "\n".join(f"  {name:<10} {text}" for name, text in commands().items())
    return (
        "usage: nearmiss COMMAND [options]\n\n"
        "Edge-case scenario suites for automated driving: generate, measure, render through sensors, replay.\n\n"
        f"commands:\n{rows}\n\n"
        "start with:  nearmiss demo\n"
        "options of a command:  nearmiss COMMAND --help\n"
        "exit codes:  0 ok, 1 a gate failed, 2 usage, 3 bad input, 4 internal error, 130 interrupted"
    )


def foreign_package(root: Path = ROOT) -> str:
    """Return one line naming a package of ours that Python would take from elsewhere, or ""."""
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        places = [str(Path(p).resolve()) for p in (spec.submodule_search_locations or [])] if spec else []
        if places != [str(root / name)]:
            found = ", ".join(places) or "nowhere"
            return (
                f"package {name!r} would come from {found}, not from {root / name}: another folder or "
                "distribution of that name comes first on the import path (see PYTHONPATH)"
            )
    return ""


def describe_os_error(error: OSError) -> str:
    """Return one line of an operating system error: the file first, then what was wrong."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def complain(kind: str, what: object, code: int) -> int:
    """Print exactly one line to stderr and return `code`."""
    print(f"nearmiss: {kind}: {one_line(str(what))}", file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
