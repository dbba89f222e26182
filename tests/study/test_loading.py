from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import StudyError, UsageError
from harness.study import load_study

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
    with pytest.raises(StudyError, match=r"x\.toml: not valid TOML: .*line 1"):
        load_study(path)


def test_a_missing_file_suggests_the_nearest(tmp_path):
    (tmp_path / "quickstart.toml").write_text(TEXT)
    with pytest.raises(StudyError, match=r"no such file\. Did you mean .*quickstart\.toml"):
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
