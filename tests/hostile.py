"""Mutants of map files, and a child process that reads them under limits of time and memory.

usage: python tests/hostile.py FIRST COUNT SEED_FILE...

Mutant number n is a pure function of n and the seed files, so that a failure is named by its number. Prints one
JSON line: how many were accepted and refused, the slowest, the largest, and what went wrong.
"""

import json
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from lxml import etree

SLOWEST_S, LARGEST_BYTES = 5.0, 1 << 30
HOSTILE = ("nan", "inf", "-inf", "1e308", "-1e308", "1e-308", "-1", "", "0", "-0.0", "1e5", "1e9", "99999999999",
           "x", "1_0", "0x10", "\u0661", "a" * 5000, "-1e-9", "1e999", "&<>", "\t")  # fmt: skip
SHIFTS = (-1.0, 1e-4, 1.0000001, 2.0, 10.0, 1e3, 1e6)
REFUSAL = re.compile(r"^[^\n]*: got [^\n]+, want [^\n]+$")


def mutant(data: bytes, number: int) -> bytes:
    """Return a mutant of a file: one to four changes of its structure, or of its bytes."""
    rng = random.Random(number)
    if rng.random() < 0.15:
        return flipped(data, rng)
    root = etree.fromstring(data, etree.XMLParser(remove_comments=True, remove_pis=True))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        everything = [e for e in root.iter() if isinstance(e.tag, str)]
        rng.choice(CHANGES)(everything, rng)
    return bytes(etree.tostring(root))


def flipped(data: bytes, rng: random.Random) -> bytes:
    """Return the bytes with a few of them replaced, removed or cut off."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 2, 8))):
        at = rng.randrange(len(out))
        how = rng.random()
        if how < 0.7:
            out[at] ^= 1 << rng.randrange(8)
        elif how < 0.9:
            del out[at : at + rng.randrange(1, 200)]
        else:
            out[at:at] = out[at : at + rng.randrange(1, 200)]
        if len(out) < 2:
            break
    return bytes(out)


def _attribute(everything: list, rng: random.Random) -> None:
    e = rng.choice(everything)
    if e.attrib:
        e.set(rng.choice(sorted(e.attrib)), rng.choice(HOSTILE))


def _shifted(everything: list, rng: random.Random) -> None:
    e = rng.choice(everything)
    if e.attrib:
        name = rng.choice(sorted(e.attrib))
        try:
            e.set(name, repr(float(e.get(name)) * rng.choice(SHIFTS)))
        except ValueError:
            e.set(name, e.get(name)[::-1])


def _borrowed(everything: list, rng: random.Random) -> None:
    """Give an attribute the value that an element of the same tag has: ids that name something else."""
    e = rng.choice(everything)
    same = [other for other in everything if other.tag == e.tag and other.attrib]
    if e.attrib and same:
        name = rng.choice(sorted(e.attrib))
        e.set(name, rng.choice(same).get(name, ""))


def _without_attribute(everything: list, rng: random.Random) -> None:
    e = rng.choice(everything)
    if e.attrib:
        del e.attrib[rng.choice(sorted(e.attrib))]


def _deleted(everything: list, rng: random.Random) -> None:
    e = rng.choice(everything)
    if e.getparent() is not None:
        e.getparent().remove(e)


def _doubled(everything: list, rng: random.Random) -> None:
    e = rng.choice(everything)
    if e.getparent() is not None:
        for _ in range(rng.choice((1, 1, 2, 40))):
            e.addnext(etree.fromstring(etree.tostring(e, with_tail=False)))


def _moved(everything: list, rng: random.Random) -> None:
    """Put an element elsewhere, or its children into another order."""
    e, new = rng.choice(everything), rng.choice(everything)
    if e.getparent() is not None and e not in (new, *new.iterancestors()):
        new.insert(rng.randrange(len(new) + 1), e)
    else:
        e[:] = rng.sample(list(e), len(e))


def _renamed(everything: list, rng: random.Random) -> None:
    rng.choice(everything).tag = rng.choice(everything).tag


CHANGES = (_attribute, _attribute, _attribute, _shifted, _shifted, _borrowed, _without_attribute, _deleted, _deleted,
           _doubled, _moved, _renamed)  # fmt: skip


class TooSlowError(BaseException):
    """More CPU time than a map may take; no reader can catch it by accident."""


def read_all(first: int, count: int, seeds: list[Path], examine: Callable[[Path], None]) -> dict[str, object]:
    """Return what became of mutants first to first + count - 1; `examine` loads a file and holds it to account."""
    data = [p.read_bytes() for p in seeds]
    said: dict[str, object] = {"accepted": 0, "refused": 0, "slowest_s": 0.0, "failures": []}
    failures: list[str] = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, first + count):
            which = number % len(seeds)
            path = Path(folder) / f"mutant{seeds[which].suffix}"
            path.write_bytes(mutant(data[which], number))
            begin = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, SLOWEST_S)
            verdict = outcome(path, examine)
            signal.setitimer(signal.ITIMER_PROF, 0)
            said["slowest_s"] = max(said["slowest_s"], time.process_time() - begin)  # type: ignore[call-overload]
            if verdict in ("accepted", "refused"):
                said[verdict] += 1  # type: ignore[operator]
            else:
                failures.append(f"mutant {number} of {seeds[which].name}: {verdict}")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return said | {"failures": failures, "grown_mib": round(grown / 1024, 1)}


def outcome(path: Path, examine: Callable[[Path], None]) -> str:
    """Return "accepted", "refused", or what is wrong with how the file was taken."""
    from roadnet.base.errors import InputError  # after the limits are set

    try:
        examine(path)
    except InputError as error:
        text = str(error)
        return "refused" if REFUSAL.match(text) and text.startswith(str(path)) else f"refusal {text!r}"
    except TooSlowError:
        return f"more than {SLOWEST_S} s"
    except Exception as error:  # the finding of this harness is any exception at all
        return f"{type(error).__name__}: {error}"
    return "accepted"


def main(arguments: list[str]) -> None:
    """Read mutants in this process, after putting limits on it."""
    from invariants import assert_network

    import roadnet
    from roadnet.checks import check
    from roadnet.queries import nearest_lane

    def examine(path: Path) -> None:
        net = roadnet.load(path)
        assert_network(net)
        assert all("\n" not in f.where + f.message for f in check(net))
        nearest_lane(net, net.lanes.centre[:1, :2])

    def too_slow(number: int, frame: FrameType | None) -> None:
        raise TooSlowError

    first, count = int(arguments[0]), int(arguments[1])
    seeds = [Path(p) for p in arguments[2:]]
    for seed in seeds:
        examine(seed)  # what stays unmutated loads; and what is compiled is compiled before the limits
    signal.signal(signal.SIGPROF, too_slow)
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + LARGEST_BYTES, now + LARGEST_BYTES))
    print(json.dumps(read_all(first, count, seeds, examine)))


if __name__ == "__main__":
    os.nice(5)
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    main(sys.argv[1:])
