"""<access> of a lane: whom its rules leave, as a lane type."""

from roadnet.formats.opendrive.document import Document, Element
from roadnet.network import DRIVABLE, LaneType

CARS = {"passengercar", "motorvehicle", "motorvehicles", "autonomoustraffic"}
OWN_LANES = {"bus": LaneType.BUS, "taxi": LaneType.TAXI}  # what a lane becomes that allows these and no cars
FIRST_M = 1e-6


def opened(doc: Document, lane: Element, kind: LaneType, where: str) -> LaneType:
    """Return the type of a lane after its access rules: restricted where cars may not drive.

    Rules at the section's start hold for all of it; later ones become findings. A rule that does not say
    whether it allows or denies denies (OpenDRIVE 1.6, table of <access>).
    """
    named: dict[str, set[str]] = {"allow": set(), "deny": set()}
    for e in lane.iterfind("access"):
        words = [doc.text(e, "restriction", ""), *(doc.text(x, "type", "") for x in e.iterfind("restriction"))]
        if doc.number(e, "sOffset", 0.0) > FIRST_M:
            doc.find(e, "note", "access", where, "access changes within the section: the change is not followed")
        else:
            named.setdefault(doc.text(e, "rule", "deny").lower(), set()).update(w.lower() for w in words if w)
    if kind not in DRIVABLE or kind in OWN_LANES.values():
        return kind
    allowed = named["allow"] - {"none"}
    shut = bool(CARS & named["deny"]) or (bool(allowed) and not CARS & allowed)
    if not shut:
        return kind
    own = [OWN_LANES[w] for w in sorted(allowed & OWN_LANES.keys())]
    new = own[0] if own else LaneType.RESTRICTED
    doc.find(lane, "note", "access", where, f"closed to cars: {kind.name.lower()} taken as {new.name.lower()}")
    return new
