"""Against scikit-learn, and numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import softmax
from sklearn import metrics as sklearn_metrics

from harness.worker.asked import asked_scores

NAMES = ("macro_f1", "balanced_accuracy", "top_2_accuracy", "auc", "expected_calibration_error")
FOUR = np.array([[3, 1, 0], [0, 2, 1], [1, 2, 0], [0, 1, 3]], np.float32)
"""Logits of four images: 0, 1, 1 and 2 are predicted."""


def measured(name, logits, labels):
    return asked_scores("val", [f"val_{name}"], np.asarray(logits, np.float32), np.asarray(labels))[f"val_{name}"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # of class 0 half is found and all that is said is right, of class 1 the other way round: F1 2/3, 2/3 and 1
        ("macro_f1", 7 / 9),
        ("balanced_accuracy", (1 / 2 + 1 + 1) / 3),
        ("top_2_accuracy", 1.0),
    ],
)
def test_by_hand(name, expected):
    assert measured(name, FOUR, [0, 1, 0, 2]) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("classes", [2, 5, 10])
def test_as_scikit_learn_measures_it(classes):
    random = np.random.default_rng(classes)
    labels = np.concatenate([np.arange(classes), random.integers(0, classes, 300)])
    logits = random.normal(size=(len(labels), classes)).astype(np.float32)
    logits[np.arange(len(labels)), labels] += 1
    predicted, shares = logits.argmax(axis=1), softmax(logits.astype(float), axis=1)
    assert measured("macro_f1", logits, labels) == sklearn_metrics.f1_score(labels, predicted, average="macro")
    assert measured("balanced_accuracy", logits, labels) == sklearn_metrics.balanced_accuracy_score(labels, predicted)
    auc = (
        sklearn_metrics.roc_auc_score(labels, shares[:, 1])
        if classes == 2
        else sklearn_metrics.roc_auc_score(labels, shares, multi_class="ovr", average="macro")
    )
    assert measured("auc", logits, labels) == pytest.approx(auc, abs=1e-12)
    for k in range(2, classes):
        among = (np.argsort(logits, axis=1)[:, -k:] == labels[:, None]).any(axis=1).mean()
        assert measured(f"top_{k}_accuracy", logits, labels) == among


def test_the_calibration_error_of_two_bins_by_hand():
    """Shares of 0.8 (three images, two right) and of 0.6 (two images, one right), each a bin of 15."""
    shares = np.array([[0.8, 0.2], [0.8, 0.2], [0.2, 0.8], [0.6, 0.4], [0.4, 0.6]])
    labels = np.array([0, 1, 1, 0, 0])
    expected = 3 / 5 * abs(2 / 3 - 0.8) + 2 / 5 * abs(1 / 2 - 0.6)
    assert measured("expected_calibration_error", np.log(shares), labels) == pytest.approx(expected, abs=1e-7)


def test_a_bin_holds_its_upper_end_and_what_is_certain_is_in_the_last():
    certain = np.array([[1000, 0], [0, 1000], [1000, 0], [1000, 0]], np.float32)
    assert measured("expected_calibration_error", certain, [0, 1, 1, 0]) == pytest.approx(0.25)
    even = np.zeros((4, 2), np.float32)  # a confidence of 0.5, and class 0 is said
    assert measured("expected_calibration_error", even, [0, 0, 0, 1]) == pytest.approx(0.25)


def test_a_class_without_images_has_no_auc_and_no_recall_and_counts_in_f1_if_it_is_predicted():
    labels = [0, 0, 1, 1]
    found = asked_scores("test", [f"test_{name}" for name in NAMES], FOUR, np.array(labels))
    assert "test_auc" not in found
    assert found["test_balanced_accuracy"] == (1 / 2 + 1 / 2) / 2
    assert found["test_macro_f1"] == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_network_that_diverged_has_none(bad):
    logits = FOUR.copy()
    logits[2, 1] = bad
    assert asked_scores("val", [f"val_{name}" for name in NAMES], logits, np.array([0, 1, 0, 2])) == {}


def test_only_what_is_asked_of_these_images_is_measured():
    labels = np.array([0, 1, 0, 2])
    assert asked_scores("val", (), FOUR, labels) == {}
    names = ("val_macro_f1", "test_macro_f1", "test_auc")
    assert list(asked_scores("val", names, FOUR, labels)) == ["val_macro_f1"]
    assert list(asked_scores("test", names, FOUR, labels)) == ["test_macro_f1", "test_auc"]
