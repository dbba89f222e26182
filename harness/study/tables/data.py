"""`[data]`: the images, how they are split and scaled."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from harness.errors import StudyError
from harness.image_sets import HELD, IMAGE_SETS, Duplicates, Fit, FolderSet, ImageSet, Reading, Resize
from harness.study.tables.splits import require_split
from harness.study.tables.table import FileTable, from_protocol, hint

Side = Annotated[int, Field(ge=1, le=1024)]
"""Of an image, in pixels."""

_OWN = ("image_size", "resize", "fit", "channels", "test", "duplicates")
"""Keys that say how images of one's own are read."""


def _names(known: bool) -> str:
    """Name the image sets that take a folder: those that are known without it, or those that are not."""
    taking = [name for name, each in IMAGE_SETS.items() if each.folder_holds and bool(each.facts) == known]
    names = [f"'{name}'" for name in taking]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


class DataSpec(FileTable):
    """`[data]`: the images, how they are split and scaled."""

    model_config = ConfigDict(json_schema_extra=from_protocol)

    name: Literal[tuple(IMAGE_SETS)] = Field(  # type: ignore[valid-type]
        description="Image set. 'folder' reads images of your own from `folder`.",
    )
    folder: str | None = Field(
        default=None,
        description=f"For name = {_names(known=False)}: {HELD}. It is required there. Optional for "
        f"{_names(known=True)}: the folder with their files, whose contents are verified. Relative to the working "
        "directory; images of your own may also lie in HARNESS_DATA_DIR.",
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
        "the shuffled images by class into folds of `validation` images, and replicate r holds out fold r; after the "
        "last fold they are shuffled anew.",
    )
    train_images: int | None = Field(
        default=None,
        ge=1,
        description="Train on this many of the images that are left after the split (all by default): drawn by "
        "class with split = 'stratified', else the first ones.",
    )
    image_size: Side | tuple[Side, ...] | None = Field(
        default=None,
        description="Of pictures: their size as images, the side of a square or [height, width]. Without it all "
        "pictures must have one size.",
        json_schema_extra=hint("For example 64, or [48, 64]."),
    )
    resize: Resize | None = Field(
        default=None,
        description="Of pictures with `image_size`: how pixels are made of others. 'area', the default, averages what "
        "a pixel covers (and is 'bilinear' where pixels become more).",
    )
    fit: Fit | None = Field(
        default=None,
        description="Of pictures with `image_size`: what becomes of another aspect ratio. 'crop', the default, takes "
        "the middle; 'stretch' changes the ratio; 'pad' keeps all of the picture and fills up with black.",
    )
    channels: Literal[1, 3] | None = Field(
        default=None,
        description="Of pictures: 1 makes all of them grey, 3 gives all of them colours. Without it all must be of one "
        "kind.",
    )
    test: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="Of pictures and arrays without a test split of their own: the share of each class that becomes "
        "it. It is the same in every replicate.",
        json_schema_extra=hint("For example 0.2."),
    )
    duplicates: Duplicates | None = Field(
        default=None,
        description="Of pictures and arrays: what becomes of a training image that is a test image too, pixel by "
        "pixel. 'refuse', the default, names the first; 'drop' leaves it out of training, 'keep' trains on it.",
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
        own = [name for name in _OWN if getattr(self, name) is not None]
        if own and known is not None:
            raise ValueError(
                f"{own[0]} goes with name = {_names(known=False)} alone, got name = '{self.name}'. Remove it."
            )
        if isinstance(self.image_size, tuple) and len(self.image_size) != 2:
            raise ValueError(
                f"image_size must be a side or [height, width], got {list(self.image_size)}. For example 64."
            )
        if self.image_size is None and (self.resize or self.fit):
            word = "resize" if self.resize else "fit"
            raise ValueError(f"{word} has no effect without image_size, got none. Set image_size, for example to 64.")
        if self.split == "k_fold" and not self.validation:
            raise ValueError("validation must be above 0 with split = 'k_fold', got 0. It is the size of a fold.")
        if known:
            self._images_left(known.train_images, f"of {self.name}")
        return self

    @property
    def image_set(self) -> ImageSet:
        """The image set of that name, read as this table says."""
        found: ImageSet = IMAGE_SETS[self.name]
        return found.read_as(self.reading) if isinstance(found, FolderSet) else found

    @property
    def reading(self) -> Reading:
        """How images of one's own are read."""
        size, defaults = self.image_size, Reading()
        height, width = (size, size) if size is None or isinstance(size, int) else size
        return Reading(
            None if height is None or width is None else (height, width),
            self.resize or defaults.resize,
            self.fit or defaults.fit,
            self.channels,
            self.test,
            self.duplicates or defaults.duplicates,
        )

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
