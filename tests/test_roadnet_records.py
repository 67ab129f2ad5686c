"""Strict TOML: what is wrong is named with file, key and the nearest right name."""

from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadnet.base.errors import InputError
from roadnet.base.records import load_toml, number, record


class Colour(IntEnum):
    RED = 1
    DARK_BLUE = 2


@dataclass(frozen=True, kw_only=True)
class Mount:
    name: str
    fov_deg: float = number(above=0.0, most=360.0, default=90.0)
    at: tuple[float, float, float] = (0.0, 0.0, 0.0)
    colour: Colour = Colour.RED


@dataclass(frozen=True, kw_only=True)
class Rig:
    title: str
    count: int = number(least=1)
    mode: Literal["fast", "slow"] = "fast"
    mounts: tuple[Mount, ...] = ()
    gains: dict[str, float] = field(default_factory=dict)
    limit: float | None = None


GOOD = """title = "a"
count = 2
gains = { x = 1, y = 2.5 }
[[mounts]]
name = "top"
fov_deg = 120
at = [1, 2, 3.5]
colour = "dark_blue"
"""


def test_a_good_file_becomes_the_record(tmp_path: Path) -> None:
    (tmp_path / "rig.toml").write_text(GOOD)
    rig = load_toml(tmp_path / "rig.toml", Rig)
    assert rig.mounts == (Mount(name="top", fov_deg=120.0, at=(1.0, 2.0, 3.5), colour=Colour.DARK_BLUE),)
    assert rig.gains == {"x": 1.0, "y": 2.5}
    assert rig.limit is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ("fov_deg = 120", "fov_dge = 120"),
            "mounts[0].fov_dge: got an unknown key, want a known key; did you mean",
        ),
        (("fov_deg = 120", "fov_deg = 400"), "mounts[0].fov_deg: got 400.0, want 0 < fov_deg <= 360"),
        (("fov_deg = 120", "fov_deg = nan"), "mounts[0].fov_deg: got nan, want a finite number"),
        (("fov_deg = 120", "fov_deg = true"), "mounts[0].fov_deg: got True, want a number"),
        (("count = 2", "count = 0"), "count: got 0, want 1 <= count"),
        (("count = 2", "count = 2.0"), "count: got 2.0, want a whole number"),
        (("count = 2", ""), "count: got nothing, want a whole number"),
        (("[1, 2, 3.5]", "[1, 2]"), "mounts[0].at: got 2 values, want 3"),
        (("[1, 2, 3.5]", "[1, 2, 'c']"), "mounts[0].at[2]: got 'c', want a number"),
        (("dark_blue", "dark_blu"), "did you mean 'dark_blue'?"),
        (("count = 2", 'count = 2\nmode = "fastt"'), "did you mean 'fast'?"),
        (("[[mounts]]", "[mounts]"), "mounts: got {"),
        (("y = 2.5", "y = []"), "gains.y: got [], want a number"),
        (('title = "a"', "title = "), "text that is not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    (tmp_path / "rig.toml").write_text(GOOD.replace(*change))
    with pytest.raises(InputError) as caught:
        load_toml(tmp_path / "rig.toml", Rig)
    assert expected in str(caught.value)
    assert "rig.toml" in str(caught.value)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.toml: got No such file"):
        load_toml(tmp_path / "absent.toml", Rig)
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        load_toml(tmp_path / "b.toml", Rig)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["title", "count", "mode", "mounts", "gains", "limit", "x"]), plain))
def test_any_table_is_a_record_or_one_line(data: dict) -> None:
    try:
        assert isinstance(record(data, Rig, where="t"), Rig)
    except InputError as error:
        text = str(error)
        if "\n" in text or not text.startswith("t:"):
            raise AssertionError(text) from error
