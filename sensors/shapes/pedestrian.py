"""Walking person: legs and arms swing with the gait."""

import math

from sensors.figures import arm, head, leg, torso
from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import Part, bounds, fitted, joined

VARIETIES = 2
PHASES = 16
HEIGHT_M = 1.75  # the figure's own; 50th percentile man, ISO 7250 (recalled)
LEG_M = 0.86  # hip to ankle


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a person; `size` is the box over a whole stride, m; `phase` the gait in rad: 0 passing, pi/2 widest."""
    scale = size[2] / HEIGHT_M
    swing = math.asin(min(max((size[0] / scale - 0.23) / (2 * LEG_M), 0.1), 0.45))
    cover = Material.HELMET if look % VARIETIES else Material.HAIR
    standing, widest = (bounds(_figure(0.0, swing, cover)), bounds(_figure(0.5 * math.pi, swing, cover)))
    envelope = widest.copy()
    envelope[1, 2] = standing[1, 2]
    return fitted(_figure(phase, swing, cover), size, envelope)


def _figure(phase: float, swing: float, cover: Material) -> Part:
    hip = LEG_M * math.cos(swing * math.sin(phase)) + 0.08
    neck = (0.02, 0.0, hip + 0.5)
    limbs = []
    for side in (1.0, -1.0):
        angle = swing * math.sin(phase) * side
        lift = max(0.0, math.cos(phase) * side) * swing  # the leg that swings forward bends at the knee
        limbs.append(_leg(hip, 0.1 * side, angle, lift))
        limbs.append(_arm(neck, 0.21 * side, -angle))
    return joined([torso((0.0, 0.0, hip), neck, width=0.4, depth=0.25), head(neck, cover=cover), *limbs])


def _leg(hip: float, y: float, angle: float, bend: float) -> Part:
    thigh, shin = angle + 0.7 * bend, angle - 0.7 * bend
    knee = (0.44 * math.sin(thigh), y, hip - 0.44 * math.cos(thigh))
    ankle = (knee[0] + 0.42 * math.sin(shin), y, knee[2] - 0.42 * math.cos(shin))
    return leg((0.0, y, hip), knee, ankle)


def _arm(neck: tuple[float, float, float], y: float, angle: float) -> Part:
    x, z = neck[0], neck[2] - 0.06
    elbow = (x + 0.29 * math.sin(angle), y, z - 0.29 * math.cos(angle))
    hand = (elbow[0] + 0.3 * math.sin(angle + 0.35), y, elbow[2] - 0.3 * math.cos(angle + 0.35))
    return arm((x, y, z), elbow, hand)
