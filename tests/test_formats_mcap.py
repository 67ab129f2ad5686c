"""The Foxglove export, as far as it can be judged without a foreign reader (that is tests/clients)."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import packets as made
import pytest
import zoo
from hypothesis import given
from hypothesis import strategies as st
from mcap.reader import make_reader

from roadnet.base.errors import InputError
from roadnet.frames import rotation
from sensors.formats import mcap
from sensors.log import SensorLog


def rows(path: Path) -> list[tuple[str, str, int, bytes]]:
    """Return (topic, schema, log time, message) of every message, CRCs checked."""
    with path.open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        return [(c.topic, s.name, m.log_time, m.data) for s, c, m in reader.iter_messages(log_time_order=False)]


def written(tmp_path: Path, **changes: Any) -> list[tuple[str, str, int, bytes]]:
    path = tmp_path / "a.foxglove.mcap"
    mcap.write(SensorLog(meta=made.META, **{"deliveries": made.deliveries(3), **changes}), path)
    return rows(path)


def test_topics_and_schemas_of_a_log(tmp_path: Path) -> None:
    assert {(topic, schema) for topic, schema, _, _ in written(tmp_path)} == {
        ("/tf", "foxglove.FrameTransforms"),
        ("/lidar_top/points", "foxglove.PointCloud"),
        ("/camera_front/image", "foxglove.RawImage"),
        ("/camera_front/calibration", "foxglove.CameraCalibration"),
    }


def test_a_scenario_adds_boxes_and_scenery_at_every_step(tmp_path: Path) -> None:
    found = written(tmp_path, recording=zoo.leaver())
    boxes = [(t, data) for topic, _, t, data in found if topic == "/truth/agents"]
    assert [t for t, _ in boxes] == zoo.leaver().t_ns.tolist()
    assert [data.count(b"agent 2") for _, data in boxes] == [1] * 21 + [0] * 20  # twenty boxes, then one deletion
    assert sum(topic == "/truth/scenery" for topic, *_ in found) == 1


@pytest.mark.parametrize("name", zoo.RECORDINGS)
def test_every_recording_of_the_zoo_is_written(tmp_path: Path, name: str) -> None:
    recording = zoo.RECORDINGS[name]()
    found = written(tmp_path, recording=recording)
    assert sum(topic == "/truth/agents" for topic, *_ in found) == len(recording.t_ns)


def test_log_times_never_run_backwards_whatever_the_stamps_say(tmp_path: Path) -> None:
    late = [(replace(p, stamp_end_ns=p.stamp_end_ns - 10**9 * (p.seq == 2)), t) for p, t in made.deliveries(4)]
    times = [t for _, _, t, _ in written(tmp_path, deliveries=late, recording=zoo.recording())]
    assert times == sorted(times)
    assert times[0] == 0


def test_points_and_pixels_stand_in_the_messages_as_they_are(tmp_path: Path) -> None:
    found = written(tmp_path)
    clouds = [data for topic, _, _, data in found if topic == "/lidar_top/points"]
    images = [data for topic, _, _, data in found if topic == "/camera_front/image"]
    lidar = [p for p, _ in made.deliveries(3) if p.kind == "lidar"]
    camera = [p for p, _ in made.deliveries(3) if p.kind == "camera"]
    for packet, data in zip(lidar, clouds, strict=True):
        n = len(packet.arrays["xyz"])
        at = data.find(packet.arrays["xyz"][0].tobytes()) if n else 0
        points = np.frombuffer(data, mcap.POINT, n, at) if n else np.zeros(0, mcap.POINT)
        assert np.stack([points["x"], points["y"], points["z"]], 1).tobytes() == packet.arrays["xyz"].tobytes()
        assert all(np.array_equal(points[name], packet.arrays[name]) for name in ("ring", "intensity", "t_off_ns"))
    assert all(p.arrays["rgb"].tobytes() in data for p, data in zip(camera, images, strict=True))


def test_same_log_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        mcap.write(SensorLog(meta=made.META, deliveries=made.deliveries(2)), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_without_the_extra_one_line_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "foxglove", None)
    with pytest.raises(InputError, match=r"pip install 'nearmiss\[foxglove\]'"):
        mcap.write(SensorLog(meta=made.META, deliveries=()), tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


angles = st.floats(-np.pi, np.pi)


@given(angles, angles, angles)
def test_quaternion_turns_as_its_matrix(yaw: float, pitch: float, roll: float) -> None:
    R = rotation(yaw, pitch, roll)
    x, y, z, w = mcap.quaternion(R)
    assert w >= 0
    assert abs(x * x + y * y + z * z + w * w - 1) < 1e-12
    back = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    assert np.abs(back - R).max() < 1e-9
