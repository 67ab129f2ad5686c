"""Which product this is."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version


def version() -> str:
    """Return the product's version; "0+checkout" where it is not installed."""
    try:
        return installed_version("nearmiss")
    except PackageNotFoundError:
        return "0+checkout"
