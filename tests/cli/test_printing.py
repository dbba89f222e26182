from __future__ import annotations

import io

import pytest

from harness.cli.dry_run import _table
from harness.cli.printing import console, working
from harness.estimate import TimeEstimate
from harness.pages.terminal_table import draw_table


@pytest.fixture
def piped(monkeypatch):
    """Standard output that is no terminal, and a shell that says nothing of a width."""
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_what_is_piped_is_as_wide_as_it_needs(piped, capsys):
    sentence = "word " * 200 + "end"
    console().print(sentence)
    assert capsys.readouterr().out == f"{sentence}\n"
    piped.setenv("COLUMNS", "40")
    console().print(sentence)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 40


@pytest.mark.usefixtures("piped")
def test_what_is_piped_is_not_told_what_is_done(capsys):
    with working("writing the report"):
        pass
    assert capsys.readouterr() == ("", "")


def test_a_terminal_is_told_what_is_done(piped):
    piped.setenv("FORCE_COLOR", "1")
    piped.setenv("TERM", "xterm")
    with working("writing the report") as status:
        assert status.status == "writing the report ..."


def test_the_plan_has_every_label_whole(tiny):
    study = tiny(**{"design.factors": {"model.conv.0.filters": [16, 32, 64], "model.conv.0.kernel": [3, 5]}})
    estimates = [
        TimeEstimate(one, {"parameters": 10**6, "macs": 10**8}, 4297, 0.02, measured=False) for one in study.variants
    ]
    out = console()
    out.file, out.width = io.StringIO(), 60
    out.print(draw_table(_table(estimates), 60))
    text = out.file.getvalue()
    words = [word for one in study.variants for word in one.label.split() if "=" in word]
    assert [word for word in text.split() if "=" in word] == words
    assert "…" not in text
