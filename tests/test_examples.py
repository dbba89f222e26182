"""The studies of `studies/examples` are valid, their networks can be trained, and they run."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cost import built_costs, uncounted
from harness.driver import run_study
from harness.launchers import InProcessLauncher
from harness.network import network_of
from harness.study import load_study

EXAMPLES = sorted(Path("studies/examples").glob("*.toml"))


def test_there_are_a_residual_and_a_separable_network():
    assert {load_study(path).model.build for path in EXAMPLES} == {"networks.py:residual", "networks.py:separable"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_their_networks_are_built_and_all_of_their_layers_counted(path):
    for variant in load_study(path).variants:
        network = network_of(variant, (28, 28, 1), 10, seed=1)
        assert network.output_shape == (None, 10)
        costs = built_costs(network)
        assert uncounted(costs) == []
        assert sum(cost.parameters for cost in costs) == network.count_params()


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_they_run(path, tmp_path):
    study = load_study(path, ["train.max_steps=20", "design.replicates=1"])
    outcome = run_study(study, store=tmp_path / "mlruns", launch=InProcessLauncher)
    assert (outcome.finished, dict(outcome.failed)) == (2, {})
