"""The taxonomy: what can go wrong, what counts as having gone wrong, and what each leaf weighs.

data/taxonomy/taxonomy.toml holds the content; its digest is printed beside every figure that depends on it.
"""

from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.records import load_toml, number
from roadnet.base.shipped import data_path

Grade = Literal["measured", "published", "datasheet", "assumed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """A number in a definition, SI by the unit in its name."""

    value: float = number(above=0.0)
    grade: Grade
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Criteria:
    """Three numbers, one of which must be passed: at most so much time, or at least so much braking."""

    ttc_s: Threshold
    pet_s: Threshold
    required_deceleration_mps2: Threshold


@dataclass(frozen=True, kw_only=True, slots=True)
class Onset:
    """When a conflict begins: the leaf's own manoeuvre and one criterion, held."""

    ttc_s: Threshold
    pet_s: Threshold
    required_deceleration_mps2: Threshold
    held_s: Threshold
    merge_gap_s: Threshold


@dataclass(frozen=True, kw_only=True, slots=True)
class Modifier:
    """What counts as a measured effect of weather or a fault."""

    situation_range_m: Threshold
    dropout_point_share: Threshold
    dropout_held_s: Threshold
    fog_mor_m: Threshold
    fog_range_share: Threshold
    compound_overlap_s: Threshold


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """The numbers in the definitions that every oracle uses."""

    onset: Onset
    near_miss: Criteria
    modifier: Modifier


@dataclass(frozen=True, kw_only=True, slots=True)
class Severity:
    """Edges of the bins of unmitigated required deceleration."""

    edges_mps2: tuple[float, ...]
    grade: Grade
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """How the index weighs leaves."""

    floor: float = number(least=0.0, most=1.0)  # share of the weight that is spread over all leaves


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxonomyLeaf:
    """One entry: a kind of hazard, whether or not it can be generated yet."""

    name: str
    title: str
    layer: Literal["L1", "L2", "L3", "L4", "L5", "L6", "E"]  # six-layer model; E: the ego system
    iso: Literal["T", "P", "V"]  # ISO 34502 root: traffic, perception, vehicle control
    nhtsa: tuple[int, ...]  # pre-crash scenario numbers of DOT HS 810 767
    source: str
    of: tuple[str, ...] = ()  # the parts of a compound
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)  # bounds by name with unit
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)  # categories


@dataclass(frozen=True, kw_only=True, slots=True)
class Taxonomy:
    """The whole file."""

    version: int
    groups: dict[str, str]
    thresholds: Thresholds
    severity: Severity
    weights: Weights
    crash_share_pct: dict[str, float]  # by NHTSA number
    leaves: dict[str, TaxonomyLeaf]

    def __post_init__(self) -> None:
        for leaf_id, leaf in self.leaves.items():
            if leaf_id.partition("-")[0] not in self.groups:
                raise ValueError(f"{leaf_id} to begin with a group: {', '.join(self.groups)}")
            unknown = [n for n in leaf.nhtsa if str(n) not in self.crash_share_pct]
            if unknown or not set(leaf.of) <= set(self.leaves):
                raise ValueError(f"{leaf_id} to name known leaves and pre-crash scenarios, not {unknown or leaf.of}")

    def uniform_weights(self) -> dict[str, float]:
        """Return the same weight for every leaf; sums to 1."""
        return dict.fromkeys(self.leaves, 1.0 / len(self.leaves))

    def harm_weights(self) -> dict[str, float]:
        """Return crash share mixed with a floor that all leaves share; sums to 1."""
        share = {i: sum(self.crash_share_pct[str(n)] for n in leaf.nhtsa) for i, leaf in self.leaves.items()}
        total, floor = sum(share.values()), self.weights.floor
        return {i: floor / len(share) + (1.0 - floor) * s / total for i, s in share.items()}

    def leaf(self, leaf_id: str) -> TaxonomyLeaf:
        """Return the leaf of this id. Raises InputError with the nearest known id."""
        if leaf_id not in self.leaves:
            raise InputError("hazard", got=repr(leaf_id), wanted=f"a leaf id{did_you_mean(leaf_id, self.leaves)}")
        return self.leaves[leaf_id]


def taxonomy_path() -> Path:
    """Return where the shipped taxonomy lies."""
    return data_path("taxonomy", "taxonomy.toml")


@cache
def taxonomy() -> Taxonomy:
    """Return the shipped taxonomy."""
    return load_toml(taxonomy_path(), Taxonomy)


@cache
def taxonomy_digest() -> str:
    """Return the digest of the shipped taxonomy, 16 hex digits."""
    return blake2b(taxonomy_path().read_bytes(), digest_size=8).hexdigest()
