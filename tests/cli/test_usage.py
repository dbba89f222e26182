"""A command line that cannot be: Click's errors in the words of all others."""

from __future__ import annotations

import sys

import pytest

from harness.cli import _run, cli
from tests.cli.conftest import TINY


@pytest.fixture
def said(capsys, monkeypatch, tmp_path):
    """Run a command in this process, in an empty folder; gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "file").write_text("")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["harness", *arguments])
        code = _run(False)
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("run", "harness run needs STUDY. E.g. harness run studies/quickstart.toml --set design.replicates=5"),
        ("rename x", "harness rename needs NEW. E.g. harness rename quickstart first-try"),
        ("export x", "harness export needs --to. E.g. harness export quickstart#7 --to onnx"),
        ("run x --workers ten", "--workers must be a whole number from 1 to 10,000, got 'ten'."),
        ("run x --workers 0", "--workers must be a whole number from 1 to 10,000, got 0."),
        ("run x --minutes 0", "--minutes must be a number above 0 and at most 1,000,000, got 0.0."),
        ("runs x --replicate a", "--replicate must be a whole number, got 'a'."),
        ("runs x --limit 0", "--limit must be a whole number of at least 1, got 0."),
        (
            "export x --to onx",
            "--to must be one of keras, savedmodel, onnx, tensorboard, got 'onx'. Did you mean 'onnx'?",
        ),
        ("run x --worker 2", "harness run: no such option --worker. Did you mean '--workers'? See harness run --help."),
        ("run x y z", "harness run: takes no further argument, got 'y z'. See harness run --help."),
        ("run x --workers", "--workers needs a value."),
        ("run x --fresh=1", "--fresh takes no value."),
        ("completion tcsh", "SHELL must be one of bash, zsh, fish, got 'tcsh'."),
        ("data fech", "harness data: no such command 'fech'. Did you mean 'fetch'? See harness data --help."),
        ("run x --runtime-env none.json", "--runtime-env names 'none.json', which is not found."),
        ("run x --runtime-env .", "--runtime-env must be a file, got the folder '.'."),
        ("list --reports file", "--reports must be a folder, got the file 'file'."),
        (
            "list --reports https://a.org/x",
            "--reports is an address, and must be a place on this machine. Download it first.",
        ),
        (
            "predict x https://a.org/x",
            "FOLDER is an address, and must be a place on this machine. Download it first.",
        ),
        (
            "run https://a.org/x.toml",
            "https://a.org/x.toml: is an address, and must be a place on this machine. Download it first.",
        ),
        (
            "show https://a.org/x",
            "https://a.org/x: is an address, and must be a place on this machine. Download it first.",
        ),
    ],
)
def test_place_rule_value_and_fix(said, arguments, message):
    assert said(*arguments.split()) == (2, "", f"error: {message}\n")


def test_without_a_command_it_is_the_help(said):
    code, out, err = said()
    assert code == 2
    assert (out + err).startswith("Usage: harness [OPTIONS] COMMAND [ARGS]...")


def test_of_commands_what_they_do_is_whole_at_80_columns(said):
    for arguments in (["--help"], ["data", "--help"]):
        code, out, _ = said(*arguments)
        assert code == 0
        assert "..." not in out.partition("Commands:")[2]
        assert max(map(len, out.splitlines())) <= 80
    assert len(cli.list_commands(None)) == len(
        said("--help")[1].partition("Commands:\n")[2].split("\n\n")[0].splitlines()
    )


class TestInAFolderThatHasNothing:
    """Each message says what helps, and none sends to a command that says the same."""

    FIX = "Change to the folder of your project, or begin a study: harness new NAME"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ("run tiny", "tiny: no such study file, and no studies/tiny.toml. There is no study in studies/, "),
            ("validate", "studies/: no study files, "),
        ],
    )
    def test_of_studies(self, said, arguments, message):
        assert said(*arguments.split()) == (2, "", f"error: {message}here or in a folder above. {self.FIX}\n")

    def test_a_list_is_empty(self, said):
        code, out, err = said("list")
        assert (code, err) == (0, "")
        assert " ".join(out.split()) == (
            "no study files in studies/, here or in a folder above, and nothing is recorded in mlruns. " + self.FIX
        )

    @pytest.mark.parametrize(
        "arguments", ["show tiny", "runs tiny", "ui", "insight tiny", "report tiny", "delete tiny"]
    )
    def test_of_a_store(self, said, arguments):
        assert said(*arguments.split()) == (
            2,
            "",
            "error: mlruns: there is no store here. Change to the folder of your project, name its store with "
            "--store, or begin one: harness run STUDY\n",
        )


def test_a_runtime_environment_that_is_no_json_is_shown(said, tmp_path):
    (tmp_path / "env.json").write_text('{"pip":\n  [x]}', encoding="utf-8-sig")
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "x.toml").write_text(TINY)
    code, _, err = said("run", "x", "--launcher", "ray", "--runtime-env", "env.json", "--dry-run")
    assert code == 2
    assert err.splitlines()[-3:] == [
        "error: --runtime-env env.json: line 2 is not valid JSON: expecting value.",
        "         2 |   [x]}",
        "           |    ^",
    ]


def test_a_folder_without_a_report_is_told_apart_from_a_store_that_is_not_there(said, tmp_path):
    (tmp_path / "empty").mkdir()
    message = "empty: no report here (no trials.parquet), and no study of this name in mlruns."
    assert said("show", "empty") == (2, "", f"error: {message}\n")
