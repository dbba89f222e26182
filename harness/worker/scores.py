"""What is measured of every trained network on the test images: a line a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def score(logits: npt.NDArray[np.float32], labels: npt.NDArray[np.integer]) -> dict[str, float]:
    """Return metric -> value, by the names of :data:`harness.metrics.METRICS`.

    Args:
        logits: of the test images, (n, classes).
        labels: their classes, (n,).
    """
    from harness.engines import mean_scores

    means = mean_scores(logits, labels)
    return {
        "test_loss": means.loss,
        "test_accuracy": means.accuracy,
        "dead_classes": float(logits.shape[1] - len(set(logits.argmax(axis=1).tolist()))),
    }
