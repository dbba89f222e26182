"""What a trained network makes of pictures of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.data import Fitted, frame_picture, framing, read_picture
from harness.engines import probabilities
from harness.errors import DataError, UsageError, printable
from harness.image_sets import Framing
from harness.trained.files import class_from_name, find_pictures
from harness.trained.opening import Trained

if TYPE_CHECKING:
    import pandas as pd
    from PIL.Image import Image

SHOWN_SIDE = 112
"""Pixels that the longer side of a picture is kept in, for looking at."""

_BATCH = 256


@dataclass(frozen=True)
class Prediction:
    """What the network says of one picture.

    Attributes:
        file: the picture.
        true: its class, if its name tells.
        probabilities: of each class, by label.
        given: the picture, small: uint8 (height, width) or (height, width, 3).
        seen: what the network saw, before scaling: uint8 (height, width, channels).
        remark: what should be known of how the picture was read, e.g. "2 separate shapes"; empty for nothing.
    """

    file: Path
    true: int | None
    probabilities: tuple[float, ...]
    given: np.ndarray = field(repr=False, compare=False)
    seen: np.ndarray = field(repr=False, compare=False)
    remark: str = ""

    @property
    def ranking(self) -> list[int]:
        """The classes, the most probable one first."""
        return sorted(range(len(self.probabilities)), key=lambda label: -self.probabilities[label])

    @property
    def predicted(self) -> int:
        """The most probable class."""
        return self.ranking[0]

    @property
    def right(self) -> bool | None:
        """Whether that is its class; None if its class is not known."""
        return None if self.true is None else self.true == self.predicted


@dataclass(frozen=True)
class Blank:
    """A picture with nothing in it.

    Attributes:
        file: the picture.
        given: the picture, small: uint8 (height, width) or (height, width, 3).
        remark: why there may be something after all, e.g. "uneven light"; empty for nothing.
    """

    file: Path
    given: np.ndarray = field(repr=False, compare=False)
    remark: str = ""

    @property
    def words(self) -> str:
        """Say that it is blank, and the remark."""
        return f"blank ({self.remark})" if self.remark else "blank"


@dataclass(frozen=True)
class Predictions:
    """What the network says of all pictures.

    Attributes:
        run: ``STUDY#NUMBER`` of the network.
        variant: its variant's label.
        class_names: by label.
        classified: the pictures that it was asked about.
        blank: pictures with nothing in them.
        unreadable: a line for each picture that could not be read.
    """

    run: str
    variant: str
    class_names: tuple[str, ...]
    classified: tuple[Prediction, ...]
    blank: tuple[Blank, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """How many are right, of those whose class is known: ``12 of 14 right``; empty if none is."""
        known = [one.right for one in self.classified if one.right is not None]
        if not known:
            return ""
        others = len(self.classified) - len(known)
        rest = f"; of {others} more the name does not tell the class" if others else ""
        return f"{sum(known)} of {len(known)} right{rest}"

    def frame(self) -> pd.DataFrame:
        """Return a row a picture.

        Columns are file, true, predicted, probability, second, second_probability, right, p(CLASS) and remark. Of
        blank pictures there is nothing but file, true class and remark.
        """
        import pandas as pd

        names = self.class_names
        rows = []
        for one in self.classified:
            first, second = one.ranking[:2]
            rows.append(
                {
                    "file": printable(str(one.file)),
                    "true": None if one.true is None else names[one.true],
                    "predicted": names[first],
                    "probability": one.probabilities[first],
                    "second": names[second],
                    "second_probability": one.probabilities[second],
                    "right": one.right,
                    **{f"p({name})": share for name, share in zip(names, one.probabilities, strict=True)},
                    "remark": one.remark,
                }
            )
        for empty in self.blank:
            true = class_from_name(empty.file.name, names)
            known = {"true": None if true is None else names[true]}
            rows.append({"file": printable(str(empty.file)), **known, "remark": empty.words})
        return pd.DataFrame(rows)


def predict(
    trained: Trained, pictures: str | Path | Sequence[str | Path], data_folder: str | Path | None = None
) -> Predictions:
    """Classify pictures of one's own, each brought into the frame of the set that the network was trained on.

    Args:
        trained: the network.
        pictures: a folder, a picture file, or several files.
        data_folder: where to look first for image files; a network trained with scaling = 'standardized', or on a
            folder of one's own, needs its training images.

    Raises:
        UsageError: if there is no such folder or no picture in it, the network takes other than 1 or 3 channels, or it
            diverged.
        DataError: if training images are needed, and missing or damaged.
    """
    files = find_pictures(pictures) if isinstance(pictures, (str, Path)) else [Path(picture) for picture in pictures]
    channels = trained.image_shape[-1]
    if channels not in (1, 3):
        raise UsageError(f"{trained.run.short}: takes images of {channels} channels; pictures have 1 or 3.")
    folder = None if data_folder is None else Path(data_folder)
    frame = framing(trained.variant.data, channels, folder)
    fitted: list[tuple[Path, np.ndarray, np.ndarray, str]] = []
    blank: list[Blank] = []
    unreadable: list[str] = []
    for file in files:
        try:
            given, seen = _prepare(file, frame, trained.image_shape)
        except DataError as error:
            unreadable.append(str(error))
            continue
        if seen.pixels is None:
            blank.append(Blank(file, given, seen.remark))
        else:
            fitted.append((file, given, seen.pixels, seen.remark))
    names = trained.class_names
    shares = _probabilities(trained, [seen for _, _, seen, _ in fitted], folder)
    classified = tuple(
        Prediction(file, class_from_name(file.name, names), tuple(row), given, seen, remark)
        for (file, given, seen, remark), row in zip(fitted, shares, strict=True)
    )
    return Predictions(trained.run.short, trained.run.variant, names, classified, tuple(blank), tuple(unreadable))


def _prepare(file: Path, frame: Framing, shape: tuple[int, int, int]) -> tuple[np.ndarray, Fitted]:
    """Return a picture for looking at, and as the network sees it; it may be large, so nothing else of it is kept."""
    image = read_picture(file)
    return _shown(image), frame_picture(image, frame, shape)


def _shown(image: Image) -> np.ndarray:
    scale = SHOWN_SIDE / max(image.size)
    if scale < 1:
        image = image.reduce(max(1, int(1 / scale)))
        image.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    return np.asarray(image.convert("L") if image.mode == "F" else image)


def _probabilities(trained: Trained, seen: Sequence[np.ndarray], folder: Path | None) -> list[list[float]]:
    """Return the probability of each class for each image."""
    import keras

    if not seen:
        return []
    images = trained.scale(folder).apply(np.stack(seen))
    logits = [
        keras.ops.convert_to_numpy(trained.model(images[first : first + _BATCH], training=False))
        for first in range(0, len(images), _BATCH)
    ]
    found = np.concatenate(logits)
    if not np.isfinite(found).all():
        raise UsageError(
            f"{trained.run.short}: the network diverged in training: what it says must be finite, of "
            f"{int((~np.isfinite(found)).any(axis=1).sum())} of {len(found)} pictures it is not. Name another run."
        )
    return [[float(share) for share in row] for row in probabilities(found)]
