"""Reading IDX files, the format of MNIST, and saying exactly what is wrong with a damaged one.

An IDX file is: two zero bytes, a byte for the type, a byte for the number of dimensions, each dimension as a
big-endian 32-bit integer, then the values in row-major order.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal, cast

from harness.errors import DataError

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["images", "labels"]

_UNSIGNED_BYTE = 0x08
_GZIP = b"\x1f\x8b"
_LONGEST_HEADER = 4 + 4 * 255
_FIX = "Replace it with an intact copy."


MOST_BYTES = 1 << 31
"""Of a file, decompressed: some kilobytes of gzip can claim to be terabytes. MNIST has 47 million."""

_CHUNK = 1 << 20


def read_bytes(path: Path, size: int | None = None) -> bytes:
    """Return the contents of a file, decompressed if its name ends in ``.gz``.

    Args:
        path: the file.
        size: read only this many bytes from the start; all by default.

    Raises:
        DataError: if it cannot be read, is truncated, is not gzip although its name says so, or has more than 2 GiB.
    """
    with _opened(path) as stream:
        contents = _read(stream, MOST_BYTES + 1 if size is None else size)
    if len(contents) > MOST_BYTES:
        raise DataError(f"{path}: must have at most {MOST_BYTES:,} bytes, got more. Is it an image set?")
    return contents


def hash_contents(path: Path) -> str:
    """Return the SHA-256 of the decompressed contents of a file of any size, of which no more than a chunk is kept.

    Raises:
        DataError: as :func:`read_bytes`.
    """
    digest, left = hashlib.sha256(), MOST_BYTES
    with _opened(path) as stream:
        while left > 0 and (chunk := stream.read(_CHUNK)):
            digest.update(chunk)
            left -= len(chunk)
    return digest.hexdigest() if left > 0 else ""


def read_idx(path: Path, kind: Kind) -> bytes:
    """Return the decompressed contents of an IDX file, as much of them as its header says and :func:`parse_idx` needs.

    Raises:
        DataError: as :func:`read_bytes`, and if the header is not that of such a file.
    """
    with _opened(path) as stream:
        header = _read(stream, _LONGEST_HEADER)
        shape, start = _parse_header(header, path, kind)
        expected = start + math.prod(shape)
        if expected > MOST_BYTES:
            raise DataError(f"{path}: must have at most {MOST_BYTES:,} bytes, got the shape {shape}. {_FIX}")
        return header + _read(stream, max(0, expected - len(header)) + _CHUNK)  # what is too much is told, not kept


def _read(stream: IO[bytes], most: int) -> bytes:
    """Read up to so many bytes; memory is taken for what is there, not for what is asked."""
    chunks: list[bytes] = []
    while most > 0 and (chunk := stream.read(min(_CHUNK, most))):
        chunks.append(chunk)
        most -= len(chunk)
    return b"".join(chunks)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, decompressing; what goes wrong while it is read becomes a DataError."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for, a device has no end
            raise DataError(f"{path}: must be a file, got {'a folder' if path.is_dir() else 'a pipe or a device'}.")
        if path.suffix != ".gz":
            with path.open("rb") as file:
                yield file
            return
        with path.open("rb") as file:
            start = file.read(2)
        if start != _GZIP:
            raise DataError(f"{path}: must be gzip, as its name says, but begins with {_hex(start)}. {_FIX}")
        with gzip.open(path) as stream:
            yield cast(IO[bytes], stream)
    except EOFError:
        raise DataError(f"{path}: is truncated: the gzip stream ends too early. {_FIX}") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path}: is damaged: the gzip stream is not valid ({error}). {_FIX}") from None
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read: {error.strerror or error}. Check the path and its permissions."
        ) from None


def parse_idx(contents: bytes, path: Path, kind: Kind) -> np.ndarray:
    """Return the array in the decompressed contents of an IDX file.

    Args:
        contents: the whole file.
        path: where it came from, for messages.
        kind: what it must hold.

    Returns:
        uint8 (n, height, width, channels) for images, (n,) for labels; a read-only view of ``contents``.

    Raises:
        DataError: if it is not IDX, holds something else, or has more or fewer values than its header says.
    """
    import numpy as np

    shape, start = _parse_header(contents, path, kind)
    expected, got = math.prod(shape), len(contents) - start
    if got < expected:
        raise DataError(f"{path}: is truncated: shape {shape} needs {expected:,} values, got {got:,}. {_FIX}")
    if got > expected:
        more = f"{got - expected:,} bytes" if got - expected < _CHUNK // 2 else "many bytes"
        raise DataError(f"{path}: must end after the {expected:,} values of shape {shape}, got {more} more. {_FIX}")
    return np.frombuffer(contents, np.uint8, offset=start).reshape(shape)


def read_shape(path: Path, kind: Kind) -> tuple[int, ...]:
    """Return the shape that :func:`parse_idx` would give, from the header alone.

    Raises:
        DataError: if the header cannot be read or says something else than ``kind``.
    """
    return _parse_header(read_bytes(path, _LONGEST_HEADER), path, kind)[0]


def _parse_header(contents: bytes, path: Path, kind: Kind) -> tuple[tuple[int, ...], int]:
    """Return the shape, with a channel axis for images, and where the values start."""
    if contents[:2] == _GZIP:
        raise DataError(f"{path}: is gzip, but its name does not end in .gz. Rename or decompress it.")
    if len(contents) < 4 or contents[:2] != b"\0\0":
        raise DataError(f"{path}: is not an IDX file: it must begin with 0000, got {_hex(contents[:4])}. {_FIX}")
    if contents[2] != _UNSIGNED_BYTE:
        raise DataError(
            f"{path}: must hold unsigned bytes (IDX type 0x08), got type 0x{contents[2]:02x}. "
            "Write pixels as 0 to 255 and labels as 0 to 255."
        )
    dimensions = contents[3]
    if dimensions not in ((1,) if kind == "labels" else (3, 4)):
        held = {1: "labels", 3: "images", 4: "images"}.get(dimensions, "neither")
        rule = "labels (1 dimension)" if kind == "labels" else "images (3 dimensions, or 4 with channels)"
        raise DataError(f"{path}: must hold {rule}, got {dimensions} dimensions ({held}). Are two files swapped?")
    start = 4 + 4 * dimensions
    if len(contents) < start:
        raise DataError(f"{path}: is truncated: the header needs {start} bytes, got {len(contents)}. {_FIX}")
    shape = struct.unpack_from(f">{dimensions}I", contents, 4)
    if not all(shape):
        raise DataError(f"{path}: must hold at least one of the {kind}, got shape {shape}. {_FIX}")
    return (*shape, 1) if dimensions == 3 else shape, start


def _hex(start: bytes) -> str:
    return start.hex() or "nothing"
