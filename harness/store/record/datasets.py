"""The images of a trial as MLflow's dataset input of its run."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

from harness.records import Started
from harness.study import DataSpec, Study

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput


def dataset_input(study: Study, spec: DataSpec, started: Started) -> DatasetInput:
    """Return the images that a training used.

    MLflow keeps one data set for each name and digest in an experiment. So what a variant may have of its own, how the
    images were split and scaled, stands in the profile only where the study does not vary it; in tags of the input
    always.

    Args:
        study: the study.
        spec: `[data]` of the variant.
        started: what the worker said of the images.
    """
    from mlflow.entities import Dataset, DatasetInput, InputTag

    counts = {f"{name}_images": number for name, number in started.images.items()}
    treated = {"split": spec.split, "scaling": spec.scaling, **counts}
    varies = any(path.startswith("data.") for path in study.design.dimensions)
    named = {"class_names": list(started.class_names)} if started.class_names else {}
    profile = {
        "image_shape": list(started.image_shape), "classes": started.classes, **named, **({} if varies else treated)
    }  # fmt: skip
    dataset = Dataset(
        name=spec.name,
        digest=started.data_digest,
        source_type="local",
        source=json.dumps({"uri": _origin(spec)}),
        schema=_schema(started.image_shape) if started.image_shape else None,
        profile=json.dumps(profile),
    )
    tags = {"mlflow.data.context": "training", **{f"harness.{name}": str(value) for name, value in treated.items()}}
    return DatasetInput(dataset, [InputTag(name, text) for name, text in tags.items()])


def _origin(spec: DataSpec) -> str:
    """Say where images are from: of a built-in set, whatever folder holds it here, for its contents are verified."""
    known = spec.image_set.facts
    return known.origin if known else f"{spec.image_set.folder_holds} in {spec.folder}"


@functools.lru_cache(maxsize=8)
def _schema(image_shape: tuple[int, ...]) -> str:
    import numpy as np
    from mlflow.data.schema import TensorDatasetSchema
    from mlflow.types import Schema, TensorSpec

    features = Schema([TensorSpec(np.dtype("float32"), (-1, *image_shape))])
    targets = Schema([TensorSpec(np.dtype("int32"), (-1,))])
    return json.dumps(TensorDatasetSchema(features, targets).to_dict())
