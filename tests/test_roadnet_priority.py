"""Priority at junctions: who gives way to whom, on our own forms and on real maps."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from roadnet.generate.registry import build
from roadnet.network import RoadNetwork
from roadnet.priority import Rule, Yields, priorities
from roadnet.routes import lane_graph

TOWN01 = "opendrive/BerkeleyLearnVerify+Scenic/assets/maps/CARLA/Town01.xodr"
TURNS = {1: "left", 0: "straight", -1: "right"}


@cache
def form(name: str, control: str = "") -> RoadNetwork:
    return build(name, control=control) if control else build(name)


def named(net: RoadNetwork, lane: int) -> str:
    """Return a lane of a junction as "approach's road, turn": "2 left"."""
    heading = net.lanes.centre_heading
    step = np.diff(heading[net.lanes.centre_start[lane] : net.lanes.centre_start[lane + 1]])
    turn = float(((step + np.pi) % (2 * np.pi) - np.pi).sum())
    before = next(iter(lane_graph(net).predecessors(lane)))
    return f"{net.roads.id[net.lanes.road[before]]} {TURNS[round(np.clip(turn / (np.pi / 2), -1, 1))]}"


def relations(net: RoadNetwork) -> dict[tuple[str, str], tuple[str, Rule]]:
    """Return (one movement, another) -> (who gives way, or the relation's name, rule), both ways round."""
    p, out = priorities(net), {}
    for (a, b), yields, rule in zip(net.junctions.conflict.tolist(), p.yields, p.rule, strict=True):
        x, y = named(net, a), named(net, b)
        who = {Yields.FIRST: x, Yields.SECOND: y}.get(Yields(yields), Yields(yields).name)
        out[x, y] = out[y, x] = (who, Rule(rule))
    return out


@pytest.mark.parametrize("control", ["stop", "yield"])
def test_the_side_road_gives_way_at_its_sign(control: str) -> None:
    """Roads 1 and 3 lie along x and have priority; 2 (north) and 4 have the sign."""
    found = relations(form("four_way_signs", control))
    assert found["2 straight", "1 straight"] == ("2 straight", Rule.SIGN)
    assert found["3 straight", "4 right"] == ("4 right", Rule.SIGN)
    assert found["1 left", "3 straight"] == ("1 left", Rule.TURN_ACROSS)
    assert found["2 left", "4 straight"] == ("2 left", Rule.TURN_ACROSS)
    assert found["1 left", "1 straight"] == ("NEITHER", Rule.SAME_APPROACH)


def test_nobody_goes_first_at_an_all_way_stop() -> None:
    found = relations(form("four_way_signs", "all_stop"))
    assert {x for x in found.values() if x[1] != Rule.SAME_APPROACH} == {("NEITHER", Rule.ALL_WAY_STOP)}


def test_right_goes_before_left_without_signs() -> None:
    """Roads 1 to 4 lead in from the east, north, west and south."""
    found = relations(form("four_way_signs", "none"))
    assert found["2 straight", "3 straight"] == ("2 straight", Rule.SIDE)
    assert found["1 straight", "2 straight"] == ("1 straight", Rule.SIDE)
    assert found["4 straight", "1 straight"] == ("4 straight", Rule.SIDE)
    assert found["3 left", "1 right"] == ("3 left", Rule.TURN_ACROSS)


def test_the_stem_of_a_t_crossing_gives_way() -> None:
    found = relations(form("t_crossing"))
    stem = {pair: who for pair, who in found.items() if sum(x.startswith("3 ") for x in pair) == 1}
    assert stem
    assert all(who[0].startswith("3 ") and who[1] == Rule.SIGN for who in stem.values())


def test_entries_of_a_roundabout_give_way_to_the_ring() -> None:
    net = form("roundabout")
    p, legs = priorities(net), ("1", "2", "3", "4")
    seen = 0
    for (a, b), yields, rule in zip(net.junctions.conflict.tolist(), p.yields, p.rule, strict=True):
        from_leg = [named(net, i).split()[0] in legs for i in (a, b)]
        if from_leg[0] != from_leg[1]:
            assert (yields, rule) == (Yields.FIRST if from_leg[0] else Yields.SECOND, Rule.SIGN)
            seen += 1
        else:
            assert yields == Yields.NEITHER
    assert seen >= len(legs)


def test_lights_decide_between_roads_and_turners_wait_within_a_group() -> None:
    found = relations(form("t_crossing", "light"))
    assert found["1 straight", "3 left"] == ("SIGNAL", Rule.LIGHTS)
    across = {p: w for p, w in found.items() if {x[0] for x in p} == {"1", "2"} and any(x.endswith("left") for x in p)}
    assert across
    assert all(who[0].endswith("left") and who[1] == Rule.TURN_ACROSS for who in across.values())


def test_left_goes_before_right_where_traffic_keeps_left() -> None:
    """The mirror image of a map: y turned round, lanes run on the other side."""
    net = form("four_way_signs", "none")
    mirrored = mirror(net)
    old, new = priorities(net), priorities(mirrored)
    assert (old.yields == new.yields).all()
    assert (old.rule == new.rule).all()


def mirror(net: RoadNetwork) -> RoadNetwork:
    """Return the network with headings negated and traffic on the left: all that priorities look at."""
    lanes = replace(net.lanes, centre_heading=-net.lanes.centre_heading, centre=net.lanes.centre * [1, -1, 1])
    return replace(net, lanes=lanes, roads=replace(net.roads, left_hand=~net.roads.left_hand))


def test_every_pair_of_a_real_map_has_a_rule(
    load_map: Callable[[str], RoadNetwork], real: Callable[[str], Path]
) -> None:
    net = load_map(str(real(TOWN01)))
    p = priorities(net)
    assert p.yields.shape == p.rule.shape == (len(net.junctions.conflict),)
    assert (p.yields == Yields.SIGNAL)[p.rule == Rule.LIGHTS].all()
    assert np.isin(p.yields[np.isin(p.rule, [Rule.SIGN, Rule.SIDE])], [Yields.FIRST, Yields.SECOND]).all()
    assert (p.rule == Rule.NONE).mean() < 0.2
    assert priorities(net) is p


def test_a_map_without_conflicts_has_no_relations() -> None:
    assert len(priorities(form("straight_road")).rule) == 0
