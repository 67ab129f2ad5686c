"""Our MCAP export in the eyes of a foreign reader, `mcap` + `mcap-protobuf-support` in their own environment."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import packets as made
import pytest
import zoo
from clients import environment

from sensors.formats import mcap, native
from sensors.log import SensorLog
from sensors.packet import SensorPacket
from viewer import cli

pytestmark = pytest.mark.client
SCRIPT = Path(__file__).with_name("read_foxglove.py")


def read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what the foreign reader says and the arrays it found."""
    found = path.with_suffix(".npz")
    said = json.loads(environment.run("foxglove", SCRIPT, path, found))
    with np.load(found, allow_pickle=False) as arrays:
        return said, dict(arrays)


def assert_bits_of(packets: list[SensorPacket], arrays: dict[str, np.ndarray]) -> None:
    """Every point and pixel the reader found has the bits of the packet."""
    numbers: dict[str, Any] = {}
    for packet in packets:
        at = next(numbers.setdefault(packet.stream, count()))
        if packet.kind == "camera":
            assert arrays[f"/{packet.stream}/image/{at}/rgb"].tobytes() == packet.arrays["rgb"].tobytes()
            continue
        topic = f"/{packet.stream}/points/{at}"
        xyz = np.stack([arrays[f"{topic}/{axis}"] for axis in "xyz"], 1)
        assert xyz.dtype == np.float32
        assert xyz.tobytes() == packet.arrays["xyz"].tobytes()
        for name in ("intensity", "ring", "t_off_ns"):
            assert arrays[f"{topic}/{name}"].tobytes() == packet.arrays[name].tobytes()
        assert arrays[f"{topic}/stamp"].tolist() == [packet.stamp_start_ns]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    path = tmp_path_factory.mktemp("export") / "a.foxglove.mcap"
    mcap.write(SensorLog(meta=made.META, deliveries=made.deliveries(3), recording=zoo.recording()), path)
    return read(path)


def test_crcs_are_on_and_hold(export: Any) -> None:
    crcs = export[0]["crcs"]
    assert crcs["chunks"]
    assert all(crcs["chunks"])
    assert all(crcs["data"])
    assert all(crcs["summary"])


def test_points_and_pixels_are_bit_exact(export: Any) -> None:
    assert_bits_of([packet for packet, _ in made.deliveries(3)], export[1])


def test_times_run_forward(export: Any) -> None:
    assert export[0]["monotone"]


def test_schemas_are_foxgloves(export: Any) -> None:
    topics = export[0]["topics"]
    assert {name: (row["schema"], row["encoding"]) for name, row in topics.items()} == {
        "/tf": ("foxglove.FrameTransforms", "protobuf"),
        "/lidar_top/points": ("foxglove.PointCloud", "protobuf"),
        "/camera_front/image": ("foxglove.RawImage", "protobuf"),
        "/camera_front/calibration": ("foxglove.CameraCalibration", "protobuf"),
        "/truth/agents": ("foxglove.SceneUpdate", "protobuf"),
        "/truth/scenery": ("foxglove.SceneUpdate", "protobuf"),
    }
    assert topics["/truth/agents"]["boxes"] == 2 * 41


def test_frames_join_map_ego_and_sensors(export: Any) -> None:
    topics, arrays = export[0]["topics"], export[1]
    assert sorted(topics["/tf"]["frames"]) == [
        ["ego", "camera_front"],
        ["ego", "lidar_top"],
        ["map", "ego"],
    ]
    assert topics["/lidar_top/points"]["frame"] == "lidar_top"
    assert topics["/camera_front/image"]["frame"] == "camera_front"
    x, y, z, qx, qy, qz, qw = arrays["/tf/0/lidar_top"]
    assert [x, y, z] == [1.0, 0.0, 1.9]
    assert np.allclose([qx, qy, qz, qw], [0, 0, np.sin(0.15), np.cos(0.15)], atol=1e-12)


def test_calibration_is_the_packets(export: Any) -> None:
    assert export[0]["topics"]["/camera_front/calibration"]["K"] == [40, 0, 24, 0, 40, 13.5, 0, 0, 1]


def test_provenance_travels_along(export: Any) -> None:
    assert export[0]["metadata"]["nearmiss"]["rig"] == made.META.rig


def test_a_damaged_export_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.foxglove.mcap"
    mcap.write(SensorLog(meta=made.META, deliveries=made.deliveries(3)), path)
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)
    with pytest.raises(AssertionError, match=r"foxglove: read_foxglove\.py ended with"):
        read(path)


def test_what_the_commands_export_is_what_sense_gave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for line in (
        "generate suite --map crossing --hazard TC-03 --count 1 --seed 5",
        "sense suite/0 --rig demo --out logs --no-truth",
        "export suite/0 --to mcap --rig demo --out exported",
    ):
        assert cli.main(line.split()) == 0
    said, arrays = read(Path("exported/00000000.foxglove.mcap"))
    packets = [packet for packet, _ in native.read_log(Path("logs/00000000.sensors.mcap"))]
    assert {packet.kind for packet in packets} == {"lidar", "camera"}
    assert_bits_of(packets, arrays)
    assert said["monotone"]
    assert said["crcs"]["chunks"]
    assert all([*said["crcs"]["chunks"], *said["crcs"]["data"], *said["crcs"]["summary"]])
    assert said["topics"]["/map"]["lines"] > 10
    assert said["topics"]["/truth/agents"]["boxes"] > 100
