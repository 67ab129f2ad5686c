"""Pictures of an episode without a screen: bird's eye, camera, 3-D, and all of them in one with chart and timeline."""

from collections.abc import Callable

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from sensors.packet import SensorPacket
from viewer.draw.boxes import box_items
from viewer.draw.curves import CHARTS, measure_chart
from viewer.draw.findings import finding_items
from viewer.draw.items import Item, Picture, Text, polygons
from viewer.draw.moment import moment
from viewer.draw.orbit import Orbit
from viewer.draw.paint import paint
from viewer.draw.roads import road_items, road_labels, signal_items
from viewer.draw.space import space_picture
from viewer.draw.sweep import sweep_items
from viewer.draw.theme import Theme
from viewer.draw.timeline import timeline_height, timeline_items
from viewer.draw.traffic import traffic_items
from viewer.draw.view import View, of_map, of_moment, pixel_view
from viewer.source import Episode

Size = tuple[int, int]
GAP_PX = 6
TITLE_PX = 26
CHART_PX = 118


def birdseye(episode: Episode, t_s: float, size: Size, theme: Theme, *, lidar: bool = False) -> Array:
    """Return the (H, W, 3) bird's-eye picture of an episode at a time; of a map, the whole map."""
    return paint(birdseye_items(episode, t_s, theme, lidar=lidar), birdseye_view(episode, t_s, size), theme)


def birdseye_items(episode: Episode, t_s: float, theme: Theme, *, lidar: bool) -> tuple[Item, ...]:
    """Return map, signals, traffic and, if asked for, the lidar sweep delivered last."""
    net, recording = episode.net, episode.recording
    items: list[Item] = []
    now = moment(recording, t_s) if recording is not None else None
    if net is not None:
        items += road_items(net)
        items += signal_items(net, now.signal_state if now is not None else None)
        items += (*road_labels(net), *finding_items(net)) if recording is None else ()
    if recording is not None and now is not None:
        items += traffic_items(recording, now, episode.evidence)
    packet = latest(episode, "lidar", t_s) if lidar else None
    return (*items, *(sweep_items(packet, theme) if packet is not None else ()))


def latest(episode: Episode, kind: str, t_s: float) -> SensorPacket | None:
    """Return the packet that the first sensor of a kind delivered last, None where there is none."""
    stream = episode.feed.first(kind) if episode.feed is not None else None
    return episode.feed.packet(stream, t_s) if episode.feed is not None and stream is not None else None


def birdseye_view(episode: Episode, t_s: float, size: Size) -> View:
    """Return where to look: at the subject and whom evidence names, or at the whole map."""
    if episode.recording is not None:
        return of_moment(episode.recording, episode.involved, t_s, size)
    if episode.net is not None:
        return of_map(episode.net, size)
    raise InputError(episode.title, got="neither map nor recording", wanted="a map or a scenario")


def space(episode: Episode, t_s: float, size: Size, theme: Theme, *, orbit: Orbit | None = None) -> Array:
    """Return the (H, W, 3) 3-D picture with the lidar sweep delivered last."""
    if episode.recording is None:
        raise InputError(episode.title, got="no recording", wanted="a scenario: a map alone has no 3-D picture yet")
    packet = latest(episode, "lidar", t_s)
    return space_picture(episode.recording, episode.net, t_s, orbit or Orbit(), size, packet=packet, by="height")


def camera(episode: Episode, t_s: float, size: Size, theme: Theme) -> Array:
    """Return the (H, W, 3) picture of the first camera with boxes, scaled to fit."""
    stream = episode.feed.first("camera") if episode.feed is not None else None
    if episode.feed is None or stream is None:
        raise InputError(episode.title, got="no camera", wanted="a scenario and a rig with a camera (--rig)")
    packet = episode.feed.packet(stream, t_s)
    if packet is None:
        lost = Text(size[0] / 2, size[1] / 2, "no frame was delivered at this time", "muted", size_px=14)
        return paint((lost,), pixel_view(*size), theme, background="panel")
    rgb = packet.arrays["rgb"]
    height, width = rgb.shape[:2]
    boxes = box_items(packet, episode.recording) if episode.recording is not None else ()
    # boxes are in the camera's pixels; they are drawn after scaling, so that lines and words keep their size
    scale = min(size[0] / width, size[1] / height)
    view = View(centre=(width / 2, height / 2), px_per_m=scale, size=size)
    return paint((Picture(rgb=fitted(rgb, size, theme), box=view.bounds, z=-1), *boxes), view, theme)


def fitted(rgb: Array, size: Size, theme: Theme) -> Array:
    """Return a picture scaled to fit a size and centred, averaging where it shrinks."""
    height, width = rgb.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    wide, high = max(round(width * scale), 1), max(round(height * scale), 1)
    out = np.empty((size[1], size[0], 3), np.uint8)
    out[:] = theme["panel"]
    x, y = (size[0] - wide) // 2, (size[1] - high) // 2
    out[y : y + high, x : x + wide] = resampled(resampled(rgb, high, axis=0), wide, axis=1)
    return out


