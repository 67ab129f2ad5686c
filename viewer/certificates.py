"""Certificates as tables and plain data."""

from dataclasses import asdict
from typing import Any

from scenarios.evaluation.certificate import Certificate, certify
from scenarios.evaluation.references import PREVENTERS
from scenarios.suite.index import Suite, word
from viewer.console import print_json, print_table


def print_certificate(suite: Suite, index: int, *, as_json: bool) -> None:
    """Print the certificate of one scenario."""
    spec = suite.run(index).spec
    found = certify(spec, suite.net(spec.map_name))
    if as_json:
        print_json(certificate_row(found))
    else:
        show_certificate(found)


def certificate_row(c: Certificate) -> dict[str, Any]:
    """Return a certificate as plain data; what does not apply is null."""
    return {
        "index": c.index,
        "leaf": c.leaf,
        "preventable": c.preventable,
        "avoided_by": dict(c.avoided_by),
        "unmitigated": {
            "contact_s": c.unmitigated.contact_s,
            "impact_mps": c.unmitigated.impact_mps,
            "latest_braking_s": c.unmitigated.braking_s,
            "latest_steering_s": c.unmitigated.steering_s,
            "steering_side": c.unmitigated.side or None,
        },
        "severity_mps2": c.severity_mps2,
        "mitigated": {"driver": c.driver, "outcome": word(c.outcome), "leaves": list(c.leaves)},
        "caused_by": list(c.caused_by),
        "feasible": c.feasible,
        "breaches": [asdict(b) for b in c.breaches],
        "log_p": c.log_p,
        "log_q": c.log_q,
    }


def show_certificate(c: Certificate) -> None:
    """Print a certificate for reading."""
    free = c.unmitigated
    rows = [
        ("preventable", f"{'yes' if c.preventable else 'no'} ({' or '.join(p.upper() for p in PREVENTERS)} avoids it)"),
        ("unmitigated", "touches nobody" if free.contact_s is None else contact_text(free.contact_s, free.impact_mps)),
        ("latest braking", instant(free.braking_s, free.contact_s)),
        ("latest steering", instant(free.steering_s, free.contact_s) + (f", to the {free.side}" if free.side else "")),
        (
            "severity",
            "-" if c.severity_mps2 is None else f"{c.severity_mps2:.2f} m/s2 at the onset, speed and path held",
        ),
        ("outcome", f"{word(c.outcome)} with {c.driver}"),
        ("caused by", ", ".join(c.caused_by) or "nobody: no single actor's removal undoes it"),
        ("feasible", "yes" if c.feasible else "NO"),
        ("log p", c.log_p),
        ("log q", c.log_q),
    ]
    print_table("certificate", ("field", "value"), rows)
    print_table(
        "reference drivers", ("driver", "avoids every contact"), [(n, "yes" if a else "no") for n, a in c.avoided_by]
    )
    if c.breaches:
        print_table(
            "beyond their limits",
            ("actor", "what", "t_s", "value", "limit", "unit"),
            [tuple(asdict(b).values()) for b in c.breaches],
        )


def contact_text(at_s: float, impact_mps: float | None) -> str:
    """Return when and how hard."""
    return f"contact at {at_s:.2f} s, {impact_mps or 0.0:.1f} m/s"


def instant(at_s: float | None, contact_s: float | None) -> str:
    """Return a last instant: "3.15 s (1.69 s before the contact)"."""
    if contact_s is None:
        return "not needed"
    return "never" if at_s is None else f"{at_s:.2f} s ({contact_s - at_s:.2f} s before the contact)"
