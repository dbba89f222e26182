"""Trained networks as MLflow's logged models: what ``mlflow.keras.log_model`` makes, without Keras in this process.

A worker leaves ``model.keras``; the files around it are those of MLflow's flavours ``keras`` and ``python_function``.
A test holds that they are what MLflow itself writes.
"""

from __future__ import annotations

import functools
import platform
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from harness.records import Started
from harness.study import DataSpec, Variant

if TYPE_CHECKING:
    from mlflow.models import ModelSignature
    from mlflow.tracking import MlflowClient

MODEL_FILE = "model.keras"
"""What a worker calls it, in the folder of its artifacts."""

IN_MODEL = "data/model.keras"
"""Where it lies in the folder of a logged model."""

_SCALINGS = {
    "none": "pixels as they are, 0 to 255",
    "unit": "pixels divided by 255, from 0 to 1",
    "standardized": "from each pixel its mean over the training images is subtracted, then all are divided by the "
    "standard deviation of all their values",
}
"""`data.scaling` -> what a model takes as input, in words."""

_UNNAMEABLE = str.maketrans({"/": "∕", ":": "∶", ".": "․", "%": "％", '"': "”", "'": "’"})
"""Characters that MLflow refuses in names of models -> ones that look like them."""


@dataclass(frozen=True)
class KeptNetwork:
    """A trained network that is to be kept.

    Attributes:
        name: what to call it; characters that MLflow refuses are replaced by ones that look alike.
        run_id: the run that made it.
        step: training steps it has behind it.
        variant: what was trained.
        started: what its worker said of images and libraries.
        params: params of the logged model.
        tags: tags of the logged model.
        file: ``model.keras``; moved.
    """

    name: str
    run_id: str
    step: int
    variant: Variant
    started: Started
    params: Mapping[str, str]
    tags: Mapping[str, str]
    file: Path


def log_model(client: MlflowClient, experiment_id: str, network: KeptNetwork) -> str:
    """Make a logged model, an output of its run, ready to be loaded; return its id."""
    from mlflow.entities import LoggedModelOutput

    model = client.create_logged_model(
        experiment_id,
        name=network.name.translate(_UNNAMEABLE),
        source_run_id=network.run_id,
        tags={name: text[:7900] for name, text in network.tags.items()},
        params=dict(network.params),
        model_type="image classifier",
    )
    model_id = str(model.model_id)
    # An output of the run before it has files: who closes a run that was cut off finds the model by it.
    client.log_outputs(network.run_id, [LoggedModelOutput(model_id, network.step)])
    folder = network.file.with_name("logged_model")
    write_model(folder, network, model_id, model.artifact_location)
    client.log_model_artifacts(model_id, str(folder))
    shutil.rmtree(folder)
    client.finalize_logged_model(model_id, "READY")
    return model_id


def fail_models(client: MlflowClient, run_id: str) -> None:
    """Mark the models of a run that was cut off while it was being recorded."""
    outputs = client.get_run(run_id).outputs
    for output in outputs.model_outputs if outputs else ():
        client.finalize_logged_model(output.model_id, "FAILED")


def fail_unfinished(client: MlflowClient, experiment_id: str) -> None:
    """Mark the models of an experiment that nobody will finish.

    A process may have been killed between making a model and noting it as an output of its run.
    """
    token: str | None = None
    while True:
        found = client.search_logged_models([experiment_id], page_token=token)
        for model in found:
            if model.status == "PENDING":
                client.finalize_logged_model(model.model_id, "FAILED")
        token = found.token
        if not token:
            return


def write_model(folder: Path, network: KeptNetwork, model_id: str, location: str) -> None:
    """Write the folder of an MLflow model, moving the network's file into it.

    Args:
        folder: to be made.
        network: the network.
        model_id: of the logged model.
        location: where its files will be.
    """
    from mlflow.models import Model

    (folder / "data").mkdir(parents=True)
    network.file.rename(folder / IN_MODEL)
    (folder / "data" / "keras_module.txt").write_text("keras")
    place, data = network.started.fingerprint, network.variant.data
    model = Model(
        artifact_path=location,
        run_id=network.run_id,
        model_uuid=model_id,
        model_id=model_id,
        signature=_signature(network.started.image_shape, network.started.classes),
        metadata={
            **network.params,
            "images": data.name,
            "data_digest": network.started.data_digest,
            "scaling": data.scaling,
            "input": describe_input(network.started.image_shape, data),
            "output": "a logit for each class; their softmax gives probabilities",
        },
    )
    backend, _, version = place.backend.partition(" ")
    model.add_flavor("keras", data="data", keras_version=place.keras, keras_backend=backend, save_exported_model=False)
    model.add_flavor(
        "python_function",
        loader_module="mlflow.keras",
        python_version=place.python,
        env={"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
    )
    model.model_size_bytes = sum(file.stat().st_size for file in (folder / "data").iterdir())
    model.save(str(folder / "MLmodel"))
    libraries = (f"mlflow=={metadata.version('mlflow')}", f"keras=={place.keras}", f"{backend}=={version}")
    for name, text in _environment(place.python or platform.python_version(), libraries).items():
        (folder / name).write_text(text)


def damage_of(file: Path) -> str | None:
    """Return what is wrong with a network's file; None if it is whole. Reads all of it, and opens nothing in it."""
    try:
        with zipfile.ZipFile(file) as archive:
            broken = archive.testzip()
            missing = {"model.weights.h5", "config.json"} - set(archive.namelist())
    except FileNotFoundError:
        return "it is missing"
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        return f"it is no whole zip archive ({error})"
    if broken or missing:
        return f"its part {broken or min(missing)} is damaged or missing"
    return None


def describe_input(image_shape: tuple[int, ...], data: DataSpec) -> str:
    """Say what a model takes as input."""
    return f"float32 images (n, {', '.join(map(str, image_shape))}); {_SCALINGS[data.scaling]}"


@functools.lru_cache(maxsize=8)
def _signature(image_shape: tuple[int, ...], classes: int) -> ModelSignature:
    import numpy as np
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    single = np.dtype("float32")
    return ModelSignature(
        inputs=Schema([TensorSpec(single, (-1, *image_shape))]), outputs=Schema([TensorSpec(single, (-1, classes))])
    )


def _environment(python: str, libraries: tuple[str, ...]) -> dict[str, str]:
    """Return file name -> text of what another machine needs in order to load a model."""
    build = ("pip", "setuptools", "wheel")
    listed = "\n".join(f"  - {library}" for library in libraries)
    return {
        "requirements.txt": "\n".join(libraries) + "\n",
        "python_env.yaml": f"python: {python}\nbuild_dependencies:\n"
        + "".join(f"- {name}\n" for name in build)
        + "dependencies:\n- -r requirements.txt\n",
        "conda.yaml": f"channels:\n- conda-forge\ndependencies:\n- python={python}\n- pip\n- pip:\n{listed}\n"
        "name: mlflow-env\n",
    }
