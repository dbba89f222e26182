"""What is measured only where a study names it, on validation images at each evaluation and on test images.

scikit-learn measures what it has.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from harness.metrics import OwnName, top_k
from harness.worker.own_metrics import measure_own

if TYPE_CHECKING:
    import numpy.typing as npt

_BINS = 15
"""Of the calibration error, as Guo et al. have them."""


def asked_scores(
    form: str,
    names: Iterable[str],
    logits: npt.NDArray[np.float32],
    labels: npt.NDArray[np.integer],
    code: Mapping[str, str] | None = None,
) -> dict[str, float]:
    """Return metric -> value, of those names that begin with a form; one that has no value is not there.

    None has a value where a logit is not finite: the network diverged.

    Args:
        form: "val" or "test".
        names: what is asked for.
        logits: (n, classes).
        labels: the classes, (n,).
        code: file -> text, of the functions of the user's.

    Raises:
        MetricError: if a function of the user's raises, or gives no number that its metric may be.
    """
    asked = [name for name in names if name.partition("_")[0] == form]
    if not asked or not np.isfinite(logits).all():
        return {}
    values = {
        name: measure_own(name, logits, labels, code or {})
        if isinstance(name, OwnName)
        else _measure(name, logits, labels)
        for name in asked
    }
    return {str(name): float(value) for name, value in values.items() if value is not None}


def _measure(name: str, logits: npt.NDArray[np.float32], labels: npt.NDArray[np.integer]) -> float | None:
    if k := top_k(name):
        return _top_k_accuracy(logits, labels, k)
    return _MEASURES[name.partition("_")[2]](logits, labels)


def _top_k_accuracy(logits: npt.NDArray[np.float32], labels: npt.NDArray[np.integer], k: int) -> float:
    from sklearn.metrics import top_k_accuracy_score

    return float(top_k_accuracy_score(labels, logits, k=k, labels=np.arange(logits.shape[1])))


def _macro_f1(logits: npt.NDArray[np.float32], labels: npt.NDArray[np.integer]) -> float:
    """Return the mean F1 of the classes that there are or that are predicted; 0 for one never predicted right."""
    from sklearn.metrics import f1_score

    return float(f1_score(labels, logits.argmax(axis=1), average="macro", zero_division=0))


def _balanced_accuracy(logits: npt.NDArray[np.float32], labels: npt.NDArray[np.integer]) -> float:
    """Return the mean recall of the classes that there are."""
    from sklearn.metrics import balanced_accuracy_score

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that classes are predicted of which there are no images
        return float(balanced_accuracy_score(labels, logits.argmax(axis=1)))


def _auc(logits: npt.NDArray[np.float32], labels: npt.NDArray[np.integer]) -> float | None:
    """Return the area under the ROC curve, each class against the rest, mean over classes; None if a class is missing.

    Of two classes it is the same for both.
    """
    from sklearn.metrics import roc_auc_score

    from harness.engines import probabilities

    classes = np.arange(logits.shape[1])
    if len(np.unique(labels)) < len(classes):
        return None
    shares = probabilities(logits)
    if len(classes) == 2:
        return float(roc_auc_score(labels, shares[:, 1]))
    return float(roc_auc_score(labels, shares, multi_class="ovr", average="macro", labels=classes))


def _expected_calibration_error(logits: npt.NDArray[np.float32], labels: npt.NDArray[np.integer]) -> float:
    """Return how far confidence and accuracy are apart, over 15 bins of equal width, weighted by their images.

    Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017, equations 2 and 3. The
    confidence is the largest share of the softmax; a bin holds its upper end.
    """
    from harness.engines import probabilities

    shares = probabilities(logits)
    confidence, hits = shares.max(axis=1), shares.argmax(axis=1) == labels
    bins = np.ceil(confidence * _BINS).astype(int).clip(1, _BINS) - 1
    apart = np.bincount(bins, hits - confidence, minlength=_BINS)
    return float(np.abs(apart).sum() / len(labels))


_MEASURES: dict[str, Callable[[npt.NDArray[np.float32], npt.NDArray[np.integer]], float | None]] = {
    "macro_f1": _macro_f1,
    "balanced_accuracy": _balanced_accuracy,
    "auc": _auc,
    "expected_calibration_error": _expected_calibration_error,
}
