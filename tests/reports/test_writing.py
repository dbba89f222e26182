from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest

from harness.errors import DataError, UsageError
from harness.reports import report
from harness.reports.reading import read_report
from harness.reports.writing import write_report
from tests.findings.conftest import make_study, trial
from tests.pages.test_insight_pictures import PNG

TEXTS = ("comparison.md", "comparison.html", "comparison.csv", "comparison.tex", "report.json")


def contents(folder):
    texts = {name: (folder / name).read_bytes() for name in TEXTS}
    return texts | {path.name: path.read_bytes() for path in (folder / "figures").glob("*.svg")}


def test_every_file_is_written(study, trials, history, tmp_path):
    files = write_report(study, trials, history, tmp_path / "reports" / "x")
    assert files.markdown.read_text(encoding="utf-8").startswith("# Does a stride")
    assert [path.name for path in files.figures] == [
        *("val_accuracy_by_steps.svg", "val_accuracy_by_seconds.svg"),
        *("difference_test_accuracy.svg", "difference_seconds_to_target.svg"),
        *("pairs_test_accuracy.svg", "pairs_seconds_to_target.svg"),
        *("reached_by_steps.svg", "reached_by_seconds.svg"),
    ]
    for path in (files.html, files.csv, files.latex, files.json, files.trials, files.history, *files.figures):
        assert path.stat().st_size > 0
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["x"]  # nothing left beside it


def test_read_and_written_again_the_bytes_are_the_same(study, trials, history, tmp_path):
    folder = tmp_path / "x"
    trials.loc[trials["trial"] == 3, ["seconds_to_target", "steps_to_target"]] = float("nan")
    trials.loc[trials["trial"] == 4, ["status", "error", "stop_reason"]] = ["failed", "a <b> | c", None]
    write_report(study, trials, history, folder, store="elsewhere")
    before = contents(folder)
    assert len(before) == 12
    write_report(*read_report(folder), folder)
    assert contents(folder) == before
    assert b"elsewhere" in before["comparison.md"]


def test_the_study_comes_back(study, trials, history, tmp_path):
    write_report(study, trials, history, tmp_path)
    again, same_trials, same_history = read_report(tmp_path)
    assert again == study
    assert (again.name, again.text, again.source) == (study.name, study.text, Path("studies/pooling_or_stride.toml"))
    assert again.digest == study.digest
    assert len(same_trials) == 6
    assert len(same_history) == len(history)


def test_levels_that_are_lists_survive(tmp_path):
    design = {"kind": "one_at_a_time", "factors": {"model.dense": [[128], [64, 32]]}}
    study = make_study(design=design)
    rows = [trial(study, place, {"model.dense": level}, 0) for place, level in enumerate(([128], [64, 32]))]
    write_report(study, pd.DataFrame(rows), pd.DataFrame(), tmp_path)
    before = contents(tmp_path)
    write_report(*read_report(tmp_path), tmp_path)
    assert contents(tmp_path) == before


def test_an_empty_study_can_be_written_and_read(study, tmp_path):
    write_report(study, pd.DataFrame(), pd.DataFrame(), tmp_path)
    before = contents(tmp_path)
    write_report(*read_report(tmp_path), tmp_path)
    assert contents(tmp_path) == before


def test_files_of_others_stay_and_old_figures_go(study, trials, history, tmp_path):
    write_report(study, trials, history, tmp_path)
    (tmp_path / "thoughts.md").write_text("mine")
    (tmp_path / "figures" / "filters.svg").write_text("<svg/>")
    write_report(study, trials[:0], pd.DataFrame(), tmp_path)
    assert (tmp_path / "thoughts.md").read_text() == "mine"
    assert [path.name for path in (tmp_path / "figures").iterdir()] == ["filters.svg"]


def test_a_figure_that_the_old_page_does_not_show_stays_whatever_its_name(study, trials, history, tmp_path):
    write_report(study, trials, history, tmp_path)
    (tmp_path / "figures" / "difference_of_mine.svg").write_text("<svg/>")
    write_report(study, trials[:0], pd.DataFrame(), tmp_path)
    assert [path.name for path in (tmp_path / "figures").iterdir()] == ["difference_of_mine.svg"]


@pytest.mark.parametrize("name", ["../beside.svg", "figures/../notes.svg", "figures/below/mine.svg", "trials.parquet"])
def test_an_old_page_can_name_figures_of_its_folder_alone(study, trials, history, tmp_path, name):
    folder = tmp_path / "x"
    write_report(study, trials, history, folder)
    (folder / "figures" / "below").mkdir()
    others = [tmp_path / "beside.svg", folder / "notes.svg", folder / "figures" / "below" / "mine.svg"]
    for file in others:
        file.write_text("<svg/>")
    (folder / "comparison.html").write_text(f'<a href="{name}">SVG</a>')
    write_report(study, trials[:0], pd.DataFrame(), folder)
    assert all(file.read_text() == "<svg/>" for file in [*others, folder / name] if file.suffix == ".svg")
    assert (folder / "trials.parquet").is_file()


def test_an_old_page_that_is_a_link_names_nothing(study, trials, history, tmp_path):
    folder = tmp_path / "x"
    write_report(study, trials, history, folder)
    (folder / "comparison.html").rename(tmp_path / "page.html")
    (folder / "comparison.html").symlink_to(tmp_path / "page.html")
    before = {path.name for path in (folder / "figures").iterdir()}
    write_report(study, trials[:0], pd.DataFrame(), folder)
    assert {path.name for path in (folder / "figures").iterdir()} == before


