"""What a run's dataset inputs say of the images that it was trained on."""

from __future__ import annotations

import json
from collections.abc import Iterable

_LARGEST = 65_536
"""No image is higher or wider, and nothing has more classes."""


def images_in(profiles: Iterable[object]) -> tuple[tuple[int, int, int], int] | None:
    """Return the shape (height, width, channels) and the number of classes that all profiles agree on, if they do.

    Args:
        profiles: JSON, as :func:`harness.store.record.datasets.dataset_input` writes it, or anything else.
    """
    found = {_shape_in(profile) for profile in profiles}
    return found.pop() if len(found) == 1 else None


def _shape_in(profile: object) -> tuple[tuple[int, int, int], int] | None:
    try:
        told = json.loads(str(profile))
        height, width, channels = told["image_shape"]
        numbers = (height, width, channels, told["classes"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not all(type(number) is int and 1 <= number <= _LARGEST for number in numbers):
        return None
    return (height, width, channels), told["classes"]
