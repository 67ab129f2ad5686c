"""What reference drivers do as planners, by claim, over every one of them."""

from dataclasses import replace

import numpy as np
import pytest
import sim_world as w
from scenarios_of_hazards import drawn

from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.hazards.registry import catalogue
from scenarios.model.spec import ConcreteScenario, Environment, PathSpec, SignalPhase, What, When
from scenarios.simulation.drivers import aeb, brake_or_steer, full_brake
from scenarios.simulation.drivers.models import cc
from scenarios.simulation.drivers.models.encounter import Encounter
from scenarios.simulation.drivers.models.rules import PHYSICAL
from scenarios.simulation.drivers.registry import drivers
from scenarios.simulation.drivers.trials.cut_in import CutIns, cut_in
from scenarios.simulation.drivers.watchful import Watchful
from scenarios.simulation.drivers.way import Sight
from scenarios.simulation.hosting.resolve import drivers as hosted
from scenarios.simulation.hosting.spec import open_planner
from scenarios.simulation.planner import Controls, Planner, PlannerInput
from scenarios.simulation.simulate import simulate
from scenarios.simulation.tracks import light_groups, track

DRIVERS = sorted(drivers())
CLAIRVOYANT = ["brake_or_steer", "full_brake"]
DRIVING = [d for d in DRIVERS if d not in CLAIRVOYANT]
MODELS = ["cc", "fsm", "reg157", "rss"]


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


def made(driver: str) -> Planner:
    return drivers()[driver].Driver()


class Noted:
    """A planner with what it was shown and what it answered."""

    def __init__(self, planner: Planner) -> None:
        self.planner, self.answers, self.seen = planner, list[Controls](), list[PlannerInput]()

    def reset(self, seed: int) -> None:
        self.planner.reset(seed)

    def act(self, now: PlannerInput) -> Controls:
        self.seen.append(now)
        self.answers.append(self.planner.act(now))
        return self.answers[-1]


def test_the_agreed_drivers_are_there_and_can_be_hosted() -> None:
    agreed = {"careful_human", "idm", "aeb", "cc", "reg157", "fsm", "rss", "full_brake", "brake_or_steer"}
    assert set(DRIVERS) == agreed
    assert hosted() == DRIVERS


@pytest.mark.parametrize("driver", DRIVERS)
def test_it_stops_before_a_standing_vehicle_and_never_rolls_back(net: RoadNetwork, driver: str) -> None:
    ego, wall = w.actor("ego", w.along_x(), 0.0, 15.0), w.actor("wall", w.along_x(), 150.0, 0.0)
    run = w.drive(w.scenario(ego, wall, duration_s=45.0), net, made(driver))
    assert not len(run.recording.contacts.t_ns)
    assert run.of("speed", "ego")[-1] < 0.05
    assert run.of("speed", "ego").min() >= 0.0
    assert (np.diff(run.x("ego")) >= 0.0).all()


@pytest.mark.parametrize("driver", DRIVERS)
def test_on_hazards_of_shipped_maps_it_answers_finitely_along_the_route_and_twice_the_same(
    shipped_net: RoadNetwork, driver: str
) -> None:
    for hazard in sorted(catalogue())[:: 1 if driver == "cc" else 3]:
        for spec in drawn(hazard, shipped_net, 1):
            planner = Noted(made(driver))
            recording = simulate(spec, shipped_net, planner)
            assert np.isfinite([(a.accel_mps2, a.curvature_1pm) for a in planner.answers]).all()
            assert recording.agents.speed[recording.subject].min() >= 0.0
            if driver != "brake_or_steer":
                assert aside_m(planner.seen) < 0.6, hazard
            again = simulate(spec, shipped_net, planner)
            assert again.agents.xyz.tobytes() == recording.agents.xyz.tobytes()


