"""Run asam-qc-opendrive on files; print, as JSON, name -> statuses of the checkers and the issues found."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

TOOL = Path(sys.executable).with_name("qc_opendrive")


def check(path: Path, folder: Path) -> dict[str, object]:
    result = folder / f"{path.stem}.xqar"
    config = folder / f"{path.stem}.xml"
    config.write_text(
        f'<Config><Param name="InputFile" value={quoteattr(str(path))}/>'
        f'<CheckerBundle application="xodrBundle"><Param name="resultFile" value={quoteattr(str(result))}/>'
        "</CheckerBundle></Config>"
    )
    done = subprocess.run([TOOL, "-c", str(config)], capture_output=True, text=True, cwd=folder)
    if not result.exists():
        raise SystemExit(done.stderr)
    root = ElementTree.parse(result).getroot()
    return {
        "status": {c.get("checkerId"): c.get("status") for c in root.iter("Checker")},
        "issues": [f"{i.get('ruleUID')}: {i.get('description')}" for i in root.iter("Issue")],
    }


with tempfile.TemporaryDirectory() as temporary:
    print(json.dumps({path.stem: check(path, Path(temporary)) for path in map(Path, sys.argv[1:])}))
