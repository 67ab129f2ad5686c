"""Packets on demand: a log read forwards and backwards, a rig sensed packet by packet."""

import numpy as np
import pytest
import zoo

import roadnet
from roadnet.base.errors import InputError
from scenarios.model.spec import SensorEvent
from sensors.formats.native import write_log
from sensors.log import LogMeta
from sensors.packet import SensorPacket
from sensors.rig import load_rig
from sensors.sensing import sense
from viewer.draw.sweep import COLOUR_BY, point_colours, points_in_map
from viewer.feed import KEPT, LogFeed, SensedFeed
from viewer.source import LogSource, open_source

META = LogMeta(product_version="0", scenario="town/3", rig="demo", seed=1, map_name="crossing", map_digest="0" * 32)


def lidar(seq: int, *, points: int = 40, moved_m: float = 0.0) -> SensorPacket:
    rng = np.random.default_rng(seq)
    ends = np.stack([np.eye(4)] * 2)
    ends[1, 0, 3] = moved_m
    return SensorPacket(
        stream="lidar_top", kind="lidar", seq=seq, stamp_start_ns=seq * 10**8, stamp_end_ns=(seq + 1) * 10**8,
        frame_id="lidar_top", ego_T_sensor=np.eye(4), map_T_ego=ends,
        arrays={
            "xyz": rng.uniform(-20, 20, (points, 3)).astype(np.float32),
            "intensity": rng.integers(0, 255, points).astype(np.uint8),
            "t_off_ns": np.linspace(0, 1e8, points).astype(np.uint32),
            "ring": rng.integers(0, 16, points).astype(np.uint16),
            "column": np.arange(points, dtype=np.uint16),
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "drive.sensors.mcap"
    write_log(((lidar(i), None) for i in range(3 * KEPT)), path, META)
    return path


def test_a_log_gives_the_packet_of_any_time_in_any_order(log):
    feed = LogFeed(log)
    assert feed.streams("lidar") == feed.streams("") == ("lidar_top",)
    assert (feed.first("lidar"), feed.first("camera")) == ("lidar_top", None)
    for t_s, seq in ((0.0, 0), (5.05, 49), (0.35, 2), (99.0, 3 * KEPT - 1), (5.0, 49), (0.2, 1)):
        packet = feed.packet("lidar_top", t_s)
        assert packet.seq == seq
        assert (packet.arrays["xyz"] == lidar(seq).arrays["xyz"]).all()
    assert len(feed._kept) <= KEPT


def test_a_log_is_an_episode_without_a_recording(log):
    source = open_source(log)
    assert isinstance(source, LogSource)
    episode = source.episode(0).ready()
    assert episode.duration_s == pytest.approx(3 * KEPT * 0.1)
    assert (episode.recording, [t.title for t in episode.tracks], episode.critical_s) == (None, ["Sensor faults"], 0.0)
    assert ("map", "crossing (not found here)") in episode.facts


def test_a_damaged_log_is_refused_in_one_line(log, tmp_path):
    bad = tmp_path / "bad.mcap"
    bad.write_bytes(log.read_bytes()[:-2000])
    with pytest.raises(InputError, match=r"bad\.mcap"):
        open_source(bad)


def test_points_move_with_the_ego_during_the_sweep():
    packet = lidar(0, moved_m=2.0)
    moved = points_in_map(packet)[:, 0] - packet.arrays["xyz"][:, 0]
    assert moved == pytest.approx(np.linspace(0.0, 2.0, 40), abs=1e-6)


@pytest.mark.parametrize("by", COLOUR_BY)
def test_every_point_has_a_colour(by):
    assert point_colours(lidar(1), by).shape == (40, 3)
    assert point_colours(lidar(1, points=0), by).shape == (0, 3)


def test_a_packet_on_demand_equals_the_one_in_the_stream():
    recording, net = zoo.recording(3, 21), roadnet.load("crossing")
    rig = load_rig("demo")
    feed = SensedFeed(recording, net, faults=(), seed=7)
    for packet in sense(recording, net, rig, seed=7):
        if packet.seq in (0, 4):
            same = feed.packet(packet.stream, packet.stamp_end_ns * 1e-9)
            assert (same.seq, same.kind) == (packet.seq, packet.kind)
            assert all((same.arrays[name] == value).all() for name, value in packet.arrays.items())


def test_a_dropout_leaves_nothing_and_a_recording_shorter_than_a_sweep_has_none():
    event = SensorEvent(kind="dropout", stream="lidar*", t_on_s=0.0, t_off_s=9.0)
    feed = SensedFeed(zoo.recording(2, 21), roadnet.load("crossing"), faults=(event,), seed=1)
    assert feed.packet("lidar_top", 0.5) is None
    assert SensedFeed(zoo.recording(2, 1), None, faults=(), seed=1).packet("lidar_top", 0.0) is None
