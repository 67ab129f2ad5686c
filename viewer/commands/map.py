"""Say what a road map holds, and where a road or lane position lies on it.

example:  nearmiss map info crossing
          nearmiss map check town.xodr --gate
          nearmiss map pose crossing --road 1 --s 30 --lane -1
          nearmiss map convert town.net.xml --out town.xodr
          nearmiss map generate roundabout --seed 7 --out ring.xodr
"""

import argparse
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import roadnet
from roadnet.base.errors import InputError
from roadnet.checks import check
from roadnet.formats import opendrive
from roadnet.formats.opendrive import write
from roadnet.formats.opendrive.roundtrip import Difference, difference
from roadnet.frames import Pose
from roadnet.generate.registry import form_file, parameters_of
from roadnet.network import LaneType, ObjectKind, RoadNetwork
from roadnet.places import KINDS, no_place_reason, places
from viewer.console import note
from viewer.mapcheck import add_check, check_map
from viewer.options import add_json, add_out, natural, pairs


def add(parser: argparse.ArgumentParser) -> None:
    """Declare `map info FILE` and `map pose FILE --road R --s S (--t T | --lane L [--t T])`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="info|check|pose|generate|convert")
    info = actions.add_parser("info", help="what the map holds, what was found wrong with it, which places it offers")
    pose = actions.add_parser("pose", help="x, y, z and heading of a road or lane position")
    add_generate(actions)
    add_check(actions)
    convert = actions.add_parser(
        "convert", help="write the map as OpenDRIVE 1.7 and say how far it is from the original"
    )
    add_out(convert, what="the OpenDRIVE file to write", required=True)
    for part in (info, pose, convert):
        part.add_argument("file", help="a map file, or a map's name: a shipped one or one below $NEARMISS_MAPS")
        add_json(part)
    pose.add_argument("--road", required=True, metavar="ID", help="road id, as in the file")
    pose.add_argument("--s", type=float, required=True, metavar="M", help="m along the road's reference line")
    across = "m to the left of the reference line; with --lane of the lane's centre (default 0)"
    pose.add_argument("--t", type=float, default=0.0, metavar="M", help=across)
    pose.add_argument(
        "--lane", type=int, metavar="ID", help="OpenDRIVE lane id: the pose on the lane, its height included"
    )


def run(args: argparse.Namespace) -> int:
    """Run one action and return the exit code."""
    if args.action == "generate":
        return generate_map(args)
    net = roadnet.load(args.file)
    if args.action == "pose":
        show_pose(pose_of(net, args), as_json=args.json)
    elif args.action == "check":
        return check_map(net, as_json=args.json, gate=args.gate)
    elif args.action == "convert":
        show_difference(converted(net, args.out), args.out, as_json=args.json)
    else:
        show_info(info_of(net), as_json=args.json)
    return 0


def add_generate(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare `map generate FORM --out FILE.xodr [--seed N] [--set name=value ...]`."""
    part = actions.add_parser(
        "generate", help="write a road map of a form, as OpenDRIVE 1.7 (docs/roads.md lists forms)"
    )
    part.add_argument("form", metavar="FORM", help="a road form, e.g. roundabout; an unknown one names those there are")
    add_out(part, what="the .xodr file to write", required=True)
    part.add_argument(
        "--seed", type=natural, metavar="N", help="draw the parameters from their ranges (default: none drawn)"
    )
    part.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter, e.g. --set legs=5; repeatable"
    )


def generate_map(args: argparse.Namespace) -> int:
    """Write a generated map and say what was written."""
    if args.out.suffix.lower() != ".xodr":
        raise InputError("--out", got=repr(str(args.out)), wanted="a name that ends in .xodr")
    form = parameters_of(args.form, seed=args.seed, values=dict(pairs(args.set)))
    args.out.write_bytes(form_file(args.form).document(form))
    note(f"{args.out}: {args.form}" + ("" if args.seed is None else f", seed {args.seed}"))
    return 0


def pose_of(net: RoadNetwork, args: argparse.Namespace) -> Pose:
    """Return the pose that the options ask for. Raises InputError where the map has no such position."""
    if not np.isfinite([args.s, args.t]).all():
        raise InputError("--s, --t", got="a number that is not finite", wanted="metres")
    try:
        if args.lane is None:
            return net.road_pose(args.road, args.s, args.t)
        return net.lane_pose(args.road, args.lane, args.s, args.t)
    except ValueError as error:
        where, _, rest = str(error).partition(": got ")
        got, _, wanted = rest.partition(", want ")
        raise InputError(f"{args.file}: {where}", got=got, wanted=wanted) from None


def converted(net: RoadNetwork, out: Path) -> Difference:
    """Write the map as OpenDRIVE and return how what is read back differs. Raises InputError."""
    write.save(net, out)
    return difference(net, opendrive.read(out))


