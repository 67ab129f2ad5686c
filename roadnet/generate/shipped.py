"""The shipped maps, made by this package: python -m roadnet.generate.shipped FOLDER writes them anew."""

import sys
from pathlib import Path

from roadnet.generate import boulevard, four_way


def shipped_documents() -> dict[str, bytes]:
    """Return file name -> OpenDRIVE document."""
    return {
        "boulevard.xodr": boulevard.document(boulevard.Boulevard()),
        "crossing.xodr": four_way.document(four_way.FourWay()),
    }


if __name__ == "__main__":
    for name, text in shipped_documents().items():
        Path(sys.argv[1], name).write_bytes(text)
