"""A model of the R157 comparison as a planner: it drives calmly, and answers the worst of what it judges.

Physical mode on what a planner sees. After a calm of CALM_S the next risk surprises again.
"""

from collections.abc import Callable

from scenarios.simulation.drivers.calm import Law
from scenarios.simulation.drivers.models.encounter import CALM, RISK, Encounter, Judgement
from scenarios.simulation.drivers.models.response import Response, calm_mind, respond
from scenarios.simulation.drivers.models.rules import PHYSICAL, Rules
from scenarios.simulation.drivers.way import Sight, Way
from scenarios.simulation.planner import Controls, PlannerInput

CALM_S = 2.0  # as the law careful_human has it; assumed
Judge = Callable[[Encounter, Rules], Judgement]


class Watchful:
    """What a planner out of a model does; a driver file names the model."""

    def __init__(self, judge: Judge, response: Response) -> None:
        self.judge, self.response, self.law = judge, response, Law()
        judged = judge(Encounter(True, 5.0, -1.0, 15.0, 10.0, 5.0, 0.0, 0.0), PHYSICAL)
        respond(response, judged, calm_mind(response), 10.0, PHYSICAL)  # compiled now, not at the first risk
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Forget everything; nothing is drawn."""
        self.way: Way | None = None
        self.mind, self.calm_s = calm_mind(self.response), 0.0
        self.law.forget()

    def act(self, now: PlannerInput) -> Controls:
        """Return the softer of calm driving and the model's brake, along the route."""
        self.way = self.way or Way(now)
        sight = self.way.look(now)
        accel, brake = self.law.accel_mps2(sight), self.brake_mps2(sight)
        if self.mind.brake_mps2 > 0.0:
            accel = min(accel, -brake)
        return Controls(accel, self.way.steer(now))

    def brake_mps2(self, sight: Sight) -> float:
        """Return the mean deceleration over the coming step, and remember the state of the response."""
        worst = worst_of(self.judge, sight.encounters)
        self.calm_s = 0.0 if worst.risk == RISK else self.calm_s + sight.step_s
        if self.calm_s >= CALM_S and self.mind.brake_mps2 == 0.0:
            self.mind = calm_mind(self.response)
        rules = PHYSICAL._replace(rate_hz=1.0 / sight.step_s)
        after, _travel, self.mind = respond(self.response, worst, self.mind, sight.speed_mps, rules)
        return float((sight.speed_mps - after) / sight.step_s)


def worst_of(judge: Judge, encounters: tuple[Encounter, ...]) -> Judgement:
    """Return the judgement that asks for the hardest braking; CALM if none is a risk."""
    risks = [answer for answer in (judge(seen, PHYSICAL) for seen in encounters) if answer.risk == RISK]
    return max(risks, key=lambda answer: answer.demand_mps2, default=Judgement(CALM, 0.0, 0.0, 0.0))
