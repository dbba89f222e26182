"""What is measured of a network from its logits: of every trained network on the test images, a line a metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from harness.worker.asked import asked_scores

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def score(
    logits: npt.NDArray[np.float32],
    labels: npt.NDArray[np.integer],
    asked: Sequence[str] = (),
    code: Mapping[str, str] | None = None,
) -> dict[str, float]:
    """Return metric -> value, by the names of :data:`harness.metrics.METRICS`.

    Args:
        logits: of the test images, (n, classes).
        labels: their classes, (n,).
        asked: what is measured besides, because the study names it.
        code: file -> text, of the user's functions that measure such.
    """
    return {
        **scores_of("test", logits, labels, asked, code),
        "dead_classes": float(logits.shape[1] - len(set(logits.argmax(axis=1).tolist()))),
    }


def scores_of(
    form: str,
    logits: npt.NDArray[np.float32],
    labels: npt.NDArray[np.integer],
    asked: Sequence[str],
    code: Mapping[str, str] | None = None,
) -> dict[str, float]:
    """Return loss, accuracy and what else is asked for, of validation or test images.

    Args:
        form: "val" or "test", which the names begin with.
        logits: (n, classes).
        labels: the classes, (n,).
        asked: names of metrics of :data:`harness.metrics.NAMED` and their like, of both forms.
        code: file -> text, of the user's functions among them.
    """
    from harness.engines import mean_scores

    means = mean_scores(logits, labels)
    found = {f"{form}_loss": means.loss, f"{form}_accuracy": means.accuracy}
    return found | asked_scores(form, asked, logits, labels, code)
