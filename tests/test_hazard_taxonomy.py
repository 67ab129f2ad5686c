"""The taxonomy is complete: 100 leaves, every pre-crash scenario once, weights that sum to one."""

from collections import Counter

import pytest

from roadnet.base.errors import InputError
from roadnet.base.records import load_toml
from scenarios.hazards.registry import catalogue, chosen, hazard
from scenarios.hazards.taxonomy import Taxonomy, taxonomy, taxonomy_digest, taxonomy_path


def test_taxonomy_has_the_hundred_leaves_in_their_groups() -> None:
    sizes = Counter(leaf_id.partition("-")[0] for leaf_id in taxonomy().leaves)
    assert sizes == {"TC": 20, "VR": 14, "AD": 11, "RD": 14, "WX": 10, "SN": 17, "LC": 8, "CP": 6}


def test_every_precrash_scenario_is_primary_of_exactly_one_leaf() -> None:
    numbers = Counter(n for leaf in taxonomy().leaves.values() for n in leaf.nhtsa)
    assert numbers == dict.fromkeys(range(1, 37), 1)
    assert sum(taxonomy().crash_share_pct.values()) == pytest.approx(99.42)


def test_shares_by_group_are_the_published_ones() -> None:
    t = taxonomy()
    share = Counter()
    for leaf_id, leaf in t.leaves.items():
        share[leaf_id[:2]] += sum(t.crash_share_pct[str(n)] for n in leaf.nhtsa)
    assert {g: round(v, 2) for g, v in share.items() if v} == {"TC": 65.74, "VR": 7.19, "AD": 5.08, "RD": 21.41}


def test_weights_sum_to_one_and_leave_no_leaf_worthless() -> None:
    for weights in (taxonomy().uniform_weights(), taxonomy().harm_weights()):
        assert sum(weights.values()) == pytest.approx(1.0)
        assert min(weights.values()) > 0.0
    assert min(taxonomy().harm_weights().values()) == pytest.approx(0.3 / 100)


def test_iso_root_counts_are_those_of_the_reference() -> None:
    assert Counter(leaf.iso for leaf in taxonomy().leaves.values()) == {"T": 49, "P": 44, "V": 7}


def test_digest_changes_with_the_file(tmp_path, monkeypatch) -> None:
    before = taxonomy_digest()
    changed = tmp_path / "taxonomy.toml"
    changed.write_text(taxonomy_path().read_text().replace("value = 4.0", "value = 3.9", 1))
    monkeypatch.setattr("scenarios.hazards.taxonomy.taxonomy_path", lambda: changed)
    taxonomy_digest.cache_clear()
    try:
        assert taxonomy_digest() != before
    finally:
        taxonomy_digest.cache_clear()


def test_a_misspelled_key_is_named_with_its_nearest(tmp_path) -> None:
    wrong = tmp_path / "taxonomy.toml"
    wrong.write_text(taxonomy_path().read_text().replace("held_s", "helt_s", 1))
    with pytest.raises(InputError, match="did you mean 'held_s'"):
        load_toml(wrong, Taxonomy)


def test_the_catalogue_is_the_folder() -> None:
    assert set(catalogue()) >= {"TC-03", "TC-05", "VR-02", "AD-01", "WX-02", "SN-01", "CP-04"}
    for leaf_id, module in catalogue().items():
        assert taxonomy().leaves[leaf_id].name == module.LEAF.name == module.__name__.rpartition(".")[2]


def test_hazards_are_chosen_by_id_name_tag_or_all() -> None:
    assert [leaf.id for leaf in chosen(["cut_in", "TC-03", "TC-05"])] == ["TC-03", "TC-05"]
    assert {leaf.id for leaf in chosen(["tag:sensor"])} == {"SN-01", "CP-04"}
    assert len(chosen(["all"])) == len(chosen([])) == len(catalogue())


@pytest.mark.parametrize(
    ("name", "text"), [("cut_inn", "did you mean 'cut_in'"), ("TC-01", "not yet built"), ("TC-0S", "did you mean")]
)
def test_an_unknown_hazard_is_one_line_with_the_nearest(name: str, text: str) -> None:
    with pytest.raises(InputError, match=text):
        hazard(name)
