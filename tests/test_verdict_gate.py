"""Gates: the grammar, nearest names, and that nothing is true of nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadnet.base.errors import GateError, InputError
from scenarios.evaluation.gate import OPERATORS, Figure, Figures, enforce, failures, parse_gate

FIGURES: Figures = {
    "": {"pass_rate": Figure(0.9, 0.85, 0.94), "at_fault_collision": Figure(2.0), "fail_rate": Figure(None)},
    "TC-05": {"pass_rate": Figure(1.0, 0.7, 1.0)},
    "acme:squeeze": {"pass_rate": Figure(0.5, 0.2, 0.8)},
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("pass_rate>=0.9", True),
        ("pass_rate >= 90 %", True),
        ("pass_rate>0.9", False),
        ("pass_rate.low>=0.85", True),
        ("pass_rate.low>0.85", False),
        ("pass_rate.high<1e0", True),
        ("at_fault_collision==0", False),
        ("at_fault_collision!=0", True),
        ("TC-05.pass_rate==1", True),
        ("TC-05.pass_rate.low>=0.8", False),
        ("acme:squeeze.pass_rate<=.5", True),
        ("fail_rate<=1", False),  # of no trials: nothing is true of nothing
        ("fail_rate>=0", False),
    ],
)
def test_gates_hold_or_not(text: str, holds: bool) -> None:
    assert (failures([parse_gate(text)], FIGURES) == []) is holds


def test_a_failing_gate_says_what_came_and_by_how_much() -> None:
    with pytest.raises(GateError, match=r"^pass_rate>=0\.95: got 0\.9, off by 0\.05; at_fault_collision==0: got 2"):
        enforce([parse_gate("pass_rate>=0.95"), parse_gate("at_fault_collision==0")], FIGURES)
    with pytest.raises(GateError, match="nothing to measure it on"):
        enforce([parse_gate("fail_rate<=0.5")], FIGURES)


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("pas_rate>=0.9", "did you mean 'pass_rate'"),
        ("TC-5.pass_rate>=0.9", "did you mean 'TC-05'"),
        ("at_fault_collision.low>=0", "no interval"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(text: str, needle: str) -> None:
    with pytest.raises(InputError, match=needle):
        failures([parse_gate(text)], FIGURES)


@pytest.mark.parametrize(
    "text",
    ["", "pass_rate", "pass_rate=0.9", "pass_rate=>0.9", ">=0.9", "pass_rate>=", "pass_rate>=nan", "pass_rate>=1e999",
     "a.b.c>=1", "TC-05.>=1", ".pass_rate>=1", "pass_rate>=0.9 extra", "pass_rate>=0,9", "pass rate>=1"],
)  # fmt: skip
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="--gate"):
        parse_gate(text)


NAMES = st.from_regex(r"\A[a-z][a-z_]{0,12}\Z").filter(lambda name: name not in ("low", "high"))
SCOPES = st.one_of(st.just(""), st.from_regex(r"\A[A-Z]{2}-[0-9]{2}\Z"), st.from_regex(r"\A[a-z]{2,5}:[a-z_]{2,8}\Z"))


@given(
    SCOPES,
    NAMES,
    st.sampled_from(["", "low", "high"]),
    st.sampled_from(sorted(OPERATORS)),
    st.floats(-1e6, 1e6),
    st.sampled_from(["", " ", "  "]),
)
def test_what_is_written_is_what_is_read(scope: str, name: str, end: str, op: str, bound: float, space: str) -> None:
    names = ".".join(part for part in (scope, name, end) if part)
    gate = parse_gate(f"{names}{space}{op}{space}{bound!r}")
    assert (gate.scope, gate.name, gate.end, gate.op, gate.bound) == (scope, name, end, op, bound)
    again = parse_gate(gate.text)
    assert (again.scope, again.name, again.end, again.op, again.bound) == (scope, name, end, op, bound)


@given(st.floats(-10, 10), st.floats(-10, 10), st.sampled_from(sorted(OPERATORS)))
def test_a_gate_and_its_opposite_never_agree(value: float, bound: float, op: str) -> None:
    opposite = {">=": "<", "<": ">=", "<=": ">", ">": "<=", "==": "!=", "!=": "=="}[op]
    figures: Figures = {"": {"x": Figure(value)}}
    held = [failures([parse_gate(f"x{o}{bound!r}")], figures) == [] for o in (op, opposite)]
    assert sorted(held) == [False, True]


@given(st.text(max_size=30))
def test_any_text_is_a_gate_or_one_line_of_what_was_wanted(text: str) -> None:
    assert "\n" not in complaint(text)


def complaint(text: str) -> str:
    try:
        parse_gate(text)
    except InputError as error:
        return str(error)
    return ""