def aside_m(seen: list[PlannerInput]) -> float:
    """Return how far the subject left its route while nobody had hit it, m."""
    xy = np.array([now.ego_pose[:2] for now in seen])
    route = seen[0].route[:, :2]
    return float(np.sqrt(np.square(xy[:, None] - route[None]).sum(-1).min(1)).max())


@pytest.mark.parametrize("driver", DRIVING)
def test_it_stops_at_red_and_goes_at_green(net: RoadNetwork, driver: str) -> None:
    lane, groups = next((k, g) for k, g in sorted(light_groups(net).items()) if net.lanes.length_m[k] > 100.0)
    stop_s = track(net, PathSpec(lanes=(lane,)), where="").stops[0, 0]
    phases = tuple(SignalPhase(group=groups[0], t_s=t, state=state) for t, state in ((0.0, 1), (25.0, 4)))
    ego = w.actor("ego", PathSpec(lanes=(lane,)), stop_s - 90.0, 12.0)
    run = w.drive(w.scenario(ego, duration_s=40.0, phases=phases), net, made(driver))
    step = np.hypot(np.diff(run.x("ego")), np.diff(run.y("ego")))
    front_at_red = stop_s - 90.0 + w.CAR[0] / 2 + step[: round(24.9 / w.STEP_S)].sum()
    assert stop_s - 4.0 < front_at_red < stop_s
    assert run.of("speed", "ego")[-1] > 8.0


@pytest.mark.parametrize("driver", DRIVING)
def test_it_is_comfortable_in_bends_and_stays_on_the_route(net: RoadNetwork, driver: str) -> None:
    planner = Noted(made(driver))
    run = w.drive(w.scenario(w.actor("ego", w.arc(25.0), 0.0, 16.0), duration_s=20.0), net, planner)
    assert np.abs(run.of("yaw_rate", "ego") * run.of("speed", "ego")).max() < 1.15 * 2.5
    assert aside_m(planner.seen) < 0.5


@pytest.mark.parametrize("driver", DRIVING)
def test_an_opening_gap_is_left_alone(net: RoadNetwork, driver: str) -> None:
    ego, fast = w.actor("ego", w.along_x(), 0.0, 15.0), w.actor("fast", w.along_x(), 45.0, 25.0)
    run = w.drive(w.scenario(ego, fast, duration_s=5.0), net, made(driver))
    assert run.of("accel", "ego").min() > -1.6


@pytest.mark.parametrize("driver", DRIVING)
def test_those_beside_and_behind_do_not_matter(net: RoadNetwork, driver: str) -> None:
    ego = w.actor("ego", w.along_x(), 100.0, 15.0)
    beside = w.actor("beside", w.along_x(), 110.0, 12.0, offset_m=3.5)
    behind = w.actor("behind", w.along_x(), 60.0, 15.0)
    alone, among = (w.drive(w.scenario(*a), net, made(driver)) for a in ((ego,), (ego, beside, behind)))
    assert (alone.x("ego") == among.x("ego")).all()


def cut(side: float, gap_m: float = 20.0, lateral_mps: float = 1.0) -> ConcreteScenario:
    """Return 60 km/h against 30 km/h that cut in from a side, as the published test has it, from 2 s before on."""
    v, o, u = 60 / 3.6, 30 / 3.6, lateral_mps
    t = np.arange(-2.0, 12.0, 0.05)
    built = np.clip(t + u / 1.5, 0.0, None)  # since the lateral motion began
    y = np.where(t < 0.0, 3.5 + (u * u / 1.5 - 1.5 * built**2) / 2, np.clip(3.5 - u * t, 0.0, None))
    rate = np.where(t < 0.0, np.minimum(1.5 * built, u), np.where(u * t < 3.5, u, 0.0))
    x = 100.0 + gap_m + 4.3 + o * t
    yaw, speed = np.arctan2(-side * rate, o), np.hypot(o, rate)
    rows = np.column_stack([t + 2.0, x, side * y, np.zeros_like(t), yaw, speed])
    size = (4.3, 1.9, 1.5)
    return w.scenario(
        w.actor("ego", w.along_x(), 150.0 - 2.0 * v, v, size=size),
        w.actor("other", PathSpec(trajectory=rows), 0.0, 0.0, size=size),
        duration_s=13.0,
        environment=Environment(friction=1.0),
    )


