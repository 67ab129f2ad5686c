"""Drive a suite with a planner in the loop and say, scenario by scenario, how it did.

examples:
  nearmiss run suite --planner my_package.planner:Planner --out results --gate
  nearmiss run suite --planner 'cmd:./my_planner --fast' --gate 'pass_rate.low>=0.9' --gate 'at_fault_collision==0'
  nearmiss run suite --planner my_package.planner:Planner --baseline idm --keep runs
  nearmiss view runs/17
A planner is package.module:Class, gym:package.module:factory, cmd:COMMAND, or a reference driver (nearmiss drivers).
--gate alone asks for no at-fault collision, no lack of progress, no failed planner, no rig error, and at least one
exercised scenario; the exit code is 1 where a gate fails.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from roadnet.base.about import version
from roadnet.base.errors import GateError, InputError
from scenarios.evaluation.edits import Edits, actuation_fault, environment_change, is_actuation
from scenarios.evaluation.gate import Figures, Gate, check_names, failures, parse_gate
from scenarios.evaluation.paired import pairs_of
from scenarios.evaluation.summary import Summary, comparison, comparisons, figures, summaries
from scenarios.evaluation.verdict import FAILED, Result
from scenarios.suite.campaign import OBJECTS, Job, campaign
from scenarios.suite.index import Suite, locate, open_suite
from scenarios.suite.runs import runs_plan, start_runs
from sensors.rig import load_rig
from viewer import results as files
from viewer.console import note, print_json, progress
from viewer.making import judge_packets, rig_fault, watch
from viewer.options import add_config, add_json, add_out, add_workers, natural, positive

DEFAULT_GATE = "default"
DEFAULT_GATES = (
    "at_fault_collision==0", "no_progress==0", "planner_failed==0", "rig_error==0", "exercised>=1",
)  # fmt: skip
SHOWN = 10  # failed scenarios named below the table


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("suite", type=Path, metavar="SUITE[/ID]", help="a suite, or one scenario of it")
    parser.add_argument("--planner", required=True, metavar="SPEC", help="the system under test")
    parser.add_argument("--baseline", metavar="SPEC", help="a second planner to compare with, scenario by scenario")
    parser.add_argument(
        "--observe", default=OBJECTS, metavar="WHAT", help="objects (default), or a rig whose packets it is handed"
    )
    parser.add_argument("--only", type=natural, nargs="+", default=[], metavar="ID", help="only these scenarios")
    parser.add_argument("--leaf", action="append", default=[], metavar="ID", help="only scenarios of this leaf")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="SPEC",
        help="a fault in every scenario: actuation@2.0-5.0,brake_gain=0.5, or of the rig observed; repeatable",
    )
    parser.add_argument("--without", action="append", default=[], metavar="ACTOR", help="leave an actor out")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="environment, e.g. friction=0.3; repeatable"
    )
    parser.add_argument(
        "--gate",
        action="append",
        nargs="?",
        const=DEFAULT_GATE,
        default=[],
        metavar="EXPR",
        help="a condition, e.g. pass_rate>=0.95, TC-05.pass_rate.low>=0.9; alone: the default gate; repeatable",
    )
    parser.add_argument("--timeout", type=seconds, default=None, metavar="S", help="for one step of the planner")
    parser.add_argument("--memory", type=positive, default=None, metavar="MB", help="for the planner's process")
    parser.add_argument(
        "--keep", type=Path, metavar="RUNS", help="a new folder for a suite of the planner's runs, to view"
    )
    add_workers(parser)
    add_out(parser, what="a folder for results.json, results.csv and junit.xml")
    add_json(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Run the planner, print and write what came of it, then ask the gates."""
    gates = gates_of(args.gate)
    edits = edits_of(args)
    seen = sensor_faults(args.fault, observe=args.observe)
    path, index = locate(args.suite)
    with open_suite(path) as suite:
        indices = chosen(suite, args, index)
        check_leaves(gates, suite, indices, paired=args.baseline is not None)
        jobs = [job_of(args, path, spec, indices, edits, seen) for spec in (args.planner, args.baseline) if spec]
        if args.keep:
            about = {"runs_of": str(path.resolve()), "edits": vars_of(args)}
            start_runs(args.keep, runs_plan(suite.plan, driver=args.planner, about=about))
            jobs[0] = replace(jobs[0], keep=str(args.keep.resolve()))
    found: list[list[Result]] = [[] for _ in jobs]
    try:
        for job, rows in zip(jobs, found, strict=True):
            drive(job, rows, workers=args.workers)
    except KeyboardInterrupt:
        tree = tree_of(args, found, gates, complete=False)
        raise KeyboardInterrupt(saved(args, tree, found, len(indices) * len(jobs))) from None
    tree = tree_of(args, found, gates, complete=True)
    if args.out:
        files.write_files(args.out, tree, found[0])
    if args.json:
        print_json(tree)
    else:
        show(args, found)
    lines = failures(gates, figures_in(found))
    if lines:
        raise GateError("; ".join(lines))
    return 0