def resampled(rgb: Array, count: int, *, axis: int) -> Array:
    """Return a picture with `count` rows or columns: box averages where there are fewer, linear where more."""
    old = rgb.shape[axis]
    edges = np.linspace(0, old, count + 1)
    if count >= old:
        place = np.clip((edges[:-1] + edges[1:]) / 2 - 0.5, 0, old - 1)
        low = np.floor(place).astype(int)
        high, w = np.minimum(low + 1, old - 1), place - low
        shape = [1, 1, 1]
        shape[axis] = count
        mixed = np.take(rgb, low, axis) * (1 - w).reshape(shape) + np.take(rgb, high, axis) * w.reshape(shape)
        return np.asarray(np.round(mixed), np.uint8)
    total = np.concatenate([np.zeros_like(np.take(rgb, [0], axis), np.float64), np.cumsum(rgb, axis, np.float64)], axis)
    low = np.floor(edges).astype(int)
    shape = [1, 1, 1]
    shape[axis] = count + 1
    following = np.take(total, np.minimum(low + 1, old), axis)
    at = np.take(total, low, axis) + (following - np.take(total, low, axis)) * (edges - low).reshape(shape)
    return np.asarray(np.round(np.diff(at, axis=axis) / (old / count)), np.uint8)


def split(episode: Episode, t_s: float, size: Size, theme: Theme) -> Array:
    """Return bird's eye left, camera and 3-D right, TTC and timeline below, a title on top."""
    if episode.recording is None:
        return birdseye(episode, t_s, size, theme)
    width, height = size
    out = np.empty((height, width, 3), np.uint8)
    out[:] = theme["background"]
    low = CHART_PX + timeline_height(episode.tracks)
    stage = height - low - TITLE_PX - GAP_PX
    upper = (stage - GAP_PX) // 2
    right = min(round(upper * 16 / 9), round(width * 0.45))  # a camera's usual shape
    left = width - right - 3 * GAP_PX
    put(out, title(episode, t_s, (width, TITLE_PX), theme), 0, 0)
    put(out, birdseye(episode, t_s, (left, stage), theme, lidar=True), GAP_PX, TITLE_PX)
    put(out, captioned(camera(episode, t_s, (right, upper), theme), "camera", theme), left + 2 * GAP_PX, TITLE_PX)
    sweep = "lidar by height" if latest(episode, "lidar", t_s) is not None else "no lidar delivered"
    lower = captioned(space(episode, t_s, (right, stage - upper - GAP_PX), theme), f"3-D, {sweep}", theme)
    put(out, lower, left + 2 * GAP_PX, TITLE_PX + upper + GAP_PX)
    put(out, charts(episode, t_s, (width, low), theme), 0, height - low)
    return out


def put(out: Array, part: Array, x: int, y: int) -> None:
    """Copy a picture into a larger one."""
    out[y : y + part.shape[0], x : x + part.shape[1]] = part


def title(episode: Episode, t_s: float, size: Size, theme: Theme) -> Array:
    """Return the strip on top: what and when."""
    outcome = next((e.outcome.name.lower().replace("_", " ") for e in episode.evidence
                    if episode.spec is not None and e.leaf == episode.spec.leaf), "")  # fmt: skip
    leaf = f"  {episode.spec.leaf} on {episode.spec.map_name}" if episode.spec is not None else ""
    mid = size[1] / 2
    items = (
        Text(GAP_PX + 4, mid, f"{episode.title}{leaf}", size_px=13, anchor="start", offset_px=(0, -5), bold=True),
        Text(size[0] - GAP_PX - 4, mid, f"{outcome}   t = {t_s:.2f} s", size_px=13, anchor="end", offset_px=(0, -5)),
    )
    return paint(items, pixel_view(*size), theme)


def captioned(rgb: Array, text: str, theme: Theme) -> Array:
    """Return the picture with a word in its corner."""
    height, width = rgb.shape[:2]
    plate = polygons([np.array([(0, height - 20), (9 + 6.6 * len(text), height - 20), (9 + 6.6 * len(text), height),
                                (0, height)])], "background", alpha=0.7)  # fmt: skip
    word = Text(6, height - 14, text, size_px=11, anchor="start", halo=False)
    return paint((Picture(rgb=rgb, box=(0, 0, width, height), z=-1), plate, word), pixel_view(width, height), theme)


def charts(episode: Episode, t_s: float, size: Size, theme: Theme) -> Array:
    """Return the TTC chart above the timeline, aligned."""
    if episode.recording is None:
        raise InputError(episode.title, got="no recording", wanted="a scenario")
    width, height = size
    rows = height - CHART_PX
    timeline = timeline_items(episode.tracks, episode.duration_s, (width, rows), now_s=t_s)
    lower = paint(timeline, pixel_view(width, rows), theme)
    box = (0.0, 0.0, float(width), float(CHART_PX))
    chart = measure_chart(episode.recording, episode.measures, CHARTS[0], box, cursor_s=t_s)
    return np.concatenate([paint(chart, pixel_view(width, CHART_PX), theme), lower])


VIEWS: dict[str, Callable[[Episode, float, Size, Theme], Array]] = {
    "bev": birdseye,
    "camera": camera,
    "3d": space,
    "split": split,
}
