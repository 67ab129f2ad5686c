"""Pictures and videos of a scenario or a map, without a screen.

nearmiss render town/7 --out seven.png
nearmiss render town/7 --out seven.mp4 --view split --size 1280x720
nearmiss render crossing --out crossing.png
"""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from viewer.console import note, progress
from viewer.draw.png import png_bytes
from viewer.draw.theme import THEMES
from viewer.pictures import VIEWS
from viewer.source import Episode, open_source

FRAMES_PER_S = 20
LARGEST_PX = 8192


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("path", metavar="PATH", help="SUITE/ID, SUITE (its first scenario), a map, or a map's name")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="what to write: .png, or .mp4")
    parser.add_argument("--at", type=float, metavar="T", help="time, s (default: the critical instant)")
    parser.add_argument("--view", choices=tuple(VIEWS), help="what to show (default: split; bev for a map)")
    parser.add_argument("--size", type=size_of, default=(1280, 720), metavar="WxH", help="pixels (default 1280x720)")
    parser.add_argument("--rig", default="", metavar="NAME", help="rig whose camera and lidar are shown")
    parser.add_argument("--theme", choices=tuple(THEMES), default="dark", help="colours (default dark)")
    parser.add_argument("--speed", type=float, default=1.0, metavar="X", help="of a video (default 1)")


def run(args: argparse.Namespace) -> int:
    """Write the picture or the video."""
    suffix = args.out.suffix.lower()
    if suffix not in (".png", ".mp4"):
        raise InputError("--out", got=repr(str(args.out)), wanted="a name that ends in .png or .mp4")
    if not 0.05 <= args.speed <= 100:
        raise InputError("--speed", got=f"{args.speed:g}", wanted="0.05 to 100")
    source = open_source(args.path)
    if source.first is None:
        raise InputError(args.path, got="a suite without scenarios", wanted="at least one")
    episode = source.episode(source.first).ready(args.rig)
    view = args.view or ("split" if episode.recording is not None else "bev")
    t_s = checked_time(episode, args.at)
    if suffix == ".png":
        args.out.write_bytes(png_bytes(VIEWS[view](episode, t_s, args.size, THEMES[args.theme])))
    else:
        write_video(args.out, frames(episode, args, view, args.at or 0.0), args.size)
    note(f"{args.out}: {view} of {episode.title} at {t_s:.2f} s" if suffix == ".png" else f"{args.out}: {view}")
    return 0


def size_of(text: str) -> tuple[int, int]:
    """Return width and height of "1280x720"; even numbers, as video needs them."""
    match = re.fullmatch(r"(\d{2,5})x(\d{2,5})", text)
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (160 <= width <= LARGEST_PX and 120 <= height <= LARGEST_PX):
        raise argparse.ArgumentTypeError(f"got {text!r}, want WIDTHxHEIGHT from 160x120 to {LARGEST_PX}x{LARGEST_PX}")
    return width, height


def checked_time(episode: Episode, at_s: float | None) -> float:
    """Return the time to show; InputError outside the recording."""
    if at_s is None:
        return episode.critical_s
    if not 0.0 <= at_s <= episode.duration_s + 1e-9:
        raise InputError(
            "--at", got=f"{at_s:g} s", wanted=f"0 to {episode.duration_s:g} s, the length of {episode.title}"
        )
    return at_s


def frames(episode: Episode, args: argparse.Namespace, view: str, from_s: float) -> Iterator[Array]:
    """Yield the pictures of a video from a time to the end."""
    if episode.duration_s <= 0:
        raise InputError(args.path, got="nothing that moves", wanted="a scenario: write a map to a .png")
    times = np.arange(from_s, episode.duration_s + 1e-9, args.speed / FRAMES_PER_S)
    with progress("rendering", len(times)) as advance:
        for t_s in times:
            yield VIEWS[view](episode, float(t_s), args.size, THEMES[args.theme])
            advance(1)


def write_video(path: Path, pictures: Iterator[Array], size: tuple[int, int]) -> None:
    """Write an H.264 video; sides are cut to even numbers."""
    try:
        import av
    except ImportError:
        raise InputError(
            str(path), got="no video encoder", wanted='the extra `video`: pip install "nearmiss[video]", or a .png'
        ) from None
    width, height = size[0] // 2 * 2, size[1] // 2 * 2
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_S, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for rgb in pictures:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb[:height, :width]), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
