"""A suite to read: runs by scenario index, and two tables of all of it.

The tables are rebuilt from the sealed files whenever those are not the ones that index.npz was made from.
"""

import os
import secrets
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.model.evidence import Counterfactual, Evidence, Observed, Outcome
from scenarios.model.recording import Recording
from scenarios.model.run import Failure, Run
from scenarios.model.spec import ConcreteScenario
from scenarios.suite.blocks import BlockReader
from scenarios.suite.maps import net_of
from scenarios.suite.records import Verdicts, restore
from scenarios.suite.store import Plan, block_path, read_plan, sealed_blocks, sealed_evidence

STREAMS = ("exploration", "gap_filling", "imported")
OPEN_BLOCKS = 8  # file handles kept
SCENARIO_FIELDS: dict[str, Any] = {
    "index": "<i8", "block": "<i4", "failed": "?", "leaf": "U", "map": "U", "place": "U", "stream": "U",
    "log_p": "<f8", "log_q": "<f8", "has_p": "?", "has_q": "?", "reason": "U",
}  # fmt: skip
VERDICT_FIELDS: dict[str, Any] = {
    "index": "<i8", "leaf": "U", "oracle_version": "<i4", "observed": "u1", "outcome": "u1",
    "counterfactual": "u1", "severity_mps2": "<f8", "t_on_s": "<f8", "t_off_s": "<f8", "min_ttc_s": "<f8",
    "has_ttc": "?",
}  # fmt: skip


def open_suite(path: str | Path) -> "Suite":
    """Return the suite in a folder; InputError where there is none."""
    return Suite(Path(path))


def locate(path: str | Path) -> tuple[Path, int | None]:
    """Return suite folder and scenario index of "SUITE/ID", or (folder, None) of "SUITE". InputError if neither."""
    path = Path(path)
    if (path / "SUITE.json").is_file():
        return path, None
    if path.name.isascii() and path.name.isdigit() and (path.parent / "SUITE.json").is_file():
        return path.parent, int(path.name)
    raise InputError(str(path), got="no SUITE.json there", wanted="a suite, or SUITE/ID with ID a scenario's number")


