"""Planners to plant: small, deterministic, importable by name from a child process. They steer along the route."""

import numpy as np

from scenarios.simulation.planner import Controls, PlannerInput

CAR_KIND = 0


class OnRoute:
    """Holds the wished speed along the route; the base of the others."""

    wish_mps: float | None = None  # None: the speed at the start

    def reset(self, seed: int) -> None:
        self.wish = self.wish_mps

    def act(self, now: PlannerInput) -> Controls:
        if self.wish is None:
            self.wish = now.ego_speed_mps
        return Controls(self.accel(now), curvature(now))

    def accel(self, now: PlannerInput) -> float:
        assert self.wish is not None
        return float(np.clip((self.wish - now.ego_speed_mps) / 0.1, -8.0, 3.0))


class NeverBrakes(OnRoute):
    """Holds its speed whatever comes."""


class Parked(OnRoute):
    """Stops and stays."""

    wish_mps = 0.0

    def accel(self, now: PlannerInput) -> float:
        return -3.0 if now.ego_speed_mps > 0.0 else 0.0


class Crawls(OnRoute):
    """Drives at 5 km/h, and stops for what is ahead."""

    wish_mps = 5.0 / 3.6

    def accel(self, now: PlannerInput) -> float:
        return -3.0 if least_time(now) < 3.0 else max(super().accel(now), -3.0)


class Brakes(OnRoute):
    """Brakes fully, at once, for whoever is met within 3 s; else holds its speed."""

    def accel(self, now: PlannerInput) -> float:
        return -8.0 if least_time(now) < 3.0 else super().accel(now)


class Slams(OnRoute):
    """Stops as hard as it can after a second, for no reason."""

    def accel(self, now: PlannerInput) -> float:
        return -8.0 if now.t_ns >= 10**9 else super().accel(now)


class Raises(OnRoute):
    """Fails in the middle of a scenario."""

    def accel(self, now: PlannerInput) -> float:
        if now.t_ns >= 10**9:
            raise RuntimeError("no plan")
        return super().accel(now)


class RaisesSometimes(OnRoute):
    """Fails where its seed is even: some scenarios of a suite, not others."""

    def reset(self, seed: int) -> None:
        super().reset(seed)
        self.fails = seed % 2 == 0

    def accel(self, now: PlannerInput) -> float:
        if self.fails and now.t_ns >= 10**9:
            raise RuntimeError("no plan")
        return super().accel(now)


def curvature(now: PlannerInput) -> float:
    """Return the pure-pursuit curvature to the route."""
    reach = max(4.0, 0.6 * now.ego_speed_mps)
    x, y, _, yaw = now.ego_pose
    near = int(np.argmin((now.route[:, 0] - x) ** 2 + (now.route[:, 1] - y) ** 2))
    row = min(near + int(reach / 0.5), len(now.route) - 1)
    dx, dy = now.route[row, 0] - x, now.route[row, 1] - y
    aside = dy * np.cos(yaw) - dx * np.sin(yaw)
    return float(2.0 * aside / max(dx * dx + dy * dy, 1.0))


def least_time(now: PlannerInput) -> float:
    """Return the least time to contact with anybody at constant velocity, s: bodies as circles along the path."""
    x, y, _, yaw = now.ego_pose
    c, s = np.cos(yaw), np.sin(yaw)
    dx, dy = now.object_pose[:, 0] - x, now.object_pose[:, 1] - y
    along, aside = dx * c + dy * s, np.abs(dy * c - dx * s)
    turn = now.object_pose[:, 3] - yaw
    closing = now.ego_speed_mps - now.object_speed * np.cos(turn)
    drift = -np.sign(dy * c - dx * s) * now.object_speed * np.sin(turn)
    gap = along - 0.5 * (now.ego_size[0] + now.object_size[:, 0])
    time = np.where((along > 0.0) & (closing > 0.1), np.maximum(gap, 0.0) / np.maximum(closing, 0.1), np.inf)
    wide = 0.5 * (now.ego_size[1] + now.object_size[:, 1]) + 0.3
    meets = aside - np.maximum(drift, 0.0) * np.minimum(time, 3.0) < wide
    return float(np.min(np.where(meets, time, np.inf), initial=np.inf))
