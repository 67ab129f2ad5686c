"""Every kind of road user can be simulated, staged, drawn and exported: a new one is not forgotten anywhere."""

import numpy as np
import pytest
import sim_world as w

from roadnet.network import RoadNetwork
from scenarios.model.recording import LAMP_REVERSE
from scenarios.model.spec import Kind, PathSpec, What, When
from scenarios.simulation.bodies import BODIES
from scenarios.simulation.wind import windage
from sensors.formats.mcap import COLOURS
from sensors.materials import Semantic
from sensors.shape_catalogue import shape_kinds
from sensors.staging import stage
from viewer.draw.items import Polygons, Polylines
from viewer.draw.moment import moment
from viewer.draw.theme import THEMES
from viewer.draw.traffic import agent_items, footprint, role_of, traffic_items


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_limits_windage_a_shape_and_colours(kind: Kind) -> None:
    name = kind.name.lower()
    assert BODIES[kind].accel_most_mps2 >= 0.0
    assert windage(kind, (1.0, 1.0, 1.0)) > 0.0
    assert name in shape_kinds()
    assert len(COLOURS[kind]) == 3
    assert all(len(theme[role_of(kind)]) == 3 for theme in THEMES.values())


def test_colours_of_kinds_differ() -> None:
    assert len(set(COLOURS.values())) == len(Kind)
    assert len({THEMES["dark"][role_of(kind)] for kind in Kind}) == len(Kind)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_runs_and_is_drawn_and_staged_as_itself(net: RoadNetwork, kind: Kind) -> None:
    carried = {"attached_to": "car", "joint_m": (-2.3, 0.0)} if kind in (Kind.TRAILER, Kind.DOOR) else {}
    thing = w.actor(
        "thing", PathSpec() if carried else w.along_x(), 80.0, 0.0, kind=kind, size=(1.2, 0.6, 1.1), **carried
    )
    spec = w.scenario(
        w.actor("ego", w.along_x(), 10.0, 5.0), w.actor("car", w.along_x(y=9.0), 60.0, 0.0), thing, duration_s=1.0
    )
    run = w.drive(spec, net)
    recording, row = run.recording, run.row["thing"]
    assert len(footprint(recording, moment(recording, 0.5), row)) >= 4
    roles = {item.role for item in agent_items(recording, moment(recording, 0.5)) if isinstance(item, Polygons)}
    assert role_of(kind) in roles
    assert traffic_items(recording, moment(recording, 0.5))
    scene = stage(recording, net, 0, 0)
    semantic = scene.semantic[row - (row > recording.subject)]
    assert semantic == Semantic[kind.name]


def test_a_backing_car_shows_its_lamp(net: RoadNetwork) -> None:
    steps = (
        w.step(When.SIMULATION_TIME, 0.0, What.DIRECTION, -1.0),
        w.step(When.SIMULATION_TIME, 0.0, What.SPEED, 1.0, 1.0),
    )
    run = w.drive(
        w.scenario(w.actor("ego", w.along_x(), 10.0, 0.0), w.actor("car", w.along_x(), 80.0, 0.0, steps=steps)), net
    )
    assert run.of("lamps", "car")[-1] & LAMP_REVERSE
    lit = [i for i in agent_items(run.recording, moment(run.recording, 5.0)) if isinstance(i, Polylines)]
    assert [len(item.points) for item in lit if item.role == "lamp_reverse"] == [4]
    assert np.all(run.of("speed", "car")[40:] == -1.0)
