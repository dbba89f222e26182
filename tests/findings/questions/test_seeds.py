import numpy as np
import pandas as pd

from harness.records import pack_hits
from harness.reports import report
from tests.findings.conftest import make_study, trial

DESIGN = {"kind": "one_at_a_time", "replicates": 3, "factors": {"seeds.weights": ["replicate"]}}
FIXED = {"weights": "fixed", "order": "fixed", "dropout": "fixed"}


def audit(base_digests=("a", "a", "a"), hits=None):
    study = make_study("audit", data={"name": "mnist", "validation": 5000, "split": "first"}, seeds=FIXED,
                       design=DESIGN, target=None, report=None)  # fmt: skip
    rows = [
        trial(study, number, {}, number, weights_digest=digest, history_digest="h", test_accuracy=0.98)
        for number, digest in enumerate(base_digests)
    ]
    rows += [
        trial(study, 3 + number, {"seeds.weights": "replicate"}, number, weights_digest=f"w{number}",
              history_digest=f"h{number}", test_accuracy=0.98 + 0.001 * number)
        for number in range(3)
    ]  # fmt: skip
    trials = pd.DataFrame(rows)
    if hits is not None:
        free = [b"", b"", b"", *(pack_hits(np.array(row, bool)) for row in hits)]
        trials = trials.assign(test_hits=free)
        trials.loc[3:, "test_accuracy"] = np.mean(hits, axis=1)
    return report(study, trials, pd.DataFrame())


def test_equal_trainings_are_said_to_be_equal():
    found = audit()
    assert found.sentences[0] == (
        "With every seed the same, 3 of 3 trainings are equal bit by bit: the same weights, the same history."
    )
    assert found.sentences[1].startswith(
        "With a new seed for initial weights alone, 3 trainings gave 3 different sets of weights; the test accuracy "
        "spreads with a standard deviation of 0.10 (0.05 to 0.63) points"
    )


def test_no_variant_is_called_better_for_its_seeds():
    found = audit()
    assert not any(row.contrasts for row in found.rows)
    assert len(found.sentences) == 2


def test_the_table_counts_distinct_results():
    (section,) = audit(("a", "a", "b")).sections
    assert section.table.rows[0][:4] == ("base", "3", "2", "1")
    assert section.table.rows[1][:4] == ("weights=replicate", "3", "3", "3")


def test_trials_from_before_digests_were_kept_have_none():
    (section,) = audit(("", "a", "a")).sections
    assert section.table.rows[0][2] == "–"


def test_how_many_images_make_the_accuracies_differ():
    # of six images two are right in all three, three in some, one in none; shares of 1/3, 2/3 and 2/3 for the three:
    # p (1 - p) is 2/9 for each, 1 in all without bias, so that coins spread by 1/6
    found = audit(hits=[[1, 1, 1, 0, 1, 0], [1, 1, 0, 1, 1, 0], [1, 1, 0, 1, 0, 0]])
    assert found.sentences[1].endswith(
        "points. Of 6 test images 3 came out right in some of them and wrong in others; if each of these were a coin "
        "of its own, the standard deviation would be 16.67 points."
    )
    (section,) = found.sections
    assert section.table.headings[-4:] == ("images right in all", "in some", "in none", "SD of coins (points)")
    assert section.table.rows[0][-4:] == ("–", "–", "–", "–")
    assert section.table.rows[1][-4:] == ("2", "3", "1", "16.67")
    assert {len(row) for row in section.table.rows} == {len(section.table.headings), len(section.table.numeric)}
    assert "coin" not in audit().sections[0].text


def test_every_training_is_a_dot_of_its_strip():
    (figure,) = (plot for plot in audit().plots if plot.name == "every_training")
    base, weights = figure.strips
    assert (base.values, base.says) == ((98.0, 98.0, 98.0), "all 3 equal")
    assert (weights.values, weights.says) == ((98.0, 98.1, 98.2), "SD 0.10")
    assert "weights=replicate from 98.00 to 98.20 %" in figure.description
    assert "base all at 98.00 %" in figure.description
