"""A zoo of recordings and road networks: every test of a reader, an oracle, a sensor or a pane loops over it."""

from collections.abc import Callable

import numpy as np

from scenarios.model.recording import Agents, Contacts, Recording, Statics, Surroundings


def recording(
    agents: int = 2,
    steps: int = 41,
    *,
    gap_m: float = 30.0,
    speeds: tuple[float, ...] = (15.0, 10.0),
    groups: int = 0,
) -> Recording:
    """Return agents in file on a straight road along +x: agent 0 is the subject, agent i starts i * gap ahead."""
    A, T, dt = agents, steps, 0.05
    v = np.array([speeds[min(i, len(speeds) - 1)] for i in range(A)], float)
    t = np.arange(T) * dt
    xyz = np.zeros((A, T, 3))
    xyz[:, :, 0] = np.arange(A)[:, None] * gap_m + v[:, None] * t
    f4 = lambda value=0.0: np.full((A, T), value, np.float32)  # noqa: E731
    flat = lambda value: np.full(T, value, np.float32)  # noqa: E731
    return Recording(
        map_digest="zoo",
        t_ns=(np.arange(T) * 50_000_000).astype(np.int64),
        subject=0,
        agents=Agents(
            kind=np.zeros(A, np.uint8),
            size=np.tile(np.array([4.5, 1.8, 1.5], np.float32), (A, 1)),
            look=np.arange(A, dtype=np.uint32),
            valid=np.ones((A, T), bool),
            xyz=xyz,
            yaw=f4(),
            speed=np.repeat(v[:, None], T, 1).astype(np.float32),
            accel=f4(),
            yaw_rate=f4(),
            lamps=np.zeros((A, T), np.uint8),
            gait=f4(),
        ),
        statics=Statics(kind=(), pose=np.zeros((0, 4)), size=np.zeros((0, 3), np.float32), look=np.zeros(0, np.uint32)),
        surroundings=Surroundings(
            mor_m=flat(20000),
            rain_mmph=flat(0),
            water_film_mm=flat(0),
            illuminance_lux=flat(20000),
            sun_elevation_rad=flat(0.8),
            sun_azimuth_rad=flat(0.6),
            friction=flat(0.8),
        ),
        signal_state=np.zeros((groups, T), np.uint8),
        contacts=Contacts(
            pair=np.zeros((0, 2), np.int32), t_ns=np.zeros(0, np.int64), closing_mps=np.zeros(0, np.float32)
        ),
    )


def leaver() -> Recording:
    """Return three agents of which the last leaves half-way."""
    out = recording(3)
    out.agents.valid[2, 20:] = False
    return out


RECORDINGS: dict[str, Callable[[], Recording]] = {
    "one agent": lambda: recording(1),
    "one step": lambda: recording(2, 1),
    "two in file": recording,
    "agent that leaves": leaver,
    "thirty-two": lambda: recording(32, 21, gap_m=12.0, speeds=(12.0,)),
}
