"""A motorway work zone with contraflow: one lane each way on the left carriageway, cones, walls, lower limits."""

from collections.abc import Callable
from dataclasses import dataclass

from roadnet.generate.document import LaneSpec, Piece
from roadnet.generate.parts.furniture import CLOSED_LANE, LIMIT, WORKS, Run, Sign, Thing
from roadnet.generate.parts.profiles import level, smooth, starts, value_at
from roadnet.generate.parts.ranges import OURS, RAA, RSA, Range, drawn
from roadnet.generate.parts.roads import RoadSpec, Section, map_bytes, sides

PLACES = frozenset({"following", "side_by_side"})
SEPARATOR_M = 0.35  # half of the temporary wall with its clearances (ours)
EDGE_M = 0.5  # left of the contraflow's outer lane (ours)
CONE_GAP_M, CONE = 6.0, (0.4, 0.4, 0.75)  # cones of 75 cm (RSA 21, recalled)
WALL = (4.0, 0.5, 0.8)
RANGES = {
    "lane_width_m": Range(low=3.5, high=3.75, unit="m", source=f"{RAA}: lanes of EKA 1"),
    "zone_lane_m": Range(low=3.0, high=3.5, unit="m", source=f"{RSA}: 3.25 m beside lorries, 2.6 m for cars"),
    "median_m": Range(low=1.5, high=2.5, unit="m", source=f"{RAA}: half of 4 m, with the edge strips"),
    "shoulder_m": Range(low=2.0, high=3.0, unit="m", source=f"{RAA}: emergency lane 2.5 to 3 m"),
    "lead_m": Range(low=250.0, high=400.0, unit="m", source=OURS),
    "taper_m": Range(low=80.0, high=150.0, unit="m", source=f"{RSA}: closing taper 1:20 to 1:40"),
    "crossover_m": Range(low=80.0, high=140.0, unit="m", source=f"{RSA}: crossover for 60 to 80 km/h"),
    "zone_m": Range(low=200.0, high=800.0, unit="m", source=OURS),
    "speed_kph": Range(low=100.0, high=130.0, unit="km/h", source="posted limits of European motorways", step=10.0),
    "zone_kph": Range(low=60.0, high=80.0, unit="km/h", source=f"{RSA}: 60 at crossovers, 80 in zones", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkZone:
    """The form's parameters."""

    lane_width_m: float = 3.75
    zone_lane_m: float = 3.25
    median_m: float = 2.0
    shoulder_m: float = 2.5
    lead_m: float = 300.0
    taper_m: float = 120.0
    crossover_m: float = 100.0
    zone_m: float = 350.0
    speed_kph: float = 120.0
    zone_kph: float = 60.0

    @property
    def half_m(self) -> float:
        """Return the width of one half of the motorway."""
        return self.median_m + 2 * self.lane_width_m + self.shoulder_m

    @property
    def shift_m(self) -> float:
        """Return how far the line between the directions moves to the left."""
        return self.half_m - SEPARATOR_M - self.zone_lane_m - EDGE_M


FORM = WorkZone


def sample(seed: int) -> WorkZone:
    """Return parameters drawn from RANGES."""
    return WorkZone(**drawn("work_zone", RANGES, seed))  # type: ignore[arg-type]


def document(form: WorkZone) -> bytes:
    """Return the motorway as OpenDRIVE 1.7: closing taper, crossover, contraflow, crossover, opening taper."""
    lengths = (form.lead_m, form.taper_m, form.crossover_m, form.zone_m, form.crossover_m, form.taper_m, form.lead_m)
    s = starts(lengths)
    stages = (normal, closing_stage, crossing_over, contraflow, crossing_back, opening_stage, normal)
    offset = (
        level(0.0),
        smooth(s[2], form.crossover_m, 0.0, form.shift_m),
        (s[3], form.shift_m, 0.0, 0.0, 0.0),
        smooth(s[4], form.crossover_m, form.shift_m, 0.0),
        (s[5], 0.0, 0.0, 0.0, 0.0),
    )
    limits = (form.speed_kph, 80.0, form.zone_kph, form.zone_kph, form.zone_kph, 80.0, form.speed_kph)
    road = RoadSpec(
        id="1",
        name="motorway",
        kind="motorway",
        start=(0.0, 0.0, 0.0),
        pieces=(Piece(s[-1]),),
        sections=tuple(
            Section(s_m=at, left=sides(stage(form, left=True))["left"], right=sides(stage(form, left=False))["right"])
            for at, stage in zip(s[:-1], stages, strict=True)
        ),
        speeds_kph=tuple(zip(s[:-1], limits, strict=True)),
        offset=offset,
        things=(*walls(form, s), *cones(form, s), *machines(form, s)),
        signs=signs(form, s),
    )
    return map_bytes("work_zone", [road])


Widths = dict[str, tuple[float, float]]  # key of a lane -> width at the beginning and end of a stage


def lanes_of(widths: Widths, length_m: float, *, yellow: bool) -> tuple[LaneSpec, ...]:
    """Return the lanes of one half outward; M median, D0 and D1 through, W works, H shoulder."""
    types = {"M": "median", "D0": "driving", "D1": "driving", "W": "roadWorks", "H": "shoulder"}
    marks = {"M": "solid", "D0": "broken" if "D1" in widths else "solid", "D1": "solid"}
    return tuple(
        LaneSpec(
            id=0,
            key=key,
            type=types[key],
            width_m=a,
            widths=(smooth(0.0, length_m, a, b),) if a != b else (),
            mark=marks.get(key, "none"),
            mark_colour="yellow" if yellow else "white",
        )
        for key, (a, b) in widths.items()
    )


def normal(form: WorkZone, *, left: bool) -> tuple[LaneSpec, ...]:
    """Return two lanes."""
    return lanes_of(still(form), form.lead_m, yellow=False)


def still(form: WorkZone) -> Widths:
    """Return the widths of a half outside of the zone."""
    w, m, h = form.lane_width_m, form.median_m, form.shoulder_m
    return {"M": (m, m), "D0": (w, w), "D1": (w, w), "H": (h, h)}


def closing_stage(form: WorkZone, *, left: bool) -> tuple[LaneSpec, ...]:
    """Return the outer lane closing."""
    w = form.lane_width_m
    widths = still(form) | {"D1": (w, 0.0)}
    shoulder = widths.pop("H")
    return lanes_of(widths | {"W": (0.0, w), "H": shoulder}, form.taper_m, yellow=False)


def crossing_over(form: WorkZone, *, left: bool) -> tuple[LaneSpec, ...]:
    """Return the lanes while the right half moves across the median and the left half makes room."""
    w, inside = form.lane_width_m, contraflow_widths(form, left=left)
    widths = {"M": (form.median_m, SEPARATOR_M), "D0": (w, form.zone_lane_m), "W": (w, inside["W"][0])}
    return lanes_of(widths | {"H": (form.shoulder_m, inside["H"][0])}, form.crossover_m, yellow=True)


def contraflow(form: WorkZone, *, left: bool) -> tuple[LaneSpec, ...]:
    """Return one lane, and on the right half the closed carriageway beside it."""
    widths = {key: w for key, w in contraflow_widths(form, left=left).items() if w[0] > 0.0}
    return lanes_of(widths, form.zone_m, yellow=True)


def contraflow_widths(form: WorkZone, *, left: bool) -> Widths:
    """Return the widths of a half inside the zone: the outer edges of the motorway stay where they are."""
    works = 0.0 if left else form.half_m + form.shift_m - SEPARATOR_M - form.zone_lane_m - form.shoulder_m
    shoulder = EDGE_M if left else form.shoulder_m
    z = form.zone_lane_m
    return {"M": (SEPARATOR_M, SEPARATOR_M), "D0": (z, z), "W": (works, works), "H": (shoulder, shoulder)}


def crossing_back(form: WorkZone, *, left: bool) -> tuple[LaneSpec, ...]:
    """Return the crossover at the zone's end."""
    return turned(crossing_over(form, left=left), form.crossover_m)


def opening_stage(form: WorkZone, *, left: bool) -> tuple[LaneSpec, ...]:
    """Return the outer lane opening."""
    return turned(closing_stage(form, left=left), form.taper_m)


def turned(lanes: tuple[LaneSpec, ...], length_m: float) -> tuple[LaneSpec, ...]:
    """Return the stage passed the other way round."""
    widths = {x.key: (value_at(x.widths, length_m)[0] if x.widths else x.width_m, x.width_m) for x in lanes}
    return lanes_of(widths, length_m, yellow=lanes[0].mark_colour == "yellow")


def walls(form: WorkZone, s: tuple[float, ...]) -> tuple[Thing, ...]:
    """Return the wall in the median, open at the crossovers, and the temporary one between the directions."""
    spans = ((0.0, s[2], 0.0), (s[3], s[4], 0.0), (s[5], s[7], 0.0), (s[3], s[4], form.shift_m))
    return tuple(
        Thing(type="barrier", subtype="jerseyBarrier", name="concrete wall", s_m=a, t_m=t, size=WALL,
              run=Run(length_m=b - a, distance_m=0.0))
        for a, b, t in spans
    )  # fmt: skip


def cones(form: WorkZone, s: tuple[float, ...]) -> tuple[Thing, ...]:
    """Return the cones along both closing tapers and beside the lane that crosses over."""
    inner = form.median_m + form.lane_width_m

    def closing(x: float) -> float:
        return -inner - 0.3 - value_at([smooth(s[1], form.taper_m, form.lane_width_m, 0.0)], x)[0]

    def across(x: float) -> float:
        return (
            value_at([smooth(s[2], form.crossover_m, -inner, form.shift_m - SEPARATOR_M - form.zone_lane_m)], x)[0]
            - 0.3
        )

    def back(x: float) -> float:
        return (
            value_at([smooth(s[4], form.crossover_m, form.shift_m - SEPARATOR_M - form.zone_lane_m, -inner)], x)[0]
            - 0.3
        )

    def oncoming(x: float) -> float:
        return inner + 0.3 + value_at([smooth(s[5], form.taper_m, 0.0, form.lane_width_m)], x)[0]

    spans: tuple[tuple[float, float, Callable[[float], float]], ...] = (
        (s[1], s[2], closing),
        (s[2], s[3], across),
        (s[4], s[5], back),
        (s[5], s[6], oncoming),
    )
    return tuple(
        Thing(type="obstacle", name="cone", s_m=a + k * CONE_GAP_M, t_m=t(a + k * CONE_GAP_M), size=CONE, round=True)
        for a, b, t in spans
        for k in range(int((b - a) / CONE_GAP_M) + 1)
    )


def machines(form: WorkZone, s: tuple[float, ...]) -> tuple[Thing, ...]:
    """Return an excavator, a roller and a heap of gravel on the closed carriageway."""
    t = -(form.median_m + form.lane_width_m)
    rows = (("excavator", 0.25, (8.0, 2.6, 3.1)), ("roller", 0.5, (5.0, 2.2, 3.0)), ("gravel", 0.7, (6.0, 4.0, 1.8)))
    return tuple(Thing(type="obstacle", name=n, s_m=s[3] + f * form.zone_m, t_m=t, size=size) for n, f, size in rows)


def signs(form: WorkZone, s: tuple[float, ...]) -> tuple[Sign, ...]:
    """Return works, lane closed and the limits, for both directions."""
    verge, end = form.half_m + 1.0, s[-1]
    rows = (
        (WORKS, 220.0, None),
        (CLOSED_LANE, 120.0, None),
        (LIMIT, 60.0, 80.0),
        (LIMIT, -form.taper_m, form.zone_kph),
    )
    out = []
    for type, before, value in rows:
        at = s[1] - before
        inside = before < 0.0
        out.append(Sign(type=type, s_m=at, t_m=-verge, lanes=(-2, -2 if inside else -3), facing="+", value=value))
        out.append(Sign(type=type, s_m=end - at, t_m=verge, lanes=(2, 2 if inside else 3), facing="-", value=value))
    return tuple(out)
