"""A cross-validation and its repetitions: how many parts there are, and by how much their trainings depend."""

from __future__ import annotations

import numpy as np

from harness.judging.sample import Sample
from harness.study import Study


def parts_of(study: Study, sample: Sample | None = None) -> int:
    """Return into how many parts a cross-validation cuts the images; 1 for any other study.

    Of images of one's own, only their trainings tell how many there are: an epoch is so many of them.

    Args:
        study: the study.
        sample: trials of its reference.
    """
    if study.data.split != "k_fold":
        return 1
    known = study.data.image_set.facts
    if known:
        return known.train_images // study.data.validation
    images = _trained_on(study, sample) if sample and not study.data.train_images else 0
    return 1 + round(images / study.data.validation) if images else study.design.replicate_range[1]


def overlap_of(study: Study, sample: Sample | None = None) -> float:
    """Return held-out over training images of a cross-validation; 0 where replicates are independent.

    It is the same whether the cross-validation is done once or repeated with other cuts (Bouckaert & Frank 2004,
    "Evaluating the replicability of significance tests for comparing learning algorithms").

    Args:
        study: the study.
        sample: trials of its reference.
    """
    parts = parts_of(study, sample)
    return 0.0 if study.data.split != "k_fold" else 1 / max(1, parts - 1)


def _trained_on(study: Study, sample: Sample) -> float:
    """Return how many images the trainings saw in an epoch; 0 if they do not say."""
    if "epochs" not in sample.columns:
        return 0.0
    seen = np.asarray(sample.columns["steps"], dtype=float) * study.variants[0].train.batch_size
    epochs = np.asarray(sample.columns["epochs"], dtype=float)
    known = epochs > 0
    return float(np.median(seen[known] / epochs[known])) if known.any() else 0.0
