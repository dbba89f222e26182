"""How long a study will take, roughly: for `--dry-run`, never for a report."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from harness.cost import total_costs
from harness.study import Changes, DataSpec, OwnModel, Study, TrainSpec, Variant
from harness.worker import max_steps

# Rounded from one-thread float32 training steps of the reference networks, one process a core, on a small shared
# server; another processor may be three times as fast.
STEP_SECONDS = 0.4e-3
SECONDS_PER_MAC = 9e-11
SECONDS_PER_ACTIVATION = 1e-9
SECONDS_PER_PARAMETER = 5e-9
SECONDS_PER_CHANGED_VALUE = 1.2e-8
"""Of an image that is moved by whole pixels or cut."""
SECONDS_PER_INTERPOLATED_VALUE = 3e-8
TRAINING_SECONDS = 2.5
"""Data, compilation, evaluations and artifacts of one training, whatever its length."""
START_SECONDS = 8.0
"""Imports of the driver and the first workers."""


class TimeEstimate(NamedTuple):
    """A variant and how long it may train.

    Attributes:
        variant: the variant.
        costs: its cost figures (see :func:`harness.cost.total_costs`); of a network of the user's those that are known.
        steps: steps at most.
        step_seconds: seconds of one step; not-a-number where they are neither measured nor to be estimated.
        measured: whether ``step_seconds`` was measured in earlier trials rather than estimated from costs.
    """

    variant: Variant
    costs: Mapping[str, int]
    steps: int
    step_seconds: float
    measured: bool


def estimate_variants(
    study: Study,
    facts: Callable[[DataSpec], tuple[tuple[int, int, int], int, int]],
    measured: Mapping[str, float],
    own: Mapping[str, Mapping[str, int]] | None = None,
) -> list[TimeEstimate]:
    """Estimate each variant of the design; for a search, the base.

    Args:
        study: the study.
        facts: gives image shape (height, width, channels), training images before the split, and classes.
        measured: variant digest -> seconds a step in earlier trials.
        own: variant digest -> cost figures of a network of the user's.
    """
    estimates = []
    for variant in study.variants:
        image_shape, images, classes = facts(variant.data)
        costs: Mapping[str, int]
        if isinstance(variant.model, OwnModel):
            costs = (own or {}).get(variant.digest, {})
        else:
            costs = total_costs(variant.model, image_shape, classes)
        left = variant.data.train_images or images - variant.data.validation
        train = variant.train
        steps = max_steps(train, left)
        seconds = measured.get(variant.digest, _step_seconds(costs, image_shape, train))
        if train.refit:  # as many epochs again, of all images
            steps += round(steps * images / left)
        estimates.append(TimeEstimate(variant, costs, steps, seconds, variant.digest in measured))
    return estimates


def _step_seconds(costs: Mapping[str, int], image_shape: tuple[int, int, int], train: TrainSpec) -> float:
    if "macs" not in costs:
        return math.nan
    image_seconds = math.prod(image_shape) * _augment_seconds(train.augment.changes)
    image_seconds += costs["macs"] * SECONDS_PER_MAC + costs["activations"] * SECONDS_PER_ACTIVATION
    return STEP_SECONDS + train.batch_size * image_seconds + costs["parameters"] * SECONDS_PER_PARAMETER


def _augment_seconds(changes: Changes) -> float:
    """Return the seconds that a value of an image takes to be changed."""
    if changes.resampled:
        return SECONDS_PER_INTERPOLATED_VALUE
    return SECONDS_PER_CHANGED_VALUE if any(changes) else 0.0


def total_seconds(study: Study, estimates: list[TimeEstimate], workers: int, trainings: int | None = None) -> float:
    """Return the seconds that a study takes at most, if no training stops early; not-a-number where one's is unknown.

    Args:
        study: the study.
        estimates: of its variants.
        workers: trainings side by side.
        trainings: how many are left; by default all.
    """
    many = study.trainings.trainings if trainings is None else trainings
    each = [estimate.steps * estimate.step_seconds + TRAINING_SECONDS for estimate in estimates]
    work = sum(each) / len(each) * many  # a search's are all taken to be like the base
    longest = math.nan if any(map(math.isnan, each)) else max(each)
    return START_SECONDS + max(work / workers, longest)


def fitting_trainings(estimates: list[TimeEstimate], workers: int, seconds: float) -> int | None:
    """Return how many trainings fit into so many seconds, if none stops early; None where one's time is unknown.

    Args:
        estimates: of the variants; of each the same number is trained.
        workers: trainings side by side.
        seconds: there are.
    """
    each = [estimate.steps * estimate.step_seconds + TRAINING_SECONDS for estimate in estimates]
    if any(map(math.isnan, each)):
        return None
    return max(0, int((seconds - START_SECONDS) * workers / (sum(each) / len(each))))
