"""The three walls: no label reaches a planner, a sensor or an oracle.

Statically: every field of what they receive stands on a list here, with its type; a new field fails until
somebody has thought about it. Dynamically: two specs that differ only in what is meant give the same bytes.
"""

import ast
import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, make_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scenarios.hazards
import sensors
import sensors.oracles
from roadnet.base.compiled import imported_sources
from roadnet.loading import load
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import (
    Action,
    ActorProgram,
    ConcreteScenario,
    Kind,
    Odds,
    PathSpec,
    Step,
    Trigger,
    What,
    When,
)
from scenarios.simulation.planner import Controls, PlannerInput
from scenarios.simulation.simulate import simulate
from sensors.packet import SensorPacket
from sensors.rig import load_rig
from sensors.scene import Scene
from sensors.sensing import sense

LABEL = re.compile(
    r"leaf|hazard|role|seed|spec(?!ular)|index|intend|intent|adversar|label|odds|log_[pq]|lineage|suite|scenario"
    r"|program|actor(?!s)|trigger|threat|culprit|truth|cause|severity|outcome|verdict|future|evidence",
    re.IGNORECASE,
)

# What passes, field by field. Text can carry a label, so each str is named with what may stand in it.
NUMBERS = "an array of numbers"
ALLOWED: dict[str, dict[str, str]] = {
    "PlannerInput": {
        "t_ns": "int",
        "ego_pose": NUMBERS,
        "ego_speed_mps": "float",
        "ego_accel_mps2": "float",
        "ego_yaw_rate": "float",
        "ego_size": NUMBERS,
        "route": NUMBERS,
        "object_kind": NUMBERS,
        "object_pose": NUMBERS,
        "object_speed": NUMBERS,
        "object_size": NUMBERS,
        "object_track": NUMBERS,
        "signal_state": NUMBERS,
        "stop_lines": NUMBERS,  # where the map's signals hold on the route: facts of the map
        "packets": "tuple[Any, ...]",  # SensorPacket, which this test looks at too; opaque to this floor
    },
    "Recording": {
        "map_digest": "str",  # of the map that is handed over anyway
        "t_ns": NUMBERS,
        "subject": "int",
        "agents": "Agents",
        "statics": "Statics",
        "surroundings": "Surroundings",
        "signal_state": NUMBERS,
        "contacts": "Contacts",
    },
    "Agents": dict.fromkeys(
        ("kind", "size", "look", "valid", "xyz", "yaw", "speed", "accel", "yaw_rate", "lamps", "gait"), NUMBERS
    ),
    "Statics": {"kind": "tuple[str, ...]", "pose": NUMBERS, "size": NUMBERS, "look": NUMBERS},  # names of shapes
    "Surroundings": dict.fromkeys(
        (
            "mor_m",
            "rain_mmph",
            "water_film_mm",
            "illuminance_lux",
            "sun_elevation_rad",
            "sun_azimuth_rad",
            "friction",
        ),
        NUMBERS,
    ),
    "Contacts": dict.fromkeys(("pair", "t_ns", "closing_mps"), NUMBERS),
    "Scene": {
        "t_start_ns": "int",
        "t_end_ns": "int",
        "ground": "Mesh",
        "origin": NUMBERS,
        "meshes": "tuple[Mesh, ...]",
        "mesh": NUMBERS,
        "pose_start": NUMBERS,
        "pose_end": NUMBERS,
        "semantic": NUMBERS,
        "paint": NUMBERS,
        "lamps": NUMBERS,
        "ego_start": NUMBERS,
        "ego_end": NUMBERS,
        "weather": "Weather",
    },
    "Mesh": dict.fromkeys(("vertices", "faces", "material"), NUMBERS),
    "Weather": dict.fromkeys(
        ("mor_m", "rain_mmph", "water_film_mm", "illuminance_lux", "sun_elevation_rad", "sun_azimuth_rad"), "float"
    ),
    "SensorPacket": {
        "stream": "str",  # the rig's words
        "kind": "str",
        "seq": "int",
        "stamp_start_ns": "int",
        "stamp_end_ns": "int",
        "frame_id": "str",
        "ego_T_sensor": NUMBERS,
        "map_T_ego": NUMBERS,
        "arrays": "dict[str, Array]",  # names: PACKET_ARRAYS
        "status": "int",
        "info": "tuple[tuple[str, float], ...]",  # names: PACKET_INFO
    },
}
WALLED = (PlannerInput, Recording, Scene, SensorPacket)


