"""Optuna's storage in a folder: names changed together, numbers that are known, a damaged one set aside."""

from __future__ import annotations

import optuna
import pytest

from harness.errors import UsageError
from harness.store.local.optuna_storage import (
    FILE,
    kept_numbers,
    opened_storage,
    rename_studies,
    set_aside_storage,
    study_names,
)


def test_names_are_changed_in_order_and_those_that_are_not_there_are_passed_over(tmp_path):
    with opened_storage(tmp_path) as storage:
        for name in ("a", "b"):
            optuna.create_study(study_name=name, storage=storage)
        rename_studies(storage, {"none": "x", "a": "old", "b": "a"})
        assert sorted(study_names(storage)) == ["a", "old"]


def test_failed_trials_are_no_known_numbers(tmp_path):
    with opened_storage(tmp_path) as storage:
        study = optuna.create_study(study_name="a", storage=storage)
        study.tell(study.ask(), 1.0)
        study.tell(study.ask(), state=optuna.trial.TrialState.FAIL)
        study.ask()
    assert kept_numbers(tmp_path) == {"a": {0, 2}}


def test_one_that_is_closed_is_one_file(tmp_path):
    with opened_storage(tmp_path) as storage:
        optuna.create_study(study_name="a", storage=storage)
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_braces_in_the_folder_are_no_template_of_optuna(tmp_path):
    folder = tmp_path / "{x}"
    folder.mkdir()
    with opened_storage(folder) as storage:
        assert study_names(storage) == []
    assert (folder / FILE).exists()


def test_a_damaged_one_is_named_and_set_aside(tmp_path):
    (tmp_path / FILE).write_bytes(b"no database at all " * 99)
    with pytest.raises(UsageError, match="not a usable Optuna storage"), opened_storage(tmp_path):
        pass
    assert set_aside_storage(tmp_path).exists()
    assert not (tmp_path / FILE).exists()
    with pytest.raises(UsageError, match=r"optuna\.db: not found"):
        set_aside_storage(tmp_path)
    (tmp_path / FILE).write_bytes(b"another")
    set_aside_storage(tmp_path)
    assert len(list(tmp_path.glob(f"{FILE}.damaged-*"))) == 2, "within a second, and neither replaces the other"
