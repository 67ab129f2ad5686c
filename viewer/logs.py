"""Sensor logs of a suite's scenarios: what `sense` and `export` have in common."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from roadnet.base.about import version
from scenarios.suite.index import Suite, locate, open_suite
from sensors.fault_text import fault
from sensors.faults.registry import fault_values
from sensors.log import Delivery, LogMeta, SensorLog
from sensors.rig import Rig
from sensors.sensing import sense, sense_with_truth
from viewer.console import note, print_json, print_table, progress


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One log on disk."""

    scenario: str
    file: Path
    packets: int
    mib: float


@contextmanager
def chosen(path: Path) -> Iterator[tuple[Suite, tuple[int, ...]]]:
    """Yield the suite of SUITE[/ID] and the indices asked for: one, or every scenario that was made."""
    folder, index = locate(path)
    with open_suite(folder) as suite:
        made = tuple(int(row["index"]) for row in suite.rows() if row["observed"] != "failed")
        if index is None and len(made) < len(suite):
            note(f"{len(suite) - len(made)} scenarios of {folder} could not be made and have no log")
        yield suite, made if index is None else (index,)


def sensed(suite: Suite, index: int, *, rig: Rig, faults: Sequence[str], truth: bool) -> SensorLog:
    """Return the log of one scenario, rendered as it is read: its own faults and those of --fault."""
    run = suite.run(index)
    spec, net = run.spec, suite.net(run.spec.map_name)
    if run.product_version != version():
        note(f"scenario {index} was made by nearmiss {run.product_version}, this is {version()}: streams may differ")
    events = spec.sensor_events + tuple(fault(text, kinds=fault_values(), streams=rig.streams) for text in faults)
    meta = LogMeta(
        product_version=version(),
        scenario=f"{suite.path.resolve().name}/{index}",
        rig=rig.name,
        seed=spec.sensor_seed,
        map_name=spec.map_name,
        map_digest=spec.map_digest,
        faults=events,
    )
    stream: Iterator[Delivery]
    if truth:
        stream = sense_with_truth(run.recording, net, rig, events, seed=spec.sensor_seed)
    else:
        stream = ((packet, None) for packet in sense(run.recording, net, rig, events, seed=spec.sensor_seed))
    return SensorLog(meta=meta, deliveries=stream, recording=run.recording, net=net)


def write_all(
    names: Sequence[str], log: Callable[[int], SensorLog], log_format: ModuleType, out: Path
) -> list[Written]:
    """Write log(i) for each name, one file each, and return what was written."""
    written = []
    with progress("logs", len(names)) as advance:
        for i, name in enumerate(names):
            one = log(i)
            file = out / f"{name}{log_format.SUFFIX}"
            packets = log_format.write(one, file)
            size = file.stat().st_size / (1 << 20)
            written.append(Written(scenario=one.meta.scenario, file=file, packets=packets, mib=size))
            advance(1)
    return written


def report(written: Sequence[Written], *, as_json: bool) -> None:
    """Print what was written."""
    if as_json:
        rows = [{"scenario": w.scenario, "file": str(w.file), "packets": w.packets} for w in written]
        print_json(rows)
    else:
        columns = ("scenario", "file", "packets", "MiB")
        print_table("", columns, [(w.scenario, w.file, w.packets, w.mib) for w in written])
