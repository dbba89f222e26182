import numpy as np
import pandas as pd
import pytest

from harness.findings.tables import contrasts_table, results_table
from harness.judging.contrast import show_ends, show_new_ends
from harness.pages.export import to_csv
from harness.records import pack_hits
from harness.reports import report
from harness.reports.reading import read_report
from harness.reports.writing import write_report
from tests.findings.conftest import POOL, STRIDE, make_study, trial


@pytest.fixture
def study():
    return make_study(report={"metrics": ["test_accuracy"]}, design={
        "kind": "factorial", "replicates": 5, "factors": {"model.downsample": ["max_pool", "stride"]},
    })  # fmt: skip


@pytest.fixture
def trials(study):
    """The stride gets 10 of 1,000 images wrong, and as many more as the replicate's number; the base 20 others."""
    rows = []
    for settings, first, wrong in ((POOL, 500, 20), (STRIDE, 0, 10)):
        for replicate in range(5):
            hits = np.ones(1000, bool)
            hits[first : first + wrong + (replicate if settings is STRIDE else 0)] = False
            packed = pack_hits(hits)
            rows.append(trial(study, len(rows), settings, replicate, test_accuracy=hits.mean(), test_hits=packed))
    return pd.DataFrame(rows)


def test_a_verdict_that_may_not_hold_on_new_images_says_so(study, trials, history):
    found = report(study, trials, history)
    (one,) = found.rows[1].contrasts
    assert one.low_new < 0 < one.low
    assert found.sentences[-1] == (
        "On new images like these test images there may be no difference in test accuracy: a stride "
        f"({show_new_ends(one)} points)."
    )
    table = contrasts_table(found)
    assert table.headings[3:6] == ("95 % interval", "on new images", "pairs")
    assert table.rows[0][2:5] == ("+0.80 points", show_ends(one), show_new_ends(one))
    assert len(table.headings) == len(table.numeric) == len(table.rows[0])


def test_each_variant_has_its_interval_on_new_images(study, trials, history):
    table = results_table(report(study, trials, history))
    place = table.headings.index("on new images")
    assert table.headings[place - 1] == "test accuracy (%)"
    # 20 of 1,000 wrong in every replicate: the interval of Wilson, a trifle wider for t of 1,000 images
    assert table.rows[0][place - 1 : place + 1] == ("98.00 (98.00 to 98.00)", "96.93 to 98.70")
    assert len(table.headings) == len(table.numeric) == len(table.rows[0])


def test_what_intervals_are_about(study, trials, history):
    told = report(study, trials, history).measured["Test images"]
    assert told.startswith("Intervals of test accuracies, and all verdicts, are about these 1,000 test images: what ")
    without = report(study, trials.drop(columns="test_hits"), history)
    assert without.measured["Test images"] == (
        "Intervals of test accuracies, and all verdicts, are about these test images. Which of them each trial got "
        "right was not recorded, so that nothing can be said of new ones."
    )
    assert "on new images" not in results_table(without).headings
    assert "on new images" not in contrasts_table(without).headings
    assert not any("new images" in sentence for sentence in without.sentences)
    assert "_new" not in to_csv(without)


def test_csv_has_both_intervals(study, trials, history):
    found = report(study, trials, history)
    (one,) = found.rows[1].contrasts
    heading, _, stride = to_csv(found).splitlines()
    cells = dict(zip(heading.split(","), stride.split(","), strict=True))
    assert float(cells["test_accuracy_difference_low_new"]) == pytest.approx(one.low_new)
    assert float(cells["test_accuracy_difference_high_new"]) == pytest.approx(one.high_new)
    assert float(cells["test_accuracy_low_new"]) < float(cells["test_accuracy_low"])


def test_a_report_from_its_own_tables_says_the_same(study, trials, history, tmp_path):
    first = write_report(study, trials, history, tmp_path / "first")
    again = write_report(*read_report(tmp_path / "first"), tmp_path / "again")
    assert first.json.read_bytes() == again.json.read_bytes()
    assert first.markdown.read_bytes() == again.markdown.read_bytes()
    assert "on new images" in again.markdown.read_text()
