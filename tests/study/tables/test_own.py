"""`[model]` with `build`, through a whole study."""

from __future__ import annotations

import pickle

import pytest

from harness.errors import StudyError
from harness.study import OwnModel, build_study, load_study
from tests.conftest import TINY, changed

NETS = """
from typing import Annotated, Literal
from pydantic import Field

raise SystemExit("executed")

def plain(image_shape, classes, width: Annotated[int, Field(ge=1)] = 8, rate: float = 0.5,
          kind: Literal["add", "multiply"] = "add", depth: int | None = 3):
    pass

def other(image_shape, classes, width: int):
    pass

def wrong(shape, classes):
    pass
"""


def study(model, code=None, **changes):
    given = changed(TINY, {"model": model, "design": {"kind": "factorial"}, **changes})
    return build_study(given, name="x", code={"nets.py": NETS} if code is None else code)


PLAIN = {"build": "nets.py:plain"}


def test_settings_at_their_defaults_are_settings_too():
    base = study({**PLAIN, "width": 16}).base
    assert base.model == OwnModel(build="nets.py:plain", width=16, rate=0.5, kind="add", depth=3)
    assert base.tables()["model"] == {"build": "nets.py:plain", "width": 16, "rate": 0.5, "kind": "add", "depth": 3}
    assert base.flat()["model.width"] == "16"
    assert base.digest == study({**PLAIN, "width": 16, "rate": 0.5}).base.digest
    assert pickle.loads(pickle.dumps(base)) == base


def test_a_changed_file_and_a_changed_setting_are_a_changed_study():
    one = study(PLAIN)
    file = study(PLAIN, {"nets.py": NETS + "# changed\n"})
    setting = study({**PLAIN, "rate": 0.25})
    assert len({one.digest, file.digest, setting.digest}) == 3
    assert len({one.base.digest, file.base.digest, setting.base.digest}) == 3
    assert study(PLAIN, {"nets.py": NETS, "unused.py": ""}).digest == one.digest, "what nothing names is not kept"


def test_settings_vary_also_when_they_are_left_at_their_defaults():
    made = study(PLAIN, **{"design.factors": {"model.width": [8, 16], "model.kind": ["add", "multiply"]}})
    assert [variant.label for variant in made.variants] == [
        "base", "kind=multiply", "width=16", "width=16, kind=multiply"
    ]  # fmt: skip
    assert [variant.model.settings["width"] for variant in made.variants] == [8, 8, 16, 16]
    assert made.variants[0].code == {"nets.py": NETS}
    space = {"model.width": {"low": 4, "high": 32}, "model.rate": {"low": 0.1, "high": 0.9}}
    searched = study(PLAIN, design={"kind": "search", "trials": 4, "sampler": "random", "space": space})
    assert searched.base.settings == {"model.width": 8, "model.rate": 0.5}
    with pytest.raises(StudyError, match=r'"model\.width" must contain the base value 8'):
        study(PLAIN, design={"kind": "search", "trials": 4, "space": {"model.width": {"low": 9, "high": 32}}})


def test_the_function_itself_varies():
    made = study({**PLAIN, "width": 4}, **{"design.factors": {"model.build": ["nets.py:plain", "nets.py:other"]}})
    assert [variant.label for variant in made.variants] == ["base", "build=nets.py:other"]
    assert made.variants[1].model == OwnModel(build="nets.py:other", width=4)


def test_only_files_that_a_variant_uses_are_part_of_it():
    code = {"a.py": "def f(image_shape, classes): pass\n", "b.py": "def g(image_shape, classes): pass\n"}
    made = study({"build": "a.py:f"}, code, **{"design.factors": {"model.build": ["a.py:f", "b.py:g"]}})
    assert [list(variant.code) for variant in made.variants] == [["a.py"], ["b.py"]]
    changed_other = {**code, "b.py": "def g(image_shape, classes):  # changed\n    pass\n"}
    again = study({"build": "a.py:f"}, changed_other, **{"design.factors": {"model.build": ["a.py:f", "b.py:g"]}})
    assert again.base.digest == made.base.digest
    assert again.digest != made.digest


@pytest.mark.parametrize(
    ("model", "lines"),
    [
        ({**PLAIN, "widht": 3}, ["model.widht: unknown key 'widht' in [model], got 3. Did you mean 'width'?"]),
        ({**PLAIN, "width": 0, "rate": "x"}, ["model.width must be at least 1, got 0.",
                                              "model.rate must be a number, got 'x'."]),
        ({**PLAIN, "kind": "ad"}, ["model.kind must be one of add, multiply, got 'ad'. Did you mean 'add'?"]),
        ({"build": "nets.py:other"}, ["model.width is required."]),
        ({"build": "nets.py"}, ["model.build: must be a file and a name in it, got 'nets.py'. E.g. "
                                '"networks.py:resnet", the function resnet of networks.py beside the study file.']),
        ({"build": 3}, ["model.build must be a string in quotes, got 3."]),
        ({"build": "nets.py:plane"}, ["model.build: nets.py: must define 'plane' with `def` or `class`, not within "
                                      "another block. Did you mean 'plain'?"]),
        ({"build": "nets.py:wrong"}, ["model.build: nets.py:wrong, line 14: must take image_shape and classes, got "
                                      "(shape, classes). Did you mean 'shape'?"]),
        ({**PLAIN, "conv": []}, ["model.conv: unknown key 'conv' in [model], got []. Known keys: width, rate, kind, "
                                 "depth."]),
    ],
)  # fmt: skip
def test_settings_are_checked_with_the_messages_of_our_own_keys(model, lines):
    with pytest.raises(StudyError) as caught:
        study(model)
    assert str(caught.value).splitlines() == lines


def test_levels_are_checked_too():
    with pytest.raises(StudyError) as caught:
        study(PLAIN, **{"design.factors": {"model.width": [8, 0]}})
    assert str(caught.value) == 'design.factors "model.width": model.width must be at least 1, got 0.'
    with pytest.raises(StudyError, match=r'"model\.padding": unknown key .padding. in model'):
        study(PLAIN, **{"design.factors": {"model.padding": ["same", "valid"]}})


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(StudyError) as caught:
        study({**PLAIN, "width": 0}, **{"train.learning_rate": -1})
    assert str(caught.value).splitlines() == [
        "train.learning_rate must be above 0, got -1. Typical values are 1e-4 to 1e-2.",
        "model.width must be at least 1, got 0.",
    ]


def test_a_file_brings_its_code_and_loading_executes_nothing(tmp_path):
    (tmp_path / "nets.py").write_text(NETS)
    path = tmp_path / "x.toml"
    path.write_text(
        'question = "Wide?"\n[data]\nname = "digits"\nvalidation = 300\n[model]\nbuild = "nets.py:plain"\n'
        '[train]\nmax_steps = 20\n[design]\nkind = "factorial"\n'
    )
    assert load_study(path).code == {"nets.py": NETS}
    (tmp_path / "nets.py").unlink()
    with pytest.raises(StudyError, match=r"x\.toml: model\.build: .*nets\.py: not found"):
        load_study(path)


def test_a_recorded_study_without_its_text_says_so():
    with pytest.raises(StudyError, match=r"model\.build: nets\.py: its text is not kept with the study"):
        study(PLAIN, {})


def test_a_probe_that_swaps_layers_does_not_apply():
    with pytest.raises(StudyError, match=r"probes must not name 'activation_order' with model\.build"):
        study(PLAIN, probes=["activation_order"])
