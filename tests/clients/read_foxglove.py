"""Runs in the client's environment: reads an export with foreign libraries only, prints JSON, saves arrays.

usage: read_foxglove.py FILE.mcap OUT.npz
"""

import json
import sys
from itertools import pairwise

import numpy as np
from mcap.reader import make_reader
from mcap.records import Chunk, DataEnd, Footer, Message
from mcap.stream_reader import StreamReader
from mcap_protobuf.decoder import DecoderFactory

NUMERIC = {1: "u1", 2: "i1", 3: "<u2", 4: "<i2", 5: "<u4", 6: "<i4", 7: "<f4", 8: "<f8"}  # foxglove.NumericType


def crcs(path):
    """Return the CRCs that stand in the file after checking each against its bytes."""
    with open(path, "rb") as file:
        chunks = [r for r in StreamReader(file, validate_crcs=True, emit_chunks=True).records if isinstance(r, Chunk)]
    with open(path, "rb") as file:
        rest = list(StreamReader(file, validate_crcs=True).records)
    ends = [r.data_section_crc for r in rest if isinstance(r, DataEnd)]
    feet = [r.summary_crc for r in rest if isinstance(r, Footer)]
    messages = sum(isinstance(r, Message) for r in rest)
    return {"chunks": [c.uncompressed_crc for c in chunks], "data": ends, "summary": feet, "messages": messages}


def points(cloud):
    """Return the packed points of a PointCloud by its own description."""
    fields = cloud.fields
    layout = {
        "names": [f.name for f in fields],
        "formats": [NUMERIC[f.type] for f in fields],
        "offsets": [f.offset for f in fields],
        "itemsize": cloud.point_stride,
    }
    return np.frombuffer(cloud.data, np.dtype(layout))


def nanoseconds(stamp):
    return stamp.seconds * 1_000_000_000 + stamp.nanos


def main(path, out):
    topics, arrays, times = {}, {}, []
    with open(path, "rb") as file:
        reader = make_reader(file, validate_crcs=True, decoder_factories=[DecoderFactory()])
        for schema, channel, message, decoded in reader.iter_decoded_messages(log_time_order=False):
            row = topics.setdefault(channel.topic, {"schema": schema.name, "encoding": schema.encoding, "count": 0})
            at, row["count"] = row["count"], row["count"] + 1
            times.append(message.log_time)
            if schema.name == "foxglove.PointCloud":
                found = points(decoded)
                for name in found.dtype.names:
                    arrays[f"{channel.topic}/{at}/{name}"] = found[name]
                arrays[f"{channel.topic}/{at}/stamp"] = np.array([nanoseconds(decoded.timestamp)])
                row["frame"] = decoded.frame_id
            elif schema.name == "foxglove.RawImage":
                image = np.frombuffer(decoded.data, np.uint8).reshape(decoded.height, decoded.step)
                arrays[f"{channel.topic}/{at}/rgb"] = image.reshape(decoded.height, decoded.width, 3)
                row["frame"] = decoded.frame_id
            elif schema.name == "foxglove.CameraCalibration":
                row["K"] = list(decoded.K)
                row["frame"] = decoded.frame_id
            elif schema.name == "foxglove.FrameTransforms":
                row.setdefault("frames", [])
                for t in decoded.transforms:
                    pair = [t.parent_frame_id, t.child_frame_id]
                    if pair not in row["frames"]:
                        row["frames"].append(pair)
                    q, p = t.rotation, t.translation
                    arrays[f"{channel.topic}/{at}/{t.child_frame_id}"] = np.array([p.x, p.y, p.z, q.x, q.y, q.z, q.w])
            elif schema.name == "foxglove.SceneUpdate":
                row["entities"] = row.get("entities", 0) + len(decoded.entities)
                row["lines"] = row.get("lines", 0) + sum(len(e.lines) for e in decoded.entities)
                row["boxes"] = row.get("boxes", 0) + sum(len(e.cubes) for e in decoded.entities)
        metadata = {m.name: dict(m.metadata) for m in reader.iter_metadata()}
    np.savez(out, **arrays)
    monotone = all(a <= b for a, b in pairwise(times))
    print(json.dumps({"topics": topics, "monotone": monotone, "crcs": crcs(path), "metadata": metadata}))


if __name__ == "__main__":
    main(*sys.argv[1:])
