"""Find the fewest actors, faults and seconds with which a planner still gets the same verdict.

example:  nearmiss shrink suite/17 --planner my_package.planner:Planner --out small
          nearmiss view small
The result is a suite of one scenario that holds the planner's run (the careful human's, where the planner broke off);
its lineage is that of the scenario it comes from.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.evaluation.edits import edited
from scenarios.evaluation.references import careful_run
from scenarios.evaluation.shrink import Judge, Shrunk, shrink
from scenarios.evaluation.trial import Trial, trial
from scenarios.evaluation.verdict import Verdict
from scenarios.model.spec import ConcreteScenario
from scenarios.simulation.hosting.spec import open_planner
from scenarios.simulation.planner import Planner
from scenarios.suite.campaign import OBJECTS, Job, limits_of, watched
from scenarios.suite.index import locate, open_suite
from scenarios.suite.plan import DRIVER
from scenarios.suite.single import as_first, write_single
from scenarios.suite.store import Plan
from viewer.commands.run import edits_of, seconds, sensor_faults
from viewer.console import note, print_json, print_table, progress
from viewer.making import judge_packets, rig_fault, watch
from viewer.options import add_config, add_json, add_out, positive

BUDGET = 200  # runs of the planner
NOTHING_WRONG = (Verdict.PASS_, Verdict.NOT_EXERCISED)


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("scenario", type=Path, metavar="SUITE/ID", help="one scenario of a suite")
    parser.add_argument("--planner", required=True, metavar="SPEC", help="the system under test")
    parser.add_argument(
        "--observe", default=OBJECTS, metavar="WHAT", help="objects (default), or a rig whose packets it is handed"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="SPEC",
        help="a fault on top of the scenario's own, of the subject's actuators or of the rig observed; repeatable",
    )
    parser.add_argument("--without", action="append", default=[], metavar="ACTOR", help="leave an actor out")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="environment, e.g. friction=0.3; repeatable"
    )
    parser.add_argument(
        "--budget", type=positive, default=BUDGET, metavar="N", help=f"runs of the planner at most (default {BUDGET})"
    )
    parser.add_argument("--timeout", type=seconds, default=None, metavar="S", help="for one step of the planner")
    parser.add_argument("--memory", type=positive, default=None, metavar="MB", help="for the planner's process")
    add_out(parser, what="a folder for the suite of one scenario")
    add_json(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Shrink the scenario, say what went, and write what is left."""
    seen = tuple(rig_fault(args.observe, text) for text in sensor_faults(args.fault, observe=args.observe))
    edits = edits_of(args)
    path, index = locate(args.scenario)
    if index is None:
        raise InputError(str(args.scenario), got="a suite", wanted="one scenario of it, SUITE/ID")
    job = Job(
        suite=path,
        planner=args.planner,
        indices=(index,),
        packets=args.observe,
        step_timeout_s=args.timeout,
        memory_mb=args.memory,
    )
    with open_suite(path) as suite, open_planner(args.planner, limits=limits_of(job)) as planner:
        found = suite.run(index)
        spec = as_first(edited(found.spec, edits))
        spec = replace(spec, sensor_events=spec.sensor_events + seen)
        net = suite.net(spec.map_name)
        drive = partial(driven, job=job, net=net, planner=planner)
        first, judge, small = smallest(spec, net, drive, args.budget, where=str(args.scenario))
        if args.out:
            write(args.out, suite.plan, net, args, small)
    tree = tree_of(spec, first, judge, small)
    if args.json:
        print_json(tree)
    else:
        show(tree, args.out)
    return 0


def driven(spec: ConcreteScenario, *, job: Job, net: RoadNetwork, planner: Planner) -> Trial:
    """Return the planner's trial on a variant of the scenario; what it is handed is sensed in that variant."""
    return trial(spec, net, planner, packets=watched(job, watch, spec, net), judge=judge_packets)


def smallest(
    spec: ConcreteScenario, net: RoadNetwork, drive: Callable[[ConcreteScenario], Trial], budget: int, *, where: str
) -> tuple[Trial, Judge, Shrunk]:
    """Return the first trial, who judged, and the smallest case. InputError where there is nothing to shrink."""
    first = drive(spec)
    verdict = first.result.verdict
    if verdict in NOTHING_WRONG:
        raise InputError(where, got=f"the verdict {verdict.word}", wanted="a scenario in which the planner fails")
    with progress("runs of the planner", budget) as advance:

        def again(variant: ConcreteScenario) -> Trial:
            advance(1)
            return drive(variant)

        judge = Judge(again, verdict, budget)
        small = shrink(spec, net, first, judge)
    return first, judge, small


def write(out: Path, source: Plan, net: RoadNetwork, args: argparse.Namespace, small: Shrunk) -> None:
    """Write the suite of one scenario with the planner's run; where that broke, with the careful human's."""
    kept, driver = small.trial.recording, args.planner
    if kept is None:
        kept, driver = careful_run(small.spec, net), DRIVER
    about = {"shrunk_from": str(args.scenario), "planner": args.planner, "verdict": small.trial.result.verdict.word}
    write_single(out, source, small.spec, kept, driver=driver, about=about)


def tree_of(spec: ConcreteScenario, first: Trial, judge: Judge, small: Shrunk) -> dict[str, Any]:
    """Return what was found as plain data."""
    return {
        "leaf": spec.leaf,
        "lineage_id": small.spec.lineage_id,
        "verdict": small.trial.result.verdict.word,
        "reason": small.trial.result.reason,
        "reason_before": first.result.reason,
        "before": size_of(spec),
        "after": size_of(small.spec),
        "removed": list(small.removed),
        "start_cut_s": round(small.start_cut_s, 6),
        "end_cut_s": round(small.end_cut_s, 6),
        "runs": judge.runs,
        "budget": judge.budget,
        "exhausted": judge.exhausted,
    }


def size_of(spec: ConcreteScenario) -> dict[str, Any]:
    """Return what a scenario is made of, in numbers."""
    return {
        "actors": len(spec.actors),
        "statics": len(spec.statics),
        "faults": len(spec.sensor_events) + len(spec.actuation_faults),
        "gusts": len(spec.gusts),
        "duration_s": round(spec.duration_s, 6),
    }


def show(tree: dict[str, Any], out: Path | None) -> None:
    """Print what went and what is left."""
    before, after = tree["before"], tree["after"]
    print_table(tree["leaf"], ("", "before", "after"), [(name, before[name], after[name]) for name in before])
    for line in tree["removed"]:
        note(f"removed: {line}")
    print(f"{tree['verdict']}: {tree['reason']}")
    ended = " (the budget ended: more may go)" if tree["exhausted"] else ""
    print(f"{tree['runs']} of at most {tree['budget']} runs{ended}; {tree['start_cut_s']:g} s cut at the start")
    if out is not None:
        print(f"written: {out}  next: nearmiss view {out}")
