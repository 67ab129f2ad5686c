"""Makes suites with sensors: the scenario floor's blocks, judged by the oracles of the sensor floor too."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import msgpack

import sensors.oracles
from roadnet.network import RoadNetwork
from scenarios.model.evidence import Evidence
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario, SensorEvent
from scenarios.suite import batch
from scenarios.suite.batch import Judges, Progress
from scenarios.suite.store import Plan, missing_blocks, read_plan
from sensors.fault_text import fault
from sensors.faults.registry import fault_values
from sensors.rig import load_rig
from sensors.sensing import sense
from sensors.watching import Watch
from viewer.console import note, progress

OBSERVER = "observer"  # the rig that judges sensor leaves: one 16-beam lidar, the cheapest that shows their effect


def work(payload: bytes) -> bytes:
    """Make one block; what `nearmiss generate` hands to its workers."""
    return batch.make_block(payload, judges=judges(OBSERVER))


def look_again(payload: bytes) -> bytes:
    """Judge one sealed block anew; what `nearmiss observe` hands to its workers."""
    return batch.judge_block(payload, judges=judges(str(msgpack.unpackb(payload)["rig"])))


@cache
def judges(rig_name: str) -> Judges:
    """Return the oracles that read packets, and the rig that delivers those."""
    rig = load_rig(rig_name)

    def look(spec: ConcreteScenario, recording: Recording, net: RoadNetwork) -> Iterable[Any]:
        return sense(recording, net, rig, spec.sensor_events, seed=spec.sensor_seed)

    modules = packet_oracles()
    return Judges(
        look=look,
        rig=rig.name,
        oracles={leaf: module.oracle for leaf, module in modules.items()},
        versions={leaf: int(module.VERSION) for leaf, module in modules.items()},
    )


def judge_packets(spec: ConcreteScenario, recording: Recording, net: RoadNetwork) -> tuple[Evidence, ...]:
    """Return what the oracle of a leaf that packets tell says; what `nearmiss run` asks where motion shows nothing."""
    asked = judges(OBSERVER)
    if asked.look is None or spec.leaf not in asked.oracles:
        return ()
    return (asked.oracles[spec.leaf](recording, net, tuple(asked.look(spec, recording, net))),)


def watch(what: str, faults: tuple[str, ...], spec: ConcreteScenario, net: RoadNetwork) -> Watch:
    """Return the sensors of a rig in a closed loop; what `nearmiss run --observe RIG` hands to its workers."""
    more = tuple(rig_fault(what, text) for text in faults)
    return Watch(net, load_rig(what), spec.sensor_events + more, seed=spec.sensor_seed)


def rig_fault(rig_name: str, text: str) -> SensorEvent:
    """Return a fault of a rig from its text. InputError names what the rig does not have."""
    return fault(text, kinds=fault_values(), streams=load_rig(rig_name).streams)


def packet_oracles() -> dict[str, Any]:
    """Return leaf -> module of sensors/oracles, sorted by leaf."""
    names = sorted(p.stem for p in Path(sensors.oracles.__path__[0]).glob("[a-z]*.py"))
    modules = [import_module(f"sensors.oracles.{name}") for name in names]
    return {m.ORACLE_LEAF: m for m in sorted(modules, key=lambda m: str(m.ORACLE_LEAF)) if hasattr(m, "ORACLE_LEAF")}


def make_suite(out: Path, *, quiet: bool = False, resume_with: str = "", **settings: Any) -> Plan:
    """Make a suite as scenarios.generate does, with the sensors' oracles, telling stderr how far it is.

    On Ctrl-C the message says what is sealed and how to resume.
    """
    with progress("scenarios", int(settings["count"])) as advance:

        def on_plan(plan: Plan) -> None:
            if not quiet:
                tell_places(plan)
            sealed = plan.blocks - len(missing_blocks(out, plan))
            advance(min(sealed * plan.block_size, plan.count))

        def on_block(done: Progress) -> None:
            advance(done.scenarios)

        try:
            return batch.generate(out, rig=OBSERVER, work=work, on_plan=on_plan, on_block=on_block, **settings)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(what_is_sealed(out, resume_with)) from None


def tell_places(plan: Plan) -> None:
    """Say on stderr which hazards have no place on which map, and why."""
    for row in plan.about["no_place"]:
        note(f"{row['leaf']} has no place on {row['map']}: {row['reason']}")


def what_is_sealed(out: Path, resume_with: str) -> str:
    """Return one line: blocks sealed, and the command that makes the others."""
    if not (out / "SUITE.json").is_file():
        return "nothing was made yet"
    plan = read_plan(out)
    sealed = plan.blocks - len(missing_blocks(out, plan))
    hint = f"; resume with: {resume_with}" if resume_with else ""
    return f"{sealed} of {plan.blocks} blocks are sealed in {out} and stay{hint}"
