"""Every behaviour, on every map that suits it, does what its name says and stays within what its body can do."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from roadnet.base.errors import InputError
from roadnet.generate.registry import build
from roadnet.network import RoadNetwork
from scenarios.hazards.behaviour import (
    BehaviourFile,
    Cue,
    Seen,
    behaviours,
    drawn,
    limits_passed,
    nominal,
    seen,
)
from scenarios.hazards.here import Here, Needs, here_at, sites
from scenarios.hazards.stage import subject
from scenarios.model.spec import ConcreteScenario, Environment
from scenarios.simulation.pursuit import LIMITS
from scenarios.simulation.simulate import simulate

IDS = sorted(behaviours())
MAPS = ("crossing", "boulevard", "town")
SLOW_SUBJECT_MPS = 10.0
EXPECTED = {
    "pedestrian_crosses", "pedestrian_hesitates", "pedestrian_turns_back", "pedestrian_group", "cyclist_on_edge",
    "cyclist_crosses", "scooter_on_edge", "animal_crosses", "overtakes_oncoming", "pulls_out", "parks", "backs_out",
    "u_turn", "opens_door", "drops_debris", "tows_trailer", "brake_check", "squeeze", "refuse_to_yield", "block",
    "chase_the_gap",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(load_map: Callable[[str], RoadNetwork]) -> Callable[[str], RoadNetwork]:
    return cache(lambda name: build("small_town", seed=4) if name == "town" else load_map(name))


def played(file: BehaviourFile, here: Here, values: Mapping[str, float], cue: Cue | None = None) -> Seen:
    """Run a behaviour at a place; the subject stands far off, or drives towards it where it is what is sought."""
    behaviour = file.BEHAVIOUR
    v = min(here.limit_mps, SLOW_SUBJECT_MPS) if behaviour.adversarial else 0.0
    start = here.s_m - behaviour.subject_before_m if behaviour.adversarial else 5.0
    cue = replace(cue or Cue(), subject_s_m=start, subject_mps=v)
    ego = subject(here.corridor, start, v, desired_speed_mps=v)
    if not behaviour.adversarial:
        ego = replace(ego, law="programmed", law_values=())
    spec = ConcreteScenario(
        leaf="TEST", index=0, map_name="", map_digest="", place="", values=tuple(values.items()), suite_key=3,
        duration_s=behaviour.lasts_s, actors=(ego, *file.programs(here, values, cue)),
    )  # fmt: skip
    return seen(spec, simulate(spec, here.net), here, values, cue)


def some(places: tuple[Here, ...], count: int = 3) -> list[Here]:
    """Return a few places spread over all."""
    return [places[i] for i in np.unique(np.linspace(0, len(places) - 1, count).round().astype(int))] if places else []


def test_the_behaviours_are_all_there() -> None:
    assert set(IDS) == EXPECTED


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("behaviour", IDS)
def test_a_behaviour_does_what_its_name_says_within_the_limits_of_its_kind(
    world: Callable[[str], RoadNetwork], behaviour: str, name: str
) -> None:
    file, net = behaviours()[behaviour], world(name)
    declared = file.BEHAVIOUR
    rng = np.random.Generator(np.random.Philox(len(behaviour)))
    draws = [nominal(declared), *(drawn(declared, rng.uniform(0.02, 0.98, len(declared.parameters))) for _ in range(2))]
    for here in some(sites(net, declared.needs)):
        for values in draws:
            run = played(file, here, values)
            where = f"lane {here.lane} s {here.s_m:.0f}: {values}"
            assert file.shows(run), where
            for actor, row in run.rows.items():
                assert limits_passed(run.recording, row, Environment().friction) == (), f"{actor} {where}"


@pytest.mark.parametrize("behaviour", IDS)
def test_every_behaviour_has_a_place_on_a_shipped_map_and_in_the_town_where_it_can(
    world: Callable[[str], RoadNetwork], behaviour: str
) -> None:
    needs = behaviours()[behaviour].BEHAVIOUR.needs
    assert any(sites(world(name), needs) for name in ("crossing", "boulevard"))
    assert sites(world("town"), needs) or needs.beside  # the town has one lane each way


@pytest.mark.parametrize("behaviour", IDS)
def test_a_behaviour_that_has_not_begun_is_not_shown(world: Callable[[str], RoadNetwork], behaviour: str) -> None:
    """The predicates can fail: with the cue after the end, or the subject's adversary taken as it is, none holds."""
    file = behaviours()[behaviour]
    here = some(sites(world("boulevard"), file.BEHAVIOUR.needs), 1)[0]
    if file.BEHAVIOUR.adversarial:
        run = played(file, here, nominal(file.BEHAVIOUR))
        rows = run.rows | {run.cue.name: run.rows["ego"]}  # the subject does nothing of the kind
        assert not file.shows(replace(run, rows=rows))
    elif behaviour not in ("cyclist_on_edge",):  # which does it all the time
        assert not file.shows(played(file, here, nominal(file.BEHAVIOUR), Cue(begins_s=500.0)))


