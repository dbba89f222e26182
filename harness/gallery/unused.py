"""Features of a trained network that it does not use: dead ones, and those that say what another says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness import insight

if TYPE_CHECKING:
    import keras

    from harness.data import ImageData

_CENSUS = 5000
"""Images that features are counted on where there is no validation split."""


def count_features(model: keras.Model, data: ImageData) -> dict[str, insight.Unused]:
    """Return hidden layer -> its dead and redundant features, over all validation images.

    Where there are none, over the first 5,000 training images.
    """
    layers = insight.feature_layers(model)
    statistics = {name: insight.FeatureStatistics() for name in layers}
    images = data.validation.images if len(data.validation.images) else data.train.images[:_CENSUS]
    for outputs in insight.layer_outputs(model, list(layers.values()), images):
        for name, values in zip(layers, outputs, strict=True):
            statistics[name].add(values)
    return {name: found.unused() for name, found in statistics.items()}


def feature_rows(unused: Mapping[str, insight.Unused]) -> list[list[Any]]:
    """Return a table with a row for each feature."""
    rows: list[list[Any]] = [["layer", "feature", "dead", "redundant"]]
    for name, found in unused.items():
        pairs = zip(found.dead, found.redundant, strict=True)
        rows += [[name, index, int(dead), int(redundant)] for index, (dead, redundant) in enumerate(pairs, start=1)]
    return rows
