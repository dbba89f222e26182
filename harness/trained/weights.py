"""Reading weights, and nothing else, from a Keras file that may come from a stranger.

Keras' own loader builds whatever objects the file names, and has run code that way again and again. Here the network is
built from the recorded variant, and of the file only numbers are taken, whose names, shapes and kinds are known before.
Nothing is unpacked to disk, no link inside the file is followed, and nothing larger than the network is read.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from harness.trained.layouts import weight_addresses

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

_MEMBER = "model.weights.h5"
"""Name in the archive of the HDF5 file with the weights."""

_GROUPS = {"Conv2D": "conv2d", "BatchNormalization": "batch_normalization", "Dense": "dense"}
"""Class of a layer that has weights -> what Keras calls its group; the second of a class ends in ``_1``, and so on."""

_SLACK = 4_000_000
"""Bytes that an archive may be larger than its weights: 62,000 are usual with 25 layers."""

_SLACK_OF_LAYER = 20_000
"""Bytes that it may be larger for each layer, on top of that."""


_FLOAT32 = np.dtype("<f4")


class UnfitFile(Exception):
    """A file whose weights cannot be taken; the message is a phrase that says why."""


class _Place(NamedTuple):
    """Where a layer's arrays lie in the HDF5 file, and their shapes."""

    layer: str
    group: str
    shapes: tuple[tuple[int, ...], ...]


def check_size(file: Path, parameters: int) -> None:
    """Check that a file can hold so many weights, before a network that large is built.

    Args:
        file: a Keras file.
        parameters: weights that the network has.

    Raises:
        UnfitFile: if it is too small.
    """
    if file.stat().st_size < 4 * parameters:
        raise UnfitFile(f"it has {file.stat().st_size:,} bytes, and the network {parameters:,} weights of 4 bytes")


def read_weights(file: Path, model: keras.Model) -> list[npt.NDArray[np.float32]]:
    """Return the weights that a file has for a network, in the order of ``model.weights``.

    Args:
        file: a Keras file.
        model: the network, as :func:`harness.network.network_of` makes it.

    Raises:
        UnfitFile: if it is no Keras file, is damaged, or is of another network.
    """
    import h5py

    recipe = getattr(model, "recipe", None)
    layout = None if recipe is None else _layout(recipe.build())
    most = 4 * model.count_params() if layout is None else sum(8 * math.prod(one.shape) for one in model.variables)
    content = _read_member(file, most + _SLACK + _SLACK_OF_LAYER * len(model.layers))
    try:
        with h5py.File(io.BytesIO(content), "r") as opened:
            return _read_arrays(opened, list(_places(model))) if layout is None else _read_at(opened, layout, model)
    except UnfitFile:
        raise
    except Exception as error:  # a damaged file raises whatever the part that is damaged leads to
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UnfitFile(f"{_MEMBER}: {reason.rstrip('.')}") from None


def _layout(model: keras.Model) -> tuple[str, ...]:
    try:
        return weight_addresses(model)
    except ValueError as error:
        raise UnfitFile(f"its network cannot be read: {error}") from None


def _read_at(opened: Any, addresses: Sequence[str], model: keras.Model) -> list[npt.NDArray[np.float32]]:
    """Return the arrays at some addresses, as the weights of a network have their shapes and types."""
    found = []
    for address, weight in zip(addresses, model.weights, strict=True):
        place = opened
        *groups, last = address.split("/")
        for group in groups:
            place = _step(place, group, "group")
        shape, dtype = tuple(map(int, weight.shape)), np.dtype(weight.dtype).newbyteorder("<")
        found.append(_read_array(_step(place, last, "dataset"), shape, weight.path, dtype))
    return found


def _places(model: keras.Model) -> Iterator[_Place]:
    counts: dict[str, int] = {}
    for layer in model.layers:
        if not layer.weights:
            continue
        name = _GROUPS[type(layer).__name__]
        count = counts[name] = counts.get(name, -1) + 1
        shapes = tuple(tuple(map(int, weight.shape)) for weight in layer.weights)
        yield _Place(layer.name, f"{name}_{count}" if count else name, shapes)


