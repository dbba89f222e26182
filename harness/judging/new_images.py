"""Test accuracies on new images like the test images, from which of these each replicate got right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.judging.contrast import Contrast
from harness.judging.sample import Sample
from harness.records import unpack_hits
from harness.stats import Interval, accuracy_on_new_images, difference_on_new_images


def with_new_images(contrast: Contrast, sample: Sample, base: Sample) -> Contrast:
    """Return a contrast of test accuracies with its interval on new images; any other as it is.

    Args:
        contrast: as it was judged: on these images.
        sample: the variant's trials.
        base: the base's.
    """
    if not is_of_hits(contrast.metric):
        return contrast
    hits, others = hits_of(sample, base)
    known = Interval(contrast.estimate, contrast.low, contrast.high, contrast.pairs)
    found = difference_on_new_images(known, hits.astype(np.int8) - others.astype(np.int8))
    return replace(contrast, low_new=found.low, high_new=found.high)


def accuracy_interval(known: Interval, sample: Sample) -> Interval:
    """Return the interval of one variant's mean test accuracy on new images; without ends where it cannot be had.

    Args:
        known: that on these images.
        sample: the variant's trials.
    """
    return accuracy_on_new_images(known, *hits_of(sample))


def is_of_hits(metric: str) -> bool:
    """Whether a metric is the share of test images that a network got right."""
    return metric == "test_accuracy"


def hits_of(*samples: Sample) -> Sequence[np.ndarray]:
    """Return whether each replicate got each test image right, (replicates, images), of each of the samples.

    Of the replicates that all of them have recorded, in their order. There are none where images are not the same ones
    all over: an image is then no other's column.
    """
    recorded = [sample.hits() for sample in samples]
    both = sorted(set(recorded[0]).intersection(*recorded[1:]))
    images = {(hits[replicate][0], len(hits[replicate][1])) for hits in recorded for replicate in both}
    if len(images) != 1:
        return [np.zeros((0, 0), np.bool_) for _ in samples]
    unpacked = [[unpack_hits(hits[replicate][1]) for replicate in both] for hits in recorded]
    if len({len(row) for rows in unpacked for row in rows}) != 1:
        return [np.zeros((0, 0), np.bool_) for _ in samples]
    return [np.stack(rows) for rows in unpacked]
