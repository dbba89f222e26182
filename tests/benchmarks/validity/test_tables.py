"""The tables and the files that they are made from."""

import json
import shutil

import pytest

from benchmarks.validity import TABLES, Cell, Counts, cells, kept, lines
from benchmarks.validity.tables import above

CELL = Cell("topups", "normal", 2, (5, 10), "topped up")
NOW = Counts(200, 10, 200, 0, 200, 190, 3800)


def test_a_row_says_what_is_promised_and_what_came_out_before_and_now():
    head, rule, row = lines("topups", [CELL], {CELL: Counts(100, 9, 100, 0, 100, 88, 1900)}, {CELL: NOW})
    assert [text.strip() for text in head.strip("| ").split("|")] == [
        "spread", "variants", "replicates", "false verdict", "studies", "studies with one, %, before",
        "studies with one, %, now", "intervals that hold, %, before", "intervals that hold, %, now",
    ]  # fmt: skip
    assert [text.strip() for text in row.strip("| ").split("|")] == [
        "normal", "2", "5, 10", "better or worse", "100 / 200", "9.0 (4.8 to 16.2)", "5.0 (2.7 to 9.0)", "88.0", "95.0",
    ]  # fmt: skip
    assert len(head) == len(rule) == len(row)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_has_a_row_for_each_kind_of_study_measured_or_not(table):
    rows = cells(table)
    assert len(lines(table, rows, {}, {rows[0]: NOW})) == 2 + len(rows)


def test_a_share_that_is_surely_above_five_percent_is_named():
    assert above({CELL: NOW}) == []
    assert above({CELL: Counts(200, 20)}) == [CELL]


def test_counts_of_parts_add_up():
    assert NOW + Counts(1, early=2, early_estimates=0.5) == Counts(201, 10, 200, 0, 200, 190, 3800, 2, 0.5)


def test_what_is_kept_is_read_back_and_other_tables_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "RESULTS", tmp_path)
    kept.keep("validity_before", "topups", {CELL: Counts(100, 9)})
    kept.keep("validity", "power", {})
    kept.keep("validity", "topups", {CELL: NOW})
    kept.tabulate()
    found = json.loads((tmp_path / "validity.json").read_text())
    assert kept.results(found, "topups") == {CELL: NOW}
    assert list(found) == ["power", "topups"]
    (row,) = [line for line in found["topups"]["table"] if "| 100 / 200 |" in line]
    assert "9.0 (4.8 to 16.2)" in row
    shutil.rmtree(tmp_path)
    assert kept.read("validity") == {}
