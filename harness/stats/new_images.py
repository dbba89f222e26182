"""How far an accuracy would be another on new images like the test images.

Replicates see the same test images, so that the spread between them says nothing of which images these happened to be.
With the images that each replicate got right both can be told apart: replicates and images are crossed random factors
(Jordan 2023, arXiv 2304.01910, "Calibrated chaos: variance between runs of neural network training is harmless and
inevitable"; Bouthillier et al. 2021, "Accounting for variance in machine learning benchmarks").
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy import special

from harness.stats.intervals import Interval


def image_variance(scores: np.ndarray) -> float:
    """Return the variance of the mean score that comes from which images were drawn; at least 0.

    It is the mean covariance, over images, of two replicates' scores, over the number of images: what an image does to
    all replicates alike. In the analysis of variance of two crossed random factors without repetition this is the
    component of the columns, (mean square of columns - mean square of error) / (replicates * images) (Searle, Casella &
    McCulloch 1992, "Variance components", section 4.3). With the variance of the mean over replicates beside it, it
    makes up the variance over both (Owen & Eckles 2012, "Bootstrapping data arrays of arbitrary order", whose bootstrap
    counts what is left over three times, and so is too wide).

    Args:
        scores: (replicates, images), two of each or more: 1 for right and 0 for wrong, or differences of these.
    """
    n, m = scores.shape
    by_image = scores.sum(axis=0, dtype=np.int64)
    by_replicate = scores.sum(axis=1, dtype=np.int64)
    squares = int(np.count_nonzero(scores))  # scores are -1, 0 and 1
    total = int(by_image.sum())
    # sums over ordered pairs of two replicates, in whole numbers
    same_image = int(np.square(by_image).sum()) - squares
    any_images = total**2 - int(np.square(by_replicate).sum())
    covariance = (same_image - any_images / m) / (n * (n - 1) * (m - 1))
    return float(max(0.0, covariance / m))


def coin_spread(hits: np.ndarray) -> float:
    """Return the standard deviation that accuracies would have if each image came out as a coin of its own.

    Each image with its own chance, apart from all others: the sum of p (1 - p) over the images, without bias, over the
    square of their number. Accuracies that spread no more differ by chance alone, and none of the networks is a better
    one (Jordan 2023, section 3).

    Args:
        hits: whether each replicate got each image right, (replicates, images), two replicates or more.
    """
    n, m = hits.shape
    share = hits.mean(axis=0)
    return float(np.sqrt((share * (1 - share)).sum() * n / (n - 1)) / m)


def difference_on_new_images(known: Interval, differences: np.ndarray) -> Interval:
    """Widen the interval of a mean paired difference of accuracies for images that are drawn anew.

    The squares of both half-widths are added, each side for itself: the method of variance estimates recovery (Zou &
    Donner 2008, "Construction of confidence limits about effect measures: a general approach"). So it holds with
    any interval for the spread between replicates, and never lies within that. The images are drawn once, however often
    the data were looked at: their half is that of 95 % also where looking has widened the other.

    Args:
        known: the interval on these images.
        differences: which of both variants was right, (pairs, images): 1 for the variant alone, -1 for the base alone,
            0 for both or none.

    Returns:
        The interval; without ends for fewer than two pairs or images.
    """
    if min(differences.shape) < 2:
        return replace(known, low=math.nan, high=math.nan)
    reach = _quantile(differences.shape[1]) * math.sqrt(image_variance(differences))
    return _widened(known, reach, reach)


def accuracy_on_new_images(known: Interval, hits: np.ndarray) -> Interval:
    """Widen the interval of a mean accuracy for images that are drawn anew.

    As :func:`difference_on_new_images`, with the reach of Wilson's interval (1927) for as many images as would give
    the same variance if each were simply right or wrong: close to 1 it reaches further down than up (Newcombe 1998,
    "Interval estimation for the difference between independent proportions", joins such intervals alike). Either part
    stays between 0 and 1; where both together do not, the end is the bound.

    Args:
        known: the interval on these images.
        hits: whether each replicate got each image right, (replicates, images).

    Returns:
        The interval; without ends for fewer than two replicates or images.
    """
    if min(hits.shape) < 2:
        return replace(known, low=math.nan, high=math.nan)
    share, variance, quantile = float(hits.mean()), image_variance(hits), _quantile(hits.shape[1])
    if 0 < share < 1 and variance == 0:
        return known
    images = share * (1 - share) / variance if variance else hits.shape[1]
    shrunk = 1 + quantile**2 / images
    middle = (share + quantile**2 / (2 * images)) / shrunk
    reach = quantile * math.sqrt(share * (1 - share) / images + (quantile / images / 2) ** 2) / shrunk
    found = _widened(known, share - (middle - reach), middle + reach - share)
    return replace(found, low=max(0.0, found.low), high=min(1.0, found.high))


def _quantile(images: int) -> float:
    return float(special.stdtrit(images - 1, 0.975))


def _widened(known: Interval, down: float, up: float) -> Interval:
    low = known.estimate - math.hypot(known.estimate - known.low, down)
    return replace(known, low=low, high=known.estimate + math.hypot(known.high - known.estimate, up))