def gates_of(texts: Sequence[str]) -> list[Gate]:
    """Return the gates; `--gate` alone stands for the default ones."""
    return [parse_gate(part) for text in texts for part in (DEFAULT_GATES if text == DEFAULT_GATE else (text,))]


def edits_of(args: argparse.Namespace) -> Edits:
    """Return the edits, each read once so that nonsense is refused before anything runs."""
    faults = [text for text in args.fault if is_actuation(text)]
    for text in faults:
        actuation_fault(text)
    for text in args.set:
        environment_change(text)
    return Edits(faults=tuple(faults), without=tuple(args.without), environment=tuple(args.set))


def vars_of(args: argparse.Namespace) -> dict[str, list[str]]:
    """Return what is changed in every scenario, as it was written."""
    return {"fault": args.fault, "without": args.without, "set": args.set}


def sensor_faults(texts: Sequence[str], *, observe: str) -> tuple[str, ...]:
    """Return the texts that are faults of the rig observed, each read once. InputError where there is no such rig."""
    faults = tuple(text for text in texts if not is_actuation(text))
    if observe == OBJECTS:
        for text in faults:
            wanted = "an actuation fault (a planner that is handed objects sees no sensor stream)"
            raise InputError(f"--fault {text!r}", got="a sensor fault", wanted=wanted)
        return ()
    try:
        load_rig(observe)
    except InputError as error:
        raise InputError("--observe", got=error.got, wanted=f"objects, or {error.wanted}") from None
    for text in faults:
        rig_fault(observe, text)
    return faults


def chosen(suite: Suite, args: argparse.Namespace, index: int | None) -> tuple[int, ...]:
    """Return the scenarios to run, those included that could not be made: they are rows too."""
    known = {int(row["index"]): str(row["leaf"]) for row in suite.scenarios}
    wanted = [index] if index is not None else sorted(set(args.only)) or sorted(known)
    for i in wanted:
        if i not in known:
            raise InputError(f"{args.suite}", got=f"scenario {i}", wanted=f"one of the suite's {len(known)}")
    picked = tuple(i for i in wanted if not args.leaf or known[i] in args.leaf)
    if not picked:
        leaves = ", ".join(sorted(set(known.values())))
        raise InputError(f"{args.suite}", got="nothing to run", wanted=f"scenarios of one of: {leaves}")
    check_actors(suite, picked, args.without)
    return picked


def check_actors(suite: Suite, indices: Sequence[int], names: Sequence[str]) -> None:
    """Raise InputError for an actor to leave out that no scenario has."""
    if not names:
        return
    made = set(suite.scenarios["index"][~suite.scenarios["failed"]].tolist())
    known = {actor.name for i in indices if i in made for actor in suite.run(i).spec.actors[1:]}
    for name in names:
        if name not in known:
            raise InputError("--without", got=repr(name), wanted=f"one of the actors: {', '.join(sorted(known))}")


