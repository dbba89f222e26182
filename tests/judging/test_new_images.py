import math

import numpy as np
import pytest

from harness.judging import Pairing, accuracy_interval, compare, compare_pairings, hits_of
from harness.records import pack_hits
from harness.stats import Interval, Verdict, accuracy_on_new_images
from tests.findings.conftest import make_study

RIGHT = [[1, 1, 1, 0, 1], [1, 1, 1, 1, 0], [1, 1, 0, 1, 1]]


@pytest.fixture
def of_hits(sample):
    """Make a sample from rows of hits, a replicate each."""

    def make(rows, digest="9f86d081884c", **known):
        hits = np.array(rows, bool)
        return sample(
            test_accuracy=hits.mean(axis=1),
            test_hits=np.array([pack_hits(row) for row in hits], object),
            data_digest=[digest] * len(hits),
            **known,
        )

    return make


def test_hits_are_paired_by_replicate(of_hits):
    one, other = of_hits(RIGHT, replicate=[0, 1, 4]), of_hits(RIGHT[:2], replicate=[4, 1])
    hits, others = hits_of(one, other)
    assert hits.tolist() == [[bool(hit) for hit in RIGHT[row]] for row in (1, 2)]
    assert others.tolist() == [[bool(hit) for hit in RIGHT[row]] for row in (1, 0)]


def test_of_a_replicate_that_was_trained_twice_the_last_counts_and_of_one_that_diverged_none(of_hits):
    (hits,) = hits_of(of_hits(RIGHT, replicate=[0, 1, 1]))
    assert hits.tolist() == [[bool(hit) for hit in RIGHT[row]] for row in (0, 2)]
    (hits,) = hits_of(of_hits(RIGHT, stop_reason=["maximum", "not_finite", "target"]))
    assert len(hits) == 2


def test_other_images_are_not_joined(of_hits, sample):
    assert [part.size for part in hits_of(of_hits(RIGHT), of_hits(RIGHT, digest="0123456789ab"))] == [0, 0]
    assert [part.size for part in hits_of(of_hits(RIGHT), of_hits([[1] * 12] * 3))] == [0, 0]
    assert [part.size for part in hits_of(of_hits(RIGHT), of_hits([[1] * 6] * 3))] == [0, 0]  # as many bytes
    assert [part.size for part in hits_of(of_hits(RIGHT), sample(test_accuracy=[0.8] * 3))] == [0, 0]
    assert [part.size for part in hits_of(of_hits(RIGHT, digest=""))] == [0]


def test_a_difference_on_these_images_need_not_be_one_on_new_ones(of_hits):
    """Twenty of 1,000 images against ten, the same ones in every replicate: other seeds would not change that."""
    hits = np.ones((5, 1000), int)
    others = hits.copy()
    hits[:, :10], others[:, 10:30] = 0, 0
    for replicate in range(5):
        hits[replicate, 100 : 100 + replicate] = 0
    (found,) = compare(make_study(report={"metrics": ["test_accuracy"]}), {"one": of_hits(hits)}, of_hits(others))[
        "one"
    ]
    assert (found.verdict, found.estimate, found.pairs) == (Verdict.BETTER, pytest.approx(0.008), 5)
    # two replicates share 30 or more images, 31 on average; their sums are two of 10, 9, 8, 7, 6, a product of 63.5
    reach = 1.962341 * math.sqrt((31 - 63.5 / 1000) / 999 / 1000)
    assert found.low_new == pytest.approx(0.008 - math.hypot(0.008 - found.low, reach))
    assert found.high_new == pytest.approx(0.008 + math.hypot(found.high - 0.008, reach))
    assert found.low_new < 0 < found.low
    assert "on new images" in found._repr_html_()


def test_other_metrics_and_trials_without_hits_have_none(of_hits, sample):
    study = make_study(report={"metrics": ["test_loss", "test_accuracy"]})
    one = of_hits(RIGHT, test_loss=[0.1, 0.2, 0.3])
    loss, accuracy = compare(study, {"one": one}, of_hits(RIGHT, test_loss=[0.3, 0.2, 0.3]))["one"]
    assert np.isnan([loss.low_new, loss.high_new]).all()
    assert (accuracy.low_new, accuracy.high_new) == (accuracy.low, accuracy.high)  # they got the same ones right
    loss, accuracy = compare(study, {"one": one}, sample(test_accuracy=[0.8] * 3, test_loss=[0.1] * 3))["one"]
    assert np.isnan([accuracy.low_new, accuracy.high_new]).all()
    assert "on new images" not in accuracy._repr_html_()


def test_two_sets_of_trials_are_compared_alike(of_hits):
    other = of_hits([[1, 1, 1, 0, 0], *RIGHT[1:]])
    pairing = Pairing("base", other, of_hits(RIGHT))
    ((_, found),), _ = compare_pairings([pairing], ["test_accuracy"], {}, 0, False)
    assert found.low_new <= found.low
    assert found.high_new >= found.high


def test_the_accuracy_of_one_variant(of_hits, sample):
    known = Interval(0.8, 0.7, 0.9, 3)
    rows = [[1, 1, 1, 1, 0], [1, 1, 1, 1, 0], [1, 1, 1, 0, 1]]
    found = accuracy_interval(known, of_hits(rows))
    assert found == accuracy_on_new_images(known, np.array(rows, bool))
    assert found.low < 0.7
    assert found.high > 0.9
    assert np.isnan(accuracy_interval(known, sample(test_accuracy=[0.8] * 3)).low)
