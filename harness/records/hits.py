"""Which test images a network got right, as few bytes: a bit an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

HITS_FILE = "test_hits.bin"
"""Name of the file that a training leaves them in."""


def pack_hits(hits: npt.NDArray[np.bool_]) -> bytes:
    """Return hits as bits, the first image's in the highest bit of the first byte.

    A bit of 1 after the last image's says how many there are; the byte that it is in is filled with zeros.

    Args:
        hits: whether each test image was classified right, (n,), in the order of the image set.
    """
    import numpy as np

    return np.packbits(np.append(hits, True)).tobytes()


def unpack_hits(packed: bytes) -> npt.NDArray[np.bool_]:
    """Return what :func:`pack_hits` was given.

    Raises:
        ValueError: for bytes that it cannot have made.
    """
    import numpy as np

    if not are_hits(packed):
        raise ValueError("packed hits end with a bit of 1 and at most seven of 0")
    bits = np.unpackbits(np.frombuffer(packed, np.uint8))
    last = len(bits) - 1 - int(bits[:-9:-1].argmax())
    return bits[:last].astype(np.bool_)


def are_hits(packed: bytes) -> bool:
    """Whether bytes can be packed hits: their last byte has the bit that ends them."""
    return len(packed) > 0 and packed[-1] != 0
