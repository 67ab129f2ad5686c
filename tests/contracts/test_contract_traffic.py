"""The contract of a reader of recorded traffic, run over every file of scenarios/formats."""

from pathlib import Path
from types import ModuleType
from typing import cast

import numpy as np
import pytest
from bounded import mutants
from traffic_files import document, going, highd, line, obstacle, promises, table

from roadnet.base.errors import InputError
from scenarios.formats.registry import read_traffic, traffic_formats


def commonroad(folder: Path) -> Path:
    (folder / "a.xml").write_text(document(obstacle(1, line(0, 6)), obstacle(2, line(1, 4, y=1.0))))
    return folder / "a.xml"


def any_table(folder: Path) -> Path:
    (folder / "a.csv").write_text(table([*going("a", n=5), *going("b", n=4, y=3.0)]))
    return folder / "a.csv"


def interaction(folder: Path) -> Path:
    rows = [(1, k, 100 * k, "car", k, 0, 10, 0, 0.0, 4, 1.8) for k in range(5)]
    head = "track_id,frame_id,timestamp_ms,agent_type,x,y,vx,vy,psi_rad,length,width"
    (folder / "a.csv").write_text(table(rows, head))
    return folder / "a.csv"


def argoverse(folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    n, path = 8, folder / "scenario_a.parquet"
    columns = {
        "track_id": ["AV"] * n, "object_type": ["vehicle"] * n, "scenario_id": ["a"] * n, "focal_track_id": ["1"] * n,
        "timestep": list(range(n)), "position_x": [1.0 * k for k in range(n)], "position_y": [0.0] * n,
        "heading": [0.0] * n, "velocity_x": [10.0] * n, "velocity_y": [0.0] * n, "object_category": [2] * n,
        "start_timestamp": [0.0] * n, "end_timestamp": [(n - 1) * 1e8] * n, "num_timestamps": [n] * n,
    }  # fmt: skip
    pq.write_table(pa.table(columns), path)
    return path


SMALL = {
    "argoverse": argoverse,
    "commonroad": commonroad,
    "highd": highd,
    "interaction": interaction,
    "table": any_table,
}


@pytest.fixture(params=sorted(traffic_formats()))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_format_has_a_small_file_here_says_what_it_is_and_is_documented(name: str) -> None:
    assert name in SMALL
    title = traffic_formats()[name].TITLE
    assert title
    assert "\n" not in title
    assert f"`{name}`" in (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text("utf-8")


def test_its_files_are_its_own_and_keep_the_promises(name: str, tmp_path: Path) -> None:
    path = SMALL[name](tmp_path)
    head = path.read_bytes()[:65536]
    assert [n for n, f in traffic_formats().items() if f.matches(path, head)] == [name]
    for found in read_traffic(path):
        assert found.format == name
        promises(found)


def test_the_same_file_is_the_same_recording(name: str, tmp_path: Path) -> None:
    path = SMALL[name](tmp_path)
    for a, b in zip(read_traffic(path), read_traffic(path), strict=True):
        assert a.names == b.names
        for field in a.recording.agents.__dataclass_fields__:
            np.testing.assert_array_equal(getattr(a.recording.agents, field), getattr(b.recording.agents, field))


def test_damaged_files_are_read_or_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path = SMALL[name](tmp_path)
    data = path.read_bytes()
    for text in mutants(data.decode("latin-1"), count=40, seed=5):
        path.write_bytes(text.encode("latin-1"))
        try:
            found, said = read_traffic(path), ""
        except InputError as error:
            found, said = (), str(error)
        assert "\n" not in said
        assert bool(found) != bool(said)
        for one in found:
            promises(one)


def test_the_readers_are_modules_of_the_folder() -> None:
    assert {cast(ModuleType, f).__name__ for f in traffic_formats().values()} == {
        f"scenarios.formats.{n}" for n in traffic_formats()
    }
