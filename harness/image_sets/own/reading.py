"""What a study says of how images of one's own are read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from harness.pictures import Fit, Resize

Duplicates = Literal["refuse", "drop", "keep"]
"""What becomes of training images that are test images too."""

DUPLICATES: tuple[Duplicates, ...] = get_args(Duplicates)


@dataclass(frozen=True)
class Reading:
    """How images of one's own are read.

    Attributes:
        image_size: (height, width) that pictures are brought to; None if all have one size already.
        resize: how pixels are made of others.
        fit: what becomes of another aspect ratio.
        channels: 1 makes all pictures grey, 3 gives all of them colours; None if all are of one kind.
        test: share of each class that becomes the test split, where files do not say which images are.
        duplicates: what becomes of training images that are test images too.
    """

    image_size: tuple[int, int] | None = None
    resize: Resize = "area"
    fit: Fit = "crop"
    channels: int | None = None
    test: float | None = None
    duplicates: Duplicates = "refuse"

    def facts(self) -> dict[str, Any]:
        """Return the settings as plain values."""
        return asdict(self)
