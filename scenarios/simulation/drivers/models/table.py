"""The four models behind one compiled door, by number, so that a test is compiled once for all of them."""

from roadnet.base.compiled import compiled
from scenarios.simulation.drivers.models import cc, fsm, reg157, rss
from scenarios.simulation.drivers.models.cc import judge as judge_cc
from scenarios.simulation.drivers.models.encounter import Encounter, Judgement
from scenarios.simulation.drivers.models.fsm import judge as judge_fsm
from scenarios.simulation.drivers.models.reg157 import judge as judge_reg157
from scenarios.simulation.drivers.models.rss import judge as judge_rss
from scenarios.simulation.drivers.models.rules import Rules

MODELS = {"cc": cc, "reg157": reg157, "fsm": fsm, "rss": rss}  # in the order of the numbers below
CC, REG157, FSM, RSS = range(4)


@compiled
def judged(model: int, seen: Encounter, rules: Rules) -> Judgement:
    """Return what a model says of an encounter."""
    if model == CC:
        answer: Judgement = judge_cc(seen, rules)
    elif model == REG157:
        answer = judge_reg157(seen, rules)
    elif model == FSM:
        answer = judge_fsm(seen, rules)
    else:
        answer = judge_rss(seen, rules)
    return answer
