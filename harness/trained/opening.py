"""Opening the trained network of a recorded run."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.data import ImageData, Scale, class_names, load_images, training_scale
from harness.errors import UsageError
from harness.records import Seeds
from harness.results import load_recorded_study
from harness.seeds import seeds_of
from harness.study import Study, Variant
from harness.tracking import RecordedRun, find_run, model_file

if TYPE_CHECKING:
    import keras

_WHY = {
    "pruned": "was never trained",
    "failed": "failed",
    "killed": "was interrupted before its training ended",
    "running": "is still running, or its process was killed; the next `harness run` of the study closes it then",
}
"""Status -> why a run of it may have no model."""


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
    """

    run: RecordedRun
    study: Study
    variant: Variant
    model: keras.Model
    file: Path

    @property
    def seeds(self) -> Seeds:
        """The seeds that it was trained with."""
        return seeds_of(self.study.seed, self.run.replicate, self.variant)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """What the network takes: (height, width, channels)."""
        height, width, channels = self.model.input_shape[1:]
        return int(height), int(width), int(channels)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Name of each class, by label."""
        return class_names(self.variant.data.name, int(self.model.output_shape[-1]))

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


def open_trained(text: str, store: str | Path = "mlruns") -> Trained:
    """Open the network of the run that a user names, as :func:`harness.tracking.find_run` takes it.

    Args:
        text: a run id or the beginning of one, ``STUDY#NUMBER``, or the run's name.
        store: the store's folder.

    Raises:
        UsageError: for an unknown run, one without a model, a model file that cannot be read, or a network that
            diverged.
    """
    run = find_run(Path(store), text)
    file = model_file(Path(store), run.run_id)
    if file is None:
        raise UsageError(f"{run.short}: this run has no model: {_why(run)}. Name another run of the study.")
    study = load_recorded_study(run.study, store)
    variant = study.variant(run.settings)
    if variant.digest != run.digest:
        raise UsageError(
            f"{run.short}: its settings must give the digest {run.digest} that was recorded, got {variant.digest}: it "
            "was made by a version of harness that reads the study differently. Use that version, or train it again."
        )
    model = _load(file)
    _require_finite(run, model)
    return Trained(run, study, variant, model, file)


def _require_finite(run: RecordedRun, model: keras.Model) -> None:
    """Refuse a network that diverged: whatever it is asked, it answers with class 0.

    Raises:
        UsageError: if a weight is infinite or not a number.
    """
    import numpy as np

    broken = [weight.path for weight in model.weights if not np.isfinite(np.asarray(weight.numpy())).all()]
    if broken:
        raise UsageError(
            f"{run.short}: the network diverged in training: its weights must be finite, those of {broken[0]!r} are "
            "not. It predicts nothing. Name another run of the study, or train with a lower learning rate."
        )


def _why(run: RecordedRun) -> str:
    if run.status not in _WHY or (run.status == "pruned" and not run.error):  # a pruned training leaves a model
        return f"{run.artifacts / 'model.keras'} is not there; was it moved or deleted?"
    return f"it {_WHY[run.status]}" + (f" ({run.error.rstrip('.')})" if run.error else "")


def _load(file: Path) -> Any:
    """Load a model to be called, without what training it would need."""
    from harness.engines import import_quietly

    fix = "Train it again, or put the file back."
    if not zipfile.is_zipfile(file):  # Keras would say that there is no such file
        raise UsageError(f"{file}: not a usable Keras model: it is no whole zip archive. {fix}")
    import_quietly()
    import keras

    try:
        return keras.saving.load_model(file, compile=False)
    except Exception as error:  # a damaged file raises whatever the part that is damaged leads to
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UsageError(f"{file}: not a usable Keras model: {reason.rstrip('.')}. {fix}") from None
