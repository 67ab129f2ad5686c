"""A suite of one scenario: a shrunk case, or any variant that is to be kept, with the run that it was kept for."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario
from scenarios.suite.runs import seal_runs, start_runs
from scenarios.suite.store import Plan


def as_first(spec: ConcreteScenario) -> ConcreteScenario:
    """Return the scenario as number 0 of a suite with its suite's key: key and lineage stay, so its split does too."""
    return replace(spec, index=0)


def write_single(
    path: Path, source: Plan, spec: ConcreteScenario, recording: Recording, *, driver: str, about: Mapping[str, Any]
) -> Plan:
    """Write a suite that holds `spec` as number 0 and one run of it by `driver`; return its plan.

    source: the plan of the suite that it comes from. about: facts for whoever wonders what this is. Raises
    InputError where the folder holds something else.
    """
    plan = Plan(settings=settings_of(source, spec, driver), about={"map_files": map_files(source, spec), **about})
    start_runs(path, plan)
    seal_runs(path, plan, 0, {0: (spec, recording)})
    return plan


def settings_of(source: Plan, spec: ConcreteScenario, driver: str) -> dict[str, Any]:
    """Return the settings of a suite of one scenario."""
    kept = {name: source.settings[name] for name in ("product", "seed") if name in source.settings}
    return {
        **kept,
        "count": 1,
        "block_size": 1,
        "driver": driver,
        "explore": 0.0,
        "hazards": [spec.leaf],
        "maps": [{"name": spec.map_name, "digest": spec.map_digest}],
        "overrides": [],
        "pairs": [[spec.leaf, spec.map_name]],
        "rig": "",
        "suite_key": f"{spec.suite_key:016x}",
    }


def map_files(source: Plan, spec: ConcreteScenario) -> dict[str, str]:
    """Return where the scenario's map lay."""
    files = dict(source.about.get("map_files", {}))
    return {spec.map_name: files[spec.map_name]} if spec.map_name in files else {}
