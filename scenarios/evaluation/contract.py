"""What every hazard promises, as checks that run over a hazard file, ours or a plug-in's.

`findings(module, nets)` returns one line for each promise that is not kept, () for a good hazard.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.hazards.leaf import Leaf
from scenarios.hazards.spots import spots_of
from scenarios.hazards.taxonomy import taxonomy
from scenarios.model.evidence import Evidence, Observed
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario, Odds
from scenarios.sampling.draw import GAP_FILLING, concrete, draw, points_at
from scenarios.sampling.odds import conditional
from scenarios.sampling.sequence import spread
from scenarios.simulation.simulate import simulate_batch

KEY = 20_240_601  # of the suites that are drawn here
BUILT = 10  # examples a map
LEAST_FOUND = 0.8  # share of built examples that the oracle must find
COMPARED = 60  # points over the fill ranges at which closed form and simulation are compared
LEAST_AGREEMENT = 0.85
MASS_TOLERANCE = 5e-3  # of a prior's integral by trapezoids
CATEGORIES = 64


def findings(module: Any, nets: Mapping[str, RoadNetwork]) -> tuple[str, ...]:
    """Return what a hazard does not keep of its promises, one line each."""
    out = [f"{module.__name__}: {text}" for text in declaration(module)]
    for name, net in sorted(nets.items()):
        if len(spots_of(net, module.LEAF.place_kind)):
            out += [f"{module.__name__} on {name}: {text}" for check in ON_A_MAP for text in check(module, net, name)]
    return tuple(out)


def declaration(module: Any) -> Iterator[str]:
    """Yield what is wrong with what the file declares."""
    leaf: Leaf = module.LEAF
    known = taxonomy().leaves
    if leaf.id not in known and ":" not in leaf.id:
        yield f"id {leaf.id!r} is neither in the taxonomy nor vendor:name"
    elif leaf.id in known and known[leaf.id].name != leaf.name:
        yield f"name {leaf.name!r}, the taxonomy calls {leaf.id} {known[leaf.id].name!r}"
    if module.__name__.rpartition(".")[2] != leaf.name:
        yield f"name {leaf.name!r} is not the file's"
    if not leaf.parameters:
        yield "no parameters"
    for p in leaf.parameters:
        if not (np.isfinite([p.lo, p.hi]).all() and p.lo < p.hi):
            yield f"{p.name}: range {p.lo} .. {p.hi}"
        if not p.fill[0] < p.fill[1]:
            yield f"{p.name}: fill range {p.fill}"
        if not (p.meaning and p.prior.source):
            yield f"{p.name}: no meaning or no source"
        if p.prior.grade in ("measured", "published") and not p.prior.domain:
            yield f"{p.name}: grade {p.prior.grade} without the domain where it was seen"
    yield from _oracle_declaration(module)


def _oracle_declaration(module: Any) -> Iterator[str]:
    if module.LEAF.needs_packets:
        if hasattr(module, "oracle"):
            yield "its oracle reads packets and so belongs into sensors/oracles"
        return
    if list(inspect.signature(module.oracle).parameters) != ["recording", "net", "packets"]:
        yield f"oracle{inspect.signature(module.oracle)}, want oracle(recording, net, packets)"
    if not isinstance(module.VERSION, int):
        yield "no VERSION of the oracle"


def priors_integrate_to_one(module: Any, net: RoadNetwork, name: str) -> Iterator[str]:
    """Yield parameters whose conditional prior does not integrate to 1 over its range."""
    spots = spots_of(net, module.LEAF.place_kind)
    features = {k: column[:1] for k, column in spots.features.items()}
    values: dict[str, Array] = {}
    for p in module.LEAF.parameters:
        prior = conditional(p, values, features)
        x = np.linspace(p.lo, p.hi, 20_001)
        if prior.base.discrete:
            total = float(np.exp(prior.log_density(np.arange(CATEGORIES, dtype=float))).sum())
        else:
            total = float(np.trapezoid(np.exp(prior.log_density(x)), x))
        if abs(total - 1.0) > MASS_TOLERANCE:
            yield f"{p.name}: its prior integrates to {total:.4f}"
        values[p.name] = prior.inverse(np.array([0.5]))


def examples_are_built_and_found(module: Any, net: RoadNetwork, name: str) -> Iterator[str]:
    """Yield what goes wrong with gap-filling draws: build, run, find, find in any order of agents."""
    specs = [draw(module, net, name, stream=GAP_FILLING, suite_key=KEY, index=i) for i in range(BUILT)]
    made = [s for s in specs if isinstance(s, ConcreteScenario)]
    yield from (f"no scenario {s.index}: {s.reason}" for s in specs if not isinstance(s, ConcreteScenario))
    for spec in made:
        yield from (f"scenario {spec.index}: {text}" for text in _spec_faults(module.LEAF, spec))
    try:
        recordings = simulate_batch(made, net)
    except InputError as error:
        yield f"does not run: {error}"
        return
    if module.LEAF.needs_packets:
        return
    verdicts = [module.oracle(r, net, None) for r in recordings]
    found = float(np.mean([v.observed == Observed.OBSERVED for v in verdicts]))
    if found < LEAST_FOUND:
        yield f"its oracle finds {found:.0%} of the built examples, want {LEAST_FOUND:.0%}"
    for recording, verdict in zip(recordings, verdicts, strict=True):
        yield from order_matters(module.oracle, recording, net, verdict)


def _spec_faults(leaf: Leaf, spec: ConcreteScenario) -> Iterator[str]:
    if not spec.actors or spec.actors[0].name != "ego":
        yield "the first actor is not ego"
    if len({a.name for a in spec.actors}) != len(spec.actors):
        yield "two actors of one name"
    for p in leaf.parameters:
        if not p.lo - 1e-6 <= spec.value[p.name] <= p.hi + 1e-6:
            yield f"{p.name} {spec.value[p.name]:g} outside {p.lo:g} .. {p.hi:g}"
    if not (spec.odds.has_p and spec.odds.has_q and np.isfinite([spec.odds.log_p, spec.odds.log_q]).all()):
        yield f"odds {spec.odds}"


def order_matters(oracle: Any, recording: Recording, net: RoadNetwork, verdict: Evidence) -> Iterator[str]:
    """Yield a line where the oracle's verdict depends on the order of agents."""
    order = np.arange(len(recording.agents.kind))[::-1].copy()
    other = oracle(permuted(recording, order), net, None)
    same_agents = tuple(int(order[a]) for a in other.agents) == verdict.agents
    if replace(other, agents=verdict.agents) != verdict or not same_agents:
        yield f"its oracle depends on the order of agents: {verdict} or {other}"


