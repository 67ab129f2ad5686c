"""Where the shipped data lies: beside the installed package, or at the top of a checkout."""

from pathlib import Path

INSTALLED = Path(__file__).parents[1] / "data"
CHECKOUT = Path(__file__).parents[2] / "data"


def data_path(*parts: str) -> Path:
    """Return the path of shipped data, e.g. data_path("maps", "crossing.xodr"); FileNotFoundError if absent."""
    for root in (INSTALLED, CHECKOUT):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(f"shipped data {'/'.join(parts)} is missing from {INSTALLED} and {CHECKOUT}")
