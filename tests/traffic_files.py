"""Small files of recorded traffic, and what holds for every recording that a reader gives."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scenarios.model.imported import Imported


def points(*xy: tuple[float, float]) -> str:
    return "".join(f"<point><x>{x}</x><y>{y}</y></point>" for x, y in xy)


def exact(**values: float) -> str:
    return "".join(f"<{k}><exact>{v}</exact></{k}>" for k, v in values.items())


def state(k: int, x: float, y: float, tag: str = "state", **more: float) -> str:
    return f"<{tag}><position>{points((x, y))}</position>{exact(time=k, **more)}</{tag}>\n"


def obstacle(name: int, states: str, *, tag: str = "dynamicObstacle", kind: str = "car", shape: str = "") -> str:
    box = shape or "<rectangle><length>4.0</length><width>2.0</width></rectangle>"
    first, _, rest = states.partition("</state>\n")
    initial = (first + "</state>").replace("<state>", "<initialState>").replace("</state>", "</initialState>")
    track = f"<trajectory>{rest}</trajectory>" if rest else ""
    return f'<{tag} id="{name}"><type>{kind}</type><shape>{box}</shape>{initial}{track}</{tag}>\n'


def document(*parts: str, lanes: bool = True) -> str:
    road = (
        f'<lanelet id="900"><leftBound>{points((0, 2), (200, 2))}</leftBound>'
        f"<rightBound>{points((0, -2), (200, -2))}</rightBound></lanelet>\n"
    )
    head = '<commonRoad commonRoadVersion="2020a" benchmarkID="ZAM_T-1_1_T-1" timeStepSize="0.1">\n'
    return head + (road if lanes else "") + "".join(parts) + "</commonRoad>"


def line(k0: int, k1: int, *, x0: float = 10.0, v: float = 20.0, y: float = 0.0) -> str:
    return "".join(
        state(k, x0 + 0.1 * v * (k - k0), y, velocity=v, orientation=0.0, acceleration=0.0) for k in range(k0, k1)
    )


def codes(found: Imported) -> set[str]:
    return {f.code for f in found.findings}


def promises(found: Imported) -> None:
    """Assert what holds for every recording that a reader gives."""
    r = found.recording
    A, T = r.agents.valid.shape
    assert len(found.names) == A == len(set(found.names))
    assert 0 <= r.subject < A
    assert (np.diff(r.t_ns) > 0).all()
    for name in ("xyz", "yaw", "speed", "accel", "yaw_rate", "gait"):
        array = getattr(r.agents, name)
        assert array.shape[:2] == (A, T)
        assert np.isfinite(array).all()
        assert not array.flags.writeable
    assert (r.agents.size > 0).all()
    assert r.agents.valid.any(1).all()
    edges = np.diff(np.pad(r.agents.valid, ((0, 0), (1, 1))).astype(int), axis=1)
    assert (np.abs(edges).sum(1) == 2).all()  # each is there once, without a hole
    assert r.signal_state.shape[1] == T


def table(rows: Sequence[Sequence[object]], head: str = "t_s,agent,x_m,y_m") -> str:
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"


def going(agent: str, *, v: float = 10.0, y: float = 0.0, n: int = 21, dt: float = 0.1) -> list[tuple[object, ...]]:
    return [(round(k * dt, 6), agent, v * k * dt, y) for k in range(n)]


def highd(folder: Path, *, meta: str = "", speed_limit: float = 33.33) -> Path:
    """A motorway of two carriageways of two lanes: car 1 drives left in the upper, truck 2 right in the lower."""
    rows = ["frame,id,x,y,width,height,xVelocity,yVelocity,xAcceleration,yAcceleration,laneId"]
    for k in range(26):
        rows.append(f"{k + 1},1,{200 - 1.2 * k:.4f},9.0,4.5,1.8,-30.0,0.0,-0.5,0.0,2")
        rows.append(f"{k + 1},2,{100 + 0.8 * k:.4f},25.0,12.0,2.5,20.0,0.0,0.25,0.0,5")
    (folder / "01_tracks.csv").write_text("\n".join(rows))
    (folder / "01_tracksMeta.csv").write_text("id,class,drivingDirection\n1,Car,1\n2,Truck,2\n")
    lines = f'id,frameRate,speedLimit,upperLaneMarkings,lowerLaneMarkings\n1,25,{speed_limit},"8;12;16","21;25;29"\n'
    (folder / "01_recordingMeta.csv").write_text(meta or lines)
    return folder / "01_tracks.csv"
