"""Options that several commands share, and --config: their values from a TOML file."""

import argparse
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from roadnet.base.errors import InputError, did_you_mean


def add_json(parser: argparse.ArgumentParser) -> None:
    """--json: the result as JSON on stdout."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON on stdout")


def add_seed(parser: argparse.ArgumentParser, default: int = 1) -> None:
    """--seed: everything random follows from it."""
    parser.add_argument(
        "--seed", type=natural, default=default, metavar="N", help=f"seed of all random draws (default {default})"
    )


def add_workers(parser: argparse.ArgumentParser) -> None:
    """--workers: processes; the result does not depend on it."""
    parser.add_argument(
        "--workers",
        type=positive,
        default=1,
        metavar="N",
        help="processes that work at the same time; the bytes written do not depend on it (default 1)",
    )


def add_out(parser: argparse.ArgumentParser, *, what: str, required: bool = False) -> None:
    """--out: where the result goes."""
    parser.add_argument("--out", type=Path, required=required, metavar="PATH", help=what)


def add_set(parser: argparse.ArgumentParser) -> None:
    """--set key=value, repeatable."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="pin or redistribute a parameter, e.g. --set gap_m=12 or --set 'gap_m=U(5,30)'; repeatable",
    )


def add_config(parser: argparse.ArgumentParser) -> None:
    """--config: options of this command from a TOML file; the command line wins over it."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE.toml",
        help="read options from a TOML file, e.g. `count = 300`; what is given on the command line wins",
    )


def natural(text: str) -> int:
    """Return an integer in 0 .. 2^63 - 1; underscores and signs are refused."""
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise argparse.ArgumentTypeError(f"got {text!r}, want an integer from 0 to 2^63 - 1")
    return int(text)


def positive(text: str) -> int:
    """Return an integer above 0."""
    value = natural(text)
    if value == 0:
        raise argparse.ArgumentTypeError("got 0, want an integer above 0")
    return value


def share(text: str) -> float:
    """Return a number in [0, 1]."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"got {text!r}, want a number from 0 to 1")
    return value


def pairs(texts: Sequence[str], option: str = "--set") -> tuple[tuple[str, str], ...]:
    """Return key, value of each "key=value" in the order given; a key given twice is refused."""
    out: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not (equals and key.strip() and value.strip()):
            raise InputError(option, got=repr(text), wanted="key=value, e.g. gap_m=12 or gap_m=U(5,30)")
        if key.strip() in out:
            raise InputError(option, got=f"{key.strip()!r} twice", wanted="each key once")
        out[key.strip()] = value.strip()
    return tuple(out.items())


def apply_config(parser: argparse.ArgumentParser, argv: list[str]) -> argparse.Namespace:
    """Return the parsed options: defaults, then the file of --config, then the command line."""
    options = {a.dest: a for a in parser._actions if a.option_strings and a.dest not in ("help", "config")}
    path = config_path(parser, argv)
    if path is None:
        return parser.parse_args(argv)
    values = config_values(path, options)
    parser.set_defaults(**values)
    args = parser.parse_args(argv)
    for dest, value in values.items():  # argparse appends to a default list; the command line replaces it here
        given = getattr(args, dest)
        if isinstance(options[dest], argparse._AppendAction) and len(given) > len(value):
            setattr(args, dest, given[len(value) :])
    return args


def config_path(parser: argparse.ArgumentParser, argv: list[str]) -> Path | None:
    """Return the file that --config names, if this command has that option and it is given."""
    if not any(a.dest == "config" for a in parser._actions):
        return None
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    finder.add_argument("--config", type=Path)
    found: Path | None = finder.parse_known_args(argv)[0].config
    return found


def config_values(path: Path, options: dict[str, argparse.Action]) -> dict[str, Any]:
    """Return the options in a TOML file, checked like those of the command line; unknown keys are refused."""
    try:
        table = tomllib.loads(path.read_bytes().decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), got=str(error), wanted="a TOML file") from None
    known = {option.lstrip("-"): a for a in options.values() for option in a.option_strings if option[:2] == "--"}
    out = {}
    for key, value in table.items():
        action = known.get(key) or known.get(key.replace("_", "-"))
        if action is None:
            raise InputError(
                str(path), got=f"unknown key {key!r}", wanted=f"options of this command{did_you_mean(key, known)}"
            )
        out[action.dest] = config_value(f"{path}: {key}", value, action)
    return out


def config_value(where: str, value: Any, action: argparse.Action) -> Any:
    """Return one TOML value as its option would give it."""
    if isinstance(action, argparse._StoreTrueAction):
        if not isinstance(value, bool):
            raise InputError(where, got=repr(value), wanted="true or false")
        return value
    if isinstance(value, dict):  # [set] gap_m = "U(5,30)"
        value = [f"{k}={v}" for k, v in value.items()]
    many = isinstance(action, argparse._AppendAction) or action.nargs in ("*", "+")
    if isinstance(value, list) and not many:
        raise InputError(where, got="a list", wanted="one value")
    items = [config_item(where, v, action) for v in (value if isinstance(value, list) else [value])]
    return items if many else items[0]


def config_item(where: str, value: Any, action: argparse.Action) -> Any:
    """Return one scalar after the option's own conversion and choices."""
    if isinstance(value, bool | dict | list):
        raise InputError(where, got=repr(value), wanted="text or a number")
    convert = action.type if callable(action.type) else str
    try:
        item = convert(str(value))
    except (ValueError, argparse.ArgumentTypeError) as error:
        raise InputError(where, got=repr(value), wanted=f"a value that --{action.dest} takes ({error})") from None
    if action.choices is not None and item not in action.choices:
        raise InputError(where, got=repr(value), wanted=f"one of {', '.join(map(str, action.choices))}")
    return item
