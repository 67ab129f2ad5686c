"""Faults as text: what the command line takes, what it refuses, and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadnet.base.errors import InputError
from scenarios.model.spec import SensorEvent
from sensors.fault_text import fault, fault_text

KINDS = {"dropout": ("share", "ramp_s"), "latency": ("delay_s",)}
STREAMS = ("lidar_top", "lidar_rear", "camera_front")


def parse(text: str) -> SensorEvent:
    return fault(text, kinds=KINDS, streams=STREAMS)


def test_kind_stream_and_times() -> None:
    assert parse("dropout:lidar_top@2.0-3.0") == SensorEvent(
        kind="dropout", stream="lidar_top", t_on_s=2.0, t_off_s=3.0
    )


def test_parameters_are_sorted_by_name() -> None:
    assert parse("dropout:lidar*@2-3.5,share=0.5,ramp_s=1e-2").values == (("ramp_s", 0.01), ("share", 0.5))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dropuot:lidar_top@2-3", "did you mean 'dropout'"),
        ("dropout:lidar_topp@2-3", "did you mean 'lidar_top'"),
        ("dropout:radar*@2-3", "stream 'radar*'"),
        ("dropout:lidar_top@2-3,shre=1", "did you mean 'share'"),
        ("dropout:lidar_top@2-3,share=much", "want a finite number"),
        ("dropout:lidar_top@2-3,share=nan", "want a finite number"),
        ("dropout:lidar_top@2-3,share=1e999", "want a finite number"),
        ("dropout:lidar_top@2-3,share=1,share=2", "'share' twice"),
        ("dropout:lidar_top@2-3,share", "want key=value"),
        ("dropout:lidar_top@3-2", "ends after it begins"),
        ("dropout:lidar_top@2-1e999", "ends after it begins"),
        ("dropout:lidar_top", "want KIND:STREAM@T_ON-T_OFF"),
        ("dropout@2-3", "want KIND:STREAM@T_ON-T_OFF"),
        ("", "want KIND:STREAM@T_ON-T_OFF"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


times = st.floats(0, 1e6, allow_subnormal=False)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(times, times, st.dictionaries(st.sampled_from(KINDS["dropout"]), numbers))
def test_text_of_a_fault_gives_it_back(a: float, b: float, values: dict[str, float]) -> None:
    if a == b:
        return
    event = SensorEvent(
        kind="dropout", stream="lidar*", t_on_s=min(a, b), t_off_s=max(a, b), values=tuple(sorted(values.items()))
    )
    assert parse(fault_text(event)) == event