@pytest.mark.parametrize("gap_m", [12.0, 16.0, 20.0, 30.0])
@pytest.mark.parametrize("driver", MODELS)
def test_a_model_as_planner_crashes_where_its_published_test_does(net: RoadNetwork, driver: str, gap_m: float) -> None:
    case = CutIns(gap_m=np.array([gap_m]), lateral_mps=np.array([1.0]), ego_kph=np.array([60.0]),
                  other_kph=np.array([30.0]))  # fmt: skip
    run = w.drive(cut(1.0, gap_m), net, made(driver))
    assert bool(len(run.recording.contacts.t_ns)) == bool(cut_in(driver, case, PHYSICAL).crash[0])


@pytest.mark.parametrize("driver", DRIVING)
def test_it_answers_a_cut_in_from_either_side_alike(net: RoadNetwork, driver: str) -> None:
    left, right = (w.drive(cut(side), net, made(driver)).of("speed", "ego") for side in (1.0, -1.0))
    np.testing.assert_allclose(left, right, atol=1e-4)
    assert left.min() < 12.0


def test_models_differ_as_published_in_when_they_brake(net: RoadNetwork) -> None:
    first = {d: brakes_at(w.drive(cut(1.0), net, made(d))) for d in MODELS}
    # reference at 2 s; published, in steps of 0.1 s after it: cc 24, reg157 17, fsm and rss 5
    assert first["fsm"] == pytest.approx(2.5, abs=0.15)
    assert first["rss"] == pytest.approx(2.5, abs=0.15)
    assert first["reg157"] == pytest.approx(3.7, abs=0.15)
    assert first["cc"] == pytest.approx(4.35, abs=0.15)


def brakes_at(run: w.Driven) -> float:
    """Return when the brake first asks for more than calm driving does, s."""
    return float(run.t[np.flatnonzero(run.of("accel", "ego") < -2.05)[0] - 1])


def test_the_careful_human_as_a_planner_is_the_law(net: RoadNetwork) -> None:
    brake = (w.step(When.SIMULATION_TIME, 1.0, What.SPEED, 2.0, 7.0),)
    change = (w.step(When.SIMULATION_TIME, 3.0, What.LANE_OFFSET, 0.0, 2.0),)
    spec = w.scenario(
        w.actor("ego", w.along_x(), 10.0, 15.0, "careful_human"),
        w.actor("lead", w.along_x(), 45.0, 14.0, steps=brake),
        w.actor("beside", w.along_x(), 25.0, 10.0, offset_m=3.5, steps=change),
        w.actor("across", w.along_y(60.0), 160.0, 8.0),
    )
    law, planner = simulate(spec, net), simulate(spec, net, made("careful_human"))
    assert law.agents.accel.min() < -5.0
    for field in ("xyz", "yaw", "speed", "accel"):
        assert (getattr(law.agents, field) == getattr(planner.agents, field)).all(), field


@pytest.mark.parametrize("decel", [0.0, 6.0])
def test_the_careful_human_as_a_planner_foresees_who_will_stand_before_its_corridor(
    net: RoadNetwork, decel: float
) -> None:
    # from the right at 10 m/s, 9.5 m before the corridor; at 6 m/s2 it stands 1.2 m before
    steps = (w.step(When.SIMULATION_TIME, 0.0, What.SPEED, 0.0, decel),) if decel else ()
    other = w.actor("other", w.along_y(20.0), 187.35, 10.0, steps=steps)
    spec = w.scenario(w.actor("ego", w.along_x(), 47.35, 13.0, "careful_human"), other, duration_s=1.4)
    law, planner = simulate(spec, net), simulate(spec, net, made("careful_human"))
    assert (law.agents.accel[law.subject].min() < -2.5) == (decel == 0.0)
    # the planner learns of a deceleration one call after the kernel's own agents do, at the first
    np.testing.assert_allclose(planner.agents.speed, law.agents.speed, atol=1e-6)


