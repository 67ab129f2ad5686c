"""OpenDRIVE 1.7 out: a road network as a file that reads as the same network.

Written from the network alone, whatever format it came from. What comes back: reference lines, profiles, lanes
and their links with the bits they had; places of objects and signals to a micrometre. The second trip is the
same file, byte for byte.

What the network does not hold cannot come back: lane materials and rules, subtypes and texts of signals, junction
priorities, virtual junctions. Words of 1.8 are put in those of 1.7: walking is a sidewalk, slip lanes are
exits; lanes against their side's direction carry it as user data. Crossfall is a shape; where it changes along
the road, by stations 2 m apart. Copies of a repeated object are objects.
"""

from collections import defaultdict
from pathlib import Path

import numpy as np
from lxml import etree

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.formats.opendrive.joints import BEGIN, END, Joints, joints
from roadnet.formats.opendrive.structures import add_structures
from roadnet.formats.opendrive.write_furniture import (
    add_controllers,
    add_objects,
    add_signals,
    controllers_of,
    placed_objects,
    referring_spots,
)
from roadnet.formats.opendrive.write_lanes import add_cubics, add_sections, cubics, exact
from roadnet.formats.opendrive.write_surface import add_surface
from roadnet.generate.document import Element, add, document_bytes, open_document
from roadnet.geometry import ARC, LINE, POLY3, SPIRAL
from roadnet.network import RoadNetwork


def save(net: RoadNetwork, path: str | Path) -> None:
    """Write the network as OpenDRIVE 1.7. Raises InputError where the file cannot be written."""
    try:
        Path(path).write_bytes(document(net))
    except OSError as error:
        raise InputError(str(path), got=error.strerror or "an error", wanted="a file that can be written") from None


def document(net: RoadNetwork) -> bytes:
    """Return the network as an OpenDRIVE 1.7 document; equal networks, equal bytes."""
    root = open_document(net.name)
    _add_references(root[0], net)
    links, placed, spots = joints(net), placed_objects(net), referring_spots(net)
    objects: dict[int, list[int]] = defaultdict(list)
    for k, road in enumerate(placed.road.tolist()):
        objects[road].append(k)
    first = np.searchsorted(net.lanes.road, np.arange(len(net.roads.id) + 1))
    for row in range(len(net.roads.id)):
        road = _add_road(root, net, row, links)
        add_sections(_add_lanes(road, net, row), net, row, np.arange(first[row], first[row + 1]), links)
        if row in objects:
            add_objects(road, net, placed, objects[row])
        add_structures(road, net, row)
        add_signals(road, net, row, spots)
    add_controllers(root, net)
    _add_junctions(root, net, links)
    return document_bytes(root)


def _add_references(header: Element, net: RoadNetwork) -> None:
    if net.source.geo_reference:
        add(header, "geoReference").text = etree.CDATA(net.source.geo_reference)
    if any(net.source.header_offset):
        shift = zip(("x", "y", "z", "hdg"), net.source.header_offset, strict=True)
        add(header, "offset", **{name: exact(value) for name, value in shift})


def _add_road(root: Element, net: RoadNetwork, row: int, links: Joints) -> Element:
    """Append a road up to its profiles."""
    roads = net.roads
    road = add(root, "road", name=roads.name[row], length=exact(roads.length_m[row]), id=roads.id[row])
    road.set("junction", net.junctions.id[roads.junction[row]] if roads.in_junction[row] else "-1")
    road.set("rule", "LHT" if roads.left_hand[row] else "RHT")
    link = add(road, "link")
    for end, tag in ((BEGIN, "predecessor"), (END, "successor")):
        if (row, end) in links.roads:
            kind, name, contact = links.roads[row, end]
            add(link, tag, elementType=kind, elementId=name, **({"contactPoint": contact} if contact else {}))
    view = add(road, "planView")
    for k in range(roads.plan_start[row], roads.plan_start[row + 1]):
        _add_geometry(view, int(roads.plan_kind[k]), roads.plan_pose[k], roads.plan_coef[k])
    add_cubics(add(road, "elevationProfile"), "elevation", "s", cubics(roads.elevation, row))
    lateral = add(road, "lateralProfile")
    add_cubics(lateral, "superelevation", "s", cubics(roads.superelevation, row))
    add_surface(lateral, net, row)
    return road


def _add_lanes(road: Element, net: RoadNetwork, row: int) -> Element:
    lanes = add(road, "lanes")
    add_cubics(lanes, "laneOffset", "s", cubics(net.roads.lane_offset, row))
    return lanes


def _add_geometry(view: Element, kind: int, pose: Array, coef: Array) -> None:
    place = {name: exact(v) for name, v in zip(("s", "x", "y", "hdg", "length"), pose.tolist(), strict=True)}
    node, c = add(view, "geometry", **place), [exact(v) for v in coef.tolist()]
    if kind == LINE:
        add(node, "line")
    elif kind == ARC:
        add(node, "arc", curvature=c[0])
    elif kind == SPIRAL:
        add(node, "spiral", curvStart=c[0], curvEnd=c[1])
    elif kind == POLY3:
        add(node, "poly3", **dict(zip("abcd", c[:4], strict=True)))
    else:
        names = ("aU", "bU", "cU", "dU", "aV", "bV", "cV", "dV")
        add(
            node,
            "paramPoly3",
            **dict(zip(names, c[:8], strict=True)),
            pRange="normalized" if coef[8] == 1.0 else "arcLength",
        )


def _add_junctions(root: Element, net: RoadNetwork, links: Joints) -> None:
    controllers = controllers_of(net)
    order = {name: k for k, name in enumerate(net.junctions.id)}
    for name in sorted(links.connections, key=lambda name: (order.get(name, len(order)), name)):
        direct = name in links.direct
        node = add(root, "junction", id=name, name="", type="direct" if direct else "default")
        for number, ((incoming, other, end), pairs) in enumerate(links.connections[name].items()):
            ends = {"incomingRoad": net.roads.id[incoming], "contactPoint": ("start", "end")[end]}
            ends["linkedRoad" if direct else "connectingRoad"] = net.roads.id[other]
            connection = add(node, "connection", id=str(number), **ends)
            for a, b in pairs:
                add(connection, "laneLink", from_=str(a), to=str(b))
        for controller in controllers.get(order.get(name, -1), []):
            add(node, "controller", id=controller, type="0")
