"""Runs in the client's environment: agent-steps a second of libsumo and of highway-env, printed as JSON.

libsumo: a generated grid of streets with lights, steps of 0.1 s, position, speed and angle of every vehicle read back.
highway-env: its highway with as many vehicles as asked for, every vehicle driven by its IDM and MOBIL.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time


def sumo(agents: int, steps: int) -> float:
    import libsumo
    import sumo as home

    binary, tools = Path(home.SUMO_HOME) / "bin", Path(home.SUMO_HOME) / "tools"
    os.environ["SUMO_HOME"] = str(home.SUMO_HOME)
    with tempfile.TemporaryDirectory() as folder:
        net, trips = Path(folder, "grid.net.xml"), Path(folder, "trips.xml")
        grid = ["--grid", "--grid.number", "6", "--grid.length", "150", "-L", "2", "--tls.guess", "-o", str(net)]
        subprocess.run([str(binary / "netgenerate"), *grid], check=True, capture_output=True)
        words = ["-n", str(net), "-o", str(trips), "-e", "20", "-p", str(20.0 / agents), "--seed", "1"]
        words += ["--min-distance", "600"]
        subprocess.run([sys.executable, str(tools / "randomTrips.py"), *words], check=True, capture_output=True)
        libsumo.start(["sumo", "-n", str(net), "-r", str(trips), "--step-length", "0.1", "--no-step-log", "-W"])
        for _ in range(350):  # until all have been put in
            libsumo.simulationStep()
        done, begin = 0, process_time()
        for _ in range(steps):
            libsumo.simulationStep()
            for vehicle in libsumo.vehicle.getIDList():
                libsumo.vehicle.getPosition(vehicle)
                libsumo.vehicle.getSpeed(vehicle)
                libsumo.vehicle.getAngle(vehicle)
                done += 1
        spent = process_time() - begin
        libsumo.close()
    return done / spent


def highway(agents: int, steps: int) -> float:
    import gymnasium
    import highway_env  # noqa: F401  (registers its environments)

    config = {"vehicles_count": agents - 1, "simulation_frequency": 10, "policy_frequency": 10, "duration": 1000}
    env = gymnasium.make("highway-v0", config=config)
    env.reset(seed=1)
    begin = process_time()
    for _ in range(steps):
        env.step(1)
    return agents * steps / (process_time() - begin)


if __name__ == "__main__":
    print(json.dumps({"libsumo": sumo(int(sys.argv[1]), 100), "highway-env": highway(int(sys.argv[2]), 100)}))
