"""Pictures of what a recorded run's network learned, made after the fact and put beside the run."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from harness.data import ImageData, fit_picture, framing, read_picture
from harness.errors import UsageError
from harness.gallery import FEATURES, Example, Subject, choose, example_of, write_pictures
from harness.staging import staged
from harness.store import Store, open_store
from harness.trained.opening import Trained, open_trained

if TYPE_CHECKING:
    import numpy.typing as npt

_FOLDER = "insight"
_BATCH = 1000


class Look(NamedTuple):
    """The pictures that were made of a run.

    Attributes:
        trained: the run's network.
        names: of their files.
        place: where those are now, among the run's artifacts: a folder, or an address.
    """

    trained: Trained
    names: list[str]
    place: str


def look_inside(
    text: str,
    store: str | Path | Store = "mlruns",
    *,
    only: Sequence[str] = (),
    layers: Sequence[str] = (),
    features: int | None = FEATURES,
    images: Sequence[str] = (),
    data_folder: str | Path | None = None,
    trust: bool = False,
) -> Look:
    """Draw pictures of a run's network and log them to the run, replacing those of the same names.

    Args:
        text: the run, as :meth:`harness.store.Store.find` takes it.
        store: the store.
        only: names in :data:`harness.gallery.PICTURES`; empty for all.
        layers: names of layers; empty for all.
        features: features of a layer that get an image they like; None for all.
        images: what to look at layer by layer: numbers of test images from 0, or picture files; empty for two.
        data_folder: where to look first for image files.
        trust: as in :func:`harness.trained.open_trained`.

    Raises:
        UsageError: for an unknown run, one without a model, a name or number that there is not, or a picture that
            cannot be read. Nothing is drawn then.
        DataError: if the study's images are missing or damaged.
    """
    store = open_store(store)
    trained = open_trained(text, store, trust=trust)
    data = trained.images(data_folder)
    subject = Subject(trained.variant, trained.model, data, _logits(trained, data), _history(trained, store))
    folder_of_images = None if data_folder is None else Path(data_folder)
    examples = [_example(each, trained, data, folder_of_images) for each in images]
    choice = choose(subject, only, layers, features, examples)
    with staged(Path(tempfile.gettempdir()) / "insight") as folder:
        drawn = [path.name for path in write_pictures(subject, choice, folder)]
        if not drawn:
            raise UsageError(
                f"{trained.run.short}: nothing to draw: no layer of the network has such pictures. "
                "Leave --only or --layer out."
            )
        place = store.add_files(trained.run, folder, _FOLDER)
    return Look(trained, drawn, place)


def _logits(trained: Trained, data: ImageData) -> npt.NDArray[np.float32]:
    """Return the logits of the test images, (n, classes)."""
    return np.asarray(trained.model.predict(data.test.images, batch_size=_BATCH, verbose=0), np.float32)


def _history(trained: Trained, store: Store) -> list[dict[str, float]]:
    """Return the evaluations that the run left; none if it left none."""
    file = store.file(trained.run, "history.csv")
    if file is None:
        return []
    with file.open(newline="") as rows:
        return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(rows)]


def _example(given: str, trained: Trained, data: ImageData, folder: Path | None) -> Example:
    """Return the test image of a number, or the picture in a file as the network sees it."""
    if given.isdecimal():
        index, count = int(given), len(data.test.labels)
        if index >= count:
            raise UsageError(f"--image must be below {count}, the number of test images, got {index}. Or name a file.")
        return example_of(data, index)
    path = Path(given)
    if not path.is_file():
        raise UsageError(f"--image must be the number of a test image or a picture file, got {given!r}. E.g. 0.")
    spec, shape = trained.variant.data, data.image_shape
    pixels = fit_picture(read_picture(path), framing(spec, shape[-1], folder), shape)
    if pixels is None:
        raise UsageError(f"--image {given}: is blank, so that there is nothing to look at. Name another picture.")
    return Example(path.name, re.sub(r"[^A-Za-z0-9]+", "-", path.stem).strip("-") or "picture", pixels)
