"""Results of a planner as files and tables: JSON, CSV, JUnit, text. docs/contract.md, "Verdicts"."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lxml import etree

from roadnet.base.errors import one_line
from scenarios.evaluation.summary import Comparison, Rate, Summary, grouped
from scenarios.evaluation.verdict import FAILED, Contact, Result, Verdict
from viewer.console import print_table

ALL = "all"  # how the whole is called where leaves have a name
SCHEMA = 1
CONTACT_FIELDS = tuple(Contact.__dataclass_fields__)
CSV_FIELDS = (
    *(name for name in Result.__dataclass_fields__ if name not in ("contact", "seconds")),
    *(f"contact_{name}" for name in CONTACT_FIELDS),
)


def result_row(result: Result) -> dict[str, Any]:
    """Return one result as plain data; what it took is left out, so that equal runs have equal rows."""
    row = asdict(result) | {"verdict": result.verdict.word, "exercised": result.exercised}
    del row["seconds"]
    return row


def summary_row(row: Summary) -> dict[str, Any]:
    """Return one leaf's summary as plain data."""
    return {
        "leaf": row.leaf or None,
        "scenarios": row.scenarios,
        "exercised": row.exercised,
        "exercised_share": rate_row(row.exercised_share),
        "pass_rate": rate_row(row.pass_rate),
        "fail_rate": rate_row(row.fail_rate),
        "non_reactive": row.non_reactive,
        "verdicts": {verdict.word: row.counts[verdict] for verdict in Verdict},
    }


def rate_row(rate: Rate) -> dict[str, Any]:
    """Return a rate with its 95 % interval; null where there is nothing to count."""
    low, high = rate.interval or (None, None)
    return {"value": rate.value, "low": low, "high": high, "of": rate.trials}


def comparison_row(row: Comparison) -> dict[str, Any]:
    """Return one leaf of two planners as plain data."""
    low, high = row.interval or (None, None)
    return {
        "leaf": row.leaf or None,
        **asdict(row.pairs),
        "difference": row.pairs.difference,
        "low": low,
        "high": high,
        "p": row.p,
        "p_holm": row.p_holm,
    }


# ---------------------------------------------------------------------------------------------- files


def write_files(folder: Path, tree: dict[str, Any], results: Sequence[Result]) -> None:
    """Write results.json, results.csv and junit.xml."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(tree, indent=1, allow_nan=False, ensure_ascii=False)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "results.csv").write_text(as_csv(results), encoding="utf-8", newline="")
    (folder / "junit.xml").write_bytes(as_junit(results, name=str(tree["planner"])))


def as_csv(results: Sequence[Result]) -> str:
    """Return a row a scenario; what was not measured is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, CSV_FIELDS, lineterminator="\n", restval="")
    writer.writeheader()
    for result in results:
        row = result_row(result)
        contact = row.pop("contact") or {}
        row |= {f"contact_{name}": contact.get(name) for name in CONTACT_FIELDS}
        writer.writerow({name: csv_cell(row[name]) for name in CSV_FIELDS})
    return out.getvalue()


def csv_cell(value: Any) -> Any:
    """Return a cell: booleans as 0 and 1; text that a spreadsheet would run as a formula is quoted."""
    if isinstance(value, bool):
        return int(value)
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def as_junit(results: Sequence[Result], *, name: str) -> bytes:
    """Return JUnit XML: a suite a leaf, a case a scenario.

    failure: the planner failed the scenario; error: the rig broke; skipped: not exercised. Near misses and
    unavoidable collisions are passed cases that say so.
    """
    suites = grouped(results)
    root = etree.Element("testsuites", {"name": clean(name), **totals(results)})
    del root.attrib["skipped"]  # counted by suite alone in the schema that Jenkins checks
    for leaf in sorted(suites):
        suite = etree.SubElement(root, "testsuite", {"name": clean(leaf), **totals(suites[leaf])})
        for result in suites[leaf]:
            suite.append(testcase(result))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def totals(results: Sequence[Result]) -> dict[str, str]:
    """Return the attributes that count the cases of a suite."""
    verdicts = [r.verdict for r in results]
    return {
        "tests": str(len(results)),
        "failures": str(sum(v in FAILED for v in verdicts)),
        "errors": str(verdicts.count(Verdict.RIG_ERROR)),
        "skipped": str(verdicts.count(Verdict.NOT_EXERCISED)),
        "time": f"{sum(r.seconds for r in results):.3f}",
    }


def testcase(result: Result) -> Any:
    """Return the element of one scenario."""
    case = etree.Element(
        "testcase", classname=clean(result.leaf), name=f"scenario {result.index}", time=f"{result.seconds:.3f}"
    )
    text = clean(result.reason)
    if result.verdict in FAILED:
        etree.SubElement(case, "failure", type=result.verdict.word, message=text)
    elif result.verdict is Verdict.RIG_ERROR:
        etree.SubElement(case, "error", type=result.verdict.word, message=text)
    elif result.verdict is Verdict.NOT_EXERCISED:
        etree.SubElement(case, "skipped", message=text)
    elif result.verdict is not Verdict.PASS_:
        etree.SubElement(case, "system-out").text = f"{result.verdict.word}: {text}"
    return case


def clean(text: str) -> str:
    """Return text that XML may hold: one line, no control characters, no lone surrogates."""
    return one_line(text.encode("utf-8", "replace").decode("utf-8"))


# --------------------------------------------------------------------------------------------- tables


def show_summaries(rows: Sequence[Summary]) -> None:
    """Print counts and rates by leaf."""
    shown = [v for v in Verdict if any(row.counts[v] for row in rows) or v is Verdict.PASS_]
    stale = ("non-reactive",) if any(row.non_reactive for row in rows) else ()
    columns = (
        "leaf",
        "scenarios",
        "exercised",
        "share",
        *(v.word for v in shown),
        "pass rate",
        "95 % interval",
        *stale,
    )
    print_table(
        "verdicts",
        columns,
        [
            (
                row.leaf or ALL,
                row.scenarios,
                row.exercised,
                row.exercised_share.value,
                *(row.counts[v] for v in shown),
                row.pass_rate.value,
                interval_text(row.pass_rate.interval),
                *(row.non_reactive for _ in stale),
            )
            for row in rows
        ],
    )


def show_comparisons(rows: Sequence[Comparison], *, a: str, b: str) -> None:
    """Print two planners in pairs."""
    columns = (
        "leaf", "both pass", "only A", "only B", "neither", "not counted", "A - B", "95 % interval", "p", "p (Holm)",
    )  # fmt: skip
    cells = [
        (
            row.leaf or ALL,
            row.pairs.both,
            row.pairs.only_a,
            row.pairs.only_b,
            row.pairs.neither,
            row.pairs.uncounted,
            row.pairs.difference,
            interval_text(row.interval),
            row.p,
            row.p_holm,
        )
        for row in rows
    ]
    print_table(f"A = {a}, B = {b}", columns, cells)


def interval_text(interval: tuple[float, float] | None) -> str:
    """Return "0.812 to 0.990"."""
    return "-" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"
