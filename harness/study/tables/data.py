"""`[data]`: the images, how they are split and scaled."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from harness.errors import StudyError
from harness.image_sets import IMAGE_SETS, ImageSet
from harness.study.tables.splits import require_split
from harness.study.tables.table import FileTable, from_protocol, hint


def _names(known: bool) -> str:
    """Name the image sets that take a folder: those that are known without it, or those that are not."""
    taking = [name for name, each in IMAGE_SETS.items() if each.folder_holds and bool(each.facts) == known]
    return " and ".join(f"'{name}'" for name in taking)


class DataSpec(FileTable):
    """`[data]`: the images, how they are split and scaled."""

    model_config = ConfigDict(json_schema_extra=from_protocol)

    name: Literal[tuple(IMAGE_SETS)] = Field(  # type: ignore[valid-type]
        description="Image set. 'folder' reads four IDX files from `folder`.",
    )
    folder: str | None = Field(
        default=None,
        description="Folder with the four IDX files (plain or .gz). "
        f"Required for name = {_names(known=False)}, optional for {_names(known=True)}, whose contents are verified. "
        "Relative to the working directory.",
    )
    validation: int = Field(
        ge=0,
        description="Training images held out for validation; 0 trains on all of them and has no val_ metrics.",
        json_schema_extra=hint("Typical values are 5000 for mnist and 500 for mnist_5k."),
    )
    split: Literal["stratified", "first", "last", "k_fold"] = Field(
        default="stratified",
        description="Which images are held out: 'stratified' draws them by class from the replicate's seed, 'first' "
        "and 'last' take that many from the start or the end of the file, the same in every replicate. 'k_fold' cuts "
        "the shuffled images by class into parts of `validation` images, and replicate r holds out part r; after the "
        "last part they are shuffled anew.",
    )
    train_images: int | None = Field(
        default=None,
        ge=1,
        description="Train on this many of the images that are left after the split (all by default): drawn by "
        "class with split = 'stratified', else the first ones.",
    )
    scaling: Literal["none", "unit", "standardized"] = Field(
        default="unit",
        description="'none' keeps 0 to 255, 'unit' divides by 255, 'standardized' subtracts the mean of each pixel "
        "and divides by one standard deviation, both of the training images alone.",
    )

    @model_validator(mode="after")
    def _check(self) -> DataSpec:
        known, holds = self.image_set.facts, self.image_set.folder_holds
        if not self.folder and known is None:
            raise ValueError(f"folder is required with name = '{self.name}'. Name the folder that holds the {holds}.")
        if self.folder and not holds:
            raise ValueError(f"folder does not go with name = '{self.name}', which is built in. Remove it.")
        if self.split == "k_fold" and not self.validation:
            raise ValueError("validation must be above 0 with split = 'k_fold', got 0. It is the size of a part.")
        if known:
            self._images_left(known.train_images, f"of {self.name}")
        return self

    @property
    def image_set(self) -> ImageSet:
        """The image set of that name."""
        return IMAGE_SETS[self.name]

    @property
    def is_drawn(self) -> bool:
        """Whether a seed decides which images are held out."""
        return self.split in ("stratified", "k_fold")

    def images_to_train_on(self, images: int) -> int:
        """Return how many of so many training images, before the split, a training sees.

        Raises:
            StudyError: if there are too few of them for what the study asks.
        """
        try:
            return self._images_left(images, "there are")
        except ValueError as error:
            raise StudyError(f"data.{error}") from None

    def _images_left(self, images: int, of: str) -> int:
        return require_split(self.validation, self.split, self.train_images, images, of)
