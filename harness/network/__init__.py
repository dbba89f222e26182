"""Networks as Keras models, from a specification or from a function of the user's; nothing about training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.network.own import Recipe, build_own_network
from harness.network.specified import build_network
from harness.study import OwnModel, Variant

if TYPE_CHECKING:
    import keras

__all__ = ["Recipe", "build_network", "build_own_network", "network_of"]


def network_of(
    variant: Variant,
    image_shape: tuple[int, int, int],
    classes: int,
    seed: int,
    dropout_seed: int = 0,
    precision: str | None = None,
) -> keras.Model:
    """Build the network of a variant, with fresh weights.

    Args:
        variant: what is trained.
        image_shape: (height, width, channels).
        classes: number of logits.
        seed: of the initial weights.
        dropout_seed: of the dropout masks.
        precision: another than the variant's.

    Returns:
        As :func:`build_network`, and :func:`build_own_network` for a network of the user's.

    Raises:
        ImpossibleNetwork: if a feature map would shrink below 1x1.
        UserCodeError: if the user's function raises, or what it returns cannot be trained.
    """
    precision = precision or variant.train.precision
    if isinstance(variant.model, OwnModel):
        return build_own_network(
            variant.model, variant.code, image_shape, classes, seed, precision, dropout_seed
        )  # fmt: skip
    return build_network(variant.model, image_shape, classes, seed, precision, dropout_seed)
