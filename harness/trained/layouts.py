"""Where a network's weights lie in a Keras file, told by the network itself: for layers that are not known here."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras

_MOST = 2**24
"""Variables that are told apart: float32 has all whole numbers up to here."""


def weight_addresses(model: keras.Model) -> tuple[str, ...]:
    """Return the address in the HDF5 file of each of ``model.weights``, in their order.

    Keras is asked to save a network whose every variable is full of its own number.

    Args:
        model: a network like the one whose file is read; its variables are other numbers afterwards.

    Raises:
        ValueError: if a layer saves its variables in a way of its own.
    """
    import h5py

    variables = list(model.variables)
    for number, variable in enumerate(variables):
        variable.assign(np.full(variable.shape, number))
    with tempfile.TemporaryDirectory(prefix="harness-") as folder:
        file = Path(folder) / "numbers.weights.h5"
        model.save_weights(file)
        with h5py.File(file, "r") as opened:
            found = dict(_numbers(opened))
    places = {number: address for address, number in found.items()}
    weights = {id(variable) for variable in model.weights}
    addresses = {}
    for number, variable in enumerate(variables):
        if id(variable) not in weights:
            continue
        if number not in places:
            raise ValueError(f"{variable.path} is saved in a way of its layer's own")
        addresses[id(variable)] = places[number]
    return tuple(addresses[id(variable)] for variable in model.weights)


def _numbers(group: Any, place: str = "") -> Iterator[tuple[str, int | None]]:
    """Yield the address of every array and the number that fills it; None where it is none."""
    import h5py

    for name, inner in group.items():
        address = f"{place}/{name}" if place else name
        if isinstance(inner, h5py.Group):
            yield from _numbers(inner, address)
        else:
            values = np.unique(np.asarray(inner[()]).astype(np.float64))
            yield address, int(values[0]) if len(values) == 1 and 0 <= values[0] < _MOST else None
