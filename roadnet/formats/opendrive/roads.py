"""<road>: reference line, profiles, links and rule."""

from dataclasses import dataclass, field
from math import pi, remainder

import numpy as np

from roadnet.base.arrays import ragged
from roadnet.base.errors import InputError
from roadnet.formats.opendrive.document import Document, Element
from roadnet.geometry import ARC, LINE, PARAM_POLY3, POLY3, SPIRAL, STRAIGHT_CURVATURE
from roadnet.network import CrossSections, Polynomials, Roads

SHORTEST_RECORD_M = 1e-9  # geometry records below are dropped: they have no direction
LENGTH_TOLERANCE_M = 1e-3
LONGEST_ROAD_M = 1e5  # one record of a road: longer motorways are many
LARGEST_CURVATURE_1PM = 1e4
MPH_MPS, KMH_MPS = 0.44704, 1 / 3.6


@dataclass
class Road:
    """One <road> as read, before its arrays exist."""

    id: str
    element: Element
    length_m: float
    junction: str  # "" where the road belongs to none
    left_hand: bool
    plan: list[tuple[int, tuple[float, ...], tuple[float, ...]]] = field(default_factory=list)  # kind, pose, coef
    elevation: list[tuple[float, ...]] = field(default_factory=list)
    superelevation: list[tuple[float, ...]] = field(default_factory=list)
    lane_offset: list[tuple[float, ...]] = field(default_factory=list)
    crossfall: dict[str, list[tuple[float, ...]]] = field(default_factory=dict)  # by "left" and "right"
    shape: dict[float, list[tuple[float, ...]]] = field(default_factory=dict)  # by s: (t, a, b, c, d)
    speeds: list[tuple[float, float]] = field(default_factory=list)  # from s, m/s; 0 m/s: none posted
    # (element type, id, contact point) at the beginning and at the end
    links: dict[int, tuple[str, str, str]] = field(default_factory=dict)


def read_roads(doc: Document) -> list[Road]:
    """Return the roads in the file's order; those without a reference line become findings."""
    out: list[Road] = []
    seen: set[str] = set()
    for element in doc.root.iterfind("road"):
        road = _road(doc, element)
        if road.id in seen:
            raise doc.error(element, got=f"id={road.id!r} twice", wanted="a road id of its own")
        seen.add(road.id)
        if road.plan:
            out.append(road)
        else:
            doc.find(element, "problem", "no_geometry", f"road {road.id}", "no plan view: the road is left out")
    if not out:
        raise InputError(str(doc.path), got="no road with a plan view", wanted="at least one")
    return out


def speed_mps(doc: Document, element: Element) -> float:
    """Return a <speed> in m/s; 0 where none is posted or traffic is free."""
    text = doc.text(element, "max", "")
    if text in ("", "no limit", "undefined"):
        return 0.0
    factor = {"mph": MPH_MPS, "km/h": KMH_MPS}.get(doc.text(element, "unit", "m/s"), 1.0)
    return max(0.0, doc.number(element, "max") * factor)


def road_table(roads: list[Road], junctions: dict[str, int], names: list[str]) -> Roads:
    """Return the arrays of the roads; `junctions` gives the rows of junction ids."""
    plan = [[(k, p, c) for k, p, c in r.plan] for r in roads]
    kind, start = ragged([[k for k, _, _ in rows] for rows in plan], np.uint8)
    pose, _ = ragged([[p for _, p, _ in rows] for rows in plan], np.float64, 5)
    coef, _ = ragged([[c for _, _, c in rows] for rows in plan], np.float64, 9)
    inside = np.array([r.junction in junctions for r in roads])
    return Roads(
        id=tuple(r.id for r in roads),
        name=tuple(names),
        length_m=np.array([r.length_m for r in roads]),
        in_junction=inside,
        junction=np.array([junctions.get(r.junction, 0) for r in roads], np.int32),
        left_hand=np.array([r.left_hand for r in roads], bool),
        plan_start=start,
        plan_kind=kind,
        plan_pose=pose,
        plan_coef=coef,
        elevation=polynomials([r.elevation for r in roads]),
        superelevation=polynomials([r.superelevation for r in roads]),
        lane_offset=polynomials([r.lane_offset for r in roads]),
        surface=_surface(roads),
    )


def _surface(roads: list[Road]) -> CrossSections:
    left, right = ([r.crossfall.get(side, []) for r in roads] for side in ("left", "right"))
    if not any((*left, *right, *(r.shape for r in roads))):
        return CrossSections()
    s, start = ragged([sorted(r.shape) for r in roads], np.float64)
    profile = polynomials([r.shape[at] for r in roads for at in sorted(r.shape)])
    return CrossSections(start=start, s=s, profile=profile, left=polynomials(left), right=polynomials(right))


def polynomials(rows: list[list[tuple[float, ...]]]) -> Polynomials:
    """Return piecewise cubics, one owner a row, from lists of (s, a, b, c, d)."""
    flat, start = ragged(rows, np.float64, 5)
    return Polynomials(start=start, s=np.ascontiguousarray(flat[:, 0]), abcd=np.ascontiguousarray(flat[:, 1:]))


