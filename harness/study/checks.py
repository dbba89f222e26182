"""What the schema alone cannot say: whether a study that is well written can be carried out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from harness.errors import StudyError, did_you_mean
from harness.metrics import top_k
from harness.study.designs.ranges import Level, Range
from harness.study.fields import did_you_mean_path
from harness.study.shapes import block_shapes
from harness.study.study import Study
from harness.study.tables.data import DataSpec
from harness.study.tables.model import ModelSpec
from harness.study.tables.train import MOST_STEPS, USED_BY
from harness.study.tables.whole import StudyTables
from harness.study.variant import BASE, Variant, canonical, get_path, show_level

MOST_VARIANTS = 10_000
"""Of a design: they are all made and checked before anything is trained, about 10,000 a second."""

MOST_TRAININGS = 100_000
"""Of a study, all replicates and confirmations included."""

_EXAMPLES = {
    "data": "data.scaling",
    "model": "model.downsample",
    "train": "train.learning_rate",
    "seeds": "seeds.weights",
}


def check_size(study: Study) -> None:
    """Refuse a design by the product of its levels, before any of its variants is made.

    Raises:
        StudyError: if it has too many.
    """
    design = study.design
    variants = design.most_variants
    if design.explores:
        for path, levels in design.dimensions.items():
            if not isinstance(levels, Range) and len(levels) > MOST_VARIANTS:
                raise StudyError(
                    f'design.space "{path}" must have at most {MOST_VARIANTS:,} choices, got {len(levels):,}.'
                )
    elif variants > MOST_VARIANTS:
        levels_of = [len(levels) for levels in design.dimensions.values()]
        product = f" ({' x '.join(map(str, levels_of))})" if design.crossed and len(levels_of) < 13 else ""
        raise StudyError(
            f"design must have at most {MOST_VARIANTS:,} variants, got {_big(variants)}{product}. "
            'Use fewer levels, kind = "one_at_a_time", or kind = "search", which trains a part of them.'
        )
    count = design.trainings(variants)
    if count > MOST_TRAININGS:
        raise StudyError(
            f"design must have at most {MOST_TRAININGS:,} trainings, got {_big(count)}. Use fewer replicates."
        )


def _big(number: int) -> str:
    """Write a number that may have more digits than Python writes out."""
    return f"{number:,}" if number < 10**15 else f"about 10^{int(number.bit_length() * math.log10(2))}"


def check_dimensions(study: Study) -> None:
    """Check that what varies is there to vary, that each level is possible, and that it matters.

    Raises:
        StudyError: if not; the message names the dimension.
    """
    place = f"design.{study.design.table}"
    for path in study.design.dimensions:
        root = path.split(".")[0]
        if root not in _EXAMPLES:
            fix = did_you_mean(root, _EXAMPLES) if path != root else did_you_mean_path(path, StudyTables, _EXAMPLES)
            fix = fix or ' Write the whole path in quotes, e.g. "model.downsample".'
            raise StudyError(
                f'{place} "{path}" must be a path into [data], [model], [train] or [seeds], got {root!r}.{fix}'
            )
        if path == root:
            raise StudyError(
                f'{place} "{path}" must name a key of [{root}], got the whole table. E.g. "{_EXAMPLES[root]}".'
            )
        try:
            study.base_level(path)
        except KeyError as missing:
            raise StudyError(f'{place} "{path}": {_nowhere(study, path, missing.args[0])}') from None
    for path, levels in study.design.dimensions.items():
        if not isinstance(levels, Range) and len({canonical(level) for level in levels}) < len(levels):
            raise StudyError(f'{place} "{path}": levels must differ, got {show_level(list(levels))}.')
    for where, settings in study.design.must_be_possible():
        try:
            study.variant(settings)
        except StudyError as error:
            raise StudyError(f"{where}: {error}") from None
    for path, levels in study.design.dimensions.items():
        if study.design.explores:
            _check_base_in_space(study, path, levels)
        _check_it_matters(study, place, path)


def _nowhere(study: Study, path: str, missing: str) -> str:
    """Say where a dotted path leads off the base, and what there is instead."""
    parts = path.split(".")
    parent = ".".join(parts[: parts.index(missing, 1)])
    around = study.base_level(parent) if "." in parent else getattr(study, parent).model_dump(mode="json")
    if isinstance(around, list):
        return f"{parent} of the base has {len(around)} entries, numbered from 0, got {missing!r}."
    if isinstance(around, dict):
        near = did_you_mean(missing, around) or did_you_mean_path(missing, StudyTables, _EXAMPLES)
        return f"unknown key {missing!r} in {parent}.{near}"
    return f"{parent} of the base is {'not set' if around is None else show_level(around)}, without a key {missing!r}."


def _check_base_in_space(study: Study, path: str, levels: Range | tuple[Level, ...]) -> None:
    """The base is a point of its search space: the search starts there, and its confirmation compares with it."""
    base = study.base.settings[path]
    if isinstance(levels, Range):
        if levels.contains(base):
            return
        space = f"{levels.low} to {levels.high}" + (f" in steps of {levels.step}" if levels.step else "")
    else:
        if any(study.is_base_level(path, level) for level in levels):
            return
        space = ", ".join(show_level(level) for level in levels)
    raise StudyError(
        f'design.space "{path}" must contain the base value {show_level(base)}, got {space}. '
        f"Set {path} to a value inside, or add it here."
    )


def _check_it_matters(study: Study, place: str, path: str) -> None:
    """A setting that nothing uses would be trained again and again to the same result."""
    other, users = USED_BY.get(path, ("", ()))
    if not other or (path.startswith("model.") and not isinstance(study.model, ModelSpec)):
        return
    varied = study.design.dimensions.get(other)
    now = varied if isinstance(varied, tuple) else (get_path(study.base.tables(), other),)
    if not set(map(str, now)) & set(users):
        raise StudyError(
            f'{place} "{path}" has no effect with {other} = {show_level(list(now))}. '
            f"It is used with {' and '.join(users).lower()} alone."
        )


ImageFacts = Callable[[DataSpec], tuple[tuple[int, int, int], int] | None]
"""Gives (height, width, channels) and the number of training images before the split, or None where unknown."""


def known_facts(data: DataSpec) -> tuple[tuple[int, int, int], int] | None:
    """Return the facts of a built-in image set; None for a folder."""
    known = data.image_set.facts
    return (known.image_shape, known.train_images) if known else None


def check_variants(study: Study, facts: ImageFacts) -> None:
    """Check every variant of the design against the images it will see; of a search, the base.

    Args:
        study: the study.
        facts: tells of the images; variants whose images are unknown are passed over.

    Raises:
        StudyError: as :func:`check_variant`, naming the variant. A search prunes its impossible variants itself.
    """
    for variant in study.variants:
        found, known = facts(variant.data), variant.data.image_set.facts
        if found is None:
            continue
        try:
            check_variant(variant, *found)
            if known:
                check_classes(study.metrics_of(variant), known.classes)
                check_class_weights(variant, known.classes)
        except StudyError as error:
            prefix = "" if variant.label == BASE else f"variant {variant.label}: "
            raise type(error)(f"{prefix}{error}") from None


def check_classes(metrics: Iterable[str], classes: int) -> None:
    """Check that there are more classes than guesses among which a metric looks for the right one.

    Raises:
        StudyError: if there are not.
    """
    for name in metrics:
        if (k := top_k(name)) >= classes:
            raise StudyError(
                f"{name} must look among fewer guesses than there are classes ({classes}), got {k}: it would always "
                "be 1. Name one of fewer."
            )


def check_class_weights(variant: Variant, classes: int) -> None:
    """Check that a list of class weights has one for each class.

    Raises:
        StudyError: if it has not, or if all of them are 0.
    """
    weights = variant.train.class_weights
    if isinstance(weights, str):
        return
    if len(weights) != classes:
        raise StudyError(
            f'train.class_weights must have a number for each of {classes} classes, got {len(weights)}. Or "balanced".'
        )
    if not any(weights):
        raise StudyError("train.class_weights must not all be 0: nothing would be learned. Use numbers around 1.")


def check_variant(variant: Variant, image_shape: tuple[int, int, int], train_images: int) -> None:
    """Check that a variant can be trained.

    Args:
        variant: the variant.
        image_shape: (height, width, channels) of its images.
        train_images: training images before the split.

    Raises:
        ImpossibleNetwork: if its feature maps shrink below 1x1.
        StudyError: if nothing is left to train on, a batch is larger than the training set, steps are too many, or
            augmentation would leave nothing of an image.
    """
    if isinstance(variant.model, ModelSpec):
        block_shapes(variant.model, image_shape)
    images = variant.data.images_to_train_on(train_images)
    if variant.train.batch_size > images:
        raise StudyError(
            f"train.batch_size must be at most {images}, the images there are to train on, "
            f"got {variant.train.batch_size}."
        )
    side = min(image_shape[:2])
    for key in ("shift", "cutout"):
        size = getattr(variant.train.augment, key)
        if size >= side:
            raise StudyError(
                f"train.augment.{key} must be below {side}, the pixels of a side of the images, got {size}. E.g. "
                f"{max(1, side // 14 if key == 'shift' else side // 4)}."
            )
    epochs = variant.train.max_epochs
    if epochs is not None and epochs * images / variant.train.batch_size > MOST_STEPS:
        raise StudyError(
            f"train.max_epochs must make at most {MOST_STEPS:,} steps, got {epochs:g} of {images:,} images. E.g. 5."
        )
