"""Edits as text: actuation faults, actors left out, another environment."""

import pytest
import sim_world as w
from hypothesis import given
from hypothesis import strategies as st

from roadnet.base.errors import InputError
from scenarios.evaluation.edits import RANGES, Edits, actuation_fault, actuation_text, edited
from scenarios.model.spec import ActuationFault, ConcreteScenario


def scene() -> ConcreteScenario:
    other = w.actor("other", w.along_x(), 60.0, 5.0)
    return w.scenario(w.actor("ego", w.along_x(), 0.0, 10.0, "careful_human"), other)


def test_an_actuation_fault_is_read() -> None:
    fault = actuation_fault("actuation@2.0-5.0,brake_gain=0.5,steer_lag_s=0.2")
    assert fault == ActuationFault(t_on_s=2.0, t_off_s=5.0, brake_gain=0.5, steer_lag_s=0.2)
    assert actuation_fault("actuation@0-1,steer_offset_1pm=-0.01").steer_offset_1pm == -0.01


@given(st.floats(0, 100), st.floats(0.01, 100), *(st.floats(*RANGES[name]) for name in RANGES))
def test_what_is_written_is_what_is_read(
    on: float, lasts: float, gain: float, lag: float, offset: float, late: float
) -> None:
    fault = ActuationFault(
        t_on_s=on, t_off_s=on + lasts, brake_gain=gain, steer_lag_s=lag, steer_offset_1pm=offset, latency_s=late
    )
    assert actuation_fault(actuation_text(fault)) == fault


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("actuation@2-1,brake_gain=0.5", "ends after it begins"),
        ("actuation@2-5", "T_ON-T_OFF,key=value"),
        ("actuation@2-5,brake_gian=0.5", "did you mean 'brake_gain'"),
        ("actuation@2-5,brake_gain=1.5", "from 0 to 1"),
        ("actuation@2-5,brake_gain=nan", "from 0 to 1"),
        ("actuation@2-5,brake_gain=0.5,brake_gain=0.6", "each quantity once"),
        ("actuation:wheel@2-5,brake_gain=0.5", "another form"),
    ],
)
def test_other_faults_are_refused(text: str, needle: str) -> None:
    with pytest.raises(InputError, match=needle):
        actuation_fault(text)


def test_edits_make_a_variant_of_the_same_lineage() -> None:
    spec = scene()
    edits = Edits(faults=("actuation@1-2,latency_s=0.1",), without=("other", "nobody"), environment=("friction=0.3",))
    variant = edited(spec, edits)
    assert [a.name for a in variant.actors] == ["ego"]
    assert variant.environment.friction == 0.3
    assert variant.actuation_faults == (ActuationFault(t_on_s=1.0, t_off_s=2.0, latency_s=0.1),)
    assert (variant.index, variant.suite_key, variant.lineage_id) == (spec.index, spec.suite_key, spec.lineage_id)
    assert edited(spec, Edits()) is spec


@pytest.mark.parametrize("text", ["frction=0.3", "friction", "friction=", "friction=x", "friction=inf"])
def test_other_environments_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="--set"):
        edited(scene(), Edits(environment=(text,)))
