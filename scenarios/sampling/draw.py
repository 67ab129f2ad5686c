"""Draws: from a leaf, a map and a number to a concrete scenario with its odds.

A draw is a pure function of (leaf, map, stream, suite key, index, rank, overrides). Exploration follows the
prior, independently for each index. Gap filling takes point number `rank` of those points of an even sequence
over spots and fill ranges at which the onset is expected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.base.streams import MASK64, Streams, key64
from roadnet.network import RoadNetwork
from scenarios.hazards.exposure import Topic
from scenarios.hazards.leaf import Columns
from scenarios.hazards.registry import catalogue
from scenarios.hazards.spots import Spots, no_spot_reason, spots_of
from scenarios.model.run import Failure
from scenarios.model.spec import ConcreteScenario, Odds
from scenarios.sampling.dressing import dress
from scenarios.sampling.odds import Drawn, draw_values
from scenarios.sampling.overrides import Override, for_leaf
from scenarios.sampling.sequence import spread

EXPLORATION, GAP_FILLING = "exploration", "gap_filling"
MARGIN = 0.15  # by which gap filling wants each criterion passed
BLOCK = 4096  # candidates at a time
FIXED_SET = 16384  # points that the normaliser of gap filling is counted on
MOST_BLOCKS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """N points over spots and parameters."""

    spot: Array  # (N,) row of the spots
    drawn: Drawn  # (N,)
    feasible: Array  # (N,) bool: the onset is expected, with margin

    def value(self, row: int) -> dict[str, float]:
        """Return the parameters of a point by name."""
        return {name: float(column[row]) for name, column in self.drawn.values.items()}

    def log_density(self, spots: Spots, row: int) -> tuple[float, float]:
        """Return (log p, log q) of a point, q without the normaliser of gap filling."""
        place = float(spots.log_p[self.spot[row]])
        return place + float(self.drawn.log_p[row]), place + float(self.drawn.log_q[row])


def draw(
    leaf_module: Any,
    net: RoadNetwork,
    map_name: str,
    *,
    stream: str,
    suite_key: int,
    index: int,
    overrides: Sequence[Override] = (),
    rank: int | None = None,
    traits: Topic | None = None,
) -> ConcreteScenario | Failure:
    """Return the scenario of this number, or the reason why there is none.

    stream: "exploration" or "gap_filling". rank: the how-manieth draw of this leaf on this map it is, so that gap
    filling is even however leaves and maps take turns; `index` if not given. traits: of background drivers, by
    default the shipped.
    """
    leaf = leaf_module.LEAF
    spots = spots_of(net, leaf.place_kind)
    if not len(spots):
        reason = no_spot_reason(net, leaf.place_kind)
        return Failure(index=index, leaf=leaf.id, map_name=map_name, reason=reason)
    own = for_leaf(overrides, leaf)
    streams = Streams(suite_key & MASK64, index)
    if stream == EXPLORATION:
        u = streams.rng("draw").random((1, len(leaf.parameters) + 1))
        points, row, normaliser = points_at(leaf_module, spots, u, fill=False, overrides=own), 0, 0.0
    else:
        points, row, normaliser = _filling(net, leaf.id, own, suite_key, index if rank is None else rank)
    log_p, log_q = points.log_density(spots, row)
    log_q -= normaliser
    pinned = any(o.pinned for o in own)
    odds = Odds(
        stream=GAP_FILLING if pinned or own else stream,
        log_p=round(log_p, 9) if np.isfinite(log_p) else 0.0,
        log_q=0.0 if pinned else round(log_q, 9),
        has_p=bool(np.isfinite(log_p)),
        has_q=not pinned,
    )
    return concrete(leaf_module, net, map_name, spots, int(points.spot[row]), points.value(row), streams, odds, traits)


def concrete(
    leaf_module: Any, net: RoadNetwork, map_name: str, spots: Spots, row: int, values: dict[str, float],
    streams: Streams, odds: Odds, traits: Topic | None = None,
) -> ConcreteScenario:  # fmt: skip
    """Return the scenario of a leaf at a spot with these values, dressed."""
    spot = spots.spots[row]
    draft = leaf_module.build(spot, values, spots.at(row), net, streams)
    dressed = dress(draft, spot, net, streams, traits=traits)
    return ConcreteScenario(
        leaf=leaf_module.LEAF.id,
        index=streams.index,
        map_name=map_name,
        map_digest=net.digest,
        place=dressed.where,
        values=tuple(values.items()),
        duration_s=dressed.duration_s,
        actors=dressed.actors,
        statics=dressed.statics,
        environment=dressed.environment,
        phases=dressed.phases,
        sensor_events=dressed.sensor_events,
        odds=odds,
        suite_key=streams.suite_key,
        lineage_id=f"{key64(streams.suite_key, streams.index, 'lineage'):016x}",
    )


def points_at(leaf_module: Any, spots: Spots, u: Array, *, fill: bool, overrides: Sequence[Override] = ()) -> Points:
    """Return the spots and parameters at points u (N, 1 + P) of the unit box: the spot, then the parameters."""
    rows = np.minimum(np.searchsorted(spots.edges, u[:, 0], side="right"), len(spots) - 1)
    features: Columns = {name: column[rows] for name, column in spots.features.items()}
    drawn = draw_values(leaf_module.LEAF, u[:, 1:], features, fill=fill, overrides=overrides)
    feasible = drawn.possible & leaf_module.expected(drawn.values, features, MARGIN if fill else 0.0)
    return Points(rows, drawn, feasible)


def feasible_share(net: RoadNetwork, leaf_id: str, overrides: tuple[Override, ...] = ()) -> float:
    """Return the share of the fill ranges, over all spots, in which gap filling falls: its normaliser."""
    return float(np.exp(_normaliser(net, leaf_id, overrides)))


@kept
def _normaliser(net: RoadNetwork, leaf_id: str, overrides: tuple[Override, ...]) -> float:
    """Return the log of the feasible share of the fixed set; 0 where nothing is feasible and all is taken."""
    module = catalogue()[leaf_id]
    u = spread(0, FIXED_SET, len(module.LEAF.parameters) + 1)
    points = points_at(module, spots_of(net, module.LEAF.place_kind), u, fill=True, overrides=overrides)
    return float(np.log(points.feasible.mean())) if points.feasible.any() else 0.0


@kept
def _block(
    net: RoadNetwork, leaf_id: str, overrides: tuple[Override, ...], key: int, block: int
) -> tuple[Points, Array]:
    """Return a block of candidates and the rows of it that gap filling takes."""
    module = catalogue()[leaf_id]
    dimensions = len(module.LEAF.parameters) + 1
    shift = Streams(key, 0).rng(f"gap filling {leaf_id}").random(dimensions)
    u = spread(block * BLOCK, BLOCK, dimensions, shift=shift)
    points = points_at(module, spots_of(net, module.LEAF.place_kind), u, fill=True, overrides=overrides)
    everything = _normaliser(net, leaf_id, overrides) == 0.0
    return points, np.flatnonzero(points.drawn.possible if everything else points.feasible)


def _filling(
    net: RoadNetwork, leaf_id: str, overrides: tuple[Override, ...], key: int, rank: int
) -> tuple[Points, int, float]:
    """Return (points, row of the point of this rank, log of the normaliser)."""
    before = 0
    for block in range(MOST_BLOCKS + rank // 8):
        points, rows = _block(net, leaf_id, overrides, key, block)
        if rank < before + len(rows):
            return points, int(rows[rank - before]), _normaliser(net, leaf_id, overrides)
        before += len(rows)
    raise RuntimeError(f"{leaf_id}: gap filling found {before} points, want {rank + 1}")
