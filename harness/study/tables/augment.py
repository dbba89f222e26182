"""`[train.augment]`: how training images are changed each time they are shown."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import Field

from harness.study.tables.table import FileTable, hint


class Changes(NamedTuple):
    """What is done to images at all, whatever the amounts: a compiled program is made for it.

    Attributes:
        moved: shifted by whole pixels, or mirrored.
        resampled: rotated or zoomed, too: pixels are interpolated.
        cut: a square is cut out.
    """

    moved: bool
    resampled: bool
    cut: bool


class Augment(FileTable):
    """`[train.augment]`: what is drawn anew for every training image at every step; never for an evaluation."""

    shift: int = Field(
        default=0, ge=0, le=1000,
        description="Moved by up to so many whole pixels in each direction.", json_schema_extra=hint("E.g. 2."),
    )  # fmt: skip
    flip: Literal["none", "horizontal", "vertical", "both"] = Field(
        default="none", description="Mirrored, each with probability 1/2: left and right, top and bottom, or both."
    )
    rotate: float = Field(
        default=0.0, ge=0, le=180,
        description="Turned about the centre by up to so many degrees either way.", json_schema_extra=hint("E.g. 10."),
    )  # fmt: skip
    zoom: float = Field(
        default=0.0, ge=0, lt=1,
        description="Made larger or smaller by up to this share: 0.1 is 90 % to 110 %.",
        json_schema_extra=hint("E.g. 0.1."),
    )  # fmt: skip
    cutout: int = Field(
        default=0, ge=0, le=1000,
        description="Side in pixels of a square that is blotted out; its centre is any pixel, so that a part of it may "
        "lie outside.",
        json_schema_extra=hint("E.g. 8."),
    )  # fmt: skip
    fill: Literal["black", "white"] = Field(
        default="black",
        description="What comes in from outside and fills the square: a pixel of value 0 or of 255, scaled as all are.",
    )

    @property
    def changes(self) -> Changes:
        """What is done to images at all."""
        resampled = self.rotate > 0 or self.zoom > 0
        return Changes(resampled or self.shift > 0 or self.flip != "none", resampled, self.cutout > 0)

    @property
    def fill_value(self) -> int:
        """The filling pixel's value, 0 to 255."""
        return 255 if self.fill == "white" else 0
