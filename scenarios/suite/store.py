"""The files of a suite: an immutable SUITE.json and sealed blocks, written so that a kill at any instant loses nothing.

suite/SUITE.json          settings, maps, versions; never rewritten
suite/blocks/00000042.mcap                  scenarios, sealed, read-only; the name is the block number
suite/evidence/00000042.<key>.mcap          verdicts on that block by one set of oracle versions
suite/index.npz           a cache; deleting it loses nothing
suite/maps/               of an imported suite: the maps of its recordings
suite/tmp/  suite/quarantine/

Sealing: write to tmp (O_EXCL), fsync, link to the final name (refused where it exists), unlink tmp, fsync the
folder; only then is the block done. Whoever comes second compares: equal content is dropped, other content goes
to quarantine and raises NondeterminismError. No lock, no shared mutable file.
"""

import errno
import json
import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from roadnet.base.errors import InputError, NondeterminismError

FORMAT = 1  # of the suite folder; readers know every number up to this one
SUITE_FILE_CAP = 64 << 20
STALE_S = 24 * 3600.0  # tmp files of other hosts are left alone for this long
Same = Callable[[bytes, bytes], bool]  # do the sealed and the new content mean the same?
FOLDERS = ("blocks", "evidence", "tmp", "quarantine")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """SUITE.json: what the suite is made of. Two runs may write into one suite only if `settings` are equal."""

    settings: Mapping[str, Any]  # seed, count, block_size, hazards, maps, ...: all that decides the bytes
    about: Mapping[str, Any]  # facts that do not: where maps lay, versions of packages

    @property
    def suite_key(self) -> int:
        """Return the 64-bit key of every random stream of the suite."""
        return int(self.settings["suite_key"], 16)

    @property
    def count(self) -> int:
        """Return how many scenarios the suite has when it is complete."""
        return int(self.settings["count"])

    @property
    def block_size(self) -> int:
        """Return how many scenarios a block holds; the last may hold fewer."""
        return int(self.settings["block_size"])

    @property
    def blocks(self) -> int:
        """Return how many blocks the suite has when it is complete."""
        return -(-self.count // self.block_size)

    def indices(self, block: int) -> range:
        """Return the scenario indices of one block."""
        return range(block * self.block_size, min((block + 1) * self.block_size, self.count))


def create(path: Path, plan: Plan, *, resume: bool = False) -> None:
    """Make the suite folder, or accept the one that is there if its settings are equal and `resume` is asked for.

    Raises InputError naming the first setting that differs; nothing in the folder is touched then.
    """
    file = path / "SUITE.json"
    if file.exists():
        accept(path, plan)
        if not resume and missing_blocks(path, plan):
            raise InputError(str(path), got="an unfinished suite", wanted="--resume, or another folder")
    elif path.is_dir() and any(path.iterdir()):
        raise InputError(str(path), got="a folder with other things in it", wanted="a new or empty folder")
    for folder in FOLDERS:
        (path / folder).mkdir(parents=True, exist_ok=True)
    if not file.exists():
        text = json.dumps({"format": FORMAT, "settings": plan.settings, "about": plan.about}, indent=1, allow_nan=False)
        seal(path, file, (text + "\n").encode(), same=lambda old, new: True)
        accept(path, plan)


def accept(path: Path, plan: Plan) -> None:
    """Raise InputError where the suite in the folder was made with other settings."""
    there = read_plan(path).settings
    mine = json.loads(json.dumps(plan.settings))
    for key in sorted({*mine, *there}):
        if mine.get(key) != there.get(key):
            raise InputError(
                str(path),
                got=f"{key} = {short(mine.get(key))}",
                wanted=f"{short(there.get(key))} as the suite in this folder has, or another folder",
            )


def read_plan(path: Path) -> Plan:
    """Return SUITE.json of a suite; InputError where this is no suite, or one of a newer nearmiss."""
    file = path / "SUITE.json"
    if not file.is_file():
        raise InputError(str(path), got="no SUITE.json", wanted="a suite made by `nearmiss generate`")
    if file.stat().st_size > SUITE_FILE_CAP:
        raise InputError(str(file), got=f"{file.stat().st_size} bytes", wanted=f"at most {SUITE_FILE_CAP}")
    try:
        tree = json.loads(file.read_bytes(), object_pairs_hook=unique, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(str(file), got=f"text that is not plain JSON ({error})", wanted="SUITE.json") from None
    if not isinstance(tree, dict) or not isinstance(tree.get("format"), int):
        raise InputError(str(file), got="no format number", wanted="SUITE.json")
    if not 1 <= tree["format"] <= FORMAT:
        raise InputError(str(file), got=f"format {tree['format']}", wanted=f"1 to {FORMAT} (made by a newer nearmiss)")
    plan = Plan(settings=tree.get("settings") or {}, about=located(path, tree.get("about") or {}))
    try:
        fits = plan.suite_key >= 0 and plan.count >= 0 and plan.block_size >= 1
    except (KeyError, TypeError, ValueError):
        fits = False
    if not fits:
        raise InputError(str(file), got="settings without suite_key, count or block_size", wanted="SUITE.json")
    return plan


def located(path: Path, about: Any) -> Mapping[str, Any]:
    """Return the facts with maps inside the suite's folder where it lies now: a suite may be moved."""
    files = about.get("map_files") if isinstance(about, dict) else None
    if not isinstance(files, dict):
        return dict(about) if isinstance(about, dict) else {}
    here = {name: str(path / file) if str(file).startswith("maps/") else file for name, file in files.items()}
    return {**about, "map_files": here}


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; a key given twice is refused."""
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("a key twice")
    return out


def refuse_constant(name: str) -> Any:
    """Refuse NaN and Infinity, which JSON does not have."""
    raise ValueError(f"{name} is not JSON")


def short(value: Any) -> str:
    """Return a setting's text, cut to one line's worth."""
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= 80 else f"{text[:77]}..."


def block_path(path: Path, block: int) -> Path:
    """Return where the scenarios of a block lie."""
    return path / "blocks" / f"{block:08d}.mcap"


def evidence_path(path: Path, block: int, key: str) -> Path:
    """Return where the verdicts on a block by one set of oracles lie."""
    return path / "evidence" / f"{block:08d}.{key}.mcap"


def evidence_key(block_hash: str, oracles: Mapping[str, int], rig: str) -> str:
    """Return 16 hex digits of what decides the verdicts: the scenarios, the oracles' versions, the rig."""
    text = json.dumps([block_hash, sorted(oracles.items()), rig])
    return blake2b(text.encode(), digest_size=8).hexdigest()


def sealed_blocks(path: Path) -> tuple[int, ...]:
    """Return the numbers of the sealed blocks, ascending."""
    names = (p.stem for p in (path / "blocks").glob("*.mcap"))
    return tuple(sorted(int(n) for n in names if len(n) == 8 and n.isascii() and n.isdigit()))


def sealed_evidence(path: Path) -> tuple[Path, ...]:
    """Return the files of verdicts, by block, then key."""
    return tuple(sorted((path / "evidence").glob("[0-9]*.*.mcap")))


def missing_blocks(path: Path, plan: Plan) -> tuple[int, ...]:
    """Return the blocks still to be made: what resuming means."""
    done = set(sealed_blocks(path))
    return tuple(b for b in range(plan.blocks) if b not in done)


def seal(path: Path, final: Path, data: bytes, *, same: Same | None = None) -> bool:
    """Commit `data` under its final name; return False where equal content was there already.

    `same(old, new)` compares contents, by default byte for byte. Unequal content is kept in quarantine and
    raises NondeterminismError; the sealed file is never touched.
    """
    tmp = write_tmp(path / "tmp", final.name, data)
    try:
        os.link(tmp, final)
    except FileExistsError:
        return settle(path, tmp, final, data, same)
    except OSError as error:
        os.unlink(tmp)
        if error.errno in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK):
            raise InputError(str(path), got="a file system without hard links", wanted="one that has them") from None
        raise
    os.unlink(tmp)
    sync_folder(final.parent)
    return True


def write_tmp(folder: Path, name: str, data: bytes) -> Path:
    """Return a new read-only file with `data` in it, on the disk for good; nothing is left behind on failure."""
    tmp = folder / f"{name}.{host()}.{os.getpid()}.{secrets.token_hex(4)}"
    fd = os.open(tmp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(fd, rest) :]
            os.fsync(fd)
        finally:
            os.close(fd)
    except BaseException as error:
        os.unlink(tmp)
        if isinstance(error, OSError):
            error.filename = str(folder)  # write and fsync do not say where the disk is full
        raise
    return tmp


def settle(path: Path, tmp: Path, final: Path, data: bytes, same: Same | None) -> bool:
    """Compare with what is sealed: drop what is equal, keep the rest in quarantine and raise the alarm."""
    old = final.read_bytes()
    if (same or bytes.__eq__)(old, data):
        os.unlink(tmp)
        return False
    kept = path / "quarantine" / tmp.name
    os.rename(tmp, kept)
    raise NondeterminismError(f"{final}: made again with other content, kept as {kept}; the sealed file is unchanged")


def sync_folder(folder: Path) -> None:
    """Put the folder's entries on the disk for good; Windows has no such call."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sweep(path: Path) -> int:
    """Remove what dead writers left in tmp, and return how many files; files of the living stay."""
    swept = 0
    for file in sorted((path / "tmp").iterdir()):
        owner, pid = owner_of(file.name)
        old = time.time() - file.stat().st_mtime > STALE_S
        if old or (owner == host() and not alive(pid)):
            file.unlink(missing_ok=True)
            swept += 1
    return swept


def owner_of(name: str) -> tuple[str, int]:
    """Return host and process id in the name of a tmp file; ("", 0) where it has another form."""
    parts = name.rsplit(".", 3)
    return (parts[1], int(parts[2])) if len(parts) == 4 and parts[2].isdigit() else ("", 0)


def host() -> str:
    """Return eight hex digits of this machine's name."""
    return blake2b(socket.gethostname().encode(), digest_size=4).hexdigest()


def alive(pid: int) -> bool:
    """Return whether a process of this machine still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
