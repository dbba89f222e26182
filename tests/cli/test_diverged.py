"""A network that diverged, on images of which 96 % are of class 0, which the largest of no numbers is said to be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image

from harness.cli import cli
from harness.driver import run_study
from harness.errors import UsageError
from harness.launchers import InProcessLauncher
from harness.results import load_results
from harness.stats import Verdict
from harness.study import build_study
from tests.image_sets.conftest import idx_bytes


@pytest.fixture
def study(tmp_path):
    """Base and diverging variant; 96 % of the validation and of the test images are of class 0."""
    labels = np.arange(200) % 25 == 0  # 4 % are of class 1
    pixels = np.random.default_rng(0).integers(0, 100, (200, 8, 8)) + 150 * labels[:, None, None]
    images = tmp_path / "images"
    images.mkdir()
    for split in ("train", "t10k"):
        (images / f"{split}-images-idx3-ubyte").write_bytes(idx_bytes(pixels))
        (images / f"{split}-labels-idx1-ubyte").write_bytes(idx_bytes(labels))
    tables = {
        "question": "Does a learning rate of 1e30 reach 96 % sooner?",
        "insight": "none",
        "data": {"name": "folder", "folder": str(images), "validation": 100},
        "model": {"conv": [{"filters": 2}], "dense": [4]},
        "train": {"optimizer": "sgd", "learning_rate": 1e-4, "batch_size": 20, "max_steps": 20, "evaluate_every": 10},
        "target": {"metric": "val_accuracy", "value": 0.96},
        "design": {"kind": "one_at_a_time", "replicates": 3, "factors": {"train.learning_rate": [1e30]}},
        "report": {"metrics": ["test_accuracy", "steps_to_target"], "margin": {"test_accuracy": 0.01}},
    }
    return build_study(tables, name="rare", text="")


def call(*arguments):
    return cli.main([str(one) for one in arguments], standalone_mode=False)


def test_it_misses_the_target_never_wins_and_predicts_nothing(study, tmp_path, capsys):
    store = tmp_path / "mlruns"
    assert run_study(study, store=store, launch=InProcessLauncher).failed == {}
    trials = load_results("rare", store).trials
    lost = trials[trials["variant"] != "base"]
    assert lost["stop_reason"].tolist() == ["not_finite"] * 3
    assert lost[["steps_to_target", "seconds_to_target", "val_accuracy", "test_accuracy", "test_loss"]].isna().all(None)

    from harness.cli.results import report_study
    from harness.reports import report
    from harness.store import open_store

    found = report(*load_results("rare", store))
    (variant,) = [row for row in found.rows if row.label != "base"]
    assert (variant.finished, variant.reached) == (3, 0)
    assert math.isnan(variant.scores["test_accuracy"].estimate)
    assert all(contrast.verdict not in (Verdict.BETTER, Verdict.EQUIVALENT) for contrast in variant.contrasts)
    assert (
        "3 trainings diverged, to losses or weights that are no finite numbers: no scores, and the target counts as "
        "missed."
    ) in found.remarks

    report_study("rare", open_store(store), tmp_path / "reports", register=True)
    said = capsys.readouterr().out
    (winner,) = [line for line in said.splitlines() if line.startswith("Model:")]
    assert winner.startswith(
        f"Model:     rare version 1, of trial {trials['trial'][trials['variant'] == 'base'].min()}"
    )

    Image.fromarray(np.full((8, 8), 200, np.uint8)).save(tmp_path / "0.png")
    asked = f"rare#{lost['trial'].iloc[0]}"
    for command in (
        ["predict", asked, tmp_path / "0.png"],
        ["export", asked, "--to", "keras", "--output", tmp_path / "x.keras"],
        ["insight", asked],
    ):
        with pytest.raises(UsageError, match=f"^{asked}: the network diverged in training. It predicts noth") as caught:
            call(*command, "--store", store)
        assert caught.value.exit_code == 2
    assert "0.0 %" not in capsys.readouterr().out
