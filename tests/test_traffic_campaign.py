"""Nominal agent-hours on six maps: contacts, speed, who stands. Prints a table (pytest -s).

NEARMISS_AGENT_HOURS sets how many, all maps together: 24 by default; the product's claim is made with 1,000.
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import traffic_world as t

import roadnet
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.sampling.traffic import traffic_scenario
from scenarios.simulation.engine import recordings, start, step

HOURS = float(os.environ.get("NEARMISS_AGENT_HOURS", "24"))
CHUNK = 4  # scenarios at once: bounds what is held
STANDS_S, STANDS_MPS = 120.0, 0.1
# name, map, agents, seconds: maps whose lanes end are left by traffic, so their scenarios are short
MAPS = (
    ("Town01", "opendrive/BerkeleyLearnVerify+Scenic/assets/maps/CARLA/Town01.xodr", 60, 300.0),
    ("Town03", "opendrive/carla-simulator+opendrive-test-files/OpenDrive/Town03.xodr", 80, 300.0),
    ("Town07", "opendrive/BerkeleyLearnVerify+Scenic/assets/maps/CARLA/Town07.xodr", 60, 300.0),
    ("boulevard", "", 30, 60.0),
    ("roundabout", "", 24, 60.0),
    ("motorway_ramps", "", 40, 60.0),
)
MOST_CONTACTS_100H = 1.0
LEAST_MEAN_MPS, MOST_STANDING = 1.0, 0.02  # below, or above, traffic counts as gridlocked


def longest_stand_s(recording: Recording) -> np.ndarray:
    """Return (A,) s: for how long each agent stood at most."""
    still = (recording.agents.speed < STANDS_MPS) & recording.agents.valid
    run = longest = np.zeros(len(still), int)
    for k in range(still.shape[1]):
        run = np.where(still[:, k], run + 1, 0)
        longest = np.maximum(longest, run)
    return longest * recording.step_s


@pytest.mark.campaign
@pytest.mark.parametrize(("name", "path", "agents", "duration_s"), MAPS, ids=[m[0] for m in MAPS])
def test_nominal_traffic_hardly_touches_and_does_not_lock(
    name: str, path: str, agents: int, duration_s: float, real: Callable[[str], Path]
) -> None:
    net: RoadNetwork = roadnet.load(str(real(path))) if path else t.net_of(name)
    wanted, hours, contacts, index = HOURS / len(MAPS), 0.0, 0, 0
    speeds, standing, counted = [], 0, 0
    while hours < wanted:
        specs = [
            traffic_scenario(net, agents=agents, duration_s=duration_s, index=index + i, suite_key=21)
            for i in range(CHUNK)
        ]
        index += CHUNK
        batch = start(specs, net)
        step(batch, batch.last)
        for recording in recordings(batch):
            others = np.arange(agents) != recording.subject  # the subject stays where an open map ends
            valid = recording.agents.valid
            hours += valid.sum() * recording.step_s / 3600.0
            contacts += len(recording.contacts.t_ns)
            last = valid[others, -600:]
            speeds.append(float(recording.agents.speed[others, -600:][last].mean()) if last.any() else np.inf)
            standing += int((longest_stand_s(recording)[others] > STANDS_S).sum())
            counted += agents - 1
    mean, share = float(np.mean([s for s in speeds if np.isfinite(s)])), standing / counted
    print(
        f"\n{name:15s} {hours:7.1f} agent-hours  {contacts:3d} contacts ({100.0 * contacts / hours:.2f} per 100 h)  "
        f"mean of the last 30 s {mean:5.2f} m/s  stood over {STANDS_S:.0f} s {100.0 * share:.2f} %"
    )
    # a rate below 1 per 100 h cannot be seen in a short run: there not one contact is allowed
    assert contacts <= MOST_CONTACTS_100H * hours / 100.0
    assert mean > LEAST_MEAN_MPS
    assert share <= MOST_STANDING
