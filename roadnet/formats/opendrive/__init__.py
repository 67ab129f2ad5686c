"""OpenDRIVE 1.1 to 1.8 in. `read` gives the RoadNetwork; what is wrong but survivable is in its findings.

Element by element:

planView line, arc, spiral, poly3, paramPoly3    yes (s is arc length on each)
elevation, superelevation                        yes, coupled as yaw, pitch, roll
crossfall, shape                                 yes; of a road with both, the shape (finding)
crossSectionSurface                              no (finding)
laneSection, singleSide                          yes
road type                                        its speed, along s; the kind and country of road no
lane width, border, height, speed, direction     yes
lane access                                      partly: lanes closed to cars become bus, taxi or restricted (finding);
                                                 changes within a section no (finding)
lane material, rule                              no
laneOffset                                       yes
roadMark                                         type, width, weight, colour; type/line and explicit lines no (a finding
                                                 for explicit ones)
road link, lane link                             yes, also one to many
junction default, direct                         yes
junction virtual                                 partly: kept and marked, connections not followed (finding)
junction priority, crossPath                     no
signal, signalReference, controller, validity    yes; boards, dependency, positionInertial no
object, repeat, outline(s)                       yes, the first outline; markings, borders no
tunnel, bridge                                   id, type and s range; lighting, validity no
header offset, geoReference                      kept as data
railroad                                         partly: switches kept; their tracks and partners no (finding)
station                                          no
"""

from roadnet.formats.opendrive.reader import read

__all__ = ["ROOT", "matches", "read"]

ROOT = "OpenDRIVE"


def matches(root_tag: str) -> bool:
    """Whether a file with this root element is for this reader."""
    return root_tag == ROOT
