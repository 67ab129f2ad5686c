"""Dressing: what surrounds a hazard and has nothing to do with it. Drawn alike under p and q, left out of both."""

from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.hazards.leaf import Draft
from scenarios.hazards.spots import Spot


def dress(draft: Draft, spot: Spot, net: RoadNetwork, streams: Streams) -> Draft:
    """Return the draft with traffic, roadside and light."""
    return draft
