"""From tables to a study that is known to be possible: what the schema alone cannot say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness.errors import ImpossibleNetwork, StudyError, did_you_mean
from harness.study.design import Level, Range, Search, dimensions
from harness.study.explain import explain
from harness.study.grid import grid
from harness.study.image_sets import IMAGE_SETS
from harness.study.shapes import block_shapes
from harness.study.study import Study
from harness.study.variant import BASE, canonical, show_level


def build_study(given: dict[str, Any], name: str, source: Path | None = None, text: str = "") -> Study:
    """Return a study from the tables of a file, checked through and through.

    Raises:
        StudyError: with a line for everything that is wrong.
    """
    try:
        study = Study.model_validate_json(json.dumps(given, default=str)).read_from(given, name, source, text)
    except ValidationError as error:
        raise StudyError("\n".join(explain(error, Study))) from None
    except ValueError as error:  # json.dumps: a circular or non-string key cannot come from TOML
        raise StudyError(f"not a study: {error}") from None
    _check_dimensions(study)
    labels: dict[str, str] = {}
    for variant in grid(study):
        if variant.digest in labels:
            raise StudyError(
                f"design: the variants {labels[variant.digest]!r} and {variant.label!r} mean the same. "
                "Remove a repeated level."
            )
        labels[variant.digest] = variant.label
    for set_name in {variant.data.name for variant in grid(study)}:
        known = IMAGE_SETS.get(set_name)
        if known:
            check_networks(study, known.image_shape, known.train_images)
    return study


def _check_dimensions(study: Study) -> None:
    place = "design.space" if isinstance(study.design, Search) else "design.factors"
    for path in dimensions(study.design):
        root = path.split(".")[0]
        if root not in ("data", "model", "train"):
            fix = did_you_mean(root, ("data", "model", "train"))
            fix = fix or ' Write the whole path in quotes, e.g. "model.downsample".'
            raise StudyError(f'{place} "{path}" must be a path into [data], [model] or [train], got {root!r}.{fix}')
        try:
            study.base_level(path)
        except KeyError as missing:
            raise StudyError(f'{place} "{path}": {_nowhere(study, path, missing.args[0])}') from None
    for path, levels in dimensions(study.design).items():
        tried: list[Level] = [levels.low, levels.high] if isinstance(levels, Range) else list(levels)
        if len({canonical(level) for level in tried}) < len(tried):
            raise StudyError(f'{place} "{path}": levels must differ, got {show_level(list(levels))}.')
        for level in tried:
            try:
                study.variant({path: level})
            except StudyError as error:
                raise StudyError(f'{place} "{path}": {error}') from None
        if isinstance(study.design, Search):
            _check_base_in_space(study, path, levels)


def _nowhere(study: Study, path: str, missing: str) -> str:
    """Say where a dotted path leads off the base, and what there is instead."""
    parts = path.split(".")
    parent = ".".join(parts[: parts.index(missing)])
    around = study.base_level(parent) if "." in parent else getattr(study, parent).model_dump(mode="json")
    if isinstance(around, list):
        return f"{parent} of the base has {len(around)} entries, numbered from 0, got {missing!r}."
    known = list(around) if isinstance(around, dict) else []
    return f"unknown key {missing!r} in {parent}.{did_you_mean(missing, known)}"


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


def check_networks(study: Study, image_shape: tuple[int, int, int], train_images: int | None = None) -> None:
    """Check every variant of the design against the images it will see.

    Args:
        study: the study.
        image_shape: (height, width, channels) of its images.
        train_images: images to train on before the split, where known.

    Raises:
        StudyError: for an impossible network (in a search: only if the base is impossible, the search itself prunes
            impossible variants), or a batch larger than the training set.
    """
    for variant in grid(study):
        prefix = "" if variant.label == BASE else f"variant {variant.label}: "
        try:
            block_shapes(variant.model, image_shape)
        except ImpossibleNetwork as error:
            raise ImpossibleNetwork(f"{prefix}{error}") from None
        if train_images is not None:
            images = variant.data.train_images or train_images - variant.data.validation
            if images < 1:
                raise StudyError(
                    f"{prefix}data.validation must be below {train_images}, the training images there are, "
                    f"got {variant.data.validation}."
                )
            if variant.train.batch_size > images:
                raise StudyError(
                    f"{prefix}train.batch_size must be at most {images}, the images there are to train on, "
                    f"got {variant.train.batch_size}."
                )
