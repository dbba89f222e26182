from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from harness.errors import StudyError, UsageError
from harness.study import change_study, load_study

TEXT = Path("studies/pooling_or_stride.toml").read_text()


@pytest.mark.parametrize("path", sorted(Path("studies").glob("*.toml")), ids=lambda path: path.stem)
def test_every_study_file_is_valid(path):
    assert load_study(path).name == path.stem


def test_the_message_begins_with_the_file(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(TEXT.replace("learning_rate = 1e-4", "learning_rate = -1"))
    with pytest.raises(StudyError) as caught:
        load_study(path)
    assert str(caught.value) == (
        f"{path}: train.learning_rate must be above 0, got -1. Typical values are 1e-4 to 1e-2."
    )


def test_broken_toml_names_the_line(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text('question = "unclosed\n')
    with pytest.raises(StudyError) as caught:
        load_study(path)
    assert str(caught.value).splitlines() == [
        f'{path}: line 1 is not valid TOML: the text that begins here has no end. End it with ", on the same line.',
        '  1 | question = "unclosed',
        "    |            ^",
    ]


def test_a_missing_file_suggests_the_nearest(tmp_path):
    (tmp_path / "quickstart.toml").write_text(TEXT)
    with pytest.raises(StudyError, match=r"not found\. Did you mean .*quickstart\.toml"):
        load_study(tmp_path / "quikstart.toml")


def test_overrides_are_toml_values_or_plain_words():
    study = load_study(
        "studies/pooling_or_stride.toml",
        ["train.max_steps=200", "data.name=fashion_mnist", "design.factors={'model.padding' = ['same', 'valid']}"],
    )
    assert (study.train.max_steps, study.data.name) == (200, "fashion_mnist")
    assert list(study.design.factors) == ["model.padding"]
    assert study.text.endswith("# --set design.factors={'model.padding' = ['same', 'valid']}")


def test_overrides_may_remove_a_key_or_name_a_path_in_quotes():
    study = load_study(
        "studies/pooling_or_stride.toml",
        ["train.max_steps=", "train.max_epochs=2.0", 'design.factors."model.downsample"=["max_pool", "none"]'],
    )
    assert (study.train.max_steps, study.train.max_epochs) == (None, 2.0)
    assert study.design.factors == {"model.downsample": ("max_pool", "none")}


@pytest.mark.parametrize("override", ["train.max_steps", "=3", "question.x=3"])
def test_overrides_that_cannot_be(override):
    with pytest.raises(UsageError, match="--set"):
        load_study("studies/pooling_or_stride.toml", [override])


def test_another_name():
    assert load_study("studies/pooling_or_stride.toml", name="mine").name == "mine"
    with pytest.raises(StudyError, match=r"must be letters.*Choose another\."):
        load_study("studies/pooling_or_stride.toml", name="no/slash")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dense = " + "[" * 100_000, "not valid TOML here: tables or lists are nested too deeply."),
        (".".join("a" * 100_000) + " = 1", "a key must have at most 32 parts with dots between them."),
        ("seed = " + "9" * 5000, "not valid TOML here: a number has thousands of digits."),
        ("seed = 0x" + "f" * 5000, "seed must fit into 64 bits, got one of 20000 bits. Write a smaller number."),
        ("# " + "a" * 1_000_000, "must have at most 1,000,000 characters. Is it a study file?"),
        ("preset = 1979-05-27", "preset must not be a date or a time, got 1979-05-27. Write it in quotes."),
    ],
)
def test_what_would_take_gigabytes_or_break_the_reader(tmp_path, text, message):
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(StudyError) as caught:
        load_study(path)
    assert str(caught.value) == f"{path}: {message}"


def test_files_that_are_none_or_no_text(tmp_path):
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "latin.toml").write_bytes("question = 'é'".encode("latin-1"))
    for name, message in (
        ("folder", "must be a file, got a folder."),
        ("pipe", "must be a file, got a pipe or a device."),
        ("latin", "must be UTF-8 text, got invalid continuation byte at byte 12. Save it as UTF-8."),
        ("n" * 300, "cannot be read: File name too long."),
        ("nul\0", "cannot be read: embedded null byte."),
    ):
        with pytest.raises(StudyError, match=re.escape(message)):
            load_study(tmp_path / f"{name}.toml")


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    (tmp_path / "x.toml").write_text(TEXT, encoding="utf-8-sig")
    assert load_study(tmp_path / "x.toml").text == TEXT


def test_what_powershell_writes_is_named(tmp_path):
    (tmp_path / "x.toml").write_text(TEXT, encoding="utf-16")
    with pytest.raises(StudyError) as caught:
        load_study(tmp_path / "x.toml")
    assert str(caught.value) == (
        f"{tmp_path / 'x.toml'}: must be UTF-8 text, got UTF-16, which Windows PowerShell's > writes. Save it as UTF-8."
    )


def test_a_long_list_of_mistakes_is_cut(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(TEXT.replace('preset = "hvass02"', "conv = []\ndense = [" + "'a', " * 90 + "]"))
    with pytest.raises(StudyError) as caught:
        load_study(path)
    lines = str(caught.value).splitlines()
    assert lines[19].startswith(f"{path}: model.dense.19 must be a whole number, got 'a'.")
    assert lines[20:] == [f"{path}: ... and more of the kind. Put these right first."]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("notes=1\nseed = 5", "--set notes needs one TOML value or a word, got '1\\nseed = 5'."),
        ("seed=" + "9" * 5000, "--set seed needs one TOML value or a word, got '999"),
        ("notes=" + "[" * 5000, "--set notes needs one TOML value or a word, got '[[["),
        ("a\nb=1", "--set needs KEY=VALUE, got 'a\\nb=1'."),
        (".".join("a" * 50_000) + "=1", "--set needs KEY=VALUE, got 'a.a."),
    ],
)
def test_overrides_of_more_than_one_value(override, message):
    with pytest.raises(UsageError) as caught:
        load_study("studies/pooling_or_stride.toml", [override])
    assert str(caught.value).startswith(message)


def test_an_override_of_several_lines_stays_a_comment():
    study = load_study("studies/pooling_or_stride.toml", ['notes="""one\ntwo"""'])
    assert (study.notes, study.text.splitlines()[-2:]) == ("one\ntwo", ['# --set notes="""one', '# two"""'])


def test_a_study_is_changed_without_its_file(tiny):
    study = tiny()
    more = change_study(study, ["design.replicates=3", "train.max_steps=4"], "other")
    assert (more.name, more.trainings.trainings, more.train.max_steps) == ("other", 6, 4)
    assert more.text == "# tiny\n\n# --set design.replicates=3\n# --set train.max_steps=4"
    assert study.given["train"]["max_steps"] == 60, "the one that was given stays what it was"
    assert change_study(study, ["design.replicates=3"]).digest == study.digest
    assert change_study(study) is study


def test_a_change_that_cannot_be_is_said_with_the_name_of_the_study(tiny):
    with pytest.raises(StudyError, match=r"^tiny: model\.downsample must be one of"):
        change_study(tiny(), ["model.downsample=strid"])
    with pytest.raises(StudyError, match="--name: the name 'a b' must be letters"):
        change_study(tiny(), name="a b")