def breaches(kind: type, seen: frozenset[type] = frozenset()) -> list[str]:
    """Return what is wrong with the fields of a dataclass and of every dataclass within it."""
    allowed, out = ALLOWED.get(kind.__name__, {}), []
    hints = typing.get_type_hints(kind)
    for one in dataclasses.fields(kind):
        if LABEL.search(one.name):
            out.append(f"{kind.__name__}.{one.name}: the name is a label's")
        got = type_text(hints[one.name])
        if allowed.get(one.name) != got:
            out.append(f"{kind.__name__}.{one.name}: {got}, allowed {allowed.get(one.name, 'nothing')}")
        for inner in dataclasses_in(hints[one.name]) - seen:
            out += breaches(inner, seen | {kind, inner})
    return out + [f"{kind.__name__}: {base.__name__} adds state" for base in kind.__mro__[1:-1]]


def type_text(hint: Any) -> str:
    """Return a type as ALLOWED writes it."""
    if typing.get_origin(hint) is np.ndarray:
        return NUMBERS
    if typing.get_origin(hint) in (tuple, dict):
        inner = ", ".join("..." if a is Ellipsis else type_text(a).replace(NUMBERS, "Array") for a in hint.__args__)
        return f"{typing.get_origin(hint).__name__}[{inner}]"
    return getattr(hint, "__name__", str(hint))


def dataclasses_in(hint: Any) -> set[type]:
    """Return the dataclasses that a type annotation mentions at any depth."""
    found = {hint} if dataclasses.is_dataclass(hint) and isinstance(hint, type) else set()
    for inner in typing.get_args(hint):
        found |= dataclasses_in(inner)
    return found


@pytest.mark.parametrize("kind", WALLED, ids=lambda kind: kind.__name__)
def test_no_field_can_carry_a_label(kind: type) -> None:
    assert breaches(kind) == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("hazard_leaf", int),
        ("is_adversarial", np.ndarray),
        ("notes", str),  # no label's name, but nobody allowed it
        ("t_ns", str),  # allowed as a number only
        ("packets", tuple[str, ...]),
    ],
)
def test_a_planted_field_is_found(name: str, hint: Any) -> None:
    kept = [(f.name, f.type, field()) for f in dataclasses.fields(PlannerInput) if f.name != name]
    assert breaches(make_dataclass("PlannerInput", [*kept, (name, hint)], kw_only=True))


def test_a_label_two_levels_down_is_found() -> None:
    @dataclass
    class Weather:
        mor_m: float
        intended: bool

    assert any("intended" in breach for breach in breaches(make_dataclass("Scene", [("weather", Weather)])))


def oracles() -> dict[str, Callable[..., Any]]:
    """Return every oracle that ships, by the name of its file."""
    found = {}
    for package in (scenarios.hazards, sensors.oracles):
        folder = Path(next(iter(package.__path__)))
        for path in sorted(folder.glob("*.py")):
            module = import_module(f"{package.__name__}.{path.stem}") if path.stem != "__init__" else package
            if hasattr(module, "oracle"):
                found[module.__name__] = module.oracle
    return found


def oracle_breaches(oracle: Callable[..., Any]) -> list[str]:
    """Return what is wrong with an oracle's arguments: it takes (recording, net, packets) and nothing else."""
    parameters = inspect.signature(oracle).parameters
    hints = typing.get_type_hints(oracle)
    out = [] if list(parameters) == ["recording", "net", "packets"] else [f"takes {', '.join(parameters)}"]
    out += [f"{p.name} has a default" for p in parameters.values() if p.default is not p.empty]
    wanted = {
        "recording": lambda h: h is Recording,
        "net": lambda h: h in (Any, RoadNetwork, RoadNetwork | None),
        "packets": is_packets,
    }
    return out + [f"{name}: {hints.get(name)}" for name, fits in wanted.items() if not fits(hints.get(name))]


