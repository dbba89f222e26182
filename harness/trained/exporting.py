"""A trained network as a file for elsewhere.

Dropout is inactive in every one of them, batch normalisation uses what it has learned.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from harness.engines import write_graph
from harness.errors import UsageError
from harness.trained.opening import Trained
from harness.trained.workplace import workplace

if TYPE_CHECKING:
    import keras

    from harness.data import Scale

Form = Literal["keras", "savedmodel", "onnx", "tensorboard"]

_SUFFIXES = {"keras": ".keras", "onnx": ".onnx"}
"""Form -> what the name of its file ends in; the other forms are folders."""

_PACKAGES = {"onnx": ("tf2onnx", "onnx"), "tensorboard": ("tensorboard",)}
"""Form -> packages of the extra `export` that it needs."""

_MARKS = {"savedmodel": "saved_model.pb", "tensorboard": "events.out.tfevents.*"}
"""Form -> a file that its folder holds: only such a folder, or an empty one, is overwritten."""


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: the file, or for ``savedmodel`` and ``tensorboard`` the folder.
        description: a JSON file beside it that says what the network takes and gives; None for ``tensorboard``, which
            holds no weights.
        takes: the same in a sentence.
        remark: what else there is to know, if anything.
    """

    path: Path
    description: Path | None
    takes: str
    remark: str = ""


def export_path(study: str, trial: int, form: Form) -> Path:
    """Return where a run is exported to unless told otherwise: ``quickstart-7.onnx``, ``quickstart-7-savedmodel``.

    Raises:
        UsageError: if the study's name, which a store may have from anywhere, leads to another folder.
    """
    name = f"{study}-{trial}" + _SUFFIXES.get(form, f"-{form}")
    if Path(name).name != name or not name.isprintable() or name.startswith("."):
        raise UsageError(f"{name!r} cannot be the name of a file here: {study!r} is no plain name. Give --output.")
    return Path(name)


def check_export(form: Form, output: Path, force: bool = False, backend: str = "tensorflow") -> None:
    """Check that an export can be written, before anything slow is done.

    Args:
        form: what is to be written.
        output: where to.
        force: whether what is there may be overwritten.
        backend: the Keras backend in use.

    Raises:
        UsageError: if a package is missing, the backend cannot do it, or something is in the way.
    """
    missing = [package for package in _PACKAGES.get(form, ()) if importlib.util.find_spec(package) is None]
    if missing:
        raise UsageError(
            f"--to {form} needs {' and '.join(missing)}, not installed here. Install the extra `export`: "
            "pip install -e '.[export]'"
        )
    if form != "keras" and backend != "tensorflow":
        raise UsageError(
            f"--to {form} needs the TensorFlow backend, got {backend!r}. Unset KERAS_BACKEND: a network that was "
            "trained with one opens with any."
        )
    suffix = _SUFFIXES.get(form)
    if suffix and output.suffix != suffix:
        raise UsageError(f"--output must end in {suffix} for --to {form}, got {str(output)!r}.")
    if not os.access(output.parent, os.W_OK):
        raise UsageError(f"{output}: cannot be written: {output.parent} is no folder that may be written to.")
    for path in (output,) if form == "tensorboard" else (output, _description_of(output)):
        if path.is_symlink():
            raise UsageError(f"{path}: is a link, and nothing is written through links. Name another with --output.")
        if path.exists() and not force:
            raise UsageError(f"{path}: is there already. Name another with --output, or give --force to overwrite it.")
        if path.exists() and not (_may_replace(path, form) if path == output else path.is_file()):
            raise UsageError(f"{path}: is there and was not made by --to {form}. Name another with --output.")


def _may_replace(output: Path, form: Form) -> bool:
    """Whether what is there is of the kind to be written: no folder of something else is ever removed."""
    if form in _SUFFIXES:
        return output.is_file()
    return output.is_dir() and (not any(output.iterdir()) or any(output.glob(_MARKS[form])))


