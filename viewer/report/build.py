"""Builds a report: figures, pictures of the worst scenarios, pictures of what sensors saw."""

from roadnet.base.errors import InputError
from scenarios.model.evidence import Evidence, Observed, Outcome
from viewer.draw.png import png_bytes
from viewer.draw.theme import DARK, LIGHT
from viewer.pictures import birdseye, camera, space
from viewer.report.figures import Figures, Worst, figures_of
from viewer.report.page import Card, Shot, page
from viewer.source import Episode, SuiteSource

CARD_SIZE, SHOT_SIZE = (560, 300), (540, 304)
SENSOR_SHOTS = 3  # leaves of which one scenario's camera and lidar are shown


def report(source: SuiteSource, *, rig: str = "") -> tuple[str, Figures]:
    """Return (the HTML page, its figures) of a suite."""
    figures = figures_of(source.suite)
    cards: list[Card] = []
    shots: list[Shot] = []
    shown: set[str] = set()
    for worst in figures.worst:
        episode = source.episode(worst.index).ready(rig)
        cards.append(card_of(episode, worst))
        if worst.leaf not in shown and len(shown) < SENSOR_SHOTS:
            shown.add(worst.leaf)
            shots += sensor_shots(episode)
    return page(figures, cards, shots), figures


def card_of(episode: Episode, worst: Worst) -> Card:
    """Return the card of one scenario at its critical instant."""
    t_s = episode.critical_s
    png = png_bytes(birdseye(episode, t_s, CARD_SIZE, LIGHT))
    caption = f"Bird's-eye view of scenario {worst.index} at {t_s:.2f} s"
    return Card(worst=worst, shot=Shot(png=png, caption=caption), lines=evidence_lines(episode))


def evidence_lines(episode: Episode) -> tuple[str, ...]:
    """Return what the oracles say, and the odds, one line each."""
    seen = [verdict_line(e) for e in episode.evidence if e.observed == Observed.OBSERVED]
    odds = episode.spec.odds if episode.spec is not None else None
    if odds is not None:
        p = f"log p {odds.log_p:.2f}" if odds.has_p else "outside the prior"
        q = f"log q {odds.log_q:.2f}" if odds.has_q else "pinned"
        seen.append(f"{odds.stream.replace('_', ' ')} stream, {p}, {q}")
    return tuple(seen)


def verdict_line(e: Evidence) -> str:
    """Return one verdict in words."""
    parts = [f"{e.leaf} observed {e.t_on_s:.2f} to {e.t_off_s:.2f} s"]
    parts += [e.outcome.name.lower().replace("_", " ")] if e.outcome != Outcome.NONE else []
    parts += [f"TTC {e.min_ttc_s:.2f} s"] if e.has_ttc else []
    parts += [f"counterfactual {e.counterfactual.name.lower().replace('_', ' ')}"]
    parts += [f"{name} {value:.3g}" for name, value in e.effect]
    return ", ".join(parts)


def sensor_shots(episode: Episode) -> list[Shot]:
    """Return the camera and the lidar of one scenario at its critical instant; nothing where the rig has none."""
    t_s, out = episode.critical_s, []
    for name, draw in (("camera with boxes", camera), ("lidar in 3-D, coloured by height", space)):
        try:
            rgb = draw(episode, t_s, SHOT_SIZE, DARK)
        except InputError:
            continue
        out.append(Shot(png=png_bytes(rgb), caption=f"{episode.title}: {name}, {t_s:.2f} s"))
    return out
