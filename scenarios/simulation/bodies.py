"""What each kind of road user can do."""

from dataclasses import dataclass
from math import pi

from scenarios.model.spec import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """Limits of a kind; graded `assumed` unless a source stands beside."""

    accel_most_mps2: float
    curvature_most_1pm: float  # from the turning circle
    steer_most_1pms: float  # rate of curvature: about 0.6 rad/s at the road wheels over the wheelbase
    gait_radpm: float  # phase of wheels, cranks or legs a metre
    has_lamps: bool


WHEEL, WALK = 1 / 0.33, 2 * pi / 1.4  # tyre radius m; two steps of a walker, m
BODIES = {
    Kind.CAR: Body(accel_most_mps2=5.0, curvature_most_1pm=0.19, steer_most_1pms=0.3, gait_radpm=WHEEL, has_lamps=True),
    Kind.VAN: Body(
        accel_most_mps2=4.0, curvature_most_1pm=0.16, steer_most_1pms=0.25, gait_radpm=WHEEL, has_lamps=True
    ),
    Kind.TRUCK: Body(accel_most_mps2=2.0, curvature_most_1pm=0.10, steer_most_1pms=0.1, gait_radpm=2.0, has_lamps=True),
    Kind.BUS: Body(accel_most_mps2=2.0, curvature_most_1pm=0.09, steer_most_1pms=0.1, gait_radpm=2.0, has_lamps=True),
    Kind.MOTORCYCLE: Body(
        accel_most_mps2=6.0, curvature_most_1pm=0.3, steer_most_1pms=0.5, gait_radpm=WHEEL, has_lamps=True
    ),
    Kind.CYCLIST: Body(
        accel_most_mps2=3.0, curvature_most_1pm=0.5, steer_most_1pms=0.8, gait_radpm=2 * pi / 5.5, has_lamps=False
    ),
    Kind.PEDESTRIAN: Body(
        accel_most_mps2=5.0, curvature_most_1pm=2.0, steer_most_1pms=4.0, gait_radpm=WALK, has_lamps=False
    ),
    Kind.SCOOTER: Body(
        accel_most_mps2=3.0, curvature_most_1pm=0.6, steer_most_1pms=1.0, gait_radpm=1 / 0.1, has_lamps=False
    ),
    Kind.ANIMAL: Body(
        accel_most_mps2=8.0, curvature_most_1pm=2.0, steer_most_1pms=4.0, gait_radpm=WALK, has_lamps=False
    ),
    Kind.TRAILER: Body(
        accel_most_mps2=0.0, curvature_most_1pm=0.0, steer_most_1pms=0.0, gait_radpm=WHEEL, has_lamps=True
    ),
    Kind.DOOR: Body(accel_most_mps2=0.0, curvature_most_1pm=0.0, steer_most_1pms=0.0, gait_radpm=0.0, has_lamps=False),
    Kind.DEBRIS: Body(
        accel_most_mps2=0.0, curvature_most_1pm=0.0, steer_most_1pms=0.0, gait_radpm=0.0, has_lamps=False
    ),
}
REAR_AXLE = 0.3  # of the length: from the middle of the body back to the rear axle; assumed