def is_packets(hint: Any) -> bool:
    """Return whether a type is an iterable of packets, or None."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return all(inner is type(None) or is_packets(inner) for inner in typing.get_args(hint))
    opaque = typing.get_args(hint)
    return typing.get_origin(hint) is Iterable and opaque in ((Any,), (SensorPacket,))


def test_oracles_see_recording_net_and_packets_only() -> None:
    assert oracles()
    assert {name: breach for name, oracle in oracles().items() if (breach := oracle_breaches(oracle))} == {}


def test_an_oracle_that_asks_for_the_spec_is_found() -> None:
    def with_spec(recording: Recording, net: Any, packets: Iterable[Any] | None, spec: Any) -> None: ...

    def with_default(recording: Recording, net: Any, packets: Iterable[Any] | None = None) -> None: ...

    def with_run(recording: Any, net: Any, packets: Iterable[Any] | None) -> None: ...

    assert all(oracle_breaches(oracle) for oracle in (with_spec, with_default, with_run))


FACTS_OF_SPEC = {"Kind", "SensorEvent", "StaticObject", "Environment"}


def intentions(text: str) -> list[str]:
    """Return what a source file takes from the modules that hold intention: the spec, runs, suites, hazards."""
    out = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scenarios."):
            names = {alias.name for alias in node.names}
            if node.module == "scenarios.model.spec":
                out += sorted(names - FACTS_OF_SPEC)
            elif node.module.split(".")[1] not in ("model", "criticality") or node.module == "scenarios.model.run":
                out.append(node.module)
        elif isinstance(node, ast.Import):
            out += [a.name for a in node.names if a.name.startswith(("scenarios.model.spec", "scenarios.model.run"))]
    return out


def test_nothing_that_sensing_imports_holds_intention() -> None:
    root = Path(sensors.__file__).parent
    reached = imported_sources(root / "sensing.py")
    assert root / "lidar" / "model.py" in reached
    found = {p.relative_to(root).as_posix(): intentions(p.read_text("utf-8")) for p in reached if root in p.parents}
    assert {name: names for name, names in found.items() if names} == {}
    storeys = {p.parent.name for p in reached if root.parent / "scenarios" in p.parents}
    assert storeys <= {"scenarios", "model"}


def test_a_sensor_that_reads_the_spec_is_found() -> None:
    assert intentions("from scenarios.model.spec import ConcreteScenario") == ["ConcreteScenario"]
    assert intentions("from scenarios.hazards.registry import catalogue") == ["scenarios.hazards.registry"]
    assert intentions("import scenarios.model.run") == ["scenarios.model.run"]
    assert intentions("from scenarios.model.spec import Kind, SensorEvent") == []


def bits(value: Any) -> bytes:
    """Return the bytes of everything in a dataclass of arrays, field by field."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape}".encode() + value.tobytes()
    if isinstance(value, dict):
        return b"".join(name.encode() + bits(value[name]) for name in sorted(value))
    if dataclasses.is_dataclass(value):
        return b"".join(one.name.encode() + bits(getattr(value, one.name)) for one in dataclasses.fields(value))
    return repr(value).encode()


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return load("crossing")


