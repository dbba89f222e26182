"""What a run's dataset inputs say of the images that it was trained on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

_LONGEST_NAME = 200

_LARGEST = 65_536
"""No image is higher or wider, and nothing has more classes."""


class RecordedImages(NamedTuple):
    """The images that a run was trained on, as far as they are recorded.

    Attributes:
        image_shape: (height, width, channels).
        classes: how many there are.
        class_names: by label; empty where they are not recorded. Text of a stranger's.
    """

    image_shape: tuple[int, int, int]
    classes: int
    class_names: tuple[str, ...] = ()


def images_in(profiles: Iterable[object]) -> RecordedImages | None:
    """Return what all profiles agree on, if they do.

    Args:
        profiles: JSON, as :func:`harness.store.record.datasets.dataset_input` writes it, or anything else.
    """
    found = {_told_by(profile) for profile in profiles}
    return found.pop() if len(found) == 1 else None


def _told_by(profile: object) -> RecordedImages | None:
    try:
        told = json.loads(str(profile))
        height, width, channels = told["image_shape"]
        numbers = (height, width, channels, told["classes"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not all(type(number) is int and 1 <= number <= _LARGEST for number in numbers):
        return None
    names = told.get("class_names", [])
    fits = isinstance(names, list) and len(names) == told["classes"] and all(map(_is_name, names))
    return RecordedImages((height, width, channels), told["classes"], tuple(names) if fits else ())


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name.isprintable() and 0 < len(name) <= _LONGEST_NAME
