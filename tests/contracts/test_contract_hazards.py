"""Every hazard of the catalogue keeps the promises of scenarios.evaluation.contract, on every shipped map."""

from types import SimpleNamespace

import numpy as np
import pytest

import roadnet
from scenarios.evaluation.contract import findings, permuted
from scenarios.hazards import cut_in
from scenarios.hazards.registry import catalogue
from scenarios.model.evidence import Evidence, Observed

NETS = {name: roadnet.load(name) for name in roadnet.shipped_maps()}


@pytest.mark.parametrize("leaf_id", sorted(catalogue()))
def test_hazard_keeps_its_promises(leaf_id: str) -> None:
    assert findings(catalogue()[leaf_id], NETS) == ()


def test_every_hazard_has_a_place_on_a_shipped_map() -> None:
    for module in catalogue().values():
        assert any(len(roadnet_spots(net, module.LEAF.place_kind)) for net in NETS.values()), module.LEAF.id


def test_the_contract_finds_planted_faults() -> None:
    def blind(recording, net, packets):
        return Evidence(leaf="TC-05", oracle_version=1, observed=Observed.NOT_OBSERVED)

    def first_row(recording, net, packets):
        return Evidence(leaf="TC-05", oracle_version=1, observed=Observed.OBSERVED, agents=(0,))

    def nosy(recording, net, packets, spec=None):
        return blind(recording, net, packets)

    def optimist(values, features, margin=0.0):
        return np.ones(len(values["gap_m"]), bool)

    def lines(**changes):
        module = SimpleNamespace(**{**vars(cut_in), **changes})
        return "\n".join(findings(module, {"boulevard": NETS["boulevard"]}))

    assert "finds 0% of the built examples" in lines(oracle=blind)
    assert "depends on the order of agents" in lines(oracle=first_row)
    assert "want oracle(recording, net, packets)" in lines(oracle=nosy)
    assert "closed form and simulation agree in" in lines(expected=optimist)


def test_permuting_twice_with_the_inverse_gives_the_recording_back() -> None:
    import zoo

    recording = zoo.RECORDINGS["thirty-two"]()
    order = np.random.default_rng(1).permutation(32)
    back = permuted(permuted(recording, order), np.argsort(order))
    assert back.subject == recording.subject
    assert np.array_equal(back.agents.xyz, recording.agents.xyz)


def roadnet_spots(net, kind):
    from scenarios.hazards.spots import spots_of

    return spots_of(net, kind)
