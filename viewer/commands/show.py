"""List a suite's scenarios, or show one in detail.

example:  nearmiss show suite --leaf TC-05 --sort min_ttc_s --limit 10
          nearmiss show suite/17
          nearmiss show suite/17 --certificate
          nearmiss show suite/17 --measures
"""

import argparse
from importlib import import_module
from typing import Any

from roadnet.base.errors import InputError, did_you_mean
from scenarios.model.evidence import Evidence, Observed
from scenarios.model.run import Run
from scenarios.suite.index import Suite, locate, open_suite, word
from viewer.console import print_json, print_table
from viewer.options import add_config, add_json, positive

COLUMNS = (
    "index", "leaf", "map", "stream", "observed", "outcome", "min_ttc_s", "severity_mps2", "counterfactual", "also",
    "place", "reason",
)  # fmt: skip
HIGH_FIRST = frozenset({"severity_mps2", "log_p", "log_q"})


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", metavar="SUITE[/ID]", help="a suite, or one of its scenarios by number")
    parser.add_argument("--sort", metavar="COLUMN", default="index", help="e.g. min_ttc_s; worst first, unknown last")
    parser.add_argument("--limit", type=positive, metavar="N", help="at most N rows")
    parser.add_argument(
        "--leaf", action="append", default=[], metavar="ID", help="only scenarios that intend this leaf"
    )
    parser.add_argument("--map", action="append", default=[], metavar="NAME", help="only scenarios on this map")
    parser.add_argument("--stream", choices=("exploration", "gap_filling"), help="only this stream")
    parser.add_argument(
        "--observed", choices=("observed", "not observed", "not measured", "failed"), help="only with this verdict"
    )
    parser.add_argument(
        "--outcome", choices=("none", "conflict", "near miss", "collision"), help="only with this outcome"
    )
    parser.add_argument(
        "--certificate",
        action="store_true",
        help="of one scenario: who avoids it, until when, who causes it, how likely",
    )
    parser.add_argument(
        "--measures", action="store_true", help="of one scenario: the worst of each measure of criticality"
    )
    add_json(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Print the list or the details."""
    path, index = locate(args.what)
    with open_suite(path) as suite:
        if args.certificate:
            if index is None:
                raise InputError(str(args.what), got="a suite", wanted="SUITE/ID: a certificate is of one scenario")
            # loaded where it is asked for: it brings the compiler along
            import_module("viewer.certificates").print_certificate(suite, index, as_json=args.json)
        elif args.measures:
            if index is None:
                raise InputError(str(args.what), got="a suite", wanted="SUITE/ID: the measures are of one scenario")
            import_module("viewer.worst").print_worst(suite, index, as_json=args.json)
        elif index is None:
            show_list(suite, args)
        else:
            show_run(suite.run(index), as_json=args.json)
    return 0


def show_list(suite: Suite, args: argparse.Namespace) -> None:
    """Print the rows that pass the filters, sorted."""
    rows = [row for row in suite.rows() if passes(row, args)]
    if args.sort not in (*COLUMNS, "log_p", "log_q", "t_on_s"):
        raise InputError("--sort", got=repr(args.sort), wanted=f"a column{did_you_mean(args.sort, COLUMNS)}")
    rows = sorted_rows(rows, args.sort)[: args.limit]
    if args.json:
        print_json(rows)
        return
    columns = [c for c in COLUMNS if c == "index" or any(row[c] not in (None, "", []) for row in rows)]
    print_table("", columns, [tuple(listed(row[c]) for c in columns) for row in rows])
    plan = suite.plan
    sealed = f"{len(suite.sealed)} of {plan.blocks} blocks sealed"
    print(f"{len(rows)} of {len(suite.scenarios)} scenarios shown; {sealed}; {len(suite)} planned")


def passes(row: dict[str, Any], args: argparse.Namespace) -> bool:
    """Return whether a row passes the filters."""
    return (
        (not args.leaf or row["leaf"] in args.leaf)
        and (not args.map or row["map"] in args.map)
        and args.stream in (None, row["stream"])
        and args.observed in (None, row["observed"])
        and args.outcome in (None, row["outcome"])
    )


def sorted_rows(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    """Return rows by a column, worst first, those without a value last, ties by index."""
    known = [row for row in rows if row[column] is not None]
    unknown = [row for row in rows if row[column] is None]
    return sorted(known, key=lambda row: row[column], reverse=column in HIGH_FIRST) + unknown


def listed(value: Any) -> Any:
    """Return a cell: lists joined."""
    return ", ".join(value) if isinstance(value, list) else value


def show_run(run: Run, *, as_json: bool) -> None:
    """Print one scenario: what was meant, who takes part, what came of it."""
    details = details_of(run)
    if as_json:
        print_json(details)
        return
    flat = [(k, listed(v) if isinstance(v, list) else v) for k, v in details.items() if not isinstance(v, list | dict)]
    print_table("", ("field", "value"), flat)
    print_table("parameters", ("name", "value"), list(details["values"].items()))
    actors = details["actors"]
    print_table("actors", tuple(actors[0]), [tuple(a.values()) for a in actors])
    if details["evidence"]:
        print_table(
            "evidence", tuple(details["evidence"][0]), [tuple(map(listed, e.values())) for e in details["evidence"]]
        )


def details_of(run: Run) -> dict[str, Any]:
    """Return one scenario as plain data, without its arrays."""
    spec, recording = run.spec, run.recording
    return {
        "index": spec.index,
        "leaf": spec.leaf,
        "map": spec.map_name,
        "map_digest": spec.map_digest,
        "place": spec.place,
        "stream": spec.odds.stream,
        "log_p": spec.odds.log_p if spec.odds.has_p else None,
        "log_q": spec.odds.log_q if spec.odds.has_q else None,
        "lineage_id": spec.lineage_id,
        "driver": run.driver,
        "made_with": run.product_version,
        "duration_s": recording.duration_s,
        "steps": len(recording.t_ns),
        "agents": recording.agents.valid.shape[0],
        "statics": len(recording.statics.kind),
        "contacts": len(recording.contacts.t_ns),
        "visibility_m": float(recording.surroundings.mor_m.min()) if len(recording.t_ns) else None,
        "values": dict(spec.values),
        "actors": [
            {
                "name": a.name,
                "kind": a.kind.name.lower(),
                "law": a.law,
                "control": a.control.name.lower(),
                "speed_mps": a.speed_mps,
                "steps": len(a.steps),
            }
            for a in spec.actors
        ],
        "sensor_events": [f"{e.kind} {e.stream} {e.t_on_s:g} to {e.t_off_s:g} s" for e in spec.sensor_events],
        "evidence": [evidence_of(e) for e in run.evidence],
    }


def evidence_of(e: Evidence) -> dict[str, Any]:
    """Return a verdict as plain data; what is read only where observed is None elsewhere."""
    seen = e.observed == Observed.OBSERVED
    return {
        "leaf": e.leaf,
        "observed": word(e.observed),
        "outcome": word(e.outcome),
        "t_on_s": e.t_on_s if seen else None,
        "t_off_s": e.t_off_s if seen else None,
        "min_ttc_s": e.min_ttc_s if e.has_ttc else None,
        "severity_mps2": e.severity_mps2 if seen else None,
        "counterfactual": word(e.counterfactual),
        "agents": list(map(str, e.agents)),
        "effect": [f"{name} {value:.3g}" for name, value in e.effect],
        "oracle": e.oracle_version,
        "reason": e.reason,
    }
