"""Oracles that read packets: what they say, and that they read nothing but packets and motion."""

from dataclasses import replace

import numpy as np
import pytest
import zoo

from roadnet.loading import load
from scenarios.hazards import cut_in
from scenarios.model.evidence import Observed
from scenarios.model.recording import Recording
from scenarios.model.spec import SensorEvent
from sensors.oracles import dropout_x_cut_in, fog, lidar_dropout
from sensors.packet import SensorPacket
from sensors.rig import load_rig
from sensors.sensing import sense

ALL = (lidar_dropout, fog, dropout_x_cut_in)


def drive(*, gap_m: float = 25.0, mor_m: float = 20000.0, steps: int = 61) -> Recording:
    """Return a subject behind a lead, at 10 m/s."""
    recording = zoo.recording(2, steps, gap_m=gap_m, speeds=(10.0,))
    recording.surroundings.mor_m[:] = mor_m
    return recording


def seen(recording: Recording, *events: SensorEvent) -> list[SensorPacket]:
    return list(sense(recording, None, load_rig("observer"), events, seed=5))


def silence(t_on_s: float, t_off_s: float) -> SensorEvent:
    return SensorEvent(kind="dropout", stream="lidar_top", t_on_s=t_on_s, t_off_s=t_off_s)


@pytest.mark.parametrize("module", ALL)
def test_without_packets_nothing_is_measured(module: object) -> None:
    recording = drive(steps=5)
    assert module.oracle(recording, None, None).observed == Observed.NOT_MEASURED  # type: ignore[attr-defined]
    assert module.oracle(recording, None, []).observed == Observed.NOT_MEASURED  # type: ignore[attr-defined]


def test_a_silent_lidar_is_found_with_its_interval() -> None:
    recording = drive()
    found = lidar_dropout.oracle(recording, None, iter(seen(recording, silence(1.0, 1.6))))
    assert found.observed == Observed.OBSERVED
    assert abs(found.t_on_s - 1.0) < 0.051
    assert abs(found.t_off_s - 1.6) < 0.051
    assert dict(found.effect) == {"silent_s": pytest.approx(0.6), "frames_lost": 6.0}


def test_a_lidar_silent_to_the_end_is_found() -> None:
    recording = drive()
    found = lidar_dropout.oracle(recording, None, seen(recording, silence(2.0, 10.0)))
    assert found.observed == Observed.OBSERVED
    assert dict(found.effect)["frames_lost"] == 10.0


def test_a_healthy_lidar_is_not_silent() -> None:
    recording = drive()
    found = lidar_dropout.oracle(recording, None, seen(recording))
    assert (found.observed, found.reason) == (Observed.NOT_OBSERVED, "no lidar frame was lost")


def test_a_silence_shorter_than_a_turn_is_not_one() -> None:
    recording = drive()
    found = lidar_dropout.oracle(recording, None, seen(recording, silence(1.02, 1.09)))
    assert found.observed == Observed.NOT_OBSERVED


def test_silence_with_nobody_ahead_does_not_count() -> None:
    recording = drive(gap_m=90.0)
    found = lidar_dropout.oracle(recording, None, seen(recording, silence(1.0, 1.6)))
    assert (found.observed, found.reason) == (Observed.NOT_OBSERVED, "silent, but nobody was ahead")


@pytest.mark.parametrize("mor_m", [20.0, 50.0, 120.0, 300.0, 600.0])
def test_visibility_is_measured_in_the_packets(mor_m: float) -> None:
    net = load("boulevard")
    recording = drive(mor_m=mor_m)
    recording.agents.xyz[...] += net.lanes.centre[len(net.lanes.centre) // 2]
    found = fog.oracle(recording, net, sense(recording, net, load_rig("observer"), seed=5))
    assert found.observed == Observed.OBSERVED
    assert abs(np.log(dict(found.effect)["mor_m"] / mor_m)) < 0.2
    assert dict(found.effect)["range_m"] <= dict(found.effect)["clear_range_m"]


@pytest.mark.parametrize("mor_m", [20000.0, 3000.0])
def test_clear_air_and_haze_are_not_fog(mor_m: float) -> None:
    net = load("boulevard")
    recording = drive(mor_m=mor_m)
    recording.agents.xyz[...] += net.lanes.centre[len(net.lanes.centre) // 2]
    found = fog.oracle(recording, net, sense(recording, net, load_rig("observer"), seed=5))
    assert found.observed == Observed.NOT_OBSERVED


def test_a_lidar_that_drops_out_is_not_fog() -> None:
    recording = drive()
    assert fog.oracle(recording, None, seen(recording, silence(0.5, 2.0))).observed == Observed.NOT_OBSERVED


@pytest.mark.parametrize("mor_m", [60.0, 20000.0])
def test_the_weather_in_the_recording_is_not_read(mor_m: float) -> None:
    recording = drive(mor_m=mor_m)
    packets = seen(recording)
    other = replace(
        recording,
        surroundings=replace(
            recording.surroundings,
            mor_m=np.full_like(recording.surroundings.mor_m, 12345.0 if mor_m < 1000 else 30.0),
            rain_mmph=np.full_like(recording.surroundings.rain_mmph, 20.0),
            water_film_mm=np.full_like(recording.surroundings.water_film_mm, 1.0),
        ),
    )
    assert fog.oracle(recording, None, packets) == fog.oracle(other, None, packets)


def cut_in_drive() -> Recording:
    """Return a subject at 15 m/s in front of which a slower car comes over from the left."""
    recording = zoo.recording(2, 101, gap_m=22.0, speeds=(15.0, 9.0))
    t = np.arange(101) * 0.05
    share = np.clip((t - 1.0) / 2.0, 0, 1)
    recording.agents.xyz[1, :, 1] = 3.5 * 0.5 * (1 + np.cos(np.pi * share))
    return recording


def test_silence_during_a_cut_in_is_the_compound_and_silence_before_it_is_not() -> None:
    recording = cut_in_drive()
    conflict = cut_in.oracle(recording, None, None)  # type: ignore[arg-type]
    assert conflict.observed == Observed.OBSERVED
    during = seen(recording, silence(conflict.t_on_s, conflict.t_on_s + 0.6))
    found = dropout_x_cut_in.oracle(recording, None, during)
    assert (found.observed, found.leaf, found.agents) == (Observed.OBSERVED, "CP-04", (1,))
    assert conflict.t_on_s <= found.t_on_s < found.t_off_s <= conflict.t_off_s
    before = seen(recording, silence(0.0, max(conflict.t_on_s - 0.2, 0.1)))
    assert dropout_x_cut_in.oracle(recording, None, before).observed == Observed.NOT_OBSERVED
    assert dropout_x_cut_in.oracle(recording, None, seen(recording)).observed == Observed.NOT_OBSERVED
