"""Records: exact round trips, canonical bytes, and hostile bytes that end in one line."""

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
import zoo
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from roadnet.base.errors import InputError
from scenarios.model.evidence import Counterfactual, Evidence, Observed, Outcome
from scenarios.model.recording import Recording
from scenarios.model.run import Failure
from scenarios.model.spec import (
    Action,
    ActorProgram,
    ConcreteScenario,
    Control,
    Environment,
    Kind,
    Odds,
    PathSpec,
    SensorEvent,
    SignalPhase,
    StaticObject,
    Step,
    Trigger,
    What,
    When,
)
from scenarios.suite import records
from scenarios.suite.records import Canonical, canonical, pack, restore, unpack

ROOT = Path(records.__file__).resolve().parents[2]
TESTS = Path(__file__).resolve().parent
finite = st.floats(allow_nan=False, allow_infinity=False)
text = st.text(max_size=12)
named = st.lists(st.tuples(text, finite), max_size=3).map(tuple)
steps = st.builds(
    Step,
    st.builds(Trigger, st.sampled_from(When), finite, text),
    st.builds(Action, st.sampled_from(What), finite, finite),
)
paths = st.one_of(
    st.builds(PathSpec, lanes=st.lists(st.integers(0, 10**6), max_size=4).map(tuple), reverse=st.booleans()),
    st.integers(0, 5).map(lambda n: PathSpec(points=np.arange(3.0 * n).reshape(n, 3))),
)
actors = st.builds(
    ActorProgram,
    name=text,
    kind=st.sampled_from(Kind),
    size=st.tuples(finite, finite, finite),
    path=paths,
    s_m=finite,
    law_values=named,
    steps=st.lists(steps, max_size=2).map(tuple),
    control=st.sampled_from(Control),
    look=st.integers(0, 2**32 - 1),
)
specs = st.builds(
    ConcreteScenario,
    leaf=text,
    index=st.integers(0, 2**63 - 1),
    map_name=text,
    map_digest=text,
    place=text,
    values=named,
    duration_s=finite,
    actors=st.lists(actors, max_size=3).map(tuple),
    statics=st.lists(
        st.builds(
            StaticObject,
            kind=text,
            pose=st.tuples(finite, finite, finite, finite),
            size=st.tuples(finite, finite, finite),
            look=st.integers(0, 2**32 - 1),
        ),
        max_size=2,
    ).map(tuple),
    environment=st.builds(Environment, mor_m=finite, friction=finite),
    phases=st.lists(
        st.builds(SignalPhase, group=st.integers(0, 9), t_s=finite, state=st.integers(0, 5)), max_size=2
    ).map(tuple),
    sensor_events=st.lists(
        st.builds(SensorEvent, kind=text, stream=text, t_on_s=finite, t_off_s=finite, values=named), max_size=2
    ).map(tuple),
    odds=st.builds(Odds, stream=text, log_p=finite, log_q=finite, has_p=st.booleans(), has_q=st.booleans()),
    suite_key=st.integers(0, 2**64 - 1),
    lineage_id=text,
)
evidences = st.builds(
    Evidence,
    leaf=text,
    oracle_version=st.integers(0, 99),
    observed=st.sampled_from(Observed),
    agents=st.lists(st.integers(0, 50), max_size=3).map(tuple),
    t_on_s=finite,
    outcome=st.sampled_from(Outcome),
    counterfactual=st.sampled_from(Counterfactual),
    effect=named,
    reason=text,
)


def stored_and_restored(record: Any) -> Any:
    return restore(type(record), unpack(pack(canonical(record)), "test"), "test")


@pytest.mark.parametrize("name", zoo.RECORDINGS)
def test_every_recording_of_the_zoo_comes_back_bit_for_bit(name: str) -> None:
    before = zoo.RECORDINGS[name]()
    after = stored_and_restored(before)
    for part in ("agents", "statics", "surroundings", "contacts"):
        old, new = getattr(before, part), getattr(after, part)
        for field in old.__dataclass_fields__:
            assert np.array_equal(getattr(old, field), getattr(new, field)), (part, field)
            assert np.asarray(getattr(old, field)).dtype == np.asarray(getattr(new, field)).dtype
    assert np.array_equal(before.t_ns, after.t_ns)
    assert (before.subject, before.map_digest) == (after.subject, after.map_digest)
    assert canonical(after) == canonical(before)


def test_restored_arrays_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        stored_and_restored(zoo.recording()).agents.xyz[0, 0, 0] = 1.0


@settings(max_examples=60, deadline=None)
@given(specs)
def test_any_spec_comes_back_with_the_same_canonical_bytes(spec: ConcreteScenario) -> None:
    after = stored_and_restored(spec)
    assert canonical(after) == canonical(spec)
    assert after.values == spec.values
    assert after.suite_key == spec.suite_key


@settings(max_examples=60, deadline=None)
@given(evidences)
def test_any_evidence_comes_back_equal(evidence: Evidence) -> None:
    assert stored_and_restored(evidence) == evidence


