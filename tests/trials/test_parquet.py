import pandas as pd
import pytest

from harness.errors import DataError, UsageError
from harness.trials import tidy_history, tidy_trials
from harness.trials.parquet import read_tables, write_tables


def test_what_is_written_comes_back(study, trials, history, tmp_path):
    tidy = tidy_trials(study, trials), tidy_history(history)
    tidy[0].attrs = {"store": "mlruns"}
    tidy[0]["test_hits"] = [b"\x80", b"", b"\0\x80", b"\xff", b"", b""]
    write_tables(tmp_path, *tidy)
    for table, back in zip(tidy, read_tables(tmp_path), strict=True):
        pd.testing.assert_frame_equal(table, back)
        assert back.attrs == table.attrs
    assert tidy[0].attrs == {"store": "mlruns"}, "the argument is left alone"


def test_the_version_is_in_the_metadata_of_both_files(study, trials, history, tmp_path):
    write_tables(tmp_path, trials, history)
    for name in ("trials", "history"):
        assert pd.read_parquet(tmp_path / f"{name}.parquet").attrs == {"format": 1}


def test_files_of_earlier_versions_say_none(trials, history, tmp_path):
    trials.to_parquet(tmp_path / "trials.parquet", index=False)
    history.to_parquet(tmp_path / "history.parquet", index=False)
    assert [len(table) for table in read_tables(tmp_path)] == [len(trials), len(history)]


@pytest.mark.parametrize("version", [2, "2", None, [1]])
def test_another_version_is_refused_in_one_line(trials, history, tmp_path, version):
    write_tables(tmp_path, trials, history)
    newer = history.copy()
    newer.attrs = {"format": version}
    newer.to_parquet(tmp_path / "history.parquet", index=False)
    with pytest.raises(DataError) as error:
        read_tables(tmp_path)
    assert str(error.value) == (
        f"{tmp_path / 'history.parquet'}: the format of its table must be version 1, got {version!r}. A newer harness "
        "wrote it: install that one, or build the report anew from the MLflow store."
    )


def test_a_missing_file_a_link_and_a_damaged_one(trials, history, tmp_path):
    with pytest.raises(UsageError, match=r"trials\.parquet: not found\. A report folder has trials\.parquet and"):
        read_tables(tmp_path)
    write_tables(tmp_path, trials, history)
    file = tmp_path / "history.parquet"
    file.write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"history\.parquet: damaged, cannot be read as Parquet"):
        read_tables(tmp_path)
    file.unlink()
    file.symlink_to(tmp_path / "trials.parquet")
    with pytest.raises(UsageError, match="is a link"):
        read_tables(tmp_path)
