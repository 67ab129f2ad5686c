"""The contract of a log format, run over every file of sensors/formats."""

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import packets as made
import pytest
import zoo

from sensors.formats.registry import catalogue
from sensors.log import SensorLog


@pytest.fixture(params=sorted(catalogue()))
def log_format(request: pytest.FixtureRequest) -> ModuleType:
    return catalogue()[request.param]


def log(count: int, **changes: Any) -> SensorLog:
    return SensorLog(meta=made.META, deliveries=made.deliveries(count), **changes)


def test_says_what_it_is(log_format: ModuleType) -> None:
    assert log_format.TITLE
    assert "\n" not in log_format.TITLE
    assert log_format.SUFFIX.startswith(".")
    assert log_format.EXTRA == "" or log_format.EXTRA.isidentifier()


def test_suffixes_are_told_apart() -> None:
    suffixes = [module.SUFFIX for module in catalogue().values()]
    assert len(set(suffixes)) == len(suffixes)


def test_is_documented() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text("utf-8")
    assert [name for name in catalogue() if f"`{name}`" not in page] == []


@pytest.mark.parametrize("count", [0, 1, 3])
def test_writes_and_counts_packets(log_format: ModuleType, tmp_path: Path, count: int) -> None:
    path = tmp_path / "new folder" / f"a{log_format.SUFFIX}"
    assert log_format.write(log(count), path) == 2 * count
    assert path.stat().st_size > 0
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("name", zoo.RECORDINGS)
def test_writes_every_recording_of_the_zoo(log_format: ModuleType, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"a{log_format.SUFFIX}"
    assert log_format.write(log(2, recording=zoo.RECORDINGS[name]()), path) == 4


def test_a_failing_sensor_leaves_no_file(log_format: ModuleType, tmp_path: Path) -> None:
    def breaks() -> Any:
        yield from made.deliveries(1)
        raise RuntimeError("sensor")

    with pytest.raises(RuntimeError, match="sensor"):
        log_format.write(SensorLog(meta=made.META, deliveries=breaks()), tmp_path / f"a{log_format.SUFFIX}")
    assert os.listdir(tmp_path) == []


def test_same_log_same_bytes(log_format: ModuleType, tmp_path: Path) -> None:
    for name in ("a", "b"):
        log_format.write(log(2, recording=zoo.recording()), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