def test_minus_zero_and_integers_in_float_fields_do_not_change_the_bytes() -> None:
    one = Evidence(leaf="TC-05", oracle_version=1, observed=Observed.OBSERVED, t_on_s=0.0, severity_mps2=2.0)
    two = Evidence(leaf="TC-05", oracle_version=1, observed=Observed.OBSERVED, t_on_s=-0.0, severity_mps2=2)
    assert canonical(one) == canonical(two)
    recording = zoo.recording()
    signed = replace(recording, agents=replace(recording.agents, yaw=-recording.agents.yaw))
    assert canonical(recording) == canonical(signed)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused_when_written(bad: float) -> None:
    with pytest.raises(InputError, match=r"ConcreteScenario\.duration_s"):
        canonical(replace(spec_of(), duration_s=bad))
    recording = zoo.recording()
    with pytest.raises(InputError, match=r"Recording\.agents\.yaw"):
        canonical(replace(recording, agents=replace(recording.agents, yaw=recording.agents.yaw + np.float32(bad))))


def test_arrays_of_one_record_must_agree_on_their_lengths() -> None:
    recording = zoo.recording(2, 10)
    wrong = replace(recording, agents=replace(recording.agents, speed=recording.agents.speed[:, :9]))
    with pytest.raises(InputError, match="speed"):
        canonical(wrong)


def spec_of() -> ConcreteScenario:
    return ConcreteScenario(
        leaf="TC-05", index=3, map_name="m", map_digest="d", place="lane 1", values=(("gap_m", 5.0),), duration_s=8.0
    )


def test_canonical_bytes_do_not_depend_on_the_hash_seed() -> None:
    code = (
        f"import sys; sys.path[:0] = [{str(TESTS)!r}]; import zoo; from hashlib import blake2b;"
        "from scenarios.suite.records import canonical; c = canonical(zoo.recording(3));"
        "print(blake2b(c.head + c.body).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(found) == 1


# ------------------------------------------------------------------------------------------ hostile


def refused(stored: bytes, kind: Any = Failure) -> str:
    with pytest.raises(InputError) as caught:
        restore(kind, unpack(stored, "block 3"), "block 3")
    message = str(caught.value)
    assert message.startswith("block 3")
    assert "\n" not in message
    return message


def failure() -> Canonical:
    return canonical(Failure(index=1, leaf="TC-05", map_name="m", reason="r"))


def with_head(**changes: Any) -> bytes:
    tree = msgpack.unpackb(failure().head)
    return bytes(msgpack.packb([msgpack.packb(tree | changes), zstandard.compress(b"")]))


def test_a_newer_schema_is_refused_by_its_number() -> None:
    assert "schema 99" in refused(with_head(schema=99))


def test_a_missing_field_and_a_wrong_type_are_named() -> None:
    tree = msgpack.unpackb(failure().head)["record"]
    assert "no 'reason'" in refused(with_head(record={k: v for k, v in tree.items() if k != "reason"}))
    assert ".index" in refused(with_head(record=tree | {"index": "one"}))
    assert ".index" in refused(with_head(record=tree | {"index": True}))


def test_unknown_fields_are_passed_over() -> None:
    tree = msgpack.unpackb(failure().head)["record"]
    stored = with_head(record=tree | {"later": 1})
    assert restore(Failure, unpack(stored, "x"), "x").reason == "r"


def test_a_zstd_frame_that_states_another_size_is_refused_before_it_is_unpacked() -> None:
    bomb = zstandard.ZstdCompressor(write_content_size=True).compress(bytes(50 << 20))
    assert "body" in refused(bytes(msgpack.packb([failure().head, bomb])))
    unsized = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(50 << 20))
    assert "body" in refused(bytes(msgpack.packb([failure().head, unsized])))


def test_a_map_with_a_key_twice_is_refused_as_that() -> None:
    tree = msgpack.packb(msgpack.unpackb(failure().head))
    twice = bytes([tree[0] + 1]) + b"\xa6schema\x01" + tree[1:]
    assert "a key twice" in refused(bytes(msgpack.packb([twice, zstandard.compress(b"")])))


def test_arrays_beyond_the_cap_are_refused_before_they_are_allocated() -> None:
    assert "at most" in refused(with_head(arrays=[["<f8", [1 << 40]]]))
    assert "array description" in refused(with_head(arrays=[["O", [1]]]))
    assert "array description" in refused(with_head(arrays=[["<f8", [-1]]]))


def test_a_large_structural_part_is_refused_by_its_length() -> None:
    assert "at most" in refused(bytes(msgpack.packb([bytes(records.HEAD_CAP + 1), b""])))


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"\xc1",
        b"\xdf\xff\xff\xff\xff",  # a map of four thousand million entries
        b"\x91" * 100_000,  # nested lists
        msgpack.packb(msgpack.ExtType(5, b"x")),
        msgpack.packb([1, 2]),
        msgpack.packb([b"\x82\xa1a\x01\xa1a\x02", b""]),  # a key twice
        msgpack.packb([b"\x81\x01\x02", b""]),  # a key that is no text
    ],
    ids=["empty", "reserved", "huge map", "nested", "ext", "form", "key twice", "number key"],
)
def test_bytes_that_are_no_record_end_in_one_line(stored: bytes) -> None:
    refused(stored)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_flipped_byte_gives_a_record_or_an_input_error(data: st.DataObject) -> None:
    stored = bytearray(pack(canonical(zoo.recording(2, 5))))
    at = data.draw(st.integers(0, len(stored) - 1))
    stored[at] ^= data.draw(st.integers(1, 255))
    with suppress(InputError):
        restore(Recording, unpack(bytes(stored), "x"), "x")
