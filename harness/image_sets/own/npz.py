"""An ``.npz`` file of images and labels, read in pieces: nothing is unpickled, nothing is larger than it claims."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from harness.errors import DataError, show_value

if TYPE_CHECKING:
    import numpy as np

NAMES = {
    "train": (("x_train", "y_train"), ("train_images", "train_labels"), ("x", "y")),
    "validation": (("x_val", "y_val"), ("val_images", "val_labels"), ("x_valid", "y_valid")),
    "test": (("x_test", "y_test"), ("test_images", "test_labels")),
}
"""Split -> names that its images and labels may have: Keras', and those of MedMNIST."""

_SLAB = 1024
_FIX = "Write it anew with numpy.savez."


class Arrays:
    """The arrays of an ``.npz`` file, read piece by piece; nothing is unpickled, nothing is larger than it claims."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.archive = zipfile.ZipFile(path)
        except OSError as error:
            raise DataError(f"{path}: cannot be read: {error.strerror or error}. Check its permissions.") from None
        except Exception as error:  # of damaged ones: BadZipFile, NotImplementedError, UnicodeDecodeError, struct.error
            raise DataError(f"{path}: is no .npz file, or is damaged ({error}). {_FIX}") from None
        self.names = {name.removesuffix(".npy") for name in self.archive.namelist()}

    def header(self, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Return shape and type of an array."""
        with self._open(name) as file:
            return self._header(name, file)

    def slabs(self, name: str) -> Iterable[np.ndarray]:
        """Yield an array in pieces along its first axis."""
        import numpy as np

        with self._open(name) as file:
            shape, dtype = self._header(name, file)
            row = math.prod(shape[1:]) * dtype.itemsize
            for start in range(0, shape[0], _SLAB):
                count = min(_SLAB, shape[0] - start)
                try:
                    piece = file.read(count * row)
                except Exception as error:  # BadZipFile, zlib.error, EOFError
                    raise DataError(f"{self.path}: {name} is damaged ({error}). {_FIX}") from None
                if len(piece) != count * row:
                    raise DataError(f"{self.path}: {name} is truncated: its shape {shape} needs more bytes. {_FIX}")
                yield np.frombuffer(piece, dtype).reshape(count, *shape[1:])

    def _open(self, name: str) -> IO[bytes]:
        try:
            return self.archive.open(f"{name}.npy")
        except Exception as error:  # a password, an unknown method, BadZipFile, KeyError, UnicodeDecodeError
            raise DataError(f"{self.path}: {name} cannot be unpacked ({error}). {_FIX}") from None

    def _header(self, name: str, file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
        import numpy as np

        try:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, fortran, dtype = read(file)
        except Exception as error:  # ValueError, BadZipFile, zlib.error, EOFError, SyntaxError of a header
            why = (str(error).splitlines() or [type(error).__name__])[0]
            raise DataError(f"{self.path}: {name} is no array ({why}). {_FIX}") from None
        if dtype.hasobject or fortran:
            what = "objects" if dtype.hasobject else "columns first (Fortran order)"
            raise DataError(f"{self.path}: {name} must hold numbers, rows first, got {what}. {_FIX}")
        if not shape or not all(shape):
            raise DataError(f"{self.path}: {name} must hold images or labels, got the shape {shape}.")
        return shape, dtype

    def named(self, split: str) -> tuple[str, str] | None:
        """Return what images and labels of a split are called here, None if there are none."""
        found = next((pair for pair in NAMES[split] if self.names.issuperset(pair)), None)
        half = next((pair for pair in NAMES[split] if not self.names.isdisjoint(pair)), None)
        if found is None and half is not None:
            raise DataError(f"{self.path}: must hold {half[0]} and {half[1]}, got one of them alone. {_FIX}")
        return found


def image_shape_of(shape: tuple[int, ...], dtype: np.dtype[Any], where: str) -> tuple[int, int, int]:
    """Return (height, width, channels) of an array of images.

    Raises:
        DataError: if it is no array of images.
    """
    if dtype != "uint8":
        raise DataError(f"{where} must be uint8, pixels from 0 to 255, got {dtype}. Round and convert it first.")
    if len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] not in (1, 3)):
        raise DataError(
            f"{where} must have the shape (n, height, width) or (n, height, width, channels) with 1 or 3 channels, got "
            f"{shape}."
        )
    return shape[1], shape[2], shape[3] if len(shape) == 4 else 1


def require_named(arrays: Arrays, split: str) -> tuple[str, str]:
    """Return what images and labels of a split are called.

    Raises:
        DataError: if there are none.
    """
    names = arrays.named(split)
    if names is None:
        wanted = " or ".join(f"{images} and {labels}" for images, labels in NAMES[split])
        got = ", ".join(map(show_value, sorted(arrays.names)[:8])) or "nothing"
        raise DataError(f"{arrays.path}: must hold {wanted}, got {got}. {_FIX}")
    return names


def labels_of(arrays: Arrays, name: str, images_name: str, count: int) -> np.ndarray:
    """Return labels, int32 (n,).

    Raises:
        DataError: if they are no labels, or not as many as there are images.
    """
    import numpy as np

    where = f"{arrays.path}: {name}"
    shape, dtype = arrays.header(name)
    if shape not in ((count,), (count, 1)):
        raise DataError(
            f"{where} must have a label for each of the {count:,} images of {images_name}, got the shape {shape}."
        )
    if dtype.kind not in "iu":
        raise DataError(f"{where} must be whole numbers from 0 on, got {dtype}.")
    labels = np.concatenate(list(arrays.slabs(name))).reshape(-1)
    if labels.min() < 0 or labels.max() > 65_535:
        raise DataError(f"{where} must be whole numbers from 0 on, got {labels.min()} to {labels.max()}.")
    return labels.astype(np.int32)
