"""`harness data fetch`: nothing large is downloaded that nobody named."""

from __future__ import annotations

import sys

import pytest

from harness.cli import _run
from harness.cli.data import _missing_sets
from harness.image_sets import BUILT_IN, built_in


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """No set is on this machine but for two that packages bring."""
    for name in BUILT_IN:
        kind = type(built_in(name))
        monkeypatch.setattr(kind, "locate", lambda self, _folder=None: None if self.facts.download else tmp_path)
        monkeypatch.setattr(kind, "fetch", lambda self, _folder=None: pytest.fail(f"{self.name} was downloaded"))
    return monkeypatch


def test_without_names_sizes_are_said_and_nothing_is_downloaded(nowhere, capsys):
    nowhere.setattr(sys, "argv", ["harness", "data", "fetch"])
    assert _run(False) == 2
    assert capsys.readouterr().err.splitlines() == [
        "error: name the image sets to download, or give --all for 796 MB. Not here yet:",
        "         mnist              12 MB",
        "         fashion_mnist      31 MB",
        "         kmnist             21 MB",
        "         emnist_letters    562 MB",
        "         emnist_balanced   562 MB",
        "         cifar10           170 MB",
    ]


def test_where_all_are_here_that_is_said(monkeypatch, tmp_path):
    for name in BUILT_IN:
        monkeypatch.setattr(type(built_in(name)), "locate", lambda _self, _folder=None: tmp_path)
    assert _missing_sets(None) == "name the image sets to download. All there are, are here: harness data list"


def test_a_set_that_is_here_is_fetched_without_a_word_of_its_size(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["harness", "data", "fetch", "digits", "digits"])
    assert _run(False) == 0
    out, err = capsys.readouterr()
    assert out.startswith("digits: ")
    assert (out.count("\n"), err) == (1, "")
