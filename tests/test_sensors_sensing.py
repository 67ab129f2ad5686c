"""From a recording to packets: the stage, the schedule, faults, and what does not depend on what."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import zoo

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.loading import load
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording, Statics
from scenarios.model.spec import SensorEvent
from sensors.faults.registry import fault_kinds
from sensors.materials import Semantic, material_rows
from sensors.packet import SensorPacket
from sensors.rig import LidarMount, Rig, load_rig, shipped_rigs
from sensors.sensing import deliver, schedule, sense, sense_with_truth
from sensors.staging import instance_of, stage

OBSERVER = load_rig("observer")


def on_map(net: RoadNetwork, recording: Recording) -> Recording:
    """Return the recording moved to the middle of a map."""
    recording.agents.xyz[...] += net.lanes.centre[len(net.lanes.centre) // 2]
    return recording


def packets(recording: Recording, net: RoadNetwork | None = None, *events: SensorEvent) -> list[SensorPacket]:
    return list(sense(recording, net, OBSERVER, events, seed=7))


def same(a: SensorPacket, b: SensorPacket) -> bool:
    return all(a.arrays[k].tobytes() == b.arrays[k].tobytes() for k in a.arrays) and a.seq == b.seq


def dropout(t_on_s: float, t_off_s: float, **values: float) -> SensorEvent:
    return SensorEvent(kind="dropout", stream="lidar*", t_on_s=t_on_s, t_off_s=t_off_s, values=tuple(values.items()))


@pytest.mark.parametrize("name", zoo.RECORDINGS)
def test_every_recording_of_the_zoo_can_be_staged_and_sensed(name: str) -> None:
    recording = zoo.RECORDINGS[name]()
    scene = stage(recording, None, int(recording.t_ns[0]), int(recording.t_ns[-1]))
    assert len(scene.mesh) == len(recording.agents.kind) - 1
    assert all(
        len(getattr(scene, f)) == len(scene.mesh) for f in ("pose_start", "pose_end", "semantic", "paint", "lamps")
    )
    for packet in packets(recording):
        assert packet.stamp_start_ns < packet.stamp_end_ns <= recording.t_ns[-1]


def test_things_stand_where_the_recording_says_between_steps() -> None:
    recording = zoo.recording(3)
    scene = stage(recording, None, 25_000_000, 125_000_000)
    for agent in (1, 2):
        row = instance_of(recording, agent) - 1
        expected = recording.agents.xyz[agent, 0] + np.array([10.0 * 0.025, 0, 0])
        np.testing.assert_allclose(scene.pose_start[row, :3] + scene.origin, expected, atol=1e-9)
        np.testing.assert_allclose(scene.pose_end[row, 0] - scene.pose_start[row, 0], 1.0, atol=1e-9)
    np.testing.assert_allclose(scene.ego_end[0] - scene.ego_start[0], 1.5, atol=1e-9)


def test_a_turn_over_the_wrap_is_the_short_one() -> None:
    recording = zoo.recording(2)
    recording.agents.yaw[1, :] = np.where(np.arange(41) % 2, -3.1, 3.1)
    scene = stage(recording, None, 0, 50_000_000)
    assert abs(scene.pose_end[0, 3] - scene.pose_start[0, 3] - (2 * np.pi - 6.2)) < 1e-6


def test_who_is_absent_is_out_of_reach_and_keeps_its_row() -> None:
    recording = zoo.leaver()
    late = stage(recording, None, 1_500_000_000, 1_600_000_000)
    assert late.pose_start[instance_of(recording, 2) - 1, 2] < -1000
    assert late.pose_start[instance_of(recording, 1) - 1, 2] > -1000
    truths = [t for _, t in sense_with_truth(recording, None, OBSERVER, seed=1)]
    assert {len(t.arrays["counts"]) for t in truths} == {2}
    assert truths[-1].arrays["counts"][1, 0] == 0


def test_statics_and_furniture_come_after_the_agents() -> None:
    recording = zoo.recording(2)
    recording = replace(
        recording,
        statics=Statics(
            kind=("building", "tree"),
            pose=np.array([[30.0, 12, 0, 0], [20, -9, 0, 0]]),
            size=np.array([[12, 8, 9], [4, 4, 7]], np.float32),
            look=np.array([1, 2], np.uint32),
        ),
    )
    scene = stage(recording, None, 0, 100_000_000)
    assert [Semantic(s) for s in scene.semantic] == [Semantic.CAR, Semantic.BUILDING, Semantic.VEGETATION]


@pytest.mark.parametrize("name", ["crossing", "boulevard"])
def test_a_shipped_map_brings_ground_signals_and_scenery(name: str) -> None:
    net = load(name)
    recording = on_map(net, zoo.recording(3, groups=len(net.signals.group_id)))
    scene = stage(recording, net, 0, 100_000_000)
    assert len(scene.ground.faces) > 100
    seen = {Semantic(s) for s in scene.semantic}
    assert Semantic.TRAFFIC_LIGHT in seen
    assert np.abs(scene.ego_start[:2]).max() < 64
    points = np.concatenate([p.arrays["xyz"] for p in packets(recording, net)[:2]])
    assert len(points) > 10_000


def test_outside_its_time_a_recording_has_no_scene() -> None:
    with pytest.raises(ValueError, match="want an interval within"):
        stage(zoo.recording(), None, 0, 10**12)


def test_packets_come_in_order_of_delivery_and_at_the_devices_rate() -> None:
    delivered = list(sense(zoo.recording(2, 9), None, load_rig("demo"), seed=1))
    order = [(p.stamp_end_ns, p.stream) for p in delivered]
    assert order == sorted(order)
    lidar = [p for p in delivered if p.kind == "lidar"]
    assert [p.seq for p in lidar] == [0, 1, 2, 3]
    assert {p.stamp_end_ns - p.stamp_start_ns for p in lidar} == {100_000_000}


def test_any_packet_made_alone_equals_the_one_in_the_stream() -> None:
    recording = zoo.recording(3)
    stream = packets(recording)
    mount = OBSERVER.mounts[0]
    for frame in list(schedule(mount, int(recording.t_ns[-1])))[5::7]:
        alone = deliver(recording, None, frame, (), 7)
        assert alone is not None
        assert same(alone[0], stream[frame.seq])


def test_a_stream_does_not_depend_on_the_other_sensors_of_the_rig() -> None:
    recording = zoo.recording(3, 9)
    mounts = load_rig("full").mounts
    lidars = [m for m in mounts if isinstance(m, LidarMount)]
    all_of_them = list(sense(recording, None, Rig(name="a", mounts=tuple(lidars)), seed=3))
    one = list(sense(recording, None, Rig(name="b", mounts=(lidars[-1],)), seed=3))
    same_stream = [p for p in all_of_them if p.stream == lidars[-1].stream]
    assert all(same(a, b) for a, b in zip(same_stream, one, strict=True))


def test_nothing_is_delivered_while_a_lidar_drops_out() -> None:
    recording = zoo.recording(2)
    left = packets(recording, None, dropout(0.55, 1.1))
    stamps = np.concatenate([p.stamp_start_ns + p.arrays["t_off_ns"].astype(np.int64) for p in left])
    assert not ((stamps >= 550_000_000) & (stamps < 1_100_000_000)).any()
    assert [p.seq for p in left] == [0, 1, 2, 3, 4, 5, *range(11, 20)]


@pytest.mark.parametrize("share", [1.0, 0.4])
def test_a_fault_changes_only_what_it_acts_on(share: float) -> None:
    recording = zoo.recording(3)
    without, with_fault = packets(recording), packets(recording, None, dropout(0.55, 1.1, share=share))
    by_seq = {p.seq: p for p in with_fault}
    for p in without:
        t = p.stamp_start_ns + p.arrays["t_off_ns"].astype(np.int64)
        acted = (t >= 550_000_000) & (t < 1_100_000_000)
        left = by_seq.get(p.seq)
        kept = np.zeros(len(t), bool) if left is None else rows_in(p, left)
        assert kept[~acted].all()
        assert share < 1 or not kept[acted].any()
        if share < 1 and acted.all():
            assert abs(kept.mean() - (1 - share)) < 0.06


def rows_in(whole: SensorPacket, part: SensorPacket) -> Array:
    """Return which points of `whole` are in `part`, with the same bytes."""
    rays = {
        (c, r): tuple(x) for c, r, x in zip(*(part.arrays[k].tolist() for k in ("column", "ring", "xyz")), strict=True)
    }
    mine = zip(*(whole.arrays[k].tolist() for k in ("column", "ring", "xyz")), strict=True)
    return np.array([rays.get((c, r)) == tuple(x) for c, r, x in mine])


def test_truth_of_a_fault_is_aligned_and_recounted() -> None:
    for packet, truth in sense_with_truth(zoo.recording(3), None, OBSERVER, (dropout(0.5, 1.0, share=0.5),), seed=1):
        n = len(packet.arrays["ring"])
        assert all(len(truth.arrays[k]) == n for k in ("instance", "material", "range_m", "cause"))
        solid = truth.arrays["cause"] == 0
        counted = np.bincount(truth.arrays["instance"][solid], minlength=3)[1:]
        np.testing.assert_array_equal(truth.arrays["counts"][:, 1], counted)
        assert (truth.faults == ("dropout",)) == (5 <= packet.seq < 10)


def test_a_camera_drops_frames_whole() -> None:
    event = SensorEvent(kind="dropout", stream="camera*", t_on_s=0.05, t_off_s=0.25)
    seqs = [p.seq for p in sense(zoo.recording(2, 9), None, load_rig("demo"), (event,), seed=1) if p.kind == "camera"]
    assert seqs == [0, 3]


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (SensorEvent(kind="dropuot", stream="lidar*", t_on_s=0, t_off_s=1), "did you mean 'dropout'"),
        (dropout(0, 1, shore=0.5), "did you mean 'share'"),
        (dropout(0, 1, share=1.5), "0 <= share <= 1"),
    ],
)
def test_a_wrong_fault_is_refused_in_one_line(event: SensorEvent, message: str) -> None:
    with pytest.raises(InputError, match=message):
        sense(zoo.recording(2, 5), None, OBSERVER, (event,), seed=1)


def test_faults_are_the_files_of_the_folder() -> None:
    assert "dropout" in fault_kinds()
    for module in fault_kinds().values():
        assert all(least <= default <= most for least, most, default in module.VALUES.values())


def test_shipped_rigs_load() -> None:
    assert set(shipped_rigs()) == {"demo", "full", "observer"}
    assert OBSERVER.streams == ("lidar_top",)
    assert load_rig("demo").streams == ("camera_front", "lidar_top")


def test_an_unknown_rig_and_a_double_stream_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'observer'"):
        load_rig("obsrver")
    text = '[[lidar]]\nstream = "a"\ndevice = "vlp16"\nxyz_m = [0, 0, 1]\nrate_hz = 10\n'
    path = tmp_path / "twice.toml"
    path.write_text('schema = 1\nkind = "rig"\n' + text + text)
    with pytest.raises(InputError, match=r"twice\.toml: stream: got 'a', want unique"):
        load_rig(path)
    path.write_text('schema = 1\nkind = "rig"\n' + text.replace("vlp16", "vlp61"))
    with pytest.raises(InputError, match="did you mean 'vlp16'"):
        load_rig(path)


def test_every_material_has_figures_with_source() -> None:
    for material, row in material_rows().items():
        assert row.source, material
        assert (row.nir_dark or row.nir) <= row.nir


def test_packet_has_no_field_for_truth() -> None:
    names = {f.name for f in fields(SensorPacket)}
    assert not names & {"instance", "truth", "label", "faults", "cause"}
