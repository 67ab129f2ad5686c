"""Agent-steps a second beside libsumo and highway-env in one run, on comparable traffic; prints the ratios."""

import json
from pathlib import Path
from time import process_time

import pytest
import traffic_world as t
from clients import environment

from scenarios.sampling.traffic import traffic_scenario
from scenarios.simulation.engine import recordings, start, step

HERE = Path(__file__).parent


def ours(name: str, agents: int) -> float:
    """Return our agent-steps a second on one core with steps of 0.1 s, every position recorded."""
    net = t.net_of(name)
    specs = [traffic_scenario(net, agents=agents, duration_s=20.0, step_s=0.1, index=i, suite_key=1) for i in range(4)]
    step(start(specs, net), 1)
    batch = start(specs, net)
    begin = process_time()
    step(batch, batch.last)
    made = recordings(batch)
    return sum(int(r.agents.valid.sum()) for r in made) / (process_time() - begin)


@pytest.mark.client
def test_it_outruns_libsumo_and_highway_env() -> None:
    peers = json.loads(environment.run("traffic", HERE / "traffic_peers.py", "150", "32"))
    town, motorway = ours("small_town", 60), ours("motorway_ramps", 32)
    print(
        f"\nagent-steps/s a core: libsumo {peers['libsumo']:.0f}, ours in a town {town:.0f}: "
        f"{town / peers['libsumo']:.0f} x"
        f"\nhighway-env {peers['highway-env']:.0f}, ours on a motorway {motorway:.0f}: "
        f"{motorway / peers['highway-env']:.0f} x"
    )
    assert town > 5.0 * peers["libsumo"]
    assert motorway > 100.0 * peers["highway-env"]
