"""Run scenarios: by their own laws in batches, or with a planner in the loop."""

from roadnet.base.errors import InputError, did_you_mean
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario
from scenarios.simulation.closed_loop import ClosedLoop, Observer, steps_of
from scenarios.simulation.engine import simulate_batch
from scenarios.simulation.planner import Planner, PlannerFailed, checked_answer

__all__ = ["simulate", "simulate_batch"]
OBSERVE = ("objects",)


def simulate(
    spec: ConcreteScenario, net: RoadNetwork, planner: Planner | None = None, *, observe: str | Observer = "objects"
) -> Recording:
    """Return what happens when `planner` drives the subject vehicle, or its own law if there is none.

    observe: what the planner is shown. "objects" are the states of the others as they are; a function delivers
    packets in their place (sensors/watching.py has one for rigs; each scenario needs its own). Raises InputError
    for a spec that cannot run, PlannerFailed where the planner answers what is no answer; a hosted planner
    (hosting/spec.py) raises PlannerFailed for every failure of its own.
    """
    if isinstance(observe, str) and observe not in OBSERVE:
        raise InputError("observe", got=repr(observe), wanted=f"one of {OBSERVE}{did_you_mean(observe, OBSERVE)}")
    if planner is None:
        return simulate_batch([spec], net)[0]
    loop = ClosedLoop(spec, net, None if isinstance(observe, str) else observe)
    planner.reset(loop.seed)
    try:
        every = steps_of(getattr(planner, "period_s", None), spec.step_s)
    except InputError as error:
        raise PlannerFailed("wrong_shape", str(error)) from None
    while not loop.done:
        if loop.k % every == 0:
            loop.take(checked_answer(planner.act(loop.look())))
        loop.step()
    return loop.recording()
