"""The kernel's tables become recordings: slices of what was recorded, read-only, nothing of the spec's meaning."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from scenarios.model.recording import Agents, Contacts, Recording, Statics, Surroundings
from scenarios.model.spec import ConcreteScenario, Environment, StaticObject
from scenarios.simulation.tables import Tables


def recording_of(spec: ConcreteScenario, tables: Tables, n: int, map_digest: str) -> Recording:
    """Return the recording of scenario `n` of a batch that ran."""
    order = tables.orders[n]
    A, T = len(order), int(tables.steps[n])
    low, high = int(tables.sample_start[n]), int(tables.sample_start[n + 1])
    yaw, speed, accel, yaw_rate, gait = (readonly(row[low:high].reshape(A, T)) for row in tables.motion)
    actors = [spec.actors[i] for i in order]
    return Recording(
        map_digest=map_digest,
        t_ns=stamps(T, int(tables.step_ns[n])),
        subject=tables.egos[n],
        agents=Agents(
            kind=readonly(np.array([a.kind for a in actors], np.uint8)),
            size=readonly(np.array([a.size for a in actors], np.float32)),
            look=readonly(np.array([a.look for a in actors], np.uint32)),
            valid=readonly(tables.valid[low:high].reshape(A, T)),
            xyz=readonly(tables.xyz[low:high].reshape(A, T, 3)),
            yaw=yaw,
            speed=speed,
            accel=accel,
            yaw_rate=yaw_rate,
            lamps=readonly(tables.lamps[low:high].reshape(A, T)),
            gait=gait,
        ),
        statics=statics_of(spec.statics),
        surroundings=surroundings_of(spec.environment, T),
        signal_state=readonly(
            tables.light[tables.light_start[n] : tables.light_start[n + 1]].reshape(int(tables.groups[n]), T)
        ),
        contacts=contacts_of(tables, n),
    )


def contacts_of(tables: Tables, n: int) -> Contacts:
    """Return the contacts of scenario `n`, sorted by time, then by pair."""
    low = int(tables.pair_start[n])
    rows = slice(low, low + int(tables.pair_count[n]))
    pair, t_ns = tables.pair[rows], tables.pair_ns[rows]
    by_time = np.lexsort((pair[:, 1], pair[:, 0], t_ns))
    return Contacts(
        pair=readonly(pair[by_time]),
        t_ns=readonly(t_ns[by_time]),
        closing_mps=readonly(tables.pair_closing[rows][by_time]),
    )


def statics_of(objects: Sequence[StaticObject]) -> Statics:
    """Return scenery as arrays."""
    return Statics(
        kind=tuple(o.kind for o in objects),
        pose=readonly(np.array([o.pose for o in objects], np.float64).reshape(-1, 4)),
        size=readonly(np.array([o.size for o in objects], np.float32).reshape(-1, 3)),
        look=readonly(np.array([o.look for o in objects], np.uint32)),
    )


@lru_cache(maxsize=256)
def surroundings_of(environment: Environment, steps: int) -> Surroundings:
    """Return weather and light that stay as they are."""
    return Surroundings(
        **{
            name: readonly(np.full(steps, getattr(environment, name), np.float32))
            for name in Surroundings.__dataclass_fields__
        }
    )


@lru_cache(maxsize=256)
def stamps(steps: int, step_ns: int) -> Array:
    """Return (T,) int64 ns."""
    return readonly(np.arange(steps, dtype=np.int64) * step_ns)


def readonly(array: Array) -> Array:
    """Return the array, C-contiguous and no longer writable."""
    array = np.ascontiguousarray(array)
    array.setflags(write=False)
    return array
