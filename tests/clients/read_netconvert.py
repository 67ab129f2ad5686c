"""Run SUMO's netconvert on OpenDRIVE files; print, as JSON, name -> lanes and lengths, or what it said."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

TOOL = Path(sys.executable).with_name("netconvert")
OPTIONS = ("--opendrive.import-all-lanes", "true", "--no-turnarounds", "true", "--offset.disable-normalization", "true")


def convert(path: Path, folder: Path) -> dict[str, object]:
    out = folder / f"{path.stem}.net.xml"
    command = [TOOL, "--opendrive-files", str(path), "-o", str(out), *OPTIONS]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        return {"failed": done.stderr[-400:]}
    edges: dict[str, list[float]] = {}
    inside = 0.0
    for edge in ElementTree.parse(out).getroot().iter("edge"):
        lengths = [float(lane.get("length", "nan")) for lane in edge.iter("lane")]
        if edge.get("function") == "internal":
            inside += sum(lengths)
        else:
            edges[edge.get("id", "")] = lengths
    return {"edges": edges, "inside_m": inside}


with tempfile.TemporaryDirectory() as temporary:
    print(json.dumps({path.stem: convert(path, Path(temporary)) for path in map(Path, sys.argv[1:])}))
