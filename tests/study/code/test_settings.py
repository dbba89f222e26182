from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from harness.errors import StudyError
from harness.study.code import CodeName, find_definition, settings_table
from harness.study.code.settings import python_value
from harness.study.explain import explain


def table(parameters, given=("image_shape", "classes")):
    code = {"nets.py": f"def plain(image_shape, classes, {parameters}):\n    raise SystemExit('executed')\n"}
    return settings_table(find_definition(code, CodeName("nets.py", "plain")), given, ("build",))


def read(parameters, **given):
    return table(parameters).model_validate_json(json.dumps(given)).model_dump(mode="json")


def refused(parameters, **given):
    with pytest.raises(ValidationError) as caught:
        table(parameters).model_validate_json(json.dumps(given))
    return explain(caught.value, table(parameters), "model")


def test_settings_come_from_the_signature_and_defaults_are_filled_in():
    assert read("width=16, *, rate: float = 1, kind='a', deep=True", rate=2) == {
        "width": 16, "rate": 2.0, "kind": "a", "deep": True,
    }  # fmt: skip
    assert read("sizes: list[int] = [8, 16], stride: tuple[int, int] = (1, 2), last: int | None = None") == {
        "sizes": [8, 16], "stride": [1, 2], "last": None,
    }  # fmt: skip
    assert read("units: int", units=3) == {"units": 3}
    assert read("kind: Literal['a', 'b'] = 'a', name: 'str' = 'x'") == {"kind": "a", "name": "x"}
    assert read("some: Optional[float] = None, copy: bool = False") == {"some": None, "copy": False}


@pytest.mark.parametrize(
    ("parameters", "given", "line"),
    [
        ("width=16", {"widht": 8}, "model.widht: unknown key 'widht' in [model], got 8. Did you mean 'width'?"),
        ("width=16", {"width": 8.0}, "model.width must be a whole number, got 8.0. Write 8."),
        ("width=16", {"width": True}, "model.width must be a whole number, got true."),
        ("width=16", {"width": "8"}, "model.width must be a whole number, got '8'."),
        ("rate=0.5", {"rate": "x"}, "model.rate must be a number, got 'x'."),
        ("deep=False", {"deep": 1}, "model.deep must be true or false, got 1."),
        ("kind: Literal['add', 'mul'] = 'add'", {"kind": "ad"},
         "model.kind must be one of add, mul, got 'ad'. Did you mean 'add'?"),
        ("sizes: list[int] = [1]", {"sizes": [1, "b"]}, "model.sizes.1 must be a whole number, got 'b'."),
        ("sizes: tuple[int, ...] = (1,)", {"sizes": 3}, "model.sizes must be a list, got 3."),
        ("units: int", {}, "model.units is required."),
        ("width: Annotated[int, Field(ge=1, description='x')] = 16", {"width": 0},
         "model.width must be at least 1, got 0."),
        ("some: bool | None = None", {"some": 3}, "model.some must be true or false, got 3."),
    ],
)  # fmt: skip
def test_settings_are_checked_as_our_own_keys_are(parameters, given, line):
    assert refused(parameters, **given) == [line]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("width: np.ndarray = 3", "the parameter 'width' must be of type int, float"),
        ("width: dict[str, int]", "the parameter 'width' must be of type int, float"),
        ("width", "the parameter 'width' must have its type written beside it"),
        ("width=None", "the parameter 'width' must have its type written beside it"),
        ("width=()", "the parameter 'width' must have its type written beside it"),
        ("width=8 * 2", "must have a default that is written out, got 8 \\* 2"),
        ("width: int = 'a'", "must have a default of its type, got 'a'"),
        ("width: Annotated[int, Field(ge=1)] = 0", "must have a default of its type, got 0"),
        ("build='x'", "the parameter 'build' must have another name"),
        ("_width=3", "the parameter '_width' must have another name"),
        ("model_config=3", "cannot be called so"),
        ("*sizes", r"a parameter of its own for each setting, got \*sizes"),
        ("**settings", r"a parameter of its own for each setting, got \*\*settings"),
    ],
)
def test_signatures_that_say_too_little(parameters, message):
    with pytest.raises(StudyError, match=rf"nets\.py:plain, line 1.* {message}|nets\.py:plain, line 1: .*{message}"):
        table(parameters)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def other(): pass", r"must define 'plain' with `def` or `class`.* It has other\."),
        ("def plane(): pass", "Did you mean 'plane'"),
        ("plain = print", "must define 'plain'"),
        ("if True:\n    def plain(): pass", "not within another block"),
        ("async def plain(): pass", "must be a plain function"),
        ("def plain(shape, classes): pass", r"must take image_shape and classes, got \(shape, classes\)\."),
        ("def plain(image_shape, classes, /): pass", "must take everything by name"),
    ],
)
def test_functions_that_are_none(text, message):
    with pytest.raises(StudyError, match=message):
        settings_table(find_definition({"nets.py": text}, CodeName("nets.py", "plain")), ("image_shape", "classes"))


def test_a_class_takes_what_its_init_takes():
    text = "class Warmup(Callback):\n    def __init__(self, steps: int = 100):\n        pass\n\nclass Bare: pass\n"
    found = find_definition({"m.py": text}, CodeName("m.py", "Warmup"))
    assert (found.kind, [one.name for one in found.parameters], found.line) == ("class", ["steps"], 1)
    assert settings_table(found).model_validate_json("{}").model_dump() == {"steps": 100}
    assert find_definition({"m.py": text}, CodeName("m.py", "Bare")).parameters == ()


def test_values_become_what_the_function_takes():
    fields = table("a: tuple[int, ...] = (1,), b: list[int] = [1], c: tuple[int, list[int]] | None = None").model_fields
    kinds = {name: field.annotation for name, field in fields.items()}
    assert python_value([1, 2], kinds["a"]) == (1, 2)
    assert python_value([1, 2], kinds["b"]) == [1, 2]
    assert python_value([1, [2]], kinds["c"]) == (1, [2])
    assert python_value(None, kinds["c"]) is None
