"""Small OpenDRIVE documents for tests: a road is its geometry and a few lanes."""

from pathlib import Path

import roadnet
from roadnet.network import RoadNetwork

LANES = """<laneSection s="0"><left><lane id="1" type="driving" level="false">
<width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></left>
<center><lane id="0" type="none" level="false"><roadMark sOffset="0" type="broken" color="white"/></lane></center>
<right><lane id="-1" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>
<lane id="-2" type="sidewalk" level="false"><width sOffset="0" a="2" b="0" c="0" d="0"/>
<height sOffset="0" inner="0.12" outer="0.12"/></lane></right></laneSection>"""


def geometry(shape: str, *, length: float, s: float = 0.0, x: float = 0.0, y: float = 0.0, hdg: float = 0.0) -> str:
    """Return a <geometry> around a shape such as '<arc curvature="0.1"/>'."""
    return f'<geometry s="{s!r}" x="{x!r}" y="{y!r}" hdg="{hdg!r}" length="{length!r}">{shape}</geometry>'


def road(
    plan: str, *, length: float, id: str = "1", rule: str = "RHT", lanes: str = LANES, profiles: str = "",
    link: str = "", tail: str = "", junction: str = "-1",
) -> str:  # fmt: skip
    """Return a <road>; `profiles` come between plan view and lanes, `tail` after the lanes."""
    return (
        f'<road id="{id}" name="" length="{length!r}" junction="{junction}" rule="{rule}"><link>{link}</link>'
        f"<planView>{plan}</planView>{profiles}<lanes>{lanes}</lanes>{tail}</road>"
    )


def document(*parts: str) -> str:
    """Return a whole document."""
    return f'<?xml version="1.0"?>\n<OpenDRIVE><header revMajor="1" revMinor="7"/>{"".join(parts)}</OpenDRIVE>'


def load(folder: Path, *parts: str) -> RoadNetwork:
    """Return the network of a document of these parts."""
    path = folder / "map.xodr"
    path.write_text(document(*parts))
    return roadnet.load(path)