@pytest.fixture(scope="module")
def meant(net: RoadNetwork) -> ConcreteScenario:
    """Return a lead vehicle that brakes, meant as such."""
    lanes = net.lanes
    lane = int(np.argmax(np.where(lanes.drivable, lanes.length_m, 0.0)))
    path = PathSpec(lanes=(lane,))
    size = (4.5, 1.8, 1.5)
    brake = Step(Trigger(When.SIMULATION_TIME, 0.5), Action(What.SPEED, 2.0, 5.0))
    return ConcreteScenario(
        leaf="TC-03",
        index=7,
        map_name=net.name,
        map_digest=net.digest,
        place="lane 1 s 5.0",
        values=(("gap_m", 12.0),),
        duration_s=1.5,
        actors=(
            ActorProgram(name="ego", kind=Kind.CAR, size=size, path=path, s_m=5.0, speed_mps=9.0, law="careful_human"),
            ActorProgram(name="lead", kind=Kind.CAR, size=size, path=path, s_m=22.0, speed_mps=9.0, steps=(brake,)),
            ActorProgram(name="other", kind=Kind.VAN, size=size, path=path, s_m=40.0, speed_mps=9.0, law="idm"),
        ),
        odds=Odds(stream="gap_filling", log_p=-3.0, log_q=-1.0),
        suite_key=11,
        lineage_id="a",
    )


@pytest.fixture(scope="module")
def meant_otherwise(meant: ConcreteScenario) -> ConcreteScenario:
    """Return the same scenario with every word of intention changed."""
    names = {"ego": "ego", "lead": "bystander", "other": "adversary"}
    return dataclasses.replace(
        meant,
        leaf="AD-04",
        place="lane 1 s 5.0, meant as a brake check",
        values=(("gap_m", 12.0), ("decel_mps2", 9.0)),
        actors=tuple(dataclasses.replace(actor, name=names[actor.name]) for actor in meant.actors),
        odds=Odds(stream="exploration", log_p=-30.0, log_q=-30.0, has_q=False),
        lineage_id="b",
    )


def test_what_is_meant_does_not_reach_the_recording(
    meant: ConcreteScenario, meant_otherwise: ConcreteScenario, net: RoadNetwork
) -> None:
    assert bits(simulate(meant, net)) == bits(simulate(meant_otherwise, net))


def test_what_is_done_does_reach_the_recording(meant: ConcreteScenario, net: RoadNetwork) -> None:
    calmer = dataclasses.replace(meant.actors[1], steps=())
    other = dataclasses.replace(meant, actors=(meant.actors[0], calmer, meant.actors[2]))
    assert bits(simulate(meant, net)) != bits(simulate(other, net))


def test_what_is_meant_does_not_reach_a_planner(
    meant: ConcreteScenario, meant_otherwise: ConcreteScenario, net: RoadNetwork
) -> None:
    seen: list[list[bytes]] = []

    class Witness:
        def reset(self, seed: int) -> None:
            seen.append([str(seed).encode()])

        def act(self, now: PlannerInput) -> Controls:
            seen[-1].append(bits(now))
            return Controls(accel_mps2=-0.5, curvature_1pm=0.0)

    for spec in (meant, meant_otherwise):
        simulate(spec, net, Witness())
    assert len(seen[0]) > 2
    assert seen[0] == seen[1]


PACKET_ARRAYS = {"xyz", "intensity", "t_off_ns", "ring", "column", "rgb"}
PACKET_INFO = {"columns", "rings", "fx", "fy", "cx", "cy", "width", "height", "exposure_s"}


def test_what_is_meant_does_not_reach_a_packet(
    meant: ConcreteScenario, meant_otherwise: ConcreteScenario, net: RoadNetwork
) -> None:
    rig = load_rig("observer")
    streams = [
        list(sense(simulate(spec, net), net, rig, spec.sensor_events, seed=spec.sensor_seed))
        for spec in (meant, meant_otherwise)
    ]
    assert streams[0]
    assert [bits(p) for p in streams[0]] == [bits(p) for p in streams[1]]


def test_packets_carry_known_arrays_and_device_facts_only(meant: ConcreteScenario, net: RoadNetwork) -> None:
    short = dataclasses.replace(meant, duration_s=0.3)
    for packet in sense(simulate(short, net), net, load_rig("demo"), (), seed=1):
        assert set(packet.arrays) <= PACKET_ARRAYS
        assert {name for name, _ in packet.info} <= PACKET_INFO
        assert packet.stream in load_rig("demo").streams
        assert not LABEL.search(packet.frame_id)
