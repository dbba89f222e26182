"""The project that a command is about, from any folder below it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from harness.cli import _run
from harness.cli.project import default_folder, project_folder, reports_folder, studies_folder
from harness.store import default_store
from tests.cli.conftest import TINY


@pytest.fixture
def deep(tmp_path, monkeypatch) -> Path:
    """A folder two levels below the top of a project, in which commands are run."""
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "tiny.toml").write_text(TINY)
    deep = tmp_path / "notes" / "today"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    return deep


def places():
    return tuple(map(str, (studies_folder(), default_folder(), reports_folder())))


def test_it_is_the_nearest_folder_with_studies_or_a_store(deep):
    assert project_folder() == Path("../..")
    assert places() == ("../../studies", "../../mlruns", "../../reports")
    (deep.parent / "mlruns").mkdir()
    assert project_folder() == Path("../.."), "a folder of that name alone is no store"
    (deep.parent / "mlruns" / "mlflow.db").touch()
    assert project_folder() == Path("..")
    (deep / "studies").mkdir()
    assert project_folder() == Path(".."), "a folder of that name alone has no studies"
    (deep / "studies" / "x.toml").touch()
    assert places() == ("studies", "mlruns", "reports")


def test_where_there_is_none_it_is_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert places() == ("studies", "mlruns", "reports")


def test_it_is_where_the_studies_are_from_within_their_folder(deep, monkeypatch):
    monkeypatch.chdir(deep.parent.parent / "studies")
    assert places() == ("../studies", "../mlruns", "../reports")


def test_what_a_stranger_put_above_is_no_project(deep, monkeypatch):
    """In a folder that everybody may write to, as /tmp is."""
    deep.parent.parent.chmod(0o1777)
    assert project_folder() == Path("../..")
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    real = Path.stat
    theirs = deep.parent.parent / "studies"

    def stat(self, **options):
        found = real(self, **options)
        return os.stat_result((*found[:4], 54321, *found[5:10])) if self == theirs else found

    monkeypatch.setattr(Path, "stat", stat)
    assert project_folder() == Path()
    deep.parent.parent.chmod(0o755)
    assert project_folder() == Path("../..")


def test_a_store_that_harness_toml_names_is_the_same_from_below(deep):
    file = deep.parent.parent / "harness.toml"
    file.write_text('store = "results"\n')
    assert default_store() == "../../results"
    file.write_text('store = "/elsewhere/results"\n')
    assert default_store() == "/elsewhere/results"


def test_commands_work_from_below(deep, monkeypatch, capsys):
    def said(*arguments):
        monkeypatch.setattr(sys, "argv", ["harness", *arguments])
        code = _run(False)
        return code, *capsys.readouterr()

    assert said("validate")[:2] == (0, "../../studies/tiny.toml: ok, 2 variants, 4 trainings\n")
    code, out, _ = said("list", "--json")
    assert code == 0
    assert '"file": "../../studies/tiny.toml"' in out
    assert '"store": "../../mlruns"' in out
    code, out, _ = said("new", "another", "--data", "digits")
    assert code == 0
    assert out.splitlines()[0].startswith("../../studies/another.toml: ")
    assert out.splitlines()[-1] == "Next: harness run another --dry-run, then harness run another"
    assert said("run", "tinny")[2] == (
        "error: tinny: no such study file, and no ../../studies/tinny.toml. Did you mean 'tiny'?\n"
    )
    assert sorted(deep.iterdir()) == []


def test_a_list_has_names_whole_and_says_once_where_reports_are(deep, monkeypatch, capsys):
    studies = deep.parent.parent / "studies"
    (studies / "tiny.toml").rename(studies / "which_of_two_ways_of_downsampling.toml")
    (studies / "bad.toml").write_text("question = 3\n")
    page = deep.parent.parent / "reports" / "which_of_two_ways_of_downsampling" / "comparison.html"
    page.parent.mkdir(parents=True)
    page.touch()
    monkeypatch.setattr(sys, "argv", ["harness", "list"])
    monkeypatch.setenv("COLUMNS", "80")
    assert _run(False) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0].split() == ["study", "done", "report", "question"]
    assert lines[1].split() == ["bad", "invalid:"]
    assert "which_of_two_ways_of_downsampling  0 of 4  yes     Is a stride of 2 as good as" in lines
    assert lines[-1] == "Reports are at ../../reports/STUDY/comparison.html"
