"""What a network costs, layer by layer: parameters and operations of one image in inference."""

from __future__ import annotations

from typing import Any

from harness.cost.built import built_costs, total_of, uncounted
from harness.cost.specified import TOTALS, LayerCost, layer_costs, total_costs
from harness.study import ModelSpec, OwnModel

__all__ = ["TOTALS", "LayerCost", "built_costs", "costs_of", "layer_costs", "total_costs", "total_of", "uncounted"]


def costs_of(
    model: ModelSpec | OwnModel, network: Any, image_shape: tuple[int, int, int], classes: int
) -> list[LayerCost]:
    """Return the cost of every layer after the input: by arithmetic, or of the user's network by looking at it.

    Args:
        model: what is asked.
        network: the same as a Keras model.
        image_shape: (height, width, channels).
        classes: number of logits.
    """
    if isinstance(model, OwnModel):
        return built_costs(network)
    return layer_costs(model, image_shape, classes)