def check_leaves(gates: Sequence[Gate], suite: Suite, indices: Sequence[int], *, paired: bool) -> None:
    """Raise InputError for a gate on what will not be there, before anything is run."""
    leaves = sorted({str(row["leaf"]) for row in suite.scenarios if int(row["index"]) in set(indices)})
    nothing = summaries([])[0]
    rows = [*(Summary(leaf, nothing.counts, 0) for leaf in leaves), nothing]
    pairs = [comparison(row.leaf, pairs_of([]), None) for row in rows] if paired else []
    check_names(gates, figures(rows, pairs))


def job_of(
    args: argparse.Namespace, path: Path, planner: str, indices: tuple[int, ...], edits: Edits, faults: tuple[str, ...]
) -> Job:
    """Return what one planner is to run."""
    return Job(
        suite=path, planner=planner, indices=indices, edits=edits, packets=args.observe, sensor_faults=faults,
        step_timeout_s=args.timeout, memory_mb=args.memory,
    )  # fmt: skip


def drive(job: Job, rows: list[Result], *, workers: int) -> None:
    """Run a job, putting each result into `rows` as it comes; by index at the end."""
    with progress(job.planner, len(job.indices)) as advance:

        def take(result: Result) -> None:
            rows.append(result)
            advance(1)

        campaign(job, workers=workers, judge=judge_packets, watch=watch, on_result=take)
    rows.sort(key=lambda result: result.index)


def figures_in(found: Sequence[Sequence[Result]]) -> Figures:
    """Return what gates may ask for in the results of one planner, or of two."""
    return figures(summaries(found[0]), comparisons(*found) if len(found) == 2 else ())


def tree_of(
    args: argparse.Namespace, found: Sequence[Sequence[Result]], gates: Sequence[Gate], *, complete: bool
) -> dict[str, Any]:
    """Return all that is known as plain data; `timings` alone differs from run to run."""
    rows = summaries(found[0])
    asked = [(gate.text, failures([gate], figures_in(found))) for gate in gates] if complete else []
    return {
        "schema": files.SCHEMA,
        "version": version(),
        "suite": str(args.suite),
        "planner": args.planner,
        "baseline": args.baseline,
        "observe": args.observe,
        "edits": vars_of(args),
        "complete": complete,
        "gates": [{"gate": text, "held": not why, "why": why[0] if why else ""} for text, why in asked],
        "summary": [files.summary_row(row) for row in rows],
        "comparison": [files.comparison_row(row) for row in comparisons(*found)] if len(found) == 2 else [],
        "results": [files.result_row(result) for result in found[0]],
        "baseline_results": [files.result_row(result) for result in found[1]] if len(found) == 2 else [],
        "timings": {"seconds": [round(r.seconds, 4) for r in found[0]]},
    }


def saved(args: argparse.Namespace, tree: dict[str, Any], found: Sequence[Sequence[Result]], total: int) -> str:
    """Return what is done when a run is interrupted, after writing it."""
    done = sum(len(rows) for rows in found)
    if args.out is None:
        return f"{done} of {total} scenario runs were done; with --out they would be kept"
    files.write_files(args.out, tree, found[0])
    return f"{done} of {total} scenario runs are done and kept in {args.out / 'results.json'} (complete: false)"


def show(args: argparse.Namespace, found: Sequence[Sequence[Result]]) -> None:
    """Print the tables for reading."""
    files.show_summaries(summaries(found[0]))
    if len(found) == 2:
        files.show_comparisons(comparisons(*found), a=args.planner, b=args.baseline)
    failed = [r for r in found[0] if r.verdict in FAILED]
    for result in failed[:SHOWN]:
        note(f"scenario {result.index} {result.leaf}: {result.verdict.word}: {result.reason}")
    if len(failed) > SHOWN:
        note(f"and {len(failed) - SHOWN} more (see results.json)")
    if args.out:
        print(f"written: {args.out / 'results.json'}, results.csv, junit.xml")
    if args.keep:
        first = f"/{failed[0].index}" if failed and failed[0].digest else ""
        print(f"next: nearmiss view {args.keep}{first}")


def seconds(text: str) -> float:
    """Return a number of seconds above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"got {text!r}, want a number of seconds above 0")
    return value
