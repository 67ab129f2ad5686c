"""What tests share: one Hypothesis profile, road networks loaded once, and the real inputs where they are.

Real inputs lie beside the checkout (../shared/real) or where $NEARMISS_REAL says. Where they are absent the
tests that need them are skipped with that reason, except in CI, where they fail.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import roadnet
from roadnet.network import RoadNetwork

CI = bool(os.environ.get("CI"))
REAL = Path(os.environ.get("NEARMISS_REAL") or Path(__file__).resolve().parents[2] / "shared" / "real")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a script's background job; the tests send Ctrl-C to children
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "nearmiss",
    deadline=None,  # machines differ; what is slow is measured by the benchmarks
    derandomize=CI,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("nearmiss")


@pytest.fixture(autouse=True)
def import_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what a test does to the import path: a planner looked up in this process appends the working directory."""
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.fixture(scope="session")
def load_map() -> Callable[[str], RoadNetwork]:
    """Return a function from map name or path to the road network, each loaded once a session."""
    return cache(lambda name: roadnet.load(name))


@pytest.fixture(scope="session", params=("crossing", "boulevard"))
def shipped_net(request: pytest.FixtureRequest, load_map: Callable[[str], RoadNetwork]) -> RoadNetwork:
    """Return each shipped map in turn."""
    return load_map(request.param)


@pytest.fixture(scope="session")
def real() -> Callable[[str], Path]:
    """Return a function from a path below the real inputs to the file; skips, or fails in CI, where it is absent."""

    def find(name: str) -> Path:
        path = REAL / name
        if not path.exists():
            (pytest.fail if CI else pytest.skip)(f"real input {name} is not at {REAL} (set NEARMISS_REAL)")
        return path

    return find


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests with foreign readers out unless asked for (`-m client`): they install. Campaigns may last."""
    if "campaign" in config.option.markexpr:
        for item in items:
            item.add_marker(pytest.mark.timeout(0))
    if "client" in config.option.markexpr:
        return
    chosen = [item for item in items if not item.get_closest_marker("client")]
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("client")])
    items[:] = chosen
