"""Numbers and points out of text, checked as strictly as attributes are."""

import math

import numpy as np

from roadnet.base.arrays import Array
from roadnet.formats.opendrive.document import LARGEST_NUMBER, Document, Element


def number_in(doc: Document, element: Element, name: str, text: str | None) -> float:
    """Return a finite number in range. Raises InputError that names the element's line."""
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and abs(value) <= LARGEST_NUMBER) or "_" in (text or ""):
        wanted = f"a finite number within {LARGEST_NUMBER:g}"
        raise doc.error(element, got=f"{name} {(text or '')[:40]!r}", wanted=wanted)
    return value


def points_in(doc: Document, element: Element, name: str) -> Array:
    """Return (N, 3) points of an attribute "x,y[,z] x,y[,z] ..."; z 0 where there is none."""
    rows = []
    for word in doc.text(element, name, "").split():
        parts = word.split(",")
        if len(parts) not in (2, 3):
            raise doc.error(element, got=f"{name} {word[:40]!r}", wanted="x,y or x,y,z")
        x, y, *z = (number_in(doc, element, name, p) for p in parts)
        rows.append((x, y, z[0] if z else 0.0))
    return np.array(rows, float).reshape(-1, 3)


def child_point(doc: Document, element: Element) -> tuple[float, float, float]:
    """Return the point whose coordinates are the children x, y and, where there is one, z."""
    x, y = (number_in(doc, element, name, element.findtext(name)) for name in "xy")
    z = element.findtext("z")
    return x, y, 0.0 if z is None else number_in(doc, element, "z", z)
