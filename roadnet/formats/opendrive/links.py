"""Links between lanes: across sections, across roads, through junctions."""

from collections.abc import Iterator

import numpy as np

from roadnet.base.arrays import Array, offsets_of
from roadnet.formats.opendrive.document import Document, Element
from roadnet.formats.opendrive.lanes import Lane, RoadLanes
from roadnet.formats.opendrive.roads import Road
from roadnet.network import DRIVABLE

BEGIN, END = 0, 1
VIRTUAL = "virtual junction: kept, but its connections are not followed"
Touch = tuple[int, int, int, int]  # lane row, its end (0 where s begins), other lane row, its end


class LaneLinks:
    """Finds lane rows by (road, end) and turns links into touching ends of lanes."""

    def __init__(self, doc: Document, roads: list[Road], per_road: list[RoadLanes], lanes: list[Lane]) -> None:
        self.doc, self.roads, self.per_road, self.lanes = doc, roads, per_road, lanes
        self.road_row = {r.id: i for i, r in enumerate(roads)}
        self.row = {(lane.road, lane.section, lane.id): i for i, lane in enumerate(lanes)}

    def touches(self) -> list[Touch]:
        """Return every pair of touching lane ends, sorted, each once."""
        found = {*self._along_roads(), *self._through_junctions()}
        ordered = {(a, i, b, j) if (a, i) <= (b, j) else (b, j, a, i) for a, i, b, j in found}
        return sorted(ordered)

    def _along_roads(self) -> Iterator[Touch]:
        for row, lane in enumerate(self.lanes):
            for end in (BEGIN, END):
                for number in lane.links.get(end, ()):
                    other = self._beyond(lane, end, number)
                    if other is not None:
                        yield row, end, *other

    def _beyond(self, lane: Lane, end: int, number: int) -> tuple[int, int] | None:
        """Return (lane row, its end) that lies beyond an end of `lane` under the id `number`."""
        sides = self.per_road[lane.road].sides
        section = lane.section
        while 0 <= (section := section + (1 if end == END else -1)) < len(sides):
            if (1 if lane.id > 0 else -1) not in sides[section]:
                continue
            empty = self.per_road[lane.road].empty.get((section, number))
            if empty is None:
                row = self.row.get((lane.road, section, number))
                if row is None:
                    self._dangling(lane, end, number)
                return None if row is None else (row, 1 - end)
            number = empty.links.get(end, [number])[0]
        link = self.roads[lane.road].links.get(end)
        if link is None or link[0] != "road":
            return None  # the junction's connections say it
        return self._at_road_end(link[1], link[2], number, lane, end)

    def _at_road_end(self, road: str, contact: str, number: int, lane: Lane, end: int) -> tuple[int, int] | None:
        if road not in self.road_row:
            self._dangling(lane, end, number)
            return None
        other = self.road_row[road]
        which = END if contact == "end" else BEGIN
        row = self.row_at_end(other, which, number)
        if row is None:
            self._dangling(lane, end, number)
            return None
        return row, which

    def row_at_end(self, road: int, end: int, number: int) -> int | None:
        """Return the row of lane `number` in the road's first (BEGIN) or last (END) section that speaks for it."""
        side = 1 if number > 0 else -1
        part = self.per_road[road]
        sections = [i for i, sides in enumerate(part.sides) if side in sides]
        for section in sections if end == BEGIN else reversed(sections):
            empty = part.empty.get((section, number))
            if empty is None:
                return self.row.get((road, section, number))
            number = empty.links.get(1 - end, [number])[0]
        return None

    def _through_junctions(self) -> Iterator[Touch]:
        for junction in self.doc.root.iterfind("junction"):
            if self.doc.text(junction, "type", "default") == "virtual":
                self.doc.find(junction, "note", "virtual_junction", f"junction {junction.get('id')}", VIRTUAL)
                continue
            for connection in junction.iterfind("connection"):
                yield from self._connection(self.doc.text(junction, "id", ""), connection)

    def _connection(self, junction: str, e: Element) -> Iterator[Touch]:
        incoming = self.road_row.get(self.doc.text(e, "incomingRoad", ""))
        other = self.road_row.get(self.doc.text(e, "connectingRoad", self.doc.text(e, "linkedRoad", "")))
        if incoming is None or other is None:
            self.doc.find(e, "problem", "dangling_link", f"junction {junction}", "connection names an unknown road")
            return
        which = END if self.doc.text(e, "contactPoint", "start") == "end" else BEGIN
        ends = [k for k, link in self.roads[incoming].links.items() if link[:2] == ("junction", junction)]
        if not ends:
            self.doc.find(e, "problem", "dangling_link", f"junction {junction}", "incoming road does not lead to it")
            return
        for link in e.iterfind("laneLink"):
            a, b = self.doc.integer(link, "from"), self.doc.integer(link, "to")
            mine = [(self.row_at_end(incoming, end, a), end) for end in sorted(ends)]
            row = self.row_at_end(other, which, b)
            found = [(r, end) for r, end in mine if r is not None]
            if row is None or not found:
                self.doc.find(link, "problem", "dangling_link", f"junction {junction}", f"no lane {a} or no lane {b}")
                continue
            if len(found) > 1:  # a loop road touches the junction with both ends: traffic must be able to enter
                found = [f for f in found if (f[1] == END) == self.lanes[f[0]].forward] or found
            yield found[0][0], found[0][1], row, which

    def _dangling(self, lane: Lane, end: int, number: int) -> None:
        if lane.type in DRIVABLE:
            where = f"road {self.roads[lane.road].id} lane {lane.id} s {(lane.begin, lane.end)[end]:.1f}"
            tag = ("predecessor", "successor")[end]
            self.doc.find(lane.element, "problem", "dangling_link", where, f"{tag} {number} does not exist")