def export(
    trained: Trained,
    form: Form,
    output: str | Path | None = None,
    *,
    force: bool = False,
    data_folder: str | Path | None = None,
) -> Exported:
    """Write a network as a file or folder for elsewhere, whole or not at all.

    Args:
        trained: the network.
        form: "keras", Keras's own file; "savedmodel", TensorFlow's format; "onnx"; or "tensorboard", the
            graph alone, for TensorBoard to show.
        output: where to; by default as :func:`export_path`, in the working directory.
        force: overwrite what an earlier export left there.
        data_folder: where to look first for image files: with scaling = 'standardized' they tell what to subtract.

    Raises:
        UsageError: as :func:`check_export`; or if writing fails.
        DataError: if training images are needed, and missing or damaged.
    """
    import keras

    path = export_path(trained.run.study, trained.run.trial, form) if output is None else Path(output)
    check_export(form, path, force, keras.backend.backend())
    scale = trained.scale(data_folder)
    model, remark = _in_float32(trained) if form == "onnx" else (trained.model, "")
    takes, description = _sentence(trained, scale), _description_of(path)
    try:
        with workplace(path.parent) as folder:
            (folder / "new").mkdir()
            made, told = folder / "new" / path.name, folder / "new" / description.name
            _write(trained, model, form, made)
            if form != "tensorboard":
                told.write_text(json.dumps(_describe(trained, form, scale), indent=1) + "\n", encoding="utf-8")
            if path.is_dir():  # no folder can take another's place; it goes with the workplace
                path.rename(folder / "old")
            made.replace(path)
            if form != "tensorboard":
                told.replace(description)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UsageError(f"{path}: cannot be written: {why}. Nothing half made is left; name another place.") from None
    if form == "tensorboard":
        return Exported(path, None, takes, f"See it with: tensorboard --logdir {path}")
    return Exported(path, description, takes, remark)


def _description_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _write(trained: Trained, model: keras.Model, form: Form, path: Path) -> None:
    if form == "keras":
        model.save(path)  # anew: a copy of the run's file would carry along whatever else that holds
    elif form == "tensorboard":
        write_graph(model, path)
    else:
        model(np.zeros((1, *trained.image_shape), np.float32), training=False)  # Keras exports what has been called
        logging.getLogger("tf2onnx").setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # Keras looks whether NumPy is an old one
            model.export(path, format="tf_saved_model" if form == "savedmodel" else "onnx", verbose=False)


def _in_float32(trained: Trained) -> tuple[keras.Model, str]:
    """Return the network as one that computes in float32 throughout, and a remark if it did not before.

    ONNX has no convolutions of bfloat16. Weights are float32 in any case.
    """
    from harness.network import network_of

    precision = trained.variant.train.precision
    if precision == "float32":
        return trained.model, ""
    model = network_of(trained.variant, trained.image_shape, len(trained.class_names), seed=0, precision="float32")
    model.set_weights(trained.model.get_weights())
    return model, f"It computes in float32, where the training had {precision}: logits differ by its rounding."


def _sentence(trained: Trained, scale: Scale) -> str:
    shape = ", ".join(map(str, trained.image_shape))
    if scale.offset.any():
        scaling = f"less the mean of each pixel, then divided by {scale.divisor:.6g}"
    else:
        scaling = "as they are" if scale.divisor == 1 else f"divided by {scale.divisor:g}"
    return (
        f"It takes float32 images (n, {shape}), pixels from 0 to 255 {scaling}, and gives {len(trained.class_names)} "
        "logits, whose softmax are the probabilities."
    )


def _describe(trained: Trained, form: Form, scale: Scale) -> dict[str, Any]:
    run = trained.run
    return {
        "run": {"study": run.study, "trial": run.trial, "variant": run.variant, "run_id": run.run_id},
        "format": form,
        "input": {
            "shape": ["n", *trained.image_shape],
            "type": "float32",
            "images": trained.variant.data.name,
            "scaling": trained.variant.data.scaling,
            "formula": "(pixel - offset) / divisor, pixels from 0 to 255",
            "offset": scale.offset.tolist() if scale.offset.any() else 0,
            "divisor": float(scale.divisor),
        },
        "output": {
            "shape": ["n", len(trained.class_names)],
            "type": "float32",
            "meaning": "logits; their softmax are the probabilities of the classes",
            "classes": list(trained.class_names),
        },
    }
