"""The taxonomy: what can go wrong, what counts as having gone wrong, and what each leaf weighs.

data/taxonomy/taxonomy.toml holds the content; its digest is printed beside every figure that depends on it.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.shipped import data_path

GRADES = ("measured", "published", "datasheet", "assumed")


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxonomyLeaf:
    """One entry: a kind of hazard, whether or not it can be generated yet."""

    id: str
    name: str
    title: str
    group: str  # the id's prefix
    layer: str  # L1..L6 of the six-layer model, E ego system
    iso: str  # ISO 34502 root: T traffic, P perception, V vehicle control
    nhtsa: tuple[int, ...]  # pre-crash scenario numbers of DOT HS 810 767
    parameters: tuple[tuple[str, tuple[float | str, ...]], ...]  # name with unit, (lo, hi) or words
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """The numbers in the definitions of onset, near miss, severity and measured effect; SI."""

    onset_ttc_s: float
    onset_pet_s: float
    onset_required_deceleration_mps2: float
    onset_held_s: float
    onset_merge_gap_s: float
    near_miss_ttc_s: float
    near_miss_pet_s: float
    near_miss_required_deceleration_mps2: float
    severity_bins_mps2: tuple[float, ...]
    modifier_situation_range_m: float
    modifier_dropout_point_share: float
    modifier_dropout_held_s: float
    modifier_fog_mor_m: float
    modifier_fog_range_share: float
    modifier_compound_overlap_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Taxonomy:
    """All leaves in file order, thresholds, and the crash shares that the weights stand on."""

    version: int
    digest: str  # 16 hex digits of the file
    groups: dict[str, str]
    leaves: dict[str, TaxonomyLeaf]
    thresholds: Thresholds
    crash_share: dict[int, float]  # fraction of crashes by NHTSA number
    weight_floor: float

    def uniform_weights(self) -> dict[str, float]:
        """Return the same weight for every leaf; sums to 1."""
        return dict.fromkeys(self.leaves, 1.0 / len(self.leaves))

    def harm_weights(self) -> dict[str, float]:
        """Return crash share mixed with a floor of `weight_floor` spread over all leaves; sums to 1."""
        share = {i: sum(self.crash_share[n] for n in leaf.nhtsa) for i, leaf in self.leaves.items()}
        total, floor = sum(share.values()), self.weight_floor
        return {i: floor / len(share) + (1.0 - floor) * s / total for i, s in share.items()}

    def leaf(self, leaf_id: str) -> TaxonomyLeaf:
        """Return the leaf of this id; InputError with the nearest known one."""
        if leaf_id not in self.leaves:
            raise InputError("hazard", got=repr(leaf_id), wanted=f"a leaf id{did_you_mean(leaf_id, self.leaves)}")
        return self.leaves[leaf_id]


@cache
def taxonomy(path: Path | None = None) -> Taxonomy:
    """Return the shipped taxonomy, or that of `path`; InputError naming the entry that is wrong."""
    path = path or data_path("taxonomy", "taxonomy.toml")
    raw = path.read_bytes()
    try:
        table = tomllib.loads(raw.decode())
        return Taxonomy(
            version=int(table["version"]),
            digest=blake2b(raw, digest_size=8).hexdigest(),
            groups=dict(table["groups"]),
            leaves={i: _leaf(i, entry, table["groups"], path.name) for i, entry in table["leaves"].items()},
            thresholds=Thresholds(**_thresholds(table["thresholds"], path.name)),
            crash_share={int(n): share / 100.0 for n, share in table["crash_share_pct"].items()},
            weight_floor=float(table["weights"]["floor"]),
        )
    except KeyError as missing:
        raise InputError(path.name, got=f"no key {missing}", wanted="every key of the taxonomy") from missing


def _leaf(leaf_id: str, entry: dict[str, Any], groups: dict[str, str], file: str) -> TaxonomyLeaf:
    group = leaf_id.partition("-")[0]
    if group not in groups:
        raise InputError(f"{file}: leaves.{leaf_id}", got=f"group {group!r}", wanted=f"one of {', '.join(groups)}")
    return TaxonomyLeaf(
        id=leaf_id,
        name=entry["name"],
        title=entry["title"],
        group=group,
        layer=entry["layer"],
        iso=entry["iso"],
        nhtsa=tuple(entry["nhtsa"]),
        parameters=tuple((name, tuple(bounds)) for name, bounds in entry["parameters"].items()),
        source=entry["source"],
    )


def _thresholds(table: dict[str, dict[str, dict[str, Any]]], file: str) -> dict[str, Any]:
    out = {}
    for section, entries in table.items():
        for name, entry in entries.items():
            if entry["grade"] not in GRADES:
                where = f"{file}: thresholds.{section}.{name}.grade"
                raise InputError(where, got=repr(entry["grade"]), wanted=f"one of {', '.join(GRADES)}")
            value = entry["value"]
            out[f"{section}_{name}"] = tuple(value) if isinstance(value, list) else float(value)
    return out
