"""List the hazards: id, title, parameters with unit, range, prior and source.

example:  nearmiss hazards --json
"""

import argparse
from typing import Any

from scenarios.hazards.leaf import Leaf, Parameter
from scenarios.hazards.registry import chosen
from scenarios.hazards.taxonomy import taxonomy, taxonomy_digest
from scenarios.sampling.odds import conditional
from viewer.console import note, print_json, print_table
from viewer.options import add_json


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "hazard", nargs="*", metavar="HAZARD", help='ids, names or "tag:T" (default: the whole catalogue)'
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the catalogue."""
    leaves = chosen(args.hazard)
    if args.json:
        hazards = [described(leaf) for leaf in leaves]
        print_json({"taxonomy": taxonomy().version, "digest": taxonomy_digest(), "hazards": hazards})
        return 0
    rows = [row for leaf in leaves for row in table_rows(leaf)]
    print_table("", ("id", "title", "parameter", "unit", "from", "to", "prior", "grade", "source"), rows)
    note(f"{len(leaves)} hazards; {len(taxonomy().leaves)} leaves in taxonomy {taxonomy_digest()}")
    return 0


def described(leaf: Leaf) -> dict[str, Any]:
    """Return a leaf as plain data."""
    return {
        "id": leaf.id,
        "name": leaf.name,
        "title": leaf.title,
        "cause": leaf.cause,
        "place": leaf.place_kind,
        "tags": list(leaf.tags),
        "needs_packets": leaf.needs_packets,
        "parameters": [parameter(p) for p in leaf.parameters],
    }


def parameter(p: Parameter) -> dict[str, Any]:
    """Return a parameter as plain data."""
    return {
        "name": p.name,
        "meaning": p.meaning,
        "unit": p.unit,
        "range": [p.lo, p.hi],
        "prior": {
            "kind": p.prior.kind,
            "numbers": dict(p.prior.numbers),
            "weights": list(p.prior.weights),
            "given": p.given_text,
            "within": p.within_text,
            "kept": kept(p),
            "source": p.prior.source,
            "domain": p.prior.domain,
            "n": p.prior.n or None,
            "grade": p.prior.grade,
        },
    }


def kept(p: Parameter) -> float | None:
    """Return the probability that truncation to the range keeps; None where it depends on place and other values."""
    if p.given is not None or p.within is not None:
        return None
    return round(float(conditional(p, {}, {}).mass), 6)


def table_rows(leaf: Leaf) -> list[tuple[object, ...]]:
    """Return a row a parameter; the leaf is named in the first."""
    rows: list[tuple[object, ...]] = []
    for i, p in enumerate(leaf.parameters):
        head = (leaf.id, leaf.title) if i == 0 else ("", "")
        rows.append((*head, p.name, p.unit, p.lo, p.hi, prior_text(p), p.prior.grade, p.prior.source))
    return rows


def prior_text(p: Parameter) -> str:
    """Return the prior in one phrase: "gamma(4.15, 0.266) times v_ego_mps"."""
    numbers = p.prior.weights or p.prior.distribution.numbers
    phrase = f"{p.prior.kind}({', '.join(f'{x:g}' for x in numbers)})"
    return " ".join(x for x in (phrase, p.given_text, p.within_text and f"({p.within_text})") if x)
