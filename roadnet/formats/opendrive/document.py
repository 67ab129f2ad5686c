"""The XML under a map: parsed safely, read strictly, every error with file, line and element."""

import math
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from lxml import etree

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.network import Finding

MOST_BYTES = 256 << 20
MOST_ELEMENTS = 5_000_000
MOST_FINDINGS = 10_000
LARGEST_NUMBER = 1e9  # m: no map, not even in projected coordinates, is larger
HIGHEST_M, WIDEST_M, LONGEST_JUMP_M = 2e4, 200.0, 100.0  # samples are 2 m of road apart: no lane leaps so far
Element = Any  # lxml's elements are typed by stubs that the product does not depend on


class Document:
    """A parsed map file and what was found wrong with it on the way."""

    def __init__(self, path: Path, root: Element) -> None:
        self.path, self.root = path, root
        self.findings: list[Finding] = []

    def error(self, element: Element, *, got: str, wanted: str) -> InputError:
        """Return the error that refuses the file because of this element."""
        return InputError(f"{self.path}:{element.sourceline} <{element.tag}>", got=got, wanted=wanted)

    def find(self, element: Element | None, severity: str, code: str, where: str, message: str) -> None:
        """Note something that was survived; beyond MOST_FINDINGS only the first are kept."""
        if len(self.findings) < MOST_FINDINGS:
            line = f", line {element.sourceline}" if element is not None else ""
            self.findings.append(Finding(severity=severity, code=code, where=where + line, message=message))

    def number(self, element: Element, name: str, default: float | None = None) -> float:
        """Return a finite number in range; `default` where the attribute is absent or blank."""
        text = element.get(name)
        if text is None or not text.strip():
            if default is None:
                raise self.error(element, got=f"no attribute {name!r}", wanted="a number")
            return default
        try:
            value = float(text)
        except ValueError:
            raise self.error(element, got=f"{name}={_short(text)}", wanted="a number") from None
        if not (math.isfinite(value) and abs(value) <= LARGEST_NUMBER) or "_" in text:
            wanted = f"a finite number within {LARGEST_NUMBER:g}"
            raise self.error(element, got=f"{name}={_short(text)}", wanted=wanted)
        return value

    def integer(self, element: Element, name: str, default: int | None = None) -> int:
        """Return a whole number of at most six digits."""
        value = self.number(element, name, default)
        if value != int(value) or abs(value) > 999_999:
            raise self.error(element, got=f"{name}={_short(element.get(name))}", wanted="a whole number")
        return int(value)

    def text(self, element: Element, name: str, default: str | None = None) -> str:
        """Return the attribute's text without surrounding blanks."""
        value = element.get(name)
        if value is None:
            if default is None:
                raise self.error(element, got=f"no attribute {name!r}", wanted="a text")
            return default
        return str(value).strip()

    def cubics(self, parent: Element | None, tag: str, origin: str) -> list[tuple[float, ...]]:
        """Return (s, a, b, c, d) of the children `tag`, sorted by s; of equal s the last is kept."""
        return [] if parent is None else self.cubic_rows(parent.iterfind(tag), origin)

    def cubic_rows(self, found: Iterable[Element], origin: str) -> list[tuple[float, ...]]:
        """Return (s, a, b, c, d) of elements, sorted by s, which `origin` names; of equal s the last is kept."""
        number = self.number
        rows = [(number(e, origin), *(number(e, k, 0.0) for k in "abcd")) for e in found]
        rows.sort(key=lambda row: row[0])
        return [r for r, after in zip_longest(rows, rows[1:]) if after is None or after[0] > r[0]]


def parse(path: Path, *, root_tag: str) -> Document:
    """Return the document at `path`. Raises InputError for anything that is not a plain, bounded XML file."""
    where = str(path)
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise InputError(where, got=error.strerror or "an unreadable file", wanted="a readable map file") from None
    if size > MOST_BYTES:
        raise InputError(where, got=f"{size} bytes", wanted=f"at most {MOST_BYTES}")
    if not data.strip():
        raise InputError(where, got="an empty file", wanted=f"XML with <{root_tag}> as root")
    if data.count(b"<") > 2 * MOST_ELEMENTS:
        raise InputError(where, got="too many elements", wanted=f"at most {MOST_ELEMENTS}")
    if b"<!DOCTYPE" in data[:65536].replace(b"\0", b""):
        raise InputError(where, got="a DOCTYPE", wanted="a map without one: entities could hold anything")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, message = error.lineno or 0, str(error.msg or "broken XML").split(", line ")[0]
        raise InputError(f"{where}:{line}", got=message, wanted="well-formed XML") from None
    except ValueError as error:
        raise InputError(where, got=str(error), wanted="well-formed XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise InputError(where, got="a DOCTYPE", wanted="a map without one: entities could hold anything")
    _strip_namespaces(root)
    if root.tag != root_tag:
        raise InputError(f"{where}:{root.sourceline}", got=f"root element <{_short(root.tag)}>", wanted=f"<{root_tag}>")
    return Document(path, root)


def elements(root: Element) -> Iterator[Element]:
    """Yield every element, root included, without comments and the like."""
    for element in root.iter():
        if isinstance(element.tag, str):
            yield element


def _strip_namespaces(root: Element) -> None:
    if "{" not in root.tag:
        return
    for element in elements(root):
        element.tag = element.tag.rpartition("}")[2]


def _short(text: object) -> str:
    return repr(str(text) if len(str(text)) <= 40 else str(text)[:37] + "...")


def check_bounds(doc: Document, lines: dict[str, Array]) -> None:
    """Refuse geometry that leaves the earth: hostile coefficients would make paths without end."""
    for name, (column, most) in {
        "coordinate": (lines["centre"][:, :2], LARGEST_NUMBER),
        "height": (np.stack([lines[k][:, 2] for k in ("centre", "left_edge", "right_edge")]), HIGHEST_M),
        "lane half width": (lines["centre_half_width"], WIDEST_M),
        "jump within a lane": (np.diff(lines["centre_s"], prepend=0.0).clip(0.0), LONGEST_JUMP_M),
    }.items():
        largest = np.abs(column).max(initial=0.0)
        if not largest <= most:
            raise InputError(str(doc.path), got=f"a {name} of {largest:g} m", wanted=f"at most {most:g} m")