def closed_form_agrees(module: Any, net: RoadNetwork, name: str) -> Iterator[str]:
    """Yield a line where `expected` and the simulated run disagree too often over the fill ranges."""
    if module.LEAF.needs_packets:
        return
    spots = spots_of(net, module.LEAF.place_kind)
    points = points_at(module, spots, spread(0, COMPARED, len(module.LEAF.parameters) + 1), fill=True)
    features = {k: column[points.spot] for k, column in spots.features.items()}
    expected = module.expected(points.drawn.values, features, 0.0)[points.drawn.possible]
    nothing = Odds(stream=GAP_FILLING, log_p=0.0, log_q=0.0, has_p=False, has_q=False)
    specs = [
        concrete(module, net, name, spots, int(points.spot[i]), points.value(int(i)), Streams(KEY, int(i)), nothing)
        for i in np.flatnonzero(points.drawn.possible)
    ]
    seen = [module.oracle(r, net, None).observed == Observed.OBSERVED for r in simulate_batch(specs, net)]
    agreement = float(np.mean(np.array(seen) == expected))
    if agreement < LEAST_AGREEMENT:
        yield f"closed form and simulation agree in {agreement:.0%} of runs, want {LEAST_AGREEMENT:.0%}"


Check = Callable[[Any, RoadNetwork, str], Iterator[str]]
ON_A_MAP: tuple[Check, ...] = (priors_integrate_to_one, examples_are_built_and_found, closed_form_agrees)


def permuted(recording: Recording, order: Array) -> Recording:
    """Return the same recording with its agents in another order: new row i is old row order[i]."""
    old = recording.agents
    agents = type(old)(**{f: getattr(old, f)[order] for f in old.__dataclass_fields__})
    row_of = np.argsort(order)
    pair = np.sort(row_of[recording.contacts.pair].reshape(-1, 2), axis=1).astype(recording.contacts.pair.dtype)
    contacts = replace(recording.contacts, pair=pair)
    return replace(recording, agents=agents, subject=int(row_of[recording.subject]), contacts=contacts)