def directed(touches: list[Touch], forward: Array) -> tuple[Array, Array]:
    """Return (from, to) lane rows, each (E,), sorted: where traffic runs from one lane into the other.

    Ends that both let traffic out, or both in, join no lanes.
    """
    t = np.array(touches, np.int64).reshape(-1, 4)
    leaves_a = forward[t[:, 0]] == (t[:, 1] == END)
    leaves_b = forward[t[:, 2]] == (t[:, 3] == END)
    ab, ba = t[leaves_a & ~leaves_b], t[leaves_b & ~leaves_a]
    pairs = np.concatenate([ab[:, [0, 2]], ba[:, [2, 0]]])
    pairs = np.unique(pairs, axis=0) if len(pairs) else pairs
    return pairs[:, 0], pairs[:, 1]


def successors(a: Array, b: Array, count: int) -> tuple[Array, Array]:
    """Return (start (count + 1,), rows) of the lanes `b` that follow each lane `a`."""
    order = np.lexsort((b, a))
    return offsets_of(np.bincount(a, minlength=count)), b[order].astype(np.int32)


def neighbours(road: Array, section: Array, number: Array, forward: Array) -> dict[str, Array]:
    """Return left, right, has_left, has_right: the lane beside with traffic in the same direction.

    Rows are sorted by road, section, id descending, so that the lane to the left as the road sees it is the
    row before.
    """
    L = len(road)
    row = np.arange(L)
    same = np.zeros(L, bool)  # row and row - 1 are side by side and agree
    same[1:] = (np.diff(road) == 0) & (np.diff(section) == 0) & (forward[1:] == forward[:-1])
    same[1:] &= (number[:-1] - number[1:] == 1) | ((number[:-1] == 1) & (number[1:] == -1))
    above, below = same, np.append(same[1:], False)
    has_left, has_right = np.where(forward, above, below), np.where(forward, below, above)
    left = np.where(has_left, np.where(forward, row - 1, row + 1), 0)
    right = np.where(has_right, np.where(forward, row + 1, row - 1), 0)
    return {
        "left": left.astype(np.int32),
        "right": right.astype(np.int32),
        "has_left": has_left,
        "has_right": has_right,
    }
