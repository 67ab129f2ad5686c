"""Make near misses on the shipped maps, sense two of them, and write a report with pictures.

examples:
  nearmiss demo
  nearmiss demo somewhere --view
Works without Qt and opens nothing unless --view is given. Run twice, it goes on where it stopped.
"""

import argparse
import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from heapq import merge
from pathlib import Path

from roadnet.base.errors import InputError
from scenarios.suite.runner import end, new_pool
from sensors.formats import native
from sensors.log import Delivery, SensorLog
from sensors.rig import Rig, load_rig
from sensors.sensing import deliver, schedule
from viewer.commands import view
from viewer.console import note, print_json, print_table
from viewer.draw.png import png_bytes
from viewer.draw.theme import DARK
from viewer.kernels import RIG, compile_group, is_compiled
from viewer.logs import sensed
from viewer.making import make_suite
from viewer.options import add_json
from viewer.pictures import VIEWS
from viewer.report.build import report
from viewer.source import Row, SuiteSource

HAZARDS = ("cut_in", "child_from_occlusion", "red_light_runner", "lead_braking", "dropout_x_cut_in")
COUNT, SEED, EXPLORE = 90, 7, 0.1
WANTED = 20  # close calls in the list: near misses first, then conflicts
SENSED, PICTURED = 2, 3  # of them: with a sensor log, with a picture
PICTURE_PX = (1280, 720)
STRETCH_S = 1.0  # of sensor data, up to the critical instant
CLOSE = ("near miss", "conflict")  # outcomes that the list shows, in this order
OURS = frozenset({"suite", "logs", "pictures", "report.html"})


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "out", type=Path, nargs="?", default=Path("nearmiss-demo"), metavar="OUT", help="folder (default nearmiss-demo)"
    )
    parser.add_argument("--view", action="store_true", help="open the viewer on the suite at the end")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Generate, pick, sense, draw, report; say where things are."""
    start = time.perf_counter()
    out: Path = args.out
    if out.is_dir() and {p.name for p in out.iterdir()} - OURS:
        raise InputError(str(out), got="a folder with other things in it", wanted="a new or empty folder")
    generate(out)
    source = SuiteSource(out / "suite")
    picks = near_misses(source.rows)
    for folder in ("logs", "pictures"):
        (out / folder).mkdir(exist_ok=True)
    logs = [write_log(source, row.index, out / "logs") for row in picks[:SENSED]]
    pictures = [write_picture(source, row.index, out / "pictures") for row in picks[:PICTURED]]
    (out / "report.html").write_text(report(source, rig=RIG)[0], encoding="utf-8")
    seconds = time.perf_counter() - start
    if args.json:
        print_json(
            {
                "out": out,
                "seconds": seconds,
                "near_misses": [r.index for r in picks],
                "logs": logs,
                "pictures": pictures,
            }
        )
    else:
        show(picks)
        print(told(out, len(source.rows), picks, seconds))
    return view.run(view_arguments(out)) if args.view else 0


def generate(out: Path) -> None:
    """Make the suite: in two processes, or, where nothing is compiled yet, here while another process compiles
    what sensors and pictures will need.
    """
    settings = {"hazards": HAZARDS, "count": COUNT, "seed": SEED, "explore": EXPLORE, "resume": True}
    again = shlex.join(["nearmiss", "demo", str(out)])
    if is_compiled():
        make_suite(out / "suite", quiet=True, resume_with=again, workers=2, **settings)
        return
    note("compiling kernels, this once; `nearmiss warmup` does it ahead of time")
    pool = new_pool(1)
    try:
        compiling = pool.submit(compile_group, b"sensors")
        make_suite(out / "suite", quiet=True, resume_with=again, workers=1, **settings)
        compiling.result()
    finally:
        end(pool)


def near_misses(rows: Sequence[Row]) -> list[Row]:
    """Return the observed scenarios that came close without contact: near misses first, then by TTC."""
    close = [row for row in rows if row.observed == "observed" and row.outcome in CLOSE]
    last = float("inf")
    close.sort(key=lambda r: (CLOSE.index(r.outcome), last if r.min_ttc_s is None else r.min_ttc_s, r.index))
    return close[:WANTED]


def write_log(source: SuiteSource, index: int, folder: Path) -> Path:
    """Write a short sensor log that ends at the scenario's critical instant, and return its file."""
    rig = load_rig(RIG)
    log = sensed(source.suite, index, rig=rig, faults=(), truth=True)
    until_s = max(source.episode(index).critical_s, STRETCH_S)
    file = folder / f"{index:08d}.mcap"
    native.write(replace(log, deliveries=stretch(log, rig, until_s - STRETCH_S, until_s)), file)
    return file


def stretch(log: SensorLog, rig: Rig, from_s: float, until_s: float) -> Iterator[Delivery]:
    """Yield the packets delivered in a stretch of time, the same as in a whole log; no other is rendered."""
    from_ns, until_ns = round(from_s * 1e9), round(until_s * 1e9)
    for frame in merge(*(schedule(mount, until_ns) for mount in rig.mounts), key=lambda f: f[:3]):
        if frame.t_end_ns > from_ns and log.recording is not None:
            delivery = deliver(log.recording, log.net, frame, log.meta.faults, log.meta.seed)
            if delivery is not None:
                yield delivery


def write_picture(source: SuiteSource, index: int, folder: Path) -> Path:
    """Write a picture of a scenario at its critical instant, and return its file."""
    episode = source.episode(index).ready(RIG)
    file = folder / f"{index:08d}.png"
    file.write_bytes(png_bytes(VIEWS["split"](episode, episode.critical_s, PICTURE_PX, DARK)))
    return file


def show(picks: Sequence[Row]) -> None:
    """Print the list of near misses."""
    columns = ("id", "leaf", "map", "outcome", "min TTC s", "severity m/s2", "also")
    rows = [(r.index, r.leaf, r.map_name, r.outcome, r.min_ttc_s, r.severity_mps2, r.also) for r in picks]
    print_table(f"{counted(picks)}, worst first", columns, rows)


def counted(picks: Sequence[Row]) -> str:
    """Return "20 near misses", or "9 near misses and 11 conflicts"."""
    near = sum(row.outcome == CLOSE[0] for row in picks)
    return f"{near} near misses" + (f" and {len(picks) - near} conflicts" if near < len(picks) else "")


def told(out: Path, made: int, picks: Sequence[Row], seconds: float) -> str:
    """Return the last lines: where things are, and what to try next."""
    q = shlex.quote(str(out))
    first = picks[0].index if picks else 0
    return (
        f"{made} scenarios, of them {counted(picks)} without contact listed above; {seconds:.1f} s\n"
        f"  report     {out / 'report.html'}\n"
        f"  pictures   {out / 'pictures'}\n"
        f"  suite      {out / 'suite'}\n"
        f"  sensor log {out / 'logs'}\n"
        f"next: nearmiss view {q}/suite/{first}   nearmiss show {q}/suite --sort min_ttc_s\n"
        f"      nearmiss sense {q}/suite/{first} --rig {RIG} --out logs   nearmiss coverage {q}/suite"
    )


def view_arguments(out: Path) -> argparse.Namespace:
    """Return the options of `nearmiss view OUT/suite`."""
    parser = argparse.ArgumentParser()
    view.add(parser)
    return parser.parse_args([str(out / "suite")])