class Suite:
    """A suite on disk. Reading costs one chunk of one block; the tables hold a row a scenario, no arrays."""

    def __init__(self, path: Path) -> None:
        """Open the suite at `path`."""
        self.path = path
        self.plan: Plan = read_plan(path)
        self._open: OrderedDict[Path, BlockReader] = OrderedDict()

    def __enter__(self) -> "Suite":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files that are open."""
        while self._open:
            self._open.popitem()[1].close()

    def __len__(self) -> int:
        """Return how many scenarios are planned; those of missing blocks are not there yet."""
        return self.plan.count

    def __getitem__(self, index: int) -> Run:
        """Return a run by its scenario index. IndexError outside the plan, InputError where it was not made."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"{self.path}: got scenario {index}, want 0 to {len(self) - 1}")
        return self.run(index % len(self))

    def __iter__(self) -> Iterator[Run]:
        """Yield every run that was made, by index."""
        for index in self.scenarios["index"][~self.scenarios["failed"]]:
            yield self.run(int(index))

    def run(self, index: int) -> Run:
        """Return a run by its scenario index; InputError naming why there is none."""
        if not 0 <= index < len(self):
            raise InputError(f"{self.path}/{index}", got=f"scenario {index}", wanted=f"0 to {len(self) - 1}")
        reader = self._reader(self._block_of(index))
        found = {m.topic: m.record for m in reader.messages(scenario=index)}
        where = f"{self.path}/{index}"
        if "failure" in found:
            reason = restore(Failure, found["failure"], where).reason
            raise InputError(where, got=f"a scenario that could not be made ({reason})", wanted="one that was")
        if not {"spec", "recording"} <= found.keys():
            raise InputError(where, got="a block without this scenario", wanted="spec and recording")
        return Run(
            spec=restore(ConcreteScenario, found["spec"], where),
            recording=restore(Recording, found["recording"], where),
            evidence=self.evidence(index),
            driver=dict(reader.identity.facts).get("driver", ""),
            product_version=str(self.plan.settings.get("product", "")),
        )

    def block(self, block: int) -> tuple[str, list[tuple[ConcreteScenario, Recording]]]:
        """Return the hash of a sealed block and its scenarios that were made, by index."""
        reader = self._reader(self._block_of(block * self.plan.block_size))
        where = f"{self.path}: block {block}"
        specs = {m.scenario: restore(ConcreteScenario, m.record, where) for m in reader.messages("spec")}
        recordings = {m.scenario: restore(Recording, m.record, where) for m in reader.messages("recording")}
        if specs.keys() != recordings.keys():
            raise InputError(where, got="specs without recordings", wanted="both of each scenario")
        return reader.hash, [(specs[i], recordings[i]) for i in sorted(specs)]

    def evidence(self, index: int) -> tuple[Evidence, ...]:
        """Return the verdicts on a scenario, one a leaf, sorted by leaf: the newest oracle's, measured before not."""
        return self.block_evidence(index // self.plan.block_size, index).get(index, ())

    def block_evidence(self, block: int, index: int | None = None) -> dict[int, tuple[Evidence, ...]]:
        """Return the verdicts on each scenario of a block, or on one of them, as `evidence` does."""
        best: dict[int, dict[str, Evidence]] = {}
        for file in self._evidence_files.get(block, ()):
            for message in self._reader(file).messages("verdicts", index):
                mine = best.setdefault(message.scenario, {})
                for verdict in restore(Verdicts, message.record, f"{file}: {message.scenario}").evidence:
                    if verdict.leaf not in mine or rank(verdict) > rank(mine[verdict.leaf]):
                        mine[verdict.leaf] = verdict
        return {i: tuple(mine[leaf] for leaf in sorted(mine)) for i, mine in sorted(best.items())}

    def net(self, map_name: str) -> RoadNetwork:
        """Return the road network that scenarios call `map_name`; InputError where it changed since."""
        return net_of(self.plan, map_name)

    @property
    def scenarios(self) -> Array:
        """Return (N,) structured: one row a scenario that is sealed, failures too, by index."""
        return self._tables[0]

    @property
    def verdicts(self) -> Array:
        """Return (V,) structured: one row a scenario and leaf, by index, then leaf."""
        return self._tables[1]

    def rows(self) -> list[dict[str, Any]]:
        """Return a row a scenario for lists: the spec's leaf with its verdict, masked values as None."""
        intended = {(int(v["index"]), str(v["leaf"])): v for v in self.verdicts}
        others: dict[int, list[str]] = {}
        for v in self.verdicts:
            if v["observed"] == Observed.OBSERVED:
                others.setdefault(int(v["index"]), []).append(str(v["leaf"]))
        return [row_of(s, intended.get((int(s["index"]), str(s["leaf"]))), others) for s in self.scenarios]

    @cached_property
    def sealed(self) -> tuple[int, ...]:
        """Return the numbers of the blocks that were sealed when this was first asked."""
        return sealed_blocks(self.path)

    @cached_property
    def _evidence_files(self) -> dict[int, tuple[Path, ...]]:
        files: dict[int, tuple[Path, ...]] = {}
        for file in sealed_evidence(self.path):
            block = int(file.name[:8])
            files[block] = (*files.get(block, ()), file)
        return files

    @cached_property
    def _tables(self) -> tuple[Array, Array]:
        digest = sources_digest(self.path)
        cached = read_cache(self.path / "index.npz", digest)
        if cached is None:
            cached = build_tables(self)
            write_cache(self.path / "index.npz", digest, cached)
        return cached

    def _block_of(self, index: int) -> Path:
        block = index // self.plan.block_size
        path = block_path(self.path, block)
        if not path.is_file():
            raise InputError(
                f"{self.path}/{index}", got=f"no block {block} yet", wanted="a complete suite (resume it with --resume)"
            )
        return path

    def _reader(self, path: Path) -> BlockReader:
        if path not in self._open:
            self._open[path] = BlockReader(path)
            if len(self._open) > OPEN_BLOCKS:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(path)
        return self._open[path]


def rank(verdict: Evidence) -> tuple[int, bool]:
    """Return what makes one verdict on a leaf better than another: a newer oracle, then having measured."""
    return verdict.oracle_version, verdict.observed != Observed.NOT_MEASURED


def row_of(scenario: Array, verdict: Array | None, others: dict[int, list[str]]) -> dict[str, Any]:
    """Return one row of `Suite.rows`."""
    index = int(scenario["index"])
    row: dict[str, Any] = {
        "index": index,
        "leaf": str(scenario["leaf"]),
        "map": str(scenario["map"]),
        "place": str(scenario["place"]),
        "stream": str(scenario["stream"]),
        "observed": "failed" if scenario["failed"] else word(Observed.NOT_MEASURED),
        "outcome": None,
        "min_ttc_s": None,
        "severity_mps2": None,
        "t_on_s": None,
        "counterfactual": None,
        "also": [leaf for leaf in others.get(index, []) if leaf != str(scenario["leaf"])],
        "log_p": float(scenario["log_p"]) if scenario["has_p"] else None,
        "log_q": float(scenario["log_q"]) if scenario["has_q"] else None,
        "reason": str(scenario["reason"]),
    }
    if verdict is not None:
        row["observed"] = word(Observed(int(verdict["observed"])))
        row["counterfactual"] = word(Counterfactual(int(verdict["counterfactual"])))
        row["outcome"] = word(Outcome(int(verdict["outcome"])))
        if verdict["observed"] == Observed.OBSERVED:
            row["severity_mps2"], row["t_on_s"] = float(verdict["severity_mps2"]), float(verdict["t_on_s"])
        if verdict["has_ttc"]:
            row["min_ttc_s"] = float(verdict["min_ttc_s"])
    return row


def word(value: Observed | Outcome | Counterfactual) -> str:
    """Return an enumeration's value in words: "not observed"."""
    return value.name.lower().replace("_", " ")


# --------------------------------------------------------------------------------------------- tables


def build_tables(suite: Suite) -> tuple[Array, Array]:
    """Return both tables from the sealed files, reading one block at a time and no recordings."""
    scenarios: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    for block in suite.sealed:
        reader = BlockReader(block_path(suite.path, block))
        try:
            for message in (*reader.messages("spec"), *reader.messages("failure")):
                where = f"{suite.path}/{message.scenario}"
                row = spec_row if message.topic == "spec" else failure_row
                kind: Any = ConcreteScenario if message.topic == "spec" else Failure
                scenarios.append({"block": block} | row(restore(kind, message.record, where)))
        finally:
            reader.close()
        for index, evidence in suite.block_evidence(block).items():
            verdicts += [verdict_row(index, verdict) for verdict in evidence]
    scenarios.sort(key=lambda row: int(row["index"]))
    return table(scenarios, SCENARIO_FIELDS), table(verdicts, VERDICT_FIELDS)


def spec_row(spec: ConcreteScenario) -> dict[str, Any]:
    """Return the row of a scenario that was made."""
    odds = spec.odds
    return {
        "index": spec.index, "failed": False, "leaf": spec.leaf, "map": spec.map_name, "place": spec.place,
        "stream": odds.stream, "log_p": odds.log_p, "log_q": odds.log_q, "has_p": odds.has_p, "has_q": odds.has_q,
        "reason": "",
    }  # fmt: skip


def failure_row(failure: Failure) -> dict[str, Any]:
    """Return the row of a scenario that could not be made."""
    return {
        "index": failure.index, "failed": True, "leaf": failure.leaf, "map": failure.map_name, "place": "",
        "stream": "", "log_p": 0.0, "log_q": 0.0, "has_p": False, "has_q": False, "reason": failure.reason,
    }  # fmt: skip


def verdict_row(index: int, verdict: Evidence) -> dict[str, Any]:
    """Return the row of one verdict."""
    return {"index": index, **{name: getattr(verdict, name) for name in VERDICT_FIELDS if name != "index"}}


def table(rows: list[dict[str, Any]], fields: dict[str, Any]) -> Array:
    """Return rows as a structured array; text columns are as wide as their widest value."""
    columns = {}
    for name, kind in fields.items():
        column = np.array([row[name] for row in rows], None if kind == "U" else kind)
        columns[name] = column if kind != "U" or len(rows) else np.zeros(0, "U1")
    out = np.zeros(len(rows), [(name, column.dtype) for name, column in columns.items()])
    for name, column in columns.items():
        out[name] = column
    out.setflags(write=False)
    return out


def sources_digest(path: Path) -> str:
    """Return what the tables depend on: the names of the sealed files, whose contents never change."""
    names = [p.name for p in (*sorted((path / "blocks").glob("*.mcap")), *sealed_evidence(path))]
    return blake2b("\n".join(names).encode(), digest_size=16).hexdigest()


def read_cache(file: Path, digest: str) -> tuple[Array, Array] | None:
    """Return the tables in index.npz, or None where it is absent, stale, damaged or not of our making."""
    try:
        with zipfile.ZipFile(file) as archive:
            if any(info.compress_type != zipfile.ZIP_STORED for info in archive.infolist()):
                return None  # ours is not compressed; a small file that unpacks into a large one is not ours
        with np.load(file, allow_pickle=False) as found:
            if str(found["sources"]) != digest:
                return None
            tables = found["scenarios"], found["verdicts"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    if tables[0].dtype.names != tuple(SCENARIO_FIELDS) or tables[1].dtype.names != tuple(VERDICT_FIELDS):
        return None
    return tables


def write_cache(file: Path, digest: str, tables: tuple[Array, Array]) -> None:
    """Replace index.npz; a suite that may not be written is read without a cache."""
    tmp = file.parent / "tmp" / f"index.{secrets.token_hex(4)}.npz"
    with suppress(OSError):
        np.savez(tmp, sources=np.array(digest), scenarios=tables[0], verdicts=tables[1])
        os.replace(tmp, file)
