"""Checks every byte of a suite and lists what is damaged; nothing is changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from roadnet.base.errors import InputError
from scenarios.suite.blocks import BlockReader, Identity, check_block
from scenarios.suite.store import Plan, block_path, missing_blocks, read_plan, sealed_blocks, sealed_evidence


@dataclass(frozen=True, slots=True)
class Checked:
    """One file of a suite."""

    path: Path
    size_bytes: int
    problem: str  # one line, "" where it is sound


def check_suite(path: Path) -> tuple[Plan, Iterator[Checked]]:
    """Return the plan and an iterator over every file with what is wrong with it; InputError where it is no suite."""
    plan = read_plan(path)
    return plan, checked_files(path, plan)


def checked_files(path: Path, plan: Plan) -> Iterator[Checked]:
    """Yield blocks in order, then verdicts, then what should not be there."""
    hashes: dict[int, str] = {}
    for block in sealed_blocks(path):
        file = block_path(path, block)
        expected = Identity(kind="scenarios", suite_key=plan.suite_key, block=block)
        try:
            hashes[block] = check_block(file, expected)
            problem = "" if block < plan.blocks else f"{file}: got block {block}, want 0 to {plan.blocks - 1}"
        except (InputError, OSError) as error:
            problem = str(error)
        yield Checked(file, size_of(file), problem or wrong_rows(file, plan, block))
    for file in sealed_evidence(path):
        yield Checked(file, size_of(file), wrong_evidence(file, plan, hashes))
    known = {*(block_path(path, b) for b in sealed_blocks(path)), *sealed_evidence(path)}
    for folder in ("blocks", "evidence"):
        for file in sorted((path / folder).iterdir()):
            if file not in known:
                yield Checked(file, size_of(file), f"{file}: a file that is no part of a suite")


def wrong_rows(file: Path, plan: Plan, block: int) -> str:
    """Return what is wrong with the scenarios that a sound file holds, or ""."""
    if not 0 <= block < plan.blocks:
        return ""
    reader = BlockReader(file)
    try:
        found = sorted(m.scenario for topic in ("spec", "failure") for m in reader.messages(topic))
    finally:
        reader.close()
    wanted = list(plan.indices(block))
    return "" if found == wanted else f"{file}: got {len(found)} scenarios, want those from {wanted[0]} to {wanted[-1]}"


def wrong_evidence(file: Path, plan: Plan, hashes: dict[int, str]) -> str:
    """Return what is wrong with a file of verdicts, or ""; `hashes` are those of the sound blocks."""
    number = file.name[:8]
    if not (number.isascii() and number.isdigit()):
        return f"{file}: a file that is no part of a suite"
    block = int(number)
    try:
        check_block(file, Identity(kind="evidence", suite_key=plan.suite_key, block=block))
        reader = BlockReader(file)
        of = dict(reader.identity.facts).get("of", "")
        reader.close()
    except (InputError, OSError) as error:
        return str(error)
    if block in hashes and of != hashes[block]:
        return f"{file}: got verdicts on a block with hash {of[:16]}, want {hashes[block][:16]}"
    return ""


def size_of(file: Path) -> int:
    """Return the size of a file, 0 where it is gone."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def incomplete(path: Path, plan: Plan) -> str:
    """Return one line where blocks are missing, or ""."""
    missing = missing_blocks(path, plan)
    if not missing:
        return ""
    return f"{path}: {plan.blocks - len(missing)} of {plan.blocks} blocks are sealed; the first missing is {missing[0]}"