def brakes_after(watchful: Watchful, risks: list[bool]) -> list[float]:
    """Return when, in steps since the risk began, a model begins to brake in each run of risk."""
    seen, since, out = Encounter(True, 8.0, -1.0, 20.0, 20.0, 5.0, 0.0, 0.0), 0, []
    for risk in risks:
        sight = Sight(
            step_s=0.05, speed_mps=20.0, s_m=0.0, offset_m=0.0, cap_mps=36.0, stop_m=np.inf, gap_m=8.0, lead_mps=5.0,
            conflict_s=np.inf, encounters=(seen,) if risk else (), others=np.zeros((0, 8)),
        )  # fmt: skip
        since = since + 1 if risk else 0
        before = watchful.mind.brake_mps2
        watchful.brake_mps2(sight)
        if risk and before == 0.0 < watchful.mind.brake_mps2:
            out.append(since)
    return out


def test_a_risk_surprises_again_after_a_calm_of_two_seconds() -> None:
    # 0.75 s are 15 steps, the brake moves in the 16th; it falls in 0.6 s
    long_calm = brakes_after(Watchful(cc.judge, cc.RESPONSE), [True] * 40 + [False] * 60 + [True] * 40)
    short_calm = brakes_after(Watchful(cc.judge, cc.RESPONSE), [True] * 40 + [False] * 30 + [True] * 40)
    assert (long_calm, short_calm) == ([16, 16], [16, 1])


def test_the_careful_human_as_a_planner_is_the_law_in_bends_but_for_rounding(net: RoadNetwork) -> None:
    # the planner finds its place on the route anew: 1e-6 m beside the kernel's
    spec = w.scenario(
        w.actor("ego", w.arc(25.0), 0.0, 16.0, "careful_human"),
        w.actor("lead", w.arc(25.0), 30.0, 6.0),
        duration_s=20.0,
    )
    law, planner = simulate(spec, net), simulate(spec, net, made("careful_human"))
    np.testing.assert_allclose(planner.agents.xyz, law.agents.xyz, atol=1e-5)


def test_the_system_above_a_comfortable_driver_helps_late_and_hard(net: RoadNetwork) -> None:
    spec = cut(1.0, 14.0, 1.7)
    alone, above = w.drive(spec, net, made("idm")), w.drive(spec, net, made("aeb"))
    comfortable = np.flatnonzero(above.of("accel", "ego") < -aeb.DRIVER_MOST_MPS2 - 1e-3)
    contact_s = (above.x("other") - above.x("ego") - 4.3) / (above.of("speed", "ego") - 30 / 3.6)
    assert contact_s[comfortable[0] - 1] <= aeb.PART_S + 0.05
    assert above.of("accel", "ego").min() < -8.0
    assert not len(above.recording.contacts.t_ns)
    assert alone.of("accel", "ego").min() >= -8.0 - 1e-4


def test_the_system_goes_up_by_its_thresholds_and_lets_go_when_there_is_no_danger() -> None:
    steps, brake = [], 0.0
    for contact_s in (3.0, 1.7, 1.5, 1.0, 0.8, 1.5, 2.4, 2.6, np.inf):
        brake = aeb.stage(brake, contact_s)
        steps.append(brake)
    assert steps == [0.0, 0.0, 4.0, 4.0, 9.0, 9.0, 9.0, 0.0, 0.0]


