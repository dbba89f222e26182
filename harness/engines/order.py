"""The order in which training images are seen; no backend, so the same with each of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def steps_for(epochs: float, images: int, batch_size: int) -> int:
    """Return how many batches make ``epochs`` passes over ``images`` images, rounded to a whole number, at least 1."""
    return max(1, round(epochs * images / batch_size))


class BatchOrder:
    """An endless stream of batches: one fresh permutation of all images after the other, cut into equal batches.

    A batch may span two epochs. So no image is ever dropped, and every batch has the same size, which compiled
    programs want. The stream depends on nothing but the three arguments, not on how it is taken.

    Args:
        images: number of training images, at least 1.
        batch_size: images a batch.
        seed: seed of the permutations (NumPy's PCG64).
    """

    def __init__(self, images: int, batch_size: int, seed: int) -> None:
        self.images = images
        self.batch_size = batch_size
        self._random = np.random.Generator(np.random.PCG64(seed))
        self._left = np.empty(0, np.int32)

    def take(self, steps: int) -> npt.NDArray[np.int32]:
        """Return the indices of the next batches, (steps, batch size), each from 0 to images - 1."""
        wanted = steps * self.batch_size
        parts, held = [self._left], len(self._left)
        while held < wanted:
            parts.append(self._random.permutation(self.images).astype(np.int32))
            held += self.images
        stream = np.concatenate(parts)
        self._left = stream[wanted:].copy()  # a view would keep the whole stream alive
        return stream[:wanted].reshape(steps, self.batch_size)
