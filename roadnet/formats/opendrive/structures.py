"""<tunnel> and <bridge>, in and out; rail switches in."""

import numpy as np

from roadnet.formats.opendrive.document import Document, Element
from roadnet.formats.opendrive.roads import Road
from roadnet.formats.opendrive.write_lanes import exact, rounded
from roadnet.generate.document import add
from roadnet.network import ObjectKind, RoadNetwork, Structures

KINDS = {"tunnel": ObjectKind.TUNNEL, "bridge": ObjectKind.BRIDGE}
TYPES = {"tunnel": "standard", "bridge": "concrete"}  # where the file says nothing: the first of the standard's


def read_structures(doc: Document, roads: list[Road]) -> Structures:
    """Return the structures of all roads, cut to their roads; those outside of them become findings."""
    rows = []
    for number, road in enumerate(roads):
        for tag in KINDS:
            for e in road.element.iterfind(f"objects/{tag}"):
                begin, length = doc.number(e, "s"), doc.number(e, "length")
                low, high = max(begin, 0.0), min(begin + length, road.length_m)
                if high <= low:
                    doc.find(e, "problem", "structure", f"road {road.id} s {begin:g}", f"{tag} lies beside its road")
                    continue
                rows.append((doc.text(e, "id", ""), KINDS[tag], doc.text(e, "type", TYPES[tag]), number, low, high))
        for e in road.element.iterfind("railroad/switch"):
            main = e.find("mainTrack")
            at = doc.number(e if main is None else main, "s", 0.0)
            at = min(max(at, 0.0), road.length_m)
            name, position = doc.text(e, "id", ""), doc.text(e, "position", "dynamic")
            rows.append((name, ObjectKind.RAIL_SWITCH, position, number, at, at))
    return Structures(
        id=tuple(r[0] for r in rows),
        kind=np.array([r[1] for r in rows], np.uint8),
        type=tuple(r[2] for r in rows),
        road=np.array([r[3] for r in rows], np.int32),
        s_range=np.array([r[4:] for r in rows], float).reshape(-1, 2),
    )


def add_structures(road: Element, net: RoadNetwork, row: int) -> None:
    """Append the tunnels and bridges of a road to its objects."""
    found = net.structures
    for k in np.flatnonzero(found.road == row).tolist():
        tag = ObjectKind(found.kind[k]).name.lower()
        if tag not in KINDS:
            continue
        parent = road.find("objects")
        parent = add(road, "objects") if parent is None else parent
        begin, end = found.s_range[k].tolist()
        add(parent, tag, id=found.id[k], s=exact(begin), length=rounded(end - begin), type=found.type[k])
