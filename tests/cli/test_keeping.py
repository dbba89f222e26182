"""`harness rename` and `harness delete` as a user types them."""

from __future__ import annotations

import io
import sys

import click
import pytest

from harness.cli import cli
from harness.driver import run_study
from harness.errors import UsageError
from harness.store import open_store
from tests.conftest import ScriptedLauncher, make_result


@pytest.fixture
def recorded(project, tiny, monkeypatch):
    monkeypatch.chdir(project)
    run_study(tiny(), store="mlruns", launch=ScriptedLauncher(lambda job: make_result()))
    (project / "reports" / "tiny").mkdir(parents=True)
    return open_store("mlruns")


def call(*arguments):
    return cli.main([*arguments], standalone_mode=False)


def test_rename_says_what_stays(recorded, capsys):
    call("rename", "tiny", "first")
    assert capsys.readouterr().out == (
        "tiny is first now, in mlruns.\n"
        "Its report in reports/tiny is left as it is; harness report first writes reports/first.\n"
        "studies/tiny.toml is left as it is: harness run tiny would begin a study of that name.\n"
    )
    assert [one.name for one in recorded.summaries()] == ["first"]


def test_delete_says_how_to_restore_and_does_not_touch_the_report(recorded, project, capsys):
    call("delete", "tiny", "--yes")
    (gone,) = recorded.deleted()
    out, err = capsys.readouterr()
    assert out == (
        f"tiny is deleted. harness rename '{gone.name}' tiny restores it, and\n"
        f"harness delete --for-good '{gone.name}' gives its disk space back.\n"
        "Its report in reports/tiny stays, with the tables that it is made from.\n"
    )
    assert err.startswith("tiny: 4 trainings, 0.0 MB of files")
    assert (project / "reports" / "tiny").is_dir()
    call("rename", gone.name, "tiny")
    assert [one.done for one in recorded.summaries()] == [4]


@pytest.mark.parametrize(("answer", "left"), [("n\n", 1), ("\n", 1), ("y\n", 0)])
def test_it_asks(recorded, monkeypatch, answer, left):
    from click.testing import CliRunner

    monkeypatch.setattr("harness.cli.keeping._can_ask", lambda: True)
    result = CliRunner().invoke(cli, ["delete", "tiny"], input=answer)
    assert result.exit_code == left
    assert "Delete this? It can be restored. [y/N]" in result.stderr
    assert ("nothing was deleted" in result.stderr) == bool(left)
    assert len(recorded.summaries()) == left


def test_nobody_to_ask(recorded, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(UsageError, match=r"there is nobody to ask here\. --yes deletes without a question"):
        call("delete", "tiny")
    assert len(recorded.summaries()) == 1


def test_for_good_with_and_without_names(recorded, capsys):
    call("delete", "tiny", "--yes")
    with pytest.raises(UsageError, match="'tiny' was deleted, and is 'tiny deleted"):
        call("delete", "tiny", "--yes")
    call("delete", "--for-good", "--yes")
    assert recorded.deleted() == []
    capsys.readouterr()
    call("delete", "--for-good", "--yes")
    assert capsys.readouterr().out == "mlruns: nothing was deleted here that could be removed.\n"
    with pytest.raises(UsageError, match="name the studies to delete"):
        call("delete")


def test_a_wrong_one_among_several_deletes_none(recorded):
    with pytest.raises(UsageError, match="no study 'tinny'"):
        call("delete", "tiny", "tinny", "--yes")
    assert len(recorded.summaries()) == 1


def test_without_a_name_click_says_so(recorded):
    with pytest.raises(click.MissingParameter):
        call("rename", "tiny")
