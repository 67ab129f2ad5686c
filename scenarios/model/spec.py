"""ConcreteScenario: what is meant to happen, down to every number (ISO 34501), and nothing that did happen."""

from dataclasses import dataclass, field
from enum import IntEnum

from roadnet.base.arrays import Array
from roadnet.base.streams import Streams


class Kind(IntEnum):
    """Kinds of road user. Codes are stored; append only."""

    CAR = 0
    VAN = 1
    TRUCK = 2
    BUS = 3
    MOTORCYCLE = 4
    CYCLIST = 5
    PEDESTRIAN = 6
    SCOOTER = 7  # a standing rider on an e-scooter
    ANIMAL = 8
    TRAILER = 9  # towed by the actor it is attached to
    DOOR = 10  # of the actor it is attached to, on its hinge
    DEBRIS = 11


class Control(IntEnum):
    """How an actor answers to others."""

    SCRIPTED = 0  # follows its program whatever happens
    TRIGGERED = 1  # starts its program on a condition, then follows it
    REACTIVE = 2  # drives by a law that sees the others


class When(IntEnum):
    """Trigger conditions, OpenSCENARIO's by-value and by-entity conditions. Each fires at value or beyond."""

    SIMULATION_TIME = 0  # s
    TRAVELED_DISTANCE = 1  # m travelled by `entity`
    TIME_TO_COLLISION = 2  # s, between this actor and `entity`, or below
    TIME_HEADWAY = 3  # s, from `entity` (behind) to this actor, or below
    RELATIVE_DISTANCE = 4  # m between reference points of this actor and `entity`, or below
    REACH_POSITION = 5  # m, `entity`'s s on its own path


class What(IntEnum):
    """Actions, OpenSCENARIO's private actions."""

    SPEED = 0  # to `target` m/s at `rate` m/s2 (SpeedAction)
    LANE_OFFSET = 1  # lateral offset from the path to `target` m at `rate` m/s peak (LaneChange/LaneOffsetAction)
    LAMPS = 2  # to the bit mask `target` (LightStateAction); `rate` is not read
    DIRECTION = 3  # along the path forwards (`target` 1) or backing (-1), from the next standstill on; `rate` not read
    ANGLE = 4  # of a door on its hinge to `target` rad at `rate` rad/s


@dataclass(frozen=True, slots=True)
class Trigger:
    """When a step starts. `entity` names an actor, "ego" the subject vehicle, "" this actor."""

    when: When
    value: float
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """What a step does."""

    what: What
    target: float
    rate: float


@dataclass(frozen=True, slots=True)
class Step:
    """One (trigger, action) of an actor program; steps of a program fire in order, each once."""

    trigger: Trigger
    action: Action


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PathSpec:
    """Where an actor runs: lanes of the map joined in order, or its own polyline."""

    lanes: tuple[int, ...] = ()  # lane rows of the network, in driving direction
    reverse: bool = False  # against the lanes' direction
    points: Array | None = None  # (N, 3) m, used when `lanes` is empty
    # (N, 6) t s, x, y, z m, yaw rad, speed m/s: recorded states to replay, absent before the first and after the last
    trajectory: Array | None = None  # used when `lanes` is empty and `points` is None (FollowTrajectoryAction)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ActorProgram:
    """An actor: body, path, initial state, law, steps."""

    name: str  # unique in the scenario; the subject vehicle is "ego"
    kind: Kind
    size: tuple[float, float, float]  # length, width, height m
    path: PathSpec
    s_m: float  # initial position of the body's centre along the path
    offset_m: float = 0.0  # initial lateral offset from the path, left positive
    speed_mps: float = 0.0
    law: str = "programmed"  # id of a file in simulation/laws
    law_values: tuple[tuple[str, float], ...] = ()  # parameters that differ from the law's defaults
    steps: tuple[Step, ...] = ()
    control: Control = Control.SCRIPTED
    look: int = 0  # seed of paint, clothes and shape variety: dressing, never a role
    attached_to: str = ""  # the actor that carries this one: a trailer on its hitch, a door on its hinge
    joint_m: tuple[float, float] = (0.0, 0.0)  # hitch or hinge in the carrier's frame: x forward, y left of its centre


