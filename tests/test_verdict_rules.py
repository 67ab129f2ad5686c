"""Verdicts: exactly one, by precedence; whose fault a contact is."""

import itertools

import pytest

from scenarios.evaluation.verdict import FAILED, Contact, Facts, Result, Verdict, judged_contact, verdict_of

TOUCH = Contact(other="car", t_s=1.0, impact_mps=5.0, delta_v_mps=2.5, struck=False, normal=False)
# what makes each verdict, first in precedence first; the last row is what is left
RULES: tuple[tuple[Verdict, dict[str, object]], ...] = (
    (Verdict.RIG_ERROR, {"rig_error": "KeyError: 'x'"}),
    (Verdict.PLANNER_FAILED, {"failure": "timeout", "failure_detail": "no answer"}),
    (Verdict.AT_FAULT_COLLISION, {"contact": TOUCH, "preventable": True}),
    (Verdict.NO_PROGRESS, {"progress": 0.79}),
    (Verdict.NOT_EXERCISED, {"conflict": False}),
    (Verdict.NEAR_MISS, {"near": True}),
    (Verdict.PASS_, {}),
)


def test_there_are_exactly_eight_verdicts() -> None:
    assert [v.word for v in Verdict] == [
        "pass", "at_fault_collision", "near_miss", "unavoidable_collision", "not_exercised", "no_progress",
        "planner_failed", "rig_error",
    ]  # fmt: skip


@pytest.mark.parametrize(("wanted", "facts"), RULES)
def test_each_rule_alone_gives_its_verdict(wanted: Verdict, facts: dict[str, object]) -> None:
    assert verdict_of(Facts(**({"conflict": True} | facts)))[0] is wanted  # type: ignore[arg-type]


@pytest.mark.parametrize(("earlier", "later"), list(itertools.combinations(range(len(RULES)), 2)))
def test_the_earlier_rule_wins(earlier: int, later: int) -> None:
    (first, one), (_, two) = RULES[earlier], RULES[later]
    assert verdict_of(Facts(**({"conflict": True} | two | one)))[0] is first  # type: ignore[arg-type]


def test_a_reason_is_given_for_whatever_is_no_pass() -> None:
    for wanted, facts in RULES:
        verdict, reason = verdict_of(Facts(**({"conflict": True} | facts)))  # type: ignore[arg-type]
        assert bool(reason) == (wanted is not Verdict.PASS_), verdict


@pytest.mark.parametrize(
    ("preventable", "struck", "normal", "wanted"),
    [
        (True, False, False, Verdict.AT_FAULT_COLLISION),
        (True, True, False, Verdict.AT_FAULT_COLLISION),  # struck after it had braked for nothing
        (True, True, True, Verdict.UNAVOIDABLE_COLLISION),
        (False, False, False, Verdict.UNAVOIDABLE_COLLISION),
        (False, True, True, Verdict.UNAVOIDABLE_COLLISION),
    ],
)
def test_a_contact_is_at_fault_where_it_is_preventable_and_nobody_ran_into_the_subject(
    preventable: bool, struck: bool, normal: bool, wanted: Verdict
) -> None:
    touch = Contact(other="car", t_s=1.0, impact_mps=5.0, delta_v_mps=2.5, struck=struck, normal=normal)
    assert judged_contact(touch, preventable=preventable)[0] is wanted


def test_eighty_percent_of_the_careful_humans_distance_is_enough() -> None:
    assert verdict_of(Facts(progress=0.8, conflict=True))[0] is Verdict.PASS_
    assert verdict_of(Facts(progress=0.7999, conflict=True))[0] is Verdict.NO_PROGRESS


def test_who_stands_still_or_fails_stays_in_the_statistics() -> None:
    def exercised(verdict: Verdict) -> bool:
        return Result(index=0, leaf="TC-05", verdict=verdict, reason="").exercised

    assert all(exercised(v) for v in (*FAILED, Verdict.PASS_, Verdict.NEAR_MISS, Verdict.UNAVOIDABLE_COLLISION))
    assert not exercised(Verdict.NOT_EXERCISED)
    assert not exercised(Verdict.RIG_ERROR)
