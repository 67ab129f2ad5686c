"""Colour roles in a dark and a light theme.

Categories use the palette of Okabe and Ito ("Color Universal Design", 2008), which the colour-blind tell
apart; continuous values use viridis and cividis (matplotlib, CC0). Colour is never the only sign.
"""

from dataclasses import dataclass
from functools import cache

import matplotlib
import numpy as np

from roadnet.base.arrays import Array

Colour = tuple[int, int, int]

ORANGE, SKY, GREEN, YELLOW = (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66)
BLUE, VERMILLION, PURPLE = (0, 114, 178), (213, 94, 0), (204, 121, 167)


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """A name and the colour of each role."""

    name: str
    colours: dict[str, Colour]

    def __getitem__(self, role: str) -> Colour:
        return self.colours[role]

    def hex(self, role: str) -> str:
        """Return the role's colour as "#rrggbb"."""
        return "#{:02x}{:02x}{:02x}".format(*self.colours[role])


SHARED: dict[str, Colour] = {
    "ego": ORANGE,
    "car": SKY,
    "van": (120, 160, 200),
    "truck": GREEN,
    "bus": (60, 190, 160),
    "motorcycle": YELLOW,
    "cyclist": (200, 210, 60),
    "pedestrian": PURPLE,
    "scooter": (180, 220, 120),
    "animal": (190, 130, 70),
    "trailer": (110, 180, 170),
    "door": (240, 120, 110),
    "debris": (170, 150, 130),
    "hazard": VERMILLION,
    "near_miss": ORANGE,
    "collision": (220, 40, 60),
    "fault": (150, 110, 220),
    "signal_dark": (90, 94, 100),
    "signal_red": (235, 60, 60),
    "signal_amber": (250, 185, 30),
    "signal_green": (40, 200, 130),
    "lamp_brake": (255, 60, 50),
    "lamp_turn": (255, 180, 40),
    "lamp_reverse": (250, 250, 255),
    "finding": VERMILLION,
    "series0": SKY,
    "series1": ORANGE,
    "series2": (0, 178, 130),
    "series3": PURPLE,
    "series4": YELLOW,
    "series5": (110, 140, 255),
}

DARK = Theme(
    name="dark",
    colours=SHARED
    | {
        "background": (18, 21, 26),
        "panel": (26, 30, 37),
        "raised": (38, 44, 53),
        "border": (56, 63, 74),
        "text": (228, 232, 238),
        "muted": (150, 158, 170),
        "grid": (45, 51, 60),
        "accent": SKY,
        "asphalt": (46, 51, 59),
        "junction": (52, 57, 66),
        "shoulder": (38, 42, 49),
        "sidewalk": (66, 70, 76),
        "biking": (52, 64, 58),
        "parking": (40, 46, 56),
        "median": (36, 44, 40),
        "rail": (60, 54, 50),
        "marking": (206, 210, 216),
        "marking_yellow": (226, 190, 84),
        "kerb": (92, 98, 108),
        "crosswalk": (150, 155, 162),
        "building": (58, 54, 62),
        "vegetation": (44, 66, 50),
        "static": (104, 108, 118),
        "furniture": (120, 126, 136),
        "outline": (12, 14, 18),
        "on_accent": (12, 14, 18),
        "outline_ego": (255, 255, 255),
        "trail": (170, 180, 195),
        "ground_return": (84, 88, 98),
        "good": (40, 190, 130),
    },
)

LIGHT = Theme(
    name="light",
    colours=SHARED
    | {
        "background": (244, 245, 247),
        "panel": (255, 255, 255),
        "raised": (233, 236, 240),
        "border": (205, 210, 217),
        "text": (28, 32, 38),
        "muted": (98, 106, 118),
        "grid": (226, 229, 234),
        "accent": BLUE,
        "asphalt": (186, 191, 198),
        "junction": (178, 183, 191),
        "shoulder": (208, 212, 217),
        "sidewalk": (222, 220, 214),
        "biking": (190, 208, 194),
        "parking": (202, 207, 216),
        "median": (206, 218, 204),
        "rail": (208, 200, 190),
        "marking": (255, 255, 255),
        "marking_yellow": (214, 160, 20),
        "kerb": (140, 146, 155),
        "crosswalk": (246, 247, 249),
        "building": (196, 188, 196),
        "vegetation": (168, 198, 164),
        "static": (140, 145, 154),
        "furniture": (112, 118, 128),
        "outline": (40, 44, 50),
        "on_accent": (255, 255, 255),
        "outline_ego": (0, 0, 0),
        "trail": (88, 96, 110),
        "ground_return": (168, 172, 180),
        "series0": BLUE,
        "series1": (190, 120, 0),
        "series4": (150, 140, 0),
        "car": (40, 140, 210),
        "motorcycle": (190, 170, 0),
        "cyclist": (140, 150, 0),
        "scooter": (110, 160, 40),
        "animal": (150, 95, 40),
        "trailer": (30, 130, 120),
        "door": (200, 70, 60),
        "debris": (120, 100, 80),
        "good": (0, 130, 90),
    },
)

THEMES = {"dark": DARK, "light": LIGHT}


@cache
def ramp(name: str) -> Array:
    """Return the (256, 3) uint8 table of a perceptual colour map: "viridis" or "cividis"."""
    table = matplotlib.colormaps[name](np.arange(256), bytes=True)[:, :3]
    out = np.ascontiguousarray(table)
    out.setflags(write=False)
    return out


def coloured(value: Array, low: float, high: float, name: str = "viridis") -> Array:
    """Return (N, 3) uint8 of values spread over the map from `low` to `high`, ends clamped."""
    span = high - low if high > low else 1.0
    index = np.clip((np.asarray(value, np.float64) - low) / span * 255.0, 0, 255).astype(np.uint8)
    return np.asarray(ramp(name)[index])
