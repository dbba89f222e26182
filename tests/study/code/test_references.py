from __future__ import annotations

import os

import pytest

from harness.errors import StudyError
from harness.study.code import CodeName, files_named, read_code, references_in

TABLES = {
    "question": "is mine.py:this a question?",
    "data": {"folder": "a.py:b"},
    "model": {"build": "nets.py:plain", "width": 3},
    "train": {"callbacks": ["mine.py:Warmup", "mine.py:Stop"]},
    "design": {"factors": {"model.build": ["nets.py:plain", "sub/other.py:wide"]}},
}


def test_what_names_code():
    assert CodeName.of("sub/nets.py:plain") == ("sub/nets.py", "plain")
    assert list(references_in(TABLES)) == [
        ("model.build", "nets.py:plain"),
        ("train.callbacks.0", "mine.py:Warmup"),
        ("train.callbacks.1", "mine.py:Stop"),
        ('design.factors."model.build".0', "nets.py:plain"),
        ('design.factors."model.build".1', "sub/other.py:wide"),
    ]
    assert files_named(TABLES) == ("nets.py", "mine.py", "sub/other.py")
    assert files_named({"model": {"build": "nets.txt"}}) == ()


@pytest.mark.parametrize("text", ["nets.py", "nets:plain", "nets.py:", "nets.py:a b", "nets.py:a.b", "a.py:b:c"])
def test_what_names_none(text):
    with pytest.raises(ValueError, match=r"must be a file and a name in it, got .*networks\.py:resnet"):
        CodeName.of(text)


@pytest.mark.parametrize("text", ["/tmp/nets.py:plain", "./nets.py:plain", "a//nets.py:plain", "a\\nets.py:plain"])
def test_paths_are_relative_and_have_one_way_to_be_written(text):
    with pytest.raises(ValueError, match="must name its file by a path relative to the study file"):
        CodeName.of(text)


def test_texts_are_read_and_not_executed(tmp_path):
    text = "raise SystemExit('executed')\nimport keras\ndef plain(): pass\n"
    (tmp_path / "nets.py").write_text(text)
    assert read_code({"model": {"build": "nets.py:plain"}}, tmp_path) == {"nets.py": text}
    (tmp_path / "studies").mkdir()
    assert read_code({"model": {"build": "../nets.py:plain"}}, tmp_path / "studies") == {"../nets.py": text}


def said(folder, text=None, build="nets.py:plain"):
    if text is not None:
        (folder / "nets.py").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(StudyError) as caught:
        read_code({"model": {"build": build}}, folder)
    return str(caught.value).replace(f"{folder}/", "")


def test_each_file_that_cannot_be_read_is_one_line(tmp_path):
    assert said(tmp_path) == "model.build: nets.py: not found. Its path is relative to the study file."
    (tmp_path / "netz.py").write_text("")
    assert said(tmp_path) == "model.build: nets.py: not found. Did you mean 'netz.py'?"
    (tmp_path / "a.py").mkdir()
    assert said(tmp_path, build="a.py:b") == "model.build: a.py: must be a file, got a folder."
    os.mkfifo(tmp_path / "b.py")
    assert said(tmp_path, build="b.py:b") == "model.build: b.py: must be a file, got a pipe or a device."
    assert said(tmp_path, "def f(:\n").splitlines() == [
        "model.build: nets.py, line 1: is not valid Python: invalid syntax.",
        "  1 | def f(:",
        "    |       ^",
    ]
    assert said(tmp_path, b"# \xff") == (
        "model.build: nets.py: must be UTF-8 text, got invalid start byte at byte 2. Save it as UTF-8."
    )
    assert said(tmp_path, "#" * 1_000_001) == "model.build: nets.py: must have at most 1,000,000 characters."
    assert "is not valid Python" in said(tmp_path, "x = 1\0")
    assert "is not valid Python" in said(tmp_path, "x = " + "(" * 100_000)
    assert said(tmp_path, build="nets.py:a b").startswith("model.build must be a file and a name in it")


def test_a_file_beside_it_is_not_imported(tmp_path):
    (tmp_path / "blocks.py").write_text("")
    (tmp_path / "parts").mkdir()
    (tmp_path / "json.py").write_text("")
    for line, got in [
        ("import blocks", "blocks"),
        ("from blocks import residual", "blocks"),
        ("import parts.residual", "parts"),
        ("from . import blocks", "."),
        ("from .blocks import residual", ".blocks"),
    ]:
        assert said(tmp_path, f"# first\n{line}\n").startswith(
            f"model.build: nets.py, line 2: must import only what is installed, got {got!r}, which lies beside it"
        )
    for line in ("import keras.layers", "import json", "import not_installed_here"):
        (tmp_path / "nets.py").write_text(line)
        assert read_code({"model": {"build": "nets.py:plain"}}, tmp_path) == {"nets.py": line}
