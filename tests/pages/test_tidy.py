import csv
import io
import math
from dataclasses import replace

import pandas as pd

from harness.pages.tidy import COLUMNS, to_tidy_csv
from harness.reports import report


def rows_of(found):
    return list(csv.DictReader(io.StringIO(to_tidy_csv(found))))


def test_there_is_a_row_for_each_variant_and_metric(study, trials, history):
    found = report(study, trials, history)
    rows = rows_of(found)
    assert tuple(rows[0]) == COLUMNS
    metrics = ["val_accuracy", "test_accuracy", "steps_to_target", "seconds_to_target"]
    metrics += ["parameters", "macs", "images_per_second"]
    assert [(row["variant"], row["metric"]) for row in rows] == [
        (variant, metric) for variant in ("base", "downsample=stride") for metric in metrics
    ]
    assert {row["study"] for row in rows} == {"pooling_or_stride"}


def test_values_and_comparisons_are_those_of_the_report(study, trials, history):
    found = report(study, trials, history)
    rows = {(row["variant"], row["metric"]): row for row in rows_of(found)}
    base, stride = rows["base", "test_accuracy"], rows["downsample=stride", "test_accuracy"]
    known, contrast = found.rows[1].scores["test_accuracy"], found.rows[1].contrasts[0]
    assert (stride["statistic"], stride["unit"], stride["n"]) == ("mean", "share", "3")
    ends = [float(stride[name]) for name in ("estimate", "low", "high")]
    assert ends == [float(f"{end:.10g}") for end in (known.estimate, known.low, known.high)]
    assert (stride["reference"], stride["comparison"]) == ("base", "difference")
    assert float(stride["effect"]) == float(f"{contrast.estimate:.10g}")
    assert stride["verdict"] == contrast.verdict
    assert [base[name] for name in ("reference", "comparison", "effect", "p", "verdict")] == [""] * 5
    seconds = rows["downsample=stride", "seconds_to_target"]
    assert (seconds["statistic"], seconds["comparison"], seconds["unit"]) == ("geometric mean", "ratio", "seconds")
    count = rows["base", "parameters"]
    assert (count["statistic"], count["estimate"], count["low"]) == ("count", "242062", "242062")


def test_what_is_unknown_is_empty_and_what_was_missed_is_infinite(study, trials, history):
    trials["steps_to_target"] = float("nan")
    trials["seconds_to_target"] = float("nan")
    rows = {(row["variant"], row["metric"]): row for row in rows_of(report(study, trials, history))}
    assert (rows["base", "steps_to_target"]["estimate"], rows["base", "steps_to_target"]["statistic"]) == (
        "inf",
        "median",
    )
    empty = rows_of(report(study, pd.DataFrame(), pd.DataFrame()))
    assert {row["estimate"] for row in empty} == {""}


def test_labels_that_look_like_formulas_are_text(study, trials, history):
    found = report(study, trials, history)
    row = replace(found.rows[0], label="=1+1", images_per_second=math.nan)
    told = rows_of(replace(found, rows=(row,)))
    assert {one["variant"] for one in told} == {"'=1+1"}
    assert told[-1]["estimate"] == ""
