"""The zoo's planner as a command: the protocol spoken with struct and msgpack alone, nothing of the product's host."""

import struct
import sys
from pathlib import Path

import msgpack
import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))

from planner_zoo import Brain

from scenarios.simulation.observation import controls, observation
from scenarios.simulation.planner import PlannerInput

brain, world = Brain(sys.argv[1]), {}


def array(tree):
    return np.frombuffer(tree["data"], tree["dtype"]).reshape(tree["shape"]) if "dtype" in tree else tree


def answer(message):
    if message["type"] == "hello":
        return {"type": "hello", "protocol": message["protocol"], "version": 1}
    if message["type"] == "reset":
        world.clear()
        brain.reset(message["seed"])
        return {"type": "ready"}
    world.update(message["now"])
    action = brain(observation(PlannerInput(**world)))
    if np.shape(action) == (2,) and np.isnan(action).any():
        return {"type": "controls", "t_ns": message["t_ns"], "accel_mps2": float("nan"), "curvature_1pm": 0.0}
    if np.shape(action) != (2,):
        return {"type": "trajectory", "t_ns": message["t_ns"], "points": [[0.0, 1.0], [0.5, 2.0, 3.0]]}
    said = controls(action)
    pair = {"accel_mps2": said.accel_mps2, "curvature_1pm": said.curvature_1pm}
    return {"type": "controls", "t_ns": message["t_ns"], **pair}


while head := sys.stdin.buffer.read(4):
    question = msgpack.unpackb(sys.stdin.buffer.read(struct.unpack(">I", head)[0]), object_hook=array)
    try:
        said = answer(question)
    except (ArithmeticError, LookupError) as error:
        said = {"type": "error", "kind": "raised", "detail": repr(error)}
    body = msgpack.packb(said)
    sys.stdout.buffer.write(struct.pack(">I", len(body)) + body)
    sys.stdout.buffer.flush()
