"""Seals what came of a block: its scenarios, and the verdicts on them in a file of their own."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from roadnet.base.errors import InputError, one_line
from scenarios.model.evidence import Evidence
from scenarios.model.recording import Recording
from scenarios.model.run import Failure
from scenarios.model.spec import ConcreteScenario
from scenarios.suite.blocks import Identity, Message, encode_block, facts, identity_in
from scenarios.suite.records import Record, Verdicts, canonical
from scenarios.suite.store import Plan, block_path, evidence_key, evidence_path, seal

Made = tuple[ConcreteScenario, Recording] | Failure


class Page(NamedTuple):
    """The scenarios of a block, ready to be written."""

    made: list[tuple[ConcreteScenario, Recording]]
    failed: list[Failure]
    messages: list[Message]


def page_of(rows: Sequence[Made]) -> Page:
    """Return the rows with their messages; one that cannot be stored, say for a number that is not finite, has failed.

    Specs come first, so that lists never read recordings.
    """
    made, failed, specs, recordings = [], [], [], []
    for row in rows:
        if isinstance(row, Failure):
            failed.append(row)
            continue
        spec, recording = row
        try:
            pair = message("spec", spec.index, spec), message("recording", spec.index, recording)
        except InputError as error:
            reason = one_line(str(error))
            failed.append(Failure(index=spec.index, leaf=spec.leaf, map_name=spec.map_name, reason=reason))
            continue
        made.append(row)
        specs.append(pair[0])
        recordings.append(pair[1])
    return Page(made, failed, [*specs, *(message("failure", f.index, f) for f in failed), *recordings])


def scenario_block(plan: Plan, block: int, page: Page) -> tuple[bytes, str]:
    """Return file bytes and hash of a block of scenarios."""
    return encode_block(identity_of_block(plan, block, str(plan.settings.get("driver", ""))), page.messages)


def identity_of_block(plan: Plan, block: int, driver: str) -> Identity:
    """Return what a block of scenarios of this suite is."""
    return Identity(kind="scenarios", suite_key=plan.suite_key, block=block, facts=facts({"driver": driver}))


def evidence_block(
    plan: Plan,
    block: int,
    scenarios_hash: str,
    evidence: Mapping[int, tuple[Evidence, ...]],
    *,
    oracles: Mapping[str, int],
    rig: str,
) -> bytes:
    """Return file bytes of the verdicts on a block; `oracles` is leaf -> version of the oracles that were asked."""
    identity = Identity(
        kind="evidence",
        suite_key=plan.suite_key,
        block=block,
        facts=facts({"of": scenarios_hash, "oracles": json.dumps(sorted(oracles.items())), "rig": rig}),
    )
    messages = [message("verdicts", i, Verdicts(index=i, evidence=found)) for i, found in sorted(evidence.items())]
    return encode_block(identity, messages)[0]


def message(topic: str, scenario: int, record: Record) -> Message:
    """Return one message of a block."""
    return Message(topic, scenario, canonical(record))


def seal_evidence(
    path: Path,
    plan: Plan,
    block: int,
    scenarios_hash: str,
    evidence: Mapping[int, tuple[Evidence, ...]],
    *,
    oracles: Mapping[str, int],
    rig: str,
) -> bool:
    """Seal the verdicts on a block; False where the same were there."""
    data = evidence_block(plan, block, scenarios_hash, evidence, oracles=oracles, rig=rig)
    final = evidence_path(path, block, evidence_key(scenarios_hash, oracles, rig))
    return seal(path, final, data, same=same_block)


def seal_scenarios(path: Path, plan: Plan, block: int, data: bytes) -> bool:
    """Seal a block of scenarios; False where the same was there. Its verdicts go first: a sealed block has some."""
    return seal(path, block_path(path, block), data, same=same_block)


def same_block(old: bytes, new: bytes) -> bool:
    """Return whether two files hold the same block: equal identity and hash, however they were compressed."""
    return identity_in(old) == identity_in(new)