@pytest.mark.parametrize("t_s", [0.0, 1.0, 2.35])
def test_full_braking_holds_the_speed_until_its_time_and_then_takes_all_the_grip(net: RoadNetwork, t_s: float) -> None:
    spec = w.scenario(w.actor("ego", w.along_x(), 0.0, 20.0), environment=Environment(friction=0.6))
    run = w.drive(spec, net, full_brake.Driver(t_s))
    speed = 20.0 - 0.6 * 9.81 * np.clip(run.t - t_s, 0.0, None)
    np.testing.assert_allclose(run.of("speed", "ego"), np.clip(speed, 0.0, None), atol=1e-4)


def near(*others: object, t_s: float = 0.0, **options: object) -> tuple[w.Driven, brake_or_steer.Driver]:
    """Return a run at 20 m/s towards a standing vehicle 20 m ahead, too near for braking, and the driver."""
    driver = brake_or_steer.Driver(t_s, **options)  # type: ignore[arg-type]
    ego, wall = w.actor("ego", w.along_x(), 50.0, 20.0), w.actor("wall", w.along_x(), 75.0, 0.0)
    spec = w.scenario(ego, wall, *others, duration_s=4.0, environment=Environment(friction=0.9))  # type: ignore[arg-type]
    return w.drive(spec, w.net(), driver), driver


def test_the_optimum_swerves_where_braking_is_too_late() -> None:
    run, driver = near()
    assert driver.chosen == "left"
    assert not len(run.recording.contacts.t_ns)
    assert run.y("ego").max() == pytest.approx(brake_or_steer.SHIFT_M, abs=0.15)
    assert len(near(manoeuvre="brake")[0].recording.contacts.t_ns)


def test_the_optimum_swerves_to_the_free_side() -> None:
    beside = w.actor("beside", w.along_x(), 52.0, 20.0, offset_m=3.5)
    run, driver = near(beside)
    assert driver.chosen == "right"
    assert not len(run.recording.contacts.t_ns)
    assert len(near(beside, manoeuvre="left")[0].recording.contacts.t_ns)


def test_the_optimum_brakes_where_there_is_room(net: RoadNetwork) -> None:
    driver = brake_or_steer.Driver()
    spec = w.scenario(w.actor("ego", w.along_x(), 0.0, 15.0), w.actor("wall", w.along_x(), 100.0, 0.0))
    assert not len(w.drive(spec, net, driver).recording.contacts.t_ns)
    assert driver.chosen == "brake"


def test_the_latest_time_that_still_avoids_is_later_by_steering() -> None:
    ego, wall = w.actor("ego", w.along_x(), 0.0, 20.0), w.actor("wall", w.along_x(), 100.0, 0.0)
    spec = w.scenario(ego, wall, duration_s=8.0, environment=Environment(friction=0.9))

    def latest(manoeuvre: str) -> float:
        times = np.arange(0.0, 5.0, 0.1)
        runs = [simulate(spec, w.net(), brake_or_steer.Driver(float(t), manoeuvre)) for t in times]
        return float(times[[not len(r.contacts.t_ns) for r in runs]].max())

    # 95.5 m at 20 m/s: 4.775 s, less v / 2 mu g = 1.13 s of braking
    assert latest("brake") == pytest.approx(4.775 - 20.0 / (2 * 0.9 * 9.81), abs=0.1)
    assert latest("left") > latest("brake")


def test_an_unknown_manoeuvre_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'brake'"):
        brake_or_steer.Driver(manoeuvre="break")


def test_a_driver_in_a_process_of_its_own_drives_the_same(net: RoadNetwork) -> None:
    spec = replace(cut(1.0), duration_s=5.0)
    with open_planner("fsm") as hosted_planner:
        there = simulate(spec, net, hosted_planner)
    here = simulate(spec, net, made("fsm"))
    assert there.agents.xyz.tobytes() == here.agents.xyz.tobytes()
    assert there.agents.accel.tobytes() == here.agents.accel.tobytes()
