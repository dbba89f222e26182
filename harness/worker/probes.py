"""What is measured of a trained network besides its scores, where a study asks for it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from harness.records import Job

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    from harness.data import ImageData

_BATCH = 500
"""Images whose activations are in memory at a time."""


def probe(job: Job, data: ImageData, model: keras.Model, logits: npt.NDArray[np.float32]) -> dict[str, float]:
    """Measure what the job's probes name; write what has more than a number to the job's folder.

    Args:
        job: what was trained.
        data: its images.
        model: the trained network.
        logits: of the test images, (n, classes).

    Returns:
        Metric -> value; of every layer ``dead_features/conv_1`` and ``redundant_features/conv_1`` besides.
    """
    found: dict[str, float] = {}
    if "features" in job.probes:
        found |= _features(job, data, model)
    if "activation_order" in job.probes:
        found["order_difference"] = _order_difference(job, data, model, logits)
    return found


def _features(job: Job, data: ImageData, model: keras.Model) -> dict[str, float]:
    """Count dead and redundant features of every hidden layer, over all validation images."""
    from harness.insight import FeatureStatistics

    layers = _feature_layers(model)
    statistics = {name: FeatureStatistics() for name in layers}
    for outputs in _outputs(model, list(layers.values()), data.validation.images):
        for name, values in zip(layers, outputs, strict=True):
            statistics[name].add(values)
    found: dict[str, float] = {"dead_features": 0, "redundant_features": 0}
    with (job.output / "features.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["layer", "feature", "dead", "redundant"])
        for name, layer in statistics.items():
            unused = layer.unused()
            writer.writerows(
                [name, index + 1, int(dead), int(redundant)]
                for index, (dead, redundant) in enumerate(zip(unused.dead, unused.redundant, strict=True))
            )
            for kind in unused._fields:
                count = int(getattr(unused, kind).sum())
                found[f"{kind}_features"] += count
                found[f"{kind}_features/{name}"] = count
    return found


def _feature_layers(model: keras.Model) -> dict[str, str]:
    """Return convolution or hidden dense layer -> the layer that puts out its features, activated where it has one."""
    layers: dict[str, str] = {}
    for layer in model.layers:
        kind = layer.name.rpartition("_")[0]
        if kind in ("conv", "dense"):
            layers[layer.name] = layer.name
        elif kind == "activation":
            layers[list(layers)[-1]] = layer.name
    return layers


def _outputs(model: keras.Model, names: list[str], images: np.ndarray) -> Iterator[list[np.ndarray]]:
    """Yield what layers put out for the images, batch by batch."""
    import keras

    if not names:
        return
    extractor = keras.Model(model.inputs, [model.get_layer(name).output for name in names])
    for start in range(0, len(images), _BATCH):
        outputs = extractor(images[start : start + _BATCH], training=False)
        outputs = [outputs] if len(names) == 1 else outputs  # Keras does not list a single one
        yield [np.asarray(keras.ops.convert_to_numpy(values)) for values in outputs]


def _order_difference(job: Job, data: ImageData, model: keras.Model, logits: npt.NDArray[np.float32]) -> float:
    """Return how far any logit of a test image moves if activation and pool change places, all weights kept."""
    from harness.network import build_network

    spec = job.variant.model
    other = "after_pool" if spec.activation_order == "before_pool" else "before_pool"
    swapped = build_network(
        spec.model_copy(update={"activation_order": other}), data.image_shape, data.classes, 0,
        job.variant.train.precision,
    )  # fmt: skip
    swapped.set_weights(model.get_weights())
    last = swapped.layers[-1].name
    parts = [outputs[0] for outputs in _outputs(swapped, [last], data.test.images)]
    return float(np.abs(np.concatenate(parts) - logits).max())
