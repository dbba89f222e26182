"""Images beside what augmentation makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from harness.insight.tiles import Tile, as_shown, draw_tiles

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIDE = 112


def draw_augmented(images: np.ndarray, changed: np.ndarray) -> Figure:
    """Draw a row for each image: as it is, then as it may be shown in training.

    Args:
        images: uint8 (n, height, width, channels).
        changed: what was made of them, uint8 (n, k, height, width, channels).
    """
    tiles = []
    for image, versions in zip(images, changed, strict=True):
        tiles += [Tile(as_shown(image), "as it is"), *(Tile(as_shown(version), "changed") for version in versions)]
    return draw_tiles(tiles, "Images as augmentation shows them", 1 + changed.shape[1], _SIDE)
