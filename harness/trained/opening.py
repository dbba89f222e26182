"""Opening the trained network of a recorded run."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.cost import total_costs
from harness.data import ImageData, Scale, load_images, training_scale
from harness.errors import StudyError, UsageError
from harness.image_sets import class_names
from harness.records import Seeds, StopReason
from harness.results import load_recorded_study
from harness.seeds import seeds_of
from harness.store import RecordedImages, RecordedRun, Store, open_store
from harness.study import ModelSpec, Study, Variant
from harness.trained.weights import UnfitFile, check_size, read_weights
from harness.trust import require_trusted

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

_WHY = {
    "pruned": "was never trained",
    "failed": "failed",
    "killed": "was interrupted before its training ended",
    "running": "is still running, or its process was killed; the next `harness run` of the study closes it then",
}
"""Status -> why a run of it may have no model."""

_DIVERGED = "It predicts nothing. Name another run of the study, or train with a lower learning rate."
_FIX = "Train it again, or put the file back."


@dataclass(frozen=True)
class Trained:
    """A trained network and what it was trained with.

    Attributes:
        run: the trial's run.
        study: the study, as it was when it was run last.
        variant: what was trained.
        model: the network, from float32 images (batch, height, width, channels) to float32 logits (batch, classes).
            Call it with ``training=False``: dropout is then inactive.
        file: where the model is saved.
        class_names: name of each class, by label; numbers where no names were recorded.
    """

    run: RecordedRun
    study: Study
    variant: Variant
    model: keras.Model
    file: Path
    class_names: tuple[str, ...]

    @property
    def seeds(self) -> Seeds:
        """The seeds that it was trained with."""
        return seeds_of(self.study.seed, self.run.replicate, self.variant)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """What the network takes: (height, width, channels)."""
        height, width, channels = self.model.input_shape[1:]
        return int(height), int(width), int(channels)

    def images(self, data_folder: str | Path | None = None) -> ImageData:
        """Return the images that it was trained, validated and tested on, split and scaled as they were then.

        With `train.refit` all of them are to train on: the network that is kept was trained so.

        Args:
            data_folder: where to look first for image files.

        Raises:
            DataError: if they are missing or damaged.
        """
        return load_images(self.variant.data, *self._split(data_folder))

    def scale(self, data_folder: str | Path | None = None) -> Scale:
        """Return what the network sees of pixels from 0 to 255, drawn as the images of its set are.

        Args:
            data_folder: where to look first for image files; needed for scaling = 'standardized' alone.

        Raises:
            DataError: if the training images are needed, and missing or damaged.
        """
        return training_scale(self.variant.data, *self._split(data_folder))

    def _split(self, data_folder: str | Path | None) -> tuple[int, Path | None, int, bool]:
        """Return what says which images were trained on: seed, folder, part, whether some were held out."""
        folder = None if data_folder is None else Path(data_folder)
        return self.seeds.split, folder, self.seeds.part, not self.variant.train.refit


def open_trained(text: str, store: str | Path | Store = "mlruns", *, trust: bool = False) -> Trained:
    """Open the network of the run that a user names, as :meth:`harness.store.Store.find` takes it.

    The network is built from what was recorded, and of its file weights alone are read: no code that a file may carry
    can run. A network of the user's own code is built by executing what is recorded of it: that is done only with code
    that was run on this machine from a file of the user's, or with ``trust``.

    Args:
        text: a run id or the beginning of one, ``STUDY#NUMBER``, or the run's name.
        store: the store.
        trust: whether code that the store brings along may be executed, wherever it is from.

    Raises:
        UserCodeError: if executing the user's code raises.
        UsageError: for code that is not trusted, an unknown run, one without a model, one whose network cannot be
            built from what was recorded, a model file that cannot be read or is not the one that was recorded, or a
            network that diverged.
    """
    store = open_store(store)
    run = store.find(text)
    if store.trial(run)[0]["stop_reason"] == StopReason.NOT_FINITE:
        raise UsageError(f"{run.short}: the network diverged in training. {_DIVERGED}")
    file = store.model(run)
    if file is None:
        raise UsageError(f"{run.short}: this run has no model: {_why(run)}. Name another run of the study.")
    study = load_recorded_study(run.study, store)
    variant = study.variant(run.settings)
    if variant.digest != run.digest:
        raise UsageError(
            f"{run.short}: its settings must give the digest {run.digest} that was recorded, got {variant.digest}: it "
            "was made by a version of harness that reads the study differently. Use that version, or train it again."
        )
    if not trust:
        require_trusted(variant.code, run.short)
    images = _images(store, run, variant)
    try:
        model = _rebuild(
            file, variant, images.image_shape, images.classes, seeds_of(study.seed, run.replicate, variant)
        )
        weights = read_weights(file, model)
    except (UnfitFile, StudyError) as error:
        raise UsageError(f"{file}: not a usable Keras model: {str(error).rstrip('.')}. {_FIX}") from None
    _require_recorded(run, file, weights)
    require_finite(run, weights)
    model.set_weights(weights)
    names = images.class_names or class_names(None, images.classes)
    return Trained(run, study, variant, model, file, names)


def require_finite(run: RecordedRun, weights: Sequence[npt.NDArray[np.float32]]) -> None:
    """Check that a network's training has not diverged: nothing that it says would mean anything.

    Raises:
        UsageError: if a weight is infinite or not a number.
    """
    wrong = sum(int(np.count_nonzero(~np.isfinite(array))) for array in weights)
    if wrong:
        raise UsageError(
            f"{run.short}: the network diverged in training: its weights must be finite, got {wrong:,} of "
            f"{sum(array.size for array in weights):,} that are infinite or not a number. {_DIVERGED}"
        )


def _why(run: RecordedRun) -> str:
    if run.status not in _WHY or (run.status == "pruned" and not run.error):  # a pruned training leaves a model
        return f"{run.artifacts}/model.keras is not there; was it moved or deleted?"
    return f"it {_WHY[run.status]}" + (f" ({run.error.rstrip('.')})" if run.error else "")


def _images(store: Store, run: RecordedRun, variant: Variant) -> RecordedImages:
    """Return what is known of the images that a run was trained on."""
    known = variant.data.image_set.facts
    if known:
        return RecordedImages(known.image_shape, known.classes, known.class_names)
    recorded = store.images_of(run)
    if recorded is None:
        raise UsageError(
            f"{run.short}: the shape of its images must be recorded with the run, got none: an older version of "
            "harness recorded it, or the store was edited. Train it again."
        )
    return recorded


def _rebuild(
    file: Path, variant: Variant, image_shape: tuple[int, int, int], classes: int, seeds: Seeds
) -> keras.Model:
    """Build a variant's network, unless the file is too small to hold its weights."""
    if isinstance(variant.model, ModelSpec):
        check_size(file, total_costs(variant.model, image_shape, classes)["parameters"])
    from harness.engines import import_quietly

    import_quietly()
    from harness.network import network_of

    return network_of(variant, image_shape, classes, seeds.weights, seeds.dropout)


def _require_recorded(run: RecordedRun, file: Path, weights: Sequence[npt.NDArray[np.float32]]) -> None:
    """Check that these are the weights that the training ended with; earlier versions did not record a digest."""
    found = hashlib.sha256(b"".join(array.tobytes() for array in weights)).hexdigest()[:16]
    if run.weights_digest is not None and found != run.weights_digest:
        raise UsageError(
            f"{file}: is not the network that {run.short} left: its weights must have the digest "
            f"{run.weights_digest[:16]!r} that was recorded, got {found!r}. {_FIX}"
        )