def _road(doc: Document, element: Element) -> Road:
    name = doc.text(element, "id")
    length = doc.number(element, "length")
    if not 0 < length <= LONGEST_ROAD_M:
        raise doc.error(element, got=f"length={length:g}", wanted=f"0 < length <= {LONGEST_ROAD_M:g} m")
    junction = doc.text(element, "junction", "-1")
    road = Road(
        id=name,
        element=element,
        length_m=length,
        junction="" if junction in ("", "-1") else junction,
        left_hand=doc.text(element, "rule", "RHT").upper() == "LHT",
    )
    road.plan = _plan(doc, element, road)
    road.elevation = doc.cubics(element.find("elevationProfile"), "elevation", "s")
    lateral = element.find("lateralProfile")
    road.superelevation = doc.cubics(lateral, "superelevation", "s")
    if lateral is not None:
        _read_surface(doc, lateral, road)
    road.lane_offset = doc.cubics(element.find("lanes"), "laneOffset", "s")
    if element.find("railroad/*") is not None:
        doc.find(
            element.find("railroad"),
            "note",
            "railroad",
            f"road {name}",
            "switches are kept; tracks beside and partners are not read",
        )
    for kind in element.iterfind("type"):
        speed = kind.find("speed")
        road.speeds.append((doc.number(kind, "s", 0.0), 0.0 if speed is None else speed_mps(doc, speed)))
    road.speeds.sort()
    for end, tag in enumerate(("predecessor", "successor")):
        link = element.find(f"link/{tag}")
        if link is not None and link.get("elementId") is not None:
            kind_id = doc.text(link, "elementType", "road"), doc.text(link, "elementId")
            road.links[end] = (*kind_id, doc.text(link, "contactPoint", ""))
    return road


def _read_surface(doc: Document, lateral: Element, road: Road) -> None:
    """Read crossfall and shape; where a road has both, the shape holds: no version of the standard adds them."""
    stations: dict[float, list[Element]] = {}
    for e in lateral.iterfind("shape"):
        stations.setdefault(min(max(doc.number(e, "s", 0.0), 0.0), road.length_m), []).append(e)
    road.shape = {at: doc.cubic_rows(rows, "t") for at, rows in stations.items()}
    falls = list(lateral.iterfind("crossfall"))
    for side in ("left", "right"):
        mine = [e for e in falls if doc.text(e, "side", "both").lower() in (side, "both")]
        road.crossfall[side] = doc.cubic_rows(mine, "s")
    if falls and road.shape:
        doc.find(falls[0], "note", "cross_profile", f"road {road.id}", "crossfall beside shape: the shape holds")
        road.crossfall = {}
    if lateral.find("crossSectionSurface") is not None:
        doc.find(lateral, "note", "cross_profile", f"road {road.id}", "crossSectionSurface is not read")


def _plan(doc: Document, element: Element, road: Road) -> list[tuple[int, tuple[float, ...], tuple[float, ...]]]:
    rows = []
    for e in element.iterfind("planView/geometry"):
        s, x, y, heading, length = (doc.number(e, k) for k in ("s", "x", "y", "hdg", "length"))
        heading = remainder(heading, 2 * pi) if abs(heading) > 2 * pi else heading
        if length <= SHORTEST_RECORD_M:
            doc.find(e, "repaired", "empty_record", f"road {road.id} s {s:g}", f"length {length:g} m: left out")
            continue
        rows.append((*_shape(doc, e, length), (s, x, y, heading, length)))
    rows.sort(key=lambda row: row[2][0])
    if rows:
        last = rows[-1][2]
        miss = last[0] + last[4] - road.length_m
        if abs(miss) > LENGTH_TOLERANCE_M:
            doc.find(
                element, "note", "length", f"road {road.id}", f"plan view is {miss:+.4f} m longer than the road says"
            )
    return [(kind, pose, coef) for kind, coef, pose in rows]


def _shape(doc: Document, e: Element, length: float) -> tuple[int, tuple[float, ...]]:
    """Return (kind, nine coefficients) of a <geometry>."""
    shape = next((c for c in e if c.tag in ("line", "arc", "spiral", "poly3", "paramPoly3")), None)
    if shape is None:
        doc.find(e, "repaired", "no_shape", "geometry", "no known shape inside: taken as a line")
        return LINE, (0.0,) * 9
    if shape.tag == "arc":
        k = doc.number(shape, "curvature")
        return _bent(doc, shape, (k, k), length, ARC)
    if shape.tag == "spiral":
        return _bent(doc, shape, _numbers(doc, shape, "curvStart", "curvEnd"), length, SPIRAL)
    if shape.tag == "poly3":
        return POLY3, (*_numbers(doc, shape, *"abcd"), 0.0, 0.0, 0.0, 0.0, 0.0)
    if shape.tag == "paramPoly3":
        coef = _numbers(doc, shape, "aU", "bU", "cU", "dU", "aV", "bV", "cV", "dV")
        return PARAM_POLY3, (*coef, length if doc.text(shape, "pRange", "normalized") == "arcLength" else 1.0)
    return LINE, (0.0,) * 9


def _numbers(doc: Document, e: Element, *names: str) -> tuple[float, ...]:
    return tuple(doc.number(e, name) for name in names)


def _bent(doc: Document, e: Element, k: tuple[float, ...], length: float, kind: int) -> tuple[int, tuple[float, ...]]:
    largest = max(map(abs, k))
    if largest > LARGEST_CURVATURE_1PM:
        raise doc.error(e, got=f"a curvature of {largest:g} 1/m", wanted=f"at most {LARGEST_CURVATURE_1PM:g} 1/m")
    if kind == SPIRAL and k[0] == k[1]:
        kind = ARC
    if kind == ARC and abs(k[0]) < STRAIGHT_CURVATURE:
        kind, k = LINE, (0.0, 0.0)
    values = k if kind == SPIRAL else k[:1]
    return kind, (*values, *(0.0,) * (9 - len(values)))
