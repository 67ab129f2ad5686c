"""Planners in processes of their own: the same drive three ways, SPECs that name nothing, messages that are none."""

import sys
from pathlib import Path

import pytest
import sim_world as w

from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario
from scenarios.simulation.hosting.limits import Limits
from scenarios.simulation.hosting.spec import open_planner
from scenarios.simulation.planner import Planner
from scenarios.simulation.simulate import simulate
from scenarios.suite.records import canonical

COMMAND = f"cmd:{sys.executable} {Path(__file__).with_name('planner_command.py')} "
WAYS = {"class": "planner_zoo:class_", "gym": "gym:planner_zoo:policy_", "command": COMMAND}


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


def world(index: int, length_m: float = 4.5) -> ConcreteScenario:
    ego = w.actor("ego", w.arc(60.0), 10.0 + index, 9.0, size=(length_m, 1.8, 1.5))
    lead = w.actor("lead", w.arc(60.0), 40.0 + index, 7.0, steps=(w.step(0, 1.0, 0, 2.0, 3.0),))
    return w.scenario(ego, lead, index=index, duration_s=3.0)


def digest(recording: Recording) -> bytes:
    head, body, _ = canonical(recording)
    return head + body


def drives(planner: Planner, net: RoadNetwork) -> list[bytes]:
    return [digest(simulate(world(i), net, planner)) for i in range(3)]


def test_one_planner_in_three_ways_gives_identical_recordings(net: RoadNetwork) -> None:
    found = {}
    for way, spec in WAYS.items():
        with open_planner(spec + "none") as planner:
            found[way] = drives(planner, net)
    with open_planner("planner_zoo:class_none", in_process=True) as planner:
        found["here"] = drives(planner, net)
    assert found["class"] == found["gym"] == found["command"] == found["here"]
    assert len(set(found["here"])) == 3
    with open_planner("planner_zoo:class_none", in_process=True) as planner:
        assert found["here"] != drives(Later(planner), net)


def test_a_reference_driver_drives_alike_in_a_process_of_its_own(net: RoadNetwork) -> None:
    found = []
    for in_process in (True, False):
        with open_planner("cc", in_process=in_process) as planner:
            found.append(digest(simulate(world(0), net, planner)))
    assert found[0] == found[1]


class Later:
    """A planner that answers a step late: what the identity of recordings must notice."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner

    def reset(self, seed: int) -> None:
        self.planner.reset(seed)
        self.last = None

    def act(self, now):  # type: ignore[no-untyped-def]
        answer = self.planner.act(now)
        said, self.last = self.last or answer, answer
        return said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("planner_zoo:class_non", "no class_non in planner_zoo.*did you mean 'class_none'"),
        ("planner_zo:class_none", "no module planner_zo"),
        ("scenarios.simulation.plannr:X", "did you mean 'scenarios.simulation.planner'"),
        ("nonsense", "package.module:Class, gym:"),
        ("reg175", "did you mean 'reg157'"),
        ("planner_zoo:FAULTS", "which is a dict, want a class"),
        ("gym:planner_zoo:Brain", None),
        ("planner_zoo:Brain", "planner_zoo:Brain without act"),
        ("a b:c", "want package.module:Class"),
        ("cmd:", "a command"),
        ("cmd:'", "No closing quotation"),
        ("cmd:/nowhere/planner", "does not start.*No such file"),
        ("cmd:true", "does not start: exited: exit status 0"),
        ("cmd:echo hello there", "does not start"),
    ],
)
def test_a_spec_that_names_no_planner_is_told_in_one_line(text: str, message: str | None) -> None:
    if message is None:
        with open_planner(text) as planner:
            planner.reset(1)
        return
    with pytest.raises(InputError, match=message) as error, open_planner(text, limits=Limits(start_s=10.0)):
        pass
    assert str(error.value).startswith("--planner: ")
    assert "\n" not in str(error.value)