def info_of(net: RoadNetwork) -> dict[str, Any]:
    """Return what is worth knowing of a map, as plain values."""
    lanes = net.lanes
    kinds, count = np.unique(lanes.type, return_counts=True)
    metres = {k: float(lanes.length_m[lanes.type == k].sum()) for k in kinds.tolist()}
    low, high = lanes.centre[:, :2].min(0), lanes.centre[:, :2].max(0)
    found = {kind: places(net, kind) for kind in KINDS}
    return {
        "name": net.name,
        "path": net.source.path,
        "format": f"{net.source.format} {net.source.version}",
        "digest": net.digest,
        "geo_reference": net.source.geo_reference,
        "header_offset": list(net.source.header_offset),
        "bounds_m": [*low.tolist(), *high.tolist()],
        "roads": len(net.roads.id),
        "road_length_m": float(net.roads.length_m.sum()),
        "junctions": len(net.junctions.id),
        "conflicts": len(net.junctions.conflict),
        "lanes": {LaneType(k).name.lower(): {"count": n, "length_m": metres[k]}
                  for k, n in zip(kinds.tolist(), count.tolist(), strict=True)},
        "signals": len(net.signals.id),
        "signal_groups": len(net.signals.group_id),
        "objects": len(net.objects.id),
        "structures": [{"kind": ObjectKind(kind).name.lower(), "id": name, "road": net.roads.id[road],
                        "s_range_m": span}
                       for kind, name, road, span in zip(net.structures.kind.tolist(), net.structures.id,
                       net.structures.road.tolist(), net.structures.s_range.tolist(), strict=True)],
        "counts": dict(net.source.counts),
        "places": {k: {"count": len(v), "why_none": no_place_reason(net, k)} for k, v in found.items()},
        "findings": [{"severity": f.severity, "code": f.code, "where": f.where, "message": f.message}
                     for f in check(net)],
    }  # fmt: skip


def show_pose(pose: Pose, *, as_json: bool) -> None:
    """Print a pose: metres with 6 decimals, radians with 9."""
    if as_json:
        print(json.dumps(pose._asdict()))
    else:
        print(f"x {pose.x:.6f}  y {pose.y:.6f}  z {pose.z:.6f}  heading {pose.heading:.9f}")


def show_difference(found: Difference, out: Path, *, as_json: bool) -> None:
    """Print what the round trip through the written file changed."""
    if as_json:
        print(json.dumps(asdict(found), indent=1))
        return
    parts = {"reference lines": found.road_m, "lane centres": found.centre_m, "edges": found.edge_m,
             "signals": found.signal_m, "objects": found.object_m}  # fmt: skip
    print(f"{out}: OpenDRIVE 1.7; read back, {', '.join(f'{name} within {m:.1g} m' for name, m in parts.items())}")
    counts = {name: getattr(found, name) for name in ("roads", "lanes", "links", "junctions", "signals", "objects")}
    unlike = [f"{count} {name}" for name, count in counts.items() if count]
    print(f"only in one of the two: {', '.join(unlike) or 'nothing'}")


def show_info(info: dict[str, Any], *, as_json: bool) -> None:
    """Print the map's facts."""
    if as_json:
        print(json.dumps(info, indent=1))
        return
    console = Console(soft_wrap=True, highlight=False)
    west, south, east, north = info["bounds_m"]
    console.print(f"{info['name']}: {info['format']}, digest {info['digest']}", markup=False)
    console.print(f"{info['roads']} roads, {info['road_length_m']:.1f} m; {info['junctions']} junctions with "
                  f"{info['conflicts']} lane conflicts; {east - west:.0f} x {north - south:.0f} m")  # fmt: skip
    console.print(f"{info['signals']} signals in {info['signal_groups']} groups, {info['objects']} objects")
    for row in info["structures"]:
        begin, end = row["s_range_m"]
        console.print(f"{row['kind']} {row['id']}: road {row['road']} from s {begin:.1f} to {end:.1f} m", markup=False)
    table = Table("lane type", "lanes", "length m", box=None)
    for kind, row in info["lanes"].items():
        table.add_row(kind, str(row["count"]), f"{row['length_m']:.1f}")
    console.print(table)
    for kind, row in info["places"].items():
        console.print(f"places {kind}: {row['count'] or 'none: ' + row['why_none']}")
    codes = Counter((f["severity"], f["code"]) for f in info["findings"])
    for (severity, code), count in codes.items():
        first = next(f for f in info["findings"] if (f["severity"], f["code"]) == (severity, code))
        more = f" (and {count - 1} more: map check)" if count > 1 else ""
        console.print(f"{severity} {code}: {first['where']}: {first['message']}{more}", markup=False)
