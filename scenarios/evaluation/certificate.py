"""Certificates: what can be said of a scenario before any planner has driven it.

Which reference drivers avoid it, until when braking or steering does, who causes it, whether everybody in it stays
physically feasible, how severe it is unmitigated and what came of it mitigated, and how likely it is. Deterministic:
the same scenario, map and version give the same certificate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from roadnet.network import RoadNetwork
from scenarios.evaluation.evasion import Evasion, evasion
from scenarios.evaluation.feasibility import Breach, breaches
from scenarios.evaluation.impact import first_touch
from scenarios.evaluation.observe import kinematic_oracles, observe
from scenarios.evaluation.references import CAREFUL, PREVENTERS, Drivers, avoided_by, careful, reference_drivers
from scenarios.model.evidence import Evidence, Observed, Outcome
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario
from scenarios.model.variants import EGO, without_actor
from scenarios.simulation.simulate import simulate_batch


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """What is known of one scenario."""

    index: int
    leaf: str
    avoided_by: tuple[tuple[str, bool], ...]  # reference driver -> whether it touches nobody, by id
    preventable: bool  # CC or FSM avoids it
    unmitigated: Evasion
    leaves: tuple[str, ...]  # whose onset was observed with the careful human at the wheel
    caused_by: tuple[str, ...]  # actors without whom the onset, or the careful human's contact, does not come about
    breaches: tuple[Breach, ...]  # what actors did beyond their limits
    severity_mps2: float | None  # required deceleration at the onset if speed and path are held; None without onset
    outcome: Outcome  # with the careful human at the wheel
    driver: str
    log_p: float | None  # under the declared prior
    log_q: float | None  # under what was drawn from

    @property
    def feasible(self) -> bool:
        """Return whether every actor stayed within its limits."""
        return not self.breaches


def certify(spec: ConcreteScenario, net: RoadNetwork, *, known: Drivers | None = None) -> Certificate:
    """Return the certificate of a scenario. known: the reference drivers, by default all there are."""
    makers = reference_drivers() if known is None else known
    avoided = avoided_by(spec, net, sorted(makers), makers)
    names = removable(spec)
    driven = careful(spec)
    base, *variants = simulate_batch([driven, *(without_actor(driven, name) for name in names)], net)
    seen = observed(base, net)
    mine = [e for e in seen if e.leaf == spec.leaf] or seen
    return Certificate(
        index=spec.index,
        leaf=spec.leaf,
        avoided_by=tuple(sorted(avoided.items())),
        preventable=any(avoided[name] for name in PREVENTERS),
        unmitigated=evasion(spec, net),
        leaves=tuple(e.leaf for e in seen),
        caused_by=tuple(name for name, other in zip(names, variants, strict=True) if vanishes(base, other, mine, net)),
        breaches=breaches(driven, base),
        severity_mps2=max((e.severity_mps2 for e in mine), default=None),
        outcome=max((e.outcome for e in seen), default=Outcome.NONE),
        driver=CAREFUL,
        log_p=spec.odds.log_p if spec.odds.has_p else None,
        log_q=spec.odds.log_q if spec.odds.has_q else None,
    )


def removable(spec: ConcreteScenario) -> list[str]:
    """Return the actors that can go, each with what it carries; sorted."""
    return sorted(a.name for a in spec.actors if a.name != EGO and not a.attached_to)


def observed(recording: Recording, net: RoadNetwork) -> list[Evidence]:
    """Return the evidence of every leaf whose onset was observed."""
    return [e for e in observe(recording, net, None, kinematic_oracles()) if e.observed == Observed.OBSERVED]


def vanishes(base: Recording, other: Recording, mine: Sequence[Evidence], net: RoadNetwork) -> bool:
    """Return whether the onsets in question, or the contact, are gone in the variant; False where there was none."""
    leaves = {e.leaf for e in mine}
    onset_gone = bool(leaves) and not any(e.leaf in leaves for e in observed(other, net))
    contact_gone = first_touch(base) is not None and first_touch(other) is None
    return onset_gone or contact_gone
