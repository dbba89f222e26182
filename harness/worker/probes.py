"""What is measured of a trained network besides its scores, where a study asks for it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.records import Job
from harness.study import ModelSpec

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    from harness.data import ImageData


def probe(
    job: Job, folder: Path, data: ImageData, model: keras.Model, logits: npt.NDArray[np.float32]
) -> dict[str, float]:
    """Measure what the job's probes name; write what has more than a number to its folder.

    Args:
        job: what was trained.
        folder: for its artifacts.
        data: its images.
        model: the trained network.
        logits: of the test images, (n, classes).

    Returns:
        Metric -> value; of every layer ``dead_features/conv_1`` and ``redundant_features/conv_1`` besides.
    """
    found: dict[str, float] = {}
    if "features" in job.probes:
        found |= _features(folder, data, model)
    if "activation_order" in job.probes:
        found["order_difference"] = _order_difference(job, data, model, logits)
    return found


def _features(folder: Path, data: ImageData, model: keras.Model) -> dict[str, float]:
    """Count dead and redundant features of every hidden layer, over all validation images."""
    from harness.gallery import count_features, feature_rows

    layers = count_features(model, data)
    with (folder / "features.csv").open("w", newline="") as file:
        csv.writer(file).writerows(feature_rows(layers))
    found: dict[str, float] = {"dead_features": 0, "redundant_features": 0}
    for name, unused in layers.items():
        for kind in unused._fields:
            count = int(getattr(unused, kind).sum())
            found[f"{kind}_features"] += count
            found[f"{kind}_features/{name}"] = count
    return found


def _order_difference(job: Job, data: ImageData, model: keras.Model, logits: npt.NDArray[np.float32]) -> float:
    """Return how far any logit of a test image moves if activation and pool change places, all weights kept."""
    from harness.insight import layer_outputs
    from harness.network import build_network

    spec = job.variant.model
    assert isinstance(spec, ModelSpec), "the study was checked"
    other = "after_pool" if spec.activation_order == "before_pool" else "before_pool"
    swapped = build_network(
        spec.model_copy(update={"activation_order": other}), data.image_shape, data.classes, 0,
        job.variant.train.precision,
    )  # fmt: skip
    swapped.set_weights(model.get_weights())
    last = swapped.layers[-1].name
    parts = [outputs[0] for outputs in layer_outputs(swapped, [last], data.test.images)]
    return float(np.abs(np.concatenate(parts) - logits).max())