def test_a_crash_leaves_the_old_report_whole(study, trials, history, tmp_path, monkeypatch):
    folder = tmp_path / "x"
    write_report(study, trials, history, folder)
    before = contents(folder)

    def full_disk(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full_disk)
    with pytest.raises(UsageError, match=r"x: the report cannot be written: .*No space left.*Name another folder"):
        write_report(study, trials.assign(test_accuracy=0.5), history, folder)
    assert contents(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_a_missing_or_damaged_file_is_named(study, trials, history, tmp_path):
    with pytest.raises(UsageError, match=r"nowhere/trials\.parquet: not found"):
        read_report(tmp_path / "nowhere")
    write_report(study, trials, history, tmp_path)
    (tmp_path / "history.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(DataError, match=r"history\.parquet: damaged, cannot be read as Parquet"):
        read_report(tmp_path)


def test_a_parquet_file_of_another_kind_is_refused(study, trials, history, tmp_path):
    write_report(study, trials, history, tmp_path)
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "trials.parquet")
    with pytest.raises(DataError, match=r"trials\.parquet: holds no study"):
        read_report(tmp_path)


def test_a_study_of_another_version_is_refused_by_name(study, trials, history, tmp_path):
    write_report(study, trials, history, tmp_path)
    stored = pd.read_parquet(tmp_path / "trials.parquet")
    stored.attrs["study"]["given"]["colour"] = "blue"
    stored.to_parquet(tmp_path / "trials.parquet")
    with pytest.raises(DataError, match=r"trials\.parquet: .*colour"):
        read_report(tmp_path)


def test_what_is_read_compares_the_same(study, trials, history, tmp_path):
    write_report(study, trials, history, tmp_path)
    read, made = (asdict(report(*given)) for given in (read_report(tmp_path), (study, trials, history)))
    assert repr(read) == repr(made)  # NaN is not NaN


class TestWriting:
    def test_a_full_disk_leaves_the_old_report_and_nothing_beside_it(
        self, study, trials, history, tmp_path, monkeypatch
    ):
        folder = tmp_path / "x"
        write_report(study, trials, history, folder)
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

        def full(self, *_args, **_kwargs):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(UsageError) as caught:
            write_report(study, trials.assign(test_accuracy=0.5), history, folder)
        assert str(caught.value) == (
            f"{folder}: the report cannot be written: No space left on device. Name another folder."
        )
        assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
        assert [path.name for path in tmp_path.iterdir()] == ["x"]

    def test_a_folder_that_is_a_link_or_a_file_is_refused(self, study, trials, history, tmp_path):
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "x").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(UsageError, match=rf"x: is a link to {tmp_path}/elsewhere"):
            write_report(study, trials, history, tmp_path / "x")
        assert list((tmp_path / "elsewhere").iterdir()) == []
        (tmp_path / "y").write_text("a file")
        with pytest.raises(UsageError, match="y: the report cannot be written"):
            write_report(study, trials, history, tmp_path / "y")
        assert (tmp_path / "y").read_text() == "a file"

    def test_links_inside_a_report_are_neither_read_nor_written_through(self, study, trials, history, tmp_path):
        folder, outside = tmp_path / "x", tmp_path / "outside"
        outside.mkdir()
        (outside / "front.svg").write_text("mine")
        (outside / "secret.png").write_bytes(PNG)
        write_report(study, trials, history, folder)
        for file in (folder / "figures").iterdir():
            file.unlink()
        (folder / "figures").rmdir()
        (folder / "figures").symlink_to(outside)
        write_report(*read_report(folder), folder)
        assert not (folder / "figures").is_symlink()
        assert sorted(path.name for path in outside.iterdir()) == ["front.svg", "secret.png"]
        place = folder / "insight" / study.variants[1].digest
        place.mkdir(parents=True)
        (place / "network.png").symlink_to(outside / "secret.png")
        with pytest.raises(DataError, match=r"network\.png: is a link"):
            write_report(*read_report(folder), folder)
        (place / "network.png").unlink()
        (place / "network.png").write_text("a password")
        with pytest.raises(DataError, match=r"network\.png: must be a PNG picture"):
            write_report(*read_report(folder), folder)

    def test_a_linked_table_is_not_read(self, study, trials, history, tmp_path):
        write_report(study, trials, history, tmp_path / "x")
        (tmp_path / "x" / "trials.parquet").rename(tmp_path / "other.parquet")
        (tmp_path / "x" / "trials.parquet").symlink_to(tmp_path / "other.parquet")
        with pytest.raises(UsageError, match=r"trials\.parquet: is a link"):
            read_report(tmp_path / "x")

    def test_tables_with_trials_that_have_to_be_left_out_are_kept(self, study, trials, history, tmp_path):
        folder = tmp_path / "x"
        write_report(study, trials, history, folder)
        stored = pd.read_parquet(folder / "trials.parquet")
        stored.loc[2, "test_accuracy"] = 9.0
        stored.to_parquet(folder / "trials.parquet")
        edited = (folder / "trials.parquet").read_bytes()
        files = write_report(*read_report(folder), folder)
        assert files.report.remarks[0].startswith(
            f"Left out: 1 trial that cannot be read: run {2:032x} (trial 2): its test_accuracy must be a number from 0 "
            "to 1, got 9.0."
        )
        assert (folder / "trials.before-1.parquet").read_bytes() == edited
        page = files.html.read_bytes()
        assert write_report(*read_report(folder), folder).html.read_bytes() == page  # it still says so
        assert sorted(path.name for path in folder.glob("*.before*")) == [
            "history.before-1.parquet", "trials.before-1.parquet"
        ]  # fmt: skip