@pytest.mark.parametrize("behaviour", IDS)
def test_every_parameter_says_its_unit_range_prior_and_source(behaviour: str) -> None:
    declared = behaviours()[behaviour].BEHAVIOUR
    assert declared.title[0].isupper()
    assert not declared.title.endswith(".")
    for p in declared.parameters:
        assert p.lo <= p.fill[0] < p.fill[1] <= p.hi
        assert p.prior.source
        assert p.prior.grade in ("measured", "published", "datasheet", "assumed")
        assert p.meaning
        assert p.unit != "1" or p.name.endswith("_code") or p.name in ("count", "slower", "sliding")


@pytest.mark.parametrize("behaviour", IDS)
def test_draws_stay_in_range_and_medians_are_nominal(behaviour: str) -> None:
    declared = behaviours()[behaviour].BEHAVIOUR
    rng = np.random.Generator(np.random.Philox(1))
    for u in rng.uniform(1e-6, 1.0 - 1e-6, (50, len(declared.parameters))):
        for p in declared.parameters:
            assert p.lo <= drawn(declared, u)[p.name] <= p.hi
    assert nominal(declared) == drawn(declared, np.full(len(declared.parameters), 0.5))


def test_here_tells_the_lanes_and_edges_of_the_shipped_crossing(world: Callable[[str], RoadNetwork]) -> None:
    # four lanes of 3.25 m; lane row 1 is the outer one of the way back, row 2 the inner
    net = world("crossing")
    outer, inner = here_at(net, 1, 70.0), here_at(net, 2, 70.0)
    assert outer.kerb_side == -1.0
    assert outer.beside_m == pytest.approx(3.25, abs=0.01)
    assert outer.oncoming_m == pytest.approx(6.5, abs=0.01)
    assert inner.oncoming_m == pytest.approx(3.25, abs=0.01)
    assert outer.near_m == pytest.approx(-1.625, abs=0.26)
    assert outer.far_m == pytest.approx(3.5 * 3.25, abs=0.26)
    assert outer.kerb_free
    assert not inner.kerb_free


def test_a_place_off_the_lane_is_refused(world: Callable[[str], RoadNetwork]) -> None:
    with pytest.raises(InputError, match="a drivable lane and a place on it"):
        here_at(world("crossing"), 1, 1e4)


@pytest.mark.parametrize("behaviour", ["squeeze", "overtakes_oncoming", "u_turn"])
def test_a_behaviour_at_a_place_that_lacks_what_it_needs_is_refused(
    world: Callable[[str], RoadNetwork], behaviour: str
) -> None:
    file = behaviours()[behaviour]
    here = replace(here_at(world("crossing"), 1, 70.0), beside_m=None, oncoming_m=None)
    with pytest.raises(InputError, match="place: got no lane"):
        file.programs(here, nominal(file.BEHAVIOUR), Cue())


def test_a_need_that_no_place_meets_gives_none(world: Callable[[str], RoadNetwork]) -> None:
    assert sites(world("crossing"), Needs(ahead_m=1e5)) == ()


def test_the_page_tells_every_behaviour_and_range_and_its_example_runs() -> None:
    page = (Path(__file__).parents[1] / "docs" / "behaviours.md").read_text("utf-8")
    for name, file in behaviours().items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert file.BEHAVIOUR.title in row
        for p in file.BEHAVIOUR.parameters:
            assert f"`{p.name}` {p.lo:g} to {p.hi:g}" in row
            assert p.prior.source in row
    for name, value in LIMITS.items():
        assert f"| `{name}` | {value:g} |" in page
    told: dict[str, object] = {}
    exec(page.split("```python\n")[1].split("```")[0], told)
    assert [actor.name for actor in told["actors"]] == ["neighbour"]  # type: ignore[attr-defined]


def test_limits_that_are_passed_are_named(world: Callable[[str], RoadNetwork]) -> None:
    file = behaviours()["pulls_out"]
    here = some(sites(world("boulevard"), file.BEHAVIOUR.needs), 1)[0]
    run = played(file, here, nominal(file.BEHAVIOUR))
    agents = run.recording.agents
    row = run.rows["other"]
    fast = replace(run.recording, agents=replace(agents, accel=agents.accel * 9.0, yaw_rate=agents.yaw_rate * 9.0))
    words = " ".join(limits_passed(fast, row, 0.8))
    assert "accelerates by" in words
    assert "bends by" in words
    moved = agents.xyz.copy()
    moved[row, 50:] += 3.0
    assert "jumps by" in " ".join(limits_passed(replace(run.recording, agents=replace(agents, xyz=moved)), row, 0.8))
