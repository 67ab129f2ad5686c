"""Prints what commonroad-crime gives for a CommonRoad scenario, as JSON: measure, other's id, value a time step."""

import contextlib
import io
import json
import logging
import sys
import warnings

import numpy as np
from commonroad.common.file_reader import CommonRoadFileReader
from commonroad.scenario.scenario import Scenario
from commonroad_crime import measure
from commonroad_crime.data_structure.configuration import CriMeConfiguration
from commonroad_crime.utility.solver import compute_disc_radius_and_distance, compute_lanelet_width_orientation

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
PAIRWISE = (
    "HW", "THW", "TTC", "WTTC", "DCE", "TTCE", "TET", "TIT", "ALongReq", "ALatReq", "AReq", "DST", "DeltaV", "BTN",
    "STN", "CPI", "ET", "PET", "CI",
)  # fmt: skip
ALONE = ("MSD", "LatJ", "LongJ", "TTB", "TTS", "TTK", "TTR")


def main(path: str, ego: int) -> None:
    """Print the values of every measure that the package computes, null where it raises or says not a number."""
    config = CriMeConfiguration()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        scenario, _ = CommonRoadFileReader(path).open(lanelet_assignment=True)
        config.update(ego_id=ego, sce=scenario)
        out = {"measures": {}, "failed": {}, "parameters": parameters(config)}
        others = [o.obstacle_id for o in scenario.obstacles if o.obstacle_id != ego]
        last = scenario.obstacle_by_id(ego).prediction.final_time_step
        for name in (*PAIRWISE, *ALONE):
            cases = [None] if name in ALONE else others
            table = {}
            for other in cases:
                try:
                    table[str(other)] = [value(config, name, step, other) for step in range(last + 1)]
                except Exception as error:
                    out["failed"][name] = f"{type(error).__name__}: {error}"
            out["measures"][name] = table
        out["angles"] = {str(o): [angles(scenario, ego, o, step) for step in range(last + 1)] for o in others}
        out["radius_m"] = {str(o): radius(scenario, o) for o in (ego, *others)}
    print(json.dumps(out))


def value(config: CriMeConfiguration, name: str, step: int, other: int | None) -> float | str | None:
    """Return one value; infinities as text, None for none."""
    got = getattr(measure, name)(config).compute(time_step=step, vehicle_id=other, verbose=False)
    if got is None or np.isnan(got):
        return None
    return float(got) if np.isfinite(got) else str(got)


def angles(scenario: Scenario, ego: int, other: int, step: int) -> list[float | None]:
    """Return the direction, rad, that the package takes the ego's lanelet to have at the ego and at the other."""
    places = [scenario.obstacle_by_id(i).state_at_time(step).position for i in (ego, other)]
    network = scenario.lanelet_network
    lanelet = network.find_lanelet_by_id(network.find_lanelet_by_position([places[0]])[0][0])
    try:
        return [float(compute_lanelet_width_orientation(lanelet, place)[1]) for place in places]
    except (TypeError, ValueError):
        return [None, None]


def radius(scenario: Scenario, name: int) -> float:
    """Return the radius of the disc that the package takes for a body, m."""
    shape = scenario.obstacle_by_id(name).obstacle_shape
    return float(compute_disc_radius_and_distance(shape.length, shape.width)[0])


def parameters(config: CriMeConfiguration) -> dict[str, float]:
    """Return what the measures are computed with."""
    vehicle = config.vehicle
    return {
        "a_max_mps2": vehicle.params.longitudinal.a_max,
        "a_lon_max_mps2": vehicle.curvilinear.a_lon_max,
        "a_lat_max_mps2": vehicle.curvilinear.a_lat_max,
        "mass_kg": vehicle.dynamic.parameters.m,
        "tau_s": config.time.tau,
        "safety_time_s": config.acceleration.safety_time,
    }


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