@dataclass(frozen=True, kw_only=True, slots=True)
class StaticObject:
    """Scenery that the scenario adds to the map's own: parked vehicles, buildings, trees."""

    kind: str  # a shape of sensors/shapes: "car", "van", "truck", "bus", "building", "tree", "pole", "guard_rail"
    pose: tuple[float, float, float, float]  # x, y, z of the base centre, heading
    size: tuple[float, float, float]  # length, width, height m
    look: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """Weather and light; ISO 34503 names. One world state that every sensor reads."""

    mor_m: float = 20000.0  # meteorological optical range (visibility), m
    rain_mmph: float = 0.0
    water_film_mm: float = 0.0
    illuminance_lux: float = 20000.0
    sun_elevation_rad: float = 0.8
    sun_azimuth_rad: float = 0.6  # map frame, counter-clockwise from +x
    friction: float = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class SignalPhase:
    """A signal group's state from a time on. States: 0 dark, 1 red, 2 red-amber, 3 amber, 4 green, 5 flashing."""

    group: int  # index into net.signals.group_id
    t_s: float
    state: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SensorEvent:
    """A sensor fault that the scenario asks for; `kind` is a file of sensors/faults."""

    kind: str  # "dropout"
    stream: str  # the rig's stream, "lidar_top", or "lidar*" for every stream whose name matches
    t_on_s: float
    t_off_s: float
    values: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ActuationFault:
    """What the subject vehicle's actuators do wrong over [t_on_s, t_off_s)."""

    t_on_s: float
    t_off_s: float
    brake_gain: float = 1.0  # of a demanded deceleration, what arrives
    steer_lag_s: float = 0.0  # time constant of the first-order lag of the curvature
    steer_offset_1pm: float = 0.0  # added to the demanded curvature
    latency_s: float = 0.0  # of acceleration and curvature alike


@dataclass(frozen=True, kw_only=True, slots=True)
class Gust:
    """A gust of wind over [t_on_s, t_off_s)."""

    t_on_s: float
    t_off_s: float
    speed_mps: float
    azimuth_rad: float  # where it blows to, map frame


@dataclass(frozen=True, kw_only=True, slots=True)
class Odds:
    """Natural logarithms of probability densities; the place's probability is included in both."""

    stream: str  # "exploration" (q = p, iid) | "gap_filling" (q chosen)
    log_p: float  # under the declared prior; read only where has_p
    log_q: float  # under the distribution drawn from; read only where has_q
    has_p: bool = True  # False: outside the prior's support (p = 0) or imported
    has_q: bool = True  # False: pinned or imported values


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ConcreteScenario:
    """A scenario as intended. Its text form is canonical msgpack (scenarios.suite.records)."""

    leaf: str  # taxonomy id it intends, "TC-05"
    index: int  # in its suite
    map_name: str
    map_digest: str
    place: str  # "lane 12 s 40.0", road words
    values: tuple[tuple[str, float], ...]  # the leaf's parameters, drawn
    duration_s: float
    step_s: float = 0.05
    actors: tuple[ActorProgram, ...] = ()  # the first is the subject vehicle, named "ego"
    statics: tuple[StaticObject, ...] = ()
    environment: Environment = field(default_factory=Environment)
    phases: tuple[SignalPhase, ...] = ()
    sensor_events: tuple[SensorEvent, ...] = ()
    actuation_faults: tuple[ActuationFault, ...] = ()  # of the subject vehicle
    gusts: tuple[Gust, ...] = ()
    odds: Odds = field(
        default_factory=lambda: Odds(stream="gap_filling", log_p=0.0, log_q=0.0, has_p=False, has_q=False)
    )
    suite_key: int = 0  # 64 bit; with `index` it keys every random stream
    lineage_id: str = ""  # shared by twins, variants, re-renders; never crosses a data split

    @property
    def value(self) -> dict[str, float]:
        """Return the parameters by name."""
        return dict(self.values)

    @property
    def sensor_seed(self) -> int:
        """Return the 64-bit seed to hand to `sense`: logs, oracles and the viewer then see the same noise."""
        return Streams(self.suite_key, self.index).key("sensors")
