"""CommonRoad's signals, lamps and weather in our words."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.formats.bounds.values import number_in
from roadnet.formats.opendrive.document import Document, Element
from roadnet.network import RoadNetwork
from scenarios.model.recording import LAMP_BRAKE, LAMP_HAZARD, LAMP_LEFT, LAMP_RIGHT
from scenarios.model.spec import Environment, SignalPhase

MOST_PHASES = 10_000
COLOURS = {"inactive": 0, "red": 1, "redYellow": 2, "yellow": 3, "green": 4}
LAMPS = {"brakingLights": LAMP_BRAKE, "indicatorLeft": LAMP_LEFT, "indicatorRight": LAMP_RIGHT,
         "hazardWarningLights": LAMP_HAZARD}  # fmt: skip
# the words have no numbers in the format; ours are assumed
WEATHER: dict[str, dict[str, float]] = {
    "light_rain": {"rain_mmph": 2.0, "water_film_mm": 0.2, "mor_m": 8000.0, "friction": 0.6},
    "mid_rain": {"rain_mmph": 5.0, "water_film_mm": 0.5, "mor_m": 4000.0, "friction": 0.5},
    "heavy_rain": {"rain_mmph": 15.0, "water_film_mm": 1.0, "mor_m": 2000.0, "friction": 0.45},
    "fog": {"mor_m": 150.0},
    "snow": {"mor_m": 1000.0, "friction": 0.3},
    "hail": {"mor_m": 1000.0, "friction": 0.4},
}
GROUND = {"wet": 0.5, "clean": 0.8, "dirty": 0.6, "damaged": 0.7, "snow": 0.3, "ice": 0.1}
NIGHT_LUX, NIGHT_SUN_RAD = 1.0, -0.3


def environment_of(doc: Document) -> Environment:
    """Return weather and light of the file's words, with a finding where any says more than a fair day."""
    e = doc.root.find("location/environment")
    if e is None:
        return Environment()
    word = {t: (e.findtext(t) or "").strip() for t in ("timeOfDay", "weather", "underground")}
    values = dict(WEATHER.get(word["weather"], {}))
    if word["underground"] in GROUND:
        values["friction"] = min(values.get("friction", 0.8), GROUND[word["underground"]])
    if word["timeOfDay"] == "night":
        values |= {"illuminance_lux": NIGHT_LUX, "sun_elevation_rad": NIGHT_SUN_RAD}
    if values:
        said = ", ".join(f"{k} {v!r}" for k, v in word.items() if v)
        doc.find(e, "note", "environment", "environment", f"{said[:80]}: numbers for the words are assumed")
    return Environment(**values)


def lamps_of(doc: Document, e: Element, step: Array) -> Array | None:
    """Return (N,) uint8 lamps at the steps of an obstacle's states, each signal state until the next; None: none."""
    states = [*e.iterfind("initialSignalState"), *e.iterfind("signalSeries/signalState")]
    if not states:
        return None
    rows = sorted((number_in(doc, s, "time", s.findtext("time/exact")), _bits(s)) for s in states)
    at = np.searchsorted([t for t, _ in rows], step, side="right") - 1
    bits = np.array([b for _, b in rows], np.uint8)
    return np.where(at >= 0, bits[np.maximum(at, 0)], 0).astype(np.uint8)


def _bits(state: Element) -> int:
    return sum(bit for tag, bit in LAMPS.items() if (state.findtext(tag) or "").strip().lower() in ("true", "1"))


def phases_of(doc: Document, net: RoadNetwork | None, low: int, count: int, step_s: float) -> list[SignalPhase]:
    """Return when each signal group changes over `count` steps from step `low`, sorted by group, then time."""
    lights = {doc.text(e, "id", ""): e for e in doc.root.iterfind("trafficLight")}
    out: list[SignalPhase] = []
    for group, name in enumerate(net.signals.group_id if net is not None else ()):
        cycle = lights[name].find("cycle") if name in lights else None
        if cycle is not None:
            states = _cycle_states(doc, cycle, low, count)
            changes = np.flatnonzero(np.diff(states, prepend=-1))
            out += [SignalPhase(group=group, t_s=int(k) * step_s, state=int(states[k])) for k in changes]
        if len(out) > MOST_PHASES:
            raise doc.error(cycle, got="too many changes of signals", wanted=f"at most {MOST_PHASES}")
    return out


def _cycle_states(doc: Document, cycle: Element, low: int, count: int) -> Array:
    """Return (count,) states of a cycle: durations and offset are steps."""
    parts = [
        (number_in(doc, c, "duration", c.findtext("duration")), (c.findtext("color") or "").strip())
        for c in cycle.iterfind("cycleElement")
    ]
    ends = np.cumsum([max(d, 0.0) for d, _ in parts])
    if not len(ends) or ends[-1] < 1.0:
        return np.zeros(count, np.int64)
    offset = number_in(doc, cycle, "timeOffset", cycle.findtext("timeOffset") or "0")
    at = np.mod(np.arange(low, low + count) - offset, ends[-1])
    codes = np.array([COLOURS.get(colour, 0) for _, colour in parts])
    return np.asarray(codes[np.searchsorted(ends, at, side="right").clip(0, len(parts) - 1)])


def states_of(phases: list[SignalPhase], groups: int, count: int, step_s: float) -> Array:
    """Return (groups, count) uint8 states: each phase until the next."""
    out = np.zeros((groups, count), np.uint8)
    for p in phases:
        out[p.group, round(p.t_s / step_s) :] = p.state
    return out
