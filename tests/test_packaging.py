"""What is tested is what is installed, and what is installed is whole."""

import os
import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType

import pytest

import roadnet
import scenarios
import sensors
import viewer
from roadnet.base import shipped

PACKAGES = (roadnet, scenarios, sensors, viewer)
CHECKOUT = Path(__file__).resolve().parents[1]
INSTALLED = bool(os.environ.get("CI") or os.environ.get("NEARMISS_EXPECT_INSTALLED"))
expects_installed = pytest.mark.skipif(not INSTALLED, reason="CI and NEARMISS_EXPECT_INSTALLED are not set")


@expects_installed
@pytest.mark.parametrize("package", PACKAGES, ids=lambda p: p.__name__)
def test_package_is_the_installed_one(package: ModuleType) -> None:
    site = Path(sysconfig.get_path("purelib")).resolve()
    assert Path(str(package.__file__)).resolve().is_relative_to(site)


@expects_installed
def test_the_checkout_is_not_on_the_import_path() -> None:
    assert [p for p in sys.path if Path(p or os.getcwd()).resolve() == CHECKOUT] == []


@expects_installed
def test_shipped_data_lies_in_the_wheel() -> None:
    assert shipped.INSTALLED.is_dir()
    installed = {p.relative_to(shipped.INSTALLED).as_posix() for p in shipped.INSTALLED.rglob("*") if p.is_file()}
    here = {p.relative_to(CHECKOUT / "data").as_posix() for p in (CHECKOUT / "data").rglob("*") if p.is_file()}
    assert installed == here


@expects_installed
def test_every_module_and_type_marker_is_in_the_wheel() -> None:
    missing = []
    for package in PACKAGES:
        source, target = CHECKOUT / package.__name__, Path(str(package.__file__)).parent
        missing += [p for p in source.rglob("*.py") if not (target / p.relative_to(source)).is_file()]
        assert (target / "py.typed").is_file()
    assert missing == []


@expects_installed
def test_the_command_is_installed() -> None:
    entry = {e.name: e.value for e in distribution("nearmiss").entry_points if e.group == "console_scripts"}
    assert entry == {"nearmiss": "viewer.cli:main"}


def test_data_is_found_in_a_checkout_and_when_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHECKOUT", "INSTALLED"):
        monkeypatch.setattr(shipped, name, tmp_path / name)
    for name in ("CHECKOUT", "INSTALLED"):  # the installed one wins once both are there
        (tmp_path / name / "maps").mkdir(parents=True)
        (tmp_path / name / "maps" / "a.xodr").write_text(name)
        assert shipped.data_path("maps", "a.xodr").read_text() == name
    with pytest.raises(FileNotFoundError, match=r"maps/b\.xodr is missing"):
        shipped.data_path("maps", "b.xodr")


@pytest.mark.parametrize("folder", sorted(p.name for p in (CHECKOUT / "data").iterdir() if p.is_dir()))
def test_data_says_where_it_comes_from(folder: str) -> None:
    text = (CHECKOUT / "data" / folder / "README.md").read_text("utf-8")
    assert "source" in text.lower()
    assert "licen" in text.lower()
