"""Arrays that stay on the device for as long as they live here: trials of a process share them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np


class Copies:
    """Copies of NumPy arrays on a device.

    Args:
        put: makes a copy; it may also use the array's memory, but must not hold the array itself.
    """

    def __init__(self, put: Callable[[np.ndarray], Any]) -> None:
        self._put = put
        self._held: dict[int, Any] = {}

    def __contains__(self, array: np.ndarray) -> bool:
        return id(array) in self._held

    def of(self, array: np.ndarray) -> Any:
        """Return the copy of this very array, made at the first call; do not change the array's contents."""
        key = id(array)
        if key not in self._held:
            self._held[key] = self._put(array)
            weakref.finalize(array, self._held.pop, key, None)  # before Python can give its id to another array
        return self._held[key]
