"""Report folders that somebody edited: read, compared and written again, with an error in words or a report at the end.

What is changed: cells, columns, rows, types, the study that is kept with the trials, bytes of the files.
"""

from __future__ import annotations

import copy
import datetime
import decimal
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from harness.errors import HarnessError
from harness.pages.markdown import to_markdown
from harness.reports import compare, report
from harness.reports.reading import read_report
from harness.reports.writing import write_report
from tests.findings.conftest import POOL, STRIDE, curve, make_study, trial

SAMPLE = 25
"""Folders tried without ``--examples``."""

ODD = (
    *(
        None,
        "",
        "x",
        "nan",
        "1e400",
        "=1+1",
        "<script>alert(1)</script>",
        "]]>",
        "\x00\x1b[31m\u202e",
        "$\\frac$",
        "9" * 40,
    ),
    *(-1, 0, 1, 2**31, 2**53, 2**63 - 1, -(2**63), 1.5, -0.5, 1e308, -1e308, 5e-324, np.nan, np.inf, -np.inf, True),
    *(b"bytes", b"\xff", [1, 2], {"a": 1}, decimal.Decimal("1.5"), datetime.date(2000, 1, 1)),
    *(pd.Timestamp("1500-01-01"), pd.Timestamp("2300-01-01", tz="UTC"), pd.Timedelta(1, "s"), pd.NaT),
    *("finished", "pruned", "design", "search", "confirm", "0" * 12, "../../x"),
)


@pytest.fixture(scope="module")
def frames():
    """Study, trials and history of a report with two variants, three replicates, a target and verdicts."""
    study = make_study()
    rows = [
        trial(study, 3 * place + replicate, settings, replicate, steps_to_target=500.0,
              seconds_to_target=4.0, run_id=f"{place}{replicate:031x}",
              test_accuracy=0.98 - 0.002 * place + 0.0003 * replicate)
        for place, settings in enumerate((POOL, STRIDE))
        for replicate in range(3)
    ]  # fmt: skip
    curves = [
        curve(study, settings, 3 * place + replicate, replicate, steps=300)
        for place, settings in enumerate((POOL, STRIDE))
        for replicate in range(3)
    ]
    return study, pd.DataFrame(rows), pd.concat(curves, ignore_index=True)


@pytest.fixture(scope="module")
def good(frames, tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    write_report(*frames, folder)
    return folder


def edit_cell(draw, table):
    column = draw(some.sampled_from(list(table.columns)))
    rows = draw(some.sampled_from([[0], [len(table) - 1], list(range(len(table)))])) if len(table) else []
    value = draw(some.sampled_from(ODD) | some.text(max_size=5) | some.floats() | some.integers())
    cells = table[column].astype(object).tolist()
    for row in rows:
        cells[row] = copy.deepcopy(value)
    table[column] = pd.Series(cells, index=table.index, dtype=object)
    return table


def edit_column(draw, table):
    column = draw(some.sampled_from(list(table.columns)))
    how = draw(some.sampled_from(["drop", "empty", "text", "rename", "extra", "categories", "whole", "small"]))
    if how == "drop":
        return table.drop(columns=column)
    if how == "rename":
        return table.rename(
            columns={column: draw(some.sampled_from(["a", "trial ", "model.downsample", "x_features/y"]))}
        )
    if how == "extra":
        table[draw(some.sampled_from(["more", "train.learning_rate", "dead_features/conv_1"]))] = draw(
            some.sampled_from(["x", 1, 2.5, True])
        )
        return table
    made = {
        "empty": lambda: pd.Series([None] * len(table), index=table.index, dtype=object),
        "text": lambda: table[column].astype(str),
        "categories": lambda: table[column].astype(str).astype("category"),
        "whole": lambda: pd.to_numeric(table[column], errors="coerce").round().astype("Int64"),
        "small": lambda: pd.to_numeric(table[column], errors="coerce").astype("float32"),
    }
    table[column] = made[how]()
    return table


def edit_rows(draw, table):
    how = draw(some.sampled_from(["none", "one", "twice", "backwards", "index"]))
    if how == "index":
        return table.set_index(draw(some.sampled_from(list(table.columns))))
    return {"none": table[:0], "one": table[:1], "twice": pd.concat([table, table]), "backwards": table[::-1]}[how]


def places_of(node, path=()):
    """Yield the path of every value in nested tables and lists."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from places_of(value, (*path, key))


def edit_study(draw, table):
    attrs = copy.deepcopy(table.attrs)
    odd = [value for value in ODD if isinstance(value, (str, int, float, list, dict, type(None)))]
    *parents, last = draw(some.sampled_from(list(places_of(attrs))))
    place = attrs
    for key in parents:
        place = place[key]
    if draw(some.booleans()):
        place[last] = copy.deepcopy(draw(some.sampled_from(odd)))
    else:
        del place[last]
    table.attrs = attrs
    return table


EDITS = (edit_cell, edit_cell, edit_cell, edit_column, edit_rows, edit_study)


def edit_files(draw, good, folder):
    """Change one or two things in a copy of the report; return False where Parquet cannot hold the change."""
    shutil.copytree(good, folder, dirs_exist_ok=True)
    if draw(some.integers(0, 9)) == 0:  # bytes
        file = folder / draw(some.sampled_from(["trials.parquet", "history.parquet"]))
        content = bytearray(file.read_bytes())
        for _ in range(draw(some.integers(1, 3))):
            content[draw(some.integers(0, len(content) - 1))] = draw(some.integers(0, 255))
        file.write_bytes(content[: draw(some.sampled_from([len(content), len(content), len(content) // 2, 0]))])
        return
    for _ in range(draw(some.integers(1, 2))):
        file = folder / draw(some.sampled_from(["trials.parquet", "trials.parquet", "history.parquet"]))
        table = pd.read_parquet(file)
        edit = draw(some.sampled_from(EDITS if file.name == "trials.parquet" else EDITS[:-1]))
        attrs = table.attrs
        try:
            table = edit(draw, table)
            if edit is not edit_study:
                table.attrs = attrs
            table.to_parquet(file)
        except (ValueError, TypeError, OverflowError, NotImplementedError):  # what pandas or Parquet cannot hold
            return


@pytest.mark.slow
def test_an_edited_folder_gives_a_report_or_an_error_in_words(frames, good, tmp_path, examples):
    ends = Counter()

    @settings(
        max_examples=examples or SAMPLE,
        deadline=None,
        database=None,
        derandomize=examples is None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # shrinking takes minutes: what fails is printed as it is
    )
    @given(some.data())
    def try_one(data):
        folder = tmp_path / "x"
        shutil.rmtree(folder, ignore_errors=True)
        edit_files(data.draw, good, folder)
        try:
            read = read_report(folder)
            comparison = report(*read)
            to_markdown(comparison)
            compare(frames, (read[0], read[1].assign(run_id=[f"other{n}" for n in range(len(read[1]))]), read[2]))
            if data.draw(some.integers(0, 7)) == 0:  # drawing takes its time
                write_report(*read, folder)
                assert len(read_report(folder)[1]) == len(read[1])
            ends["a report that says what was left out" if "left_out" in read[1].attrs else "a report"] += 1
        except HarnessError as error:
            ends[type(error).__name__] += 1
        assert Path(folder).exists()

    try_one()
    print(dict(ends))
    assert sum(ends.values()) >= (examples or SAMPLE) // 2
    assert len(ends) >= 3