def _read_member(file: Path, most: int) -> bytes:
    """Return the HDF5 file in the archive, which Keras stores as it is: what is packed could unpack to any size."""
    if not zipfile.is_zipfile(file):
        raise UnfitFile("it is no whole zip archive")
    size = file.stat().st_size
    if size > most:
        raise UnfitFile(f"it has {size:,} bytes, too many for its network: at most {most:,}")
    try:
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if member.filename == _MEMBER]
            if len(members) != 1:
                raise UnfitFile(f"it holds {len(members) or 'no'} files {_MEMBER}, which must be one")
            member = members[0]
            if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
                raise UnfitFile(f"{_MEMBER} in it is packed or encrypted; Keras stores it as it is")
            with archive.open(member) as opened:
                return opened.read(most)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise UnfitFile(str(error).rstrip(".") or type(error).__name__) from None


def _read_arrays(opened: Any, places: Sequence[_Place]) -> list[npt.NDArray[np.float32]]:
    """Return the arrays at all places, after a look that the file has neither fewer nor more of them."""
    layers = _step(opened, "layers", "group")
    kinds = "|".join(_GROUPS.values())
    there = {name for name in layers if re.fullmatch(rf"(?:{kinds})(?:_\d+)?", name)}
    expected = {place.group for place in places}
    if there != expected:
        raise UnfitFile(f"it is of another network: layers with weights must be {_list(expected)}, got {_list(there)}")
    found = []
    for place in places:
        variables = _step(_step(layers, place.group, "group"), "vars", "group")
        if set(variables) != {str(number) for number in range(len(place.shapes))}:
            raise UnfitFile(f"{place.layer} must have {len(place.shapes)} arrays, got {_list(set(variables))}")
        for number, shape in enumerate(place.shapes):
            found.append(_read_array(_step(variables, str(number), "dataset"), shape, place.layer))
    return found


def _step(group: Any, name: str, kind: str) -> Any:
    """Return what a group holds under a name; a link to elsewhere, in this file or in another, is not followed."""
    import h5py

    link = group.get(name, getlink=True)
    if link is None:
        raise UnfitFile(f"{group.name.rstrip('/')}/{name} is missing in {_MEMBER}")
    if not isinstance(link, h5py.HardLink):
        raise UnfitFile(f"{group.name.rstrip('/')}/{name} in {_MEMBER} is a link to elsewhere")
    found = group.get(name, getclass=True)
    if found is not (h5py.Group if kind == "group" else h5py.Dataset):
        raise UnfitFile(f"{group.name.rstrip('/')}/{name} in {_MEMBER} is no {kind}")
    return group[name]


def _read_array(
    dataset: Any, shape: tuple[int, ...], layer: str, dtype: np.dtype[Any] = _FLOAT32
) -> npt.NDArray[np.float32]:
    """Return an array that lies in the file in one piece: no other file has a part of it, and no filter runs."""
    import h5py

    listed = dataset.id.get_create_plist()
    if listed.get_layout() not in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT) or listed.get_external_count():
        raise UnfitFile(f"{dataset.name} in {_MEMBER} does not lie in the file in one piece")
    if dataset.shape != shape or dataset.dtype != dtype:
        raise UnfitFile(
            f"it is of another network: {layer} takes {dtype} {_show(shape)}, got {dataset.dtype} "
            f"{_show(dataset.shape) if dataset.shape is not None else 'without a shape'}"
        )
    return np.asarray(dataset[()], dtype)


def _show(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) or "number"


def _list(names: set[str]) -> str:
    shown = sorted(names)
    more = f" and {len(shown) - 12} more" if len(shown) > 12 else ""
    return (", ".join(name[:40] for name in shown[:12]) or "none") + more
