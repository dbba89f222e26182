"""What is said of what was asked only when there were results."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

import harness.records.asked
from harness.errors import DataError
from harness.findings.facts import facts_of
from harness.findings.questions.late_changes import analyse
from harness.records import asked_by
from harness.reports import report
from harness.reports.reading import read_report
from harness.reports.writing import write_report
from tests.findings.conftest import make_study

DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
METRICS = ["test_accuracy", "seconds_to_target"]


def asking(metrics=METRICS, replicates=3, **more):
    design = {"kind": "factorial", "replicates": replicates, "factors": {"model.downsample": ["max_pool", "stride"]}}
    return make_study(report={"metrics": metrics, **more}, design=design)


def said(trials, history, study, *asked):
    """Return what is said of a study of which so much was asked: (study, trials finished) in order."""
    kept = {"name": study.name, "given": study.given, "source": None, "text": ""}
    kept["asked"] = [asked_by(one, finished, DAY).as_json() for one, finished in asked]
    trials.attrs["study"] = kept
    return list(analyse(facts_of(study, trials, history)).remarks)


def margin(value):
    return asking(margin={"test_accuracy": value})


def test_a_margin_that_was_changed(trials, history):
    before, after = margin(0.002), margin(0.005)
    assert said(trials, history, after, (before, 0), (after, 10)) == [
        "The margin of test accuracy was changed from 0.002 to 0.005 on 2026-11-20, after 10 trials had finished."
    ]
    assert said(trials, history, before, (asking(), 0), (before, 1), (asking(), 6), (before, 6)) == [
        "The margin of test accuracy, 0.002, was added on 2026-11-20, after 1 trial had finished.",
        "The margin of test accuracy, 0.002, was taken out on 2026-11-20, after 6 trials had finished.",
        "The margin of test accuracy, 0.002, was added on 2026-11-20, after 6 trials had finished.",
    ]


def test_metrics_and_their_order(trials, history):
    end = "on 2026-11-20, after 6 trials had finished."
    less, more = asking(["test_accuracy"]), asking(["test_accuracy", "seconds_to_target"])
    other = asking(["seconds_to_target", "test_accuracy"])
    assert said(trials, history, more, (less, 0), (more, 6)) == [f"The metric seconds to target was added {end}"]
    assert said(trials, history, less, (more, 0), (less, 6)) == [f"The metric seconds to target was taken out {end}"]
    assert said(trials, history, other, (more, 0), (other, 6)) == [
        f"The first metric was changed from test accuracy to seconds to target {end}"
    ]


def test_replicates_and_figures_from_elsewhere(trials, history):
    end = "on 2026-11-20, after 6 trials had finished."
    figure = {"name": "{best} of three", "metric": "test_accuracy", "source": "a page"}
    before = asking(replicates={"min": 3, "max": 30}, reference=[{**figure, "value": 0.99}])
    after = asking(replicates=40, reference=[{**figure, "value": 0.98}])
    assert said(trials, history, after, (before, 0), (after, 6)) == [
        f"The replicates were changed from 3–30 to 40 {end}",
        f"The figure “{{best}} of three (test accuracy of base)” was changed from 0.99 to 0.98 {end}",
    ]


def test_comparing_all_pairs(trials, history):
    before, after = asking(), asking(compare="all_pairs")
    assert said(trials, history, after, (before, 0), (after, 6)) == [
        "Whom variants are compared with was changed to each other, too, on 2026-11-20, after 6 trials had finished."
    ]


def test_nothing_where_all_was_set_before_the_first_result(trials, history):
    assert said(trials, history, margin(0.002), (margin(0.002), 0)) == []
    assert said(trials, history, margin(0.002), (margin(0.005), 0), (margin(0.002), 0)) == []


def test_nothing_where_it_is_unknown(trials, history):
    assert list(analyse(facts_of(margin(0.002), trials, history)).remarks) == []
    trials.attrs["study"] = {"name": "old", "given": margin(0.002).given, "source": None, "text": ""}
    assert list(analyse(facts_of(margin(0.002), trials, history)).remarks) == []


def test_a_report_of_an_earlier_version_that_is_made_anew_with_another_margin(trials, history, monkeypatch, tmp_path):
    """A report alone is written with what its study asks now, and says the same when it is built again."""
    before, after = margin(0.002), margin(0.005)
    write_report(before, trials, history, tmp_path / "before")
    file = tmp_path / "before" / "trials.parquet"
    old = pd.read_parquet(file)
    del old.attrs["study"]["asked"]
    old.to_parquet(file)

    class Then(datetime):
        @classmethod
        def now(cls, tz=None):
            return DAY.astimezone(tz)

    monkeypatch.setattr(harness.records.asked, "datetime", Then)
    _, trials, history = read_report(tmp_path / "before")
    write_report(after, trials, history, tmp_path / "after")
    monkeypatch.undo()
    sentence = "The margin of test accuracy was changed from 0.002 to 0.005 on 2026-11-20, after 6 trials had finished."
    for _ in range(2):
        assert sentence in (tmp_path / "after" / "comparison.md").read_text()
        found = read_report(tmp_path / "after")
        assert sentence in report(*found).remarks
        write_report(*found, tmp_path / "after")


def test_a_report_whose_record_was_edited_is_refused(trials, history, tmp_path):
    write_report(margin(0.002), trials, history, tmp_path)
    _, read, history = read_report(tmp_path)
    read.attrs["study"]["asked"] = [{"at": "once"}]
    with pytest.raises(
        DataError, match=r"record of the study 'pooling_or_stride': what was asked of the study and when"
    ):
        report(margin(0.002), read, history)
