"""Where a bird's-eye picture looks: a centre, a scale and a size in pixels."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A window onto a plane; y grows up in the plane and down in the picture."""

    centre: tuple[float, float]  # m
    px_per_m: float
    size: tuple[int, int]  # width, height px

    def to_px(self, xy: Array) -> Array:
        """Return (N, 2) px, origin at the lower left corner, y up."""
        half = np.array(self.size, np.float64) / 2
        return np.asarray((np.asarray(xy, np.float64) - self.centre) * self.px_per_m + half)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return x0, y0, x1, y1 m of what is seen."""
        dx, dy = (n / 2 / self.px_per_m for n in self.size)
        return self.centre[0] - dx, self.centre[1] - dy, self.centre[0] + dx, self.centre[1] + dy


def pixel_view(width: int, height: int) -> View:
    """Return the view in which a unit is a pixel and the origin is the lower left corner."""
    return View(centre=(width / 2, height / 2), px_per_m=1.0, size=(width, height))


def around(xy: tuple[float, float], span_m: float, size: tuple[int, int]) -> View:
    """Return the view of `span_m` metres across the picture's width, centred at a point."""
    return View(centre=xy, px_per_m=size[0] / span_m, size=size)


def fitted(points: Array, size: tuple[int, int], *, margin: float = 0.05, least_m: float = 20.0) -> View:
    """Return the view that holds all points (N, 2) with a margin; the origin where there are none."""
    if len(points) == 0:
        return around((0.0, 0.0), 100.0, size)
    low, high = points.min(0), points.max(0)
    span = np.maximum(high - low, least_m) * (1 + 2 * margin)
    mid = (low + high) / 2
    scale = min(size[0] / span[0], size[1] / span[1])
    return View(centre=(float(mid[0]), float(mid[1])), px_per_m=float(scale), size=size)


def of_map(net: RoadNetwork, size: tuple[int, int]) -> View:
    """Return the view of a whole map."""
    return fitted(net.lanes.centre[:, :2], size)


def of_moment(recording: Recording, agents: tuple[int, ...], t_s: float, size: tuple[int, int]) -> View:
    """Return the view around the subject that also holds the named agents' places at a time, 60 to 160 m wide."""
    k = min(max(round(t_s / recording.step_s), 0), len(recording.t_ns) - 1)
    rows = [recording.subject, *(a for a in agents if recording.agents.valid[a, k])]
    xy = recording.agents.xyz[rows, k, :2]
    low, high = xy.min(0), xy.max(0)
    aspect = size[0] / size[1]
    span = float(np.clip(max(high[0] - low[0], (high[1] - low[1]) * aspect) + 45.0, 60.0, 160.0))
    mid = (low + high) / 2
    return around((float(mid[0]), float(mid[1])), span, size)
