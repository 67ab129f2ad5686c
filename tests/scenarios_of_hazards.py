"""Scenarios of the shipped hazards, for tests that run something on all of them."""

from roadnet.network import RoadNetwork
from scenarios.hazards.registry import catalogue
from scenarios.hazards.spots import spots_of
from scenarios.model.spec import ConcreteScenario
from scenarios.sampling.draw import GAP_FILLING, draw

KEY = 20_260_101


def drawn(hazard: str, net: RoadNetwork, count: int) -> list[ConcreteScenario]:
    """Return up to `count` scenarios of a hazard on a map, where the map has a place for it and the draw succeeds."""
    module = catalogue()[hazard]
    if not len(spots_of(net, module.LEAF.place_kind)):
        return []
    made = (draw(module, net, net.name, stream=GAP_FILLING, suite_key=KEY, index=i) for i in range(count))
    return [spec for spec in made if isinstance(spec, ConcreteScenario)]
