"""What a study takes along of a function: the text of its file, or of its cell what it needs."""

from __future__ import annotations

import importlib.util
import linecache
import sys

import pytest

from harness.errors import StudyError
from harness.scripted.source import code_of, standing_alone
from harness.study import CodeName

NETWORK = '''"""Networks."""

import keras

WIDTH = 4


def small(image_shape, classes, width: int = 8):
    return keras.Sequential([keras.Input(image_shape), keras.layers.Flatten(), keras.layers.Dense(classes)])
'''


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Import a text as a module of a file."""

    def make(text, name="networks"):
        file = tmp_path / f"{name}.py"
        file.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, file)
        made = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, made)
        spec.loader.exec_module(made)
        return made

    return make


@pytest.fixture
def cell(monkeypatch):
    """Execute a text as a cell of a notebook; gives what it defines."""

    def run(text, **known):
        names = {"__name__": "__main__", **known}
        place = f"/tmp/ipykernel_1/{len(linecache.cache)}.py"
        monkeypatch.setitem(linecache.cache, place, (len(text), None, text.splitlines(keepends=True), place))
        exec(compile(text, place, "exec"), names)
        return names

    return run


def test_a_function_of_a_module_has_the_text_of_its_file(module):
    assert code_of(module(NETWORK).small) == (CodeName("networks.py", "small"), NETWORK)


def test_a_function_of_a_cell_has_what_it_uses_of_the_cell(cell):
    text = """from __future__ import annotations
import keras, numpy as np
import os.path as places
WIDTH = 4  # written out
unused = 3
study = print("the cell also does something, which no worker is to do again")

def unrelated(): return study

def block(x):
    # a comment
    return keras.layers.Dense(WIDTH)(x)

def resnet(image_shape, classes, depth: int = 2):
    local = [block for _ in range(depth)]
    return [each(image_shape) for each in local]
"""
    reference, kept = code_of(cell(text)["resnet"])
    assert reference == CodeName("resnet.py", "resnet")
    assert (
        kept
        == """from __future__ import annotations


import keras


WIDTH = 4


def block(x):
    # a comment
    return keras.layers.Dense(WIDTH)(x)


def resnet(image_shape, classes, depth: int = 2):
    local = [block for _ in range(depth)]
    return [each(image_shape) for each in local]
"""
    )


def test_a_class_of_a_cell_with_its_decorator_and_base(cell):
    text = """import functools
class Base: pass
@functools.total_ordering
class Warmup(Base):
    steps = 3
    def __init__(self, steps=steps): self.steps = steps
    def __lt__(self, other): return __class__ is Base
"""
    reference, kept = code_of(cell(text)["Warmup"])
    assert reference == CodeName("Warmup.py", "Warmup")
    assert kept.startswith("import functools\n\n\nclass Base: pass\n\n\n@functools.total_ordering\nclass Warmup(Base):")


def test_the_last_definition_of_a_name_counts(cell):
    assert code_of(cell("def f(): return 1\ndef f(): return 2\n")["f"])[1] == "def f(): return 2\n"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("def f(x):\n    return keras.Input(x)\n", "'keras' is not defined in its cell"),
        ("def f(x: Shape):\n    return helper(x)\n", "'Shape', 'helper' are not defined in its cell"),
        ("rate = open('x')\ndef f(): return rate\n", "'rate' is not defined in its cell"),
        ("class f(Base):\n    pass\n", "'Base' is not defined in its cell"),
        ("@cache\ndef f(): pass\n", "'cache' is not defined in its cell"),
        ("def f():\n    return [other for _ in range(3)]\n", "'other' is not defined in its cell"),
    ],
)
def test_what_is_missing_is_said(text, missing):
    with pytest.raises(StudyError, match=missing):
        standing_alone(text, "f")


def test_what_a_function_has_of_its_own_is_not_missing():
    text = """def f(x, *more, key=len, **others):
    import keras
    global counter
    counter = 0
    def inner(): return x, counter_of(more)
    def counter_of(y): return [z for z in y if (n := z)], __name__
    class Local(list): key = key
    try: pass
    except ValueError as error: print(error)
    with open(x) as file: del file
    return keras, inner, Local, lambda a: a, others
"""
    assert standing_alone(text, "f") == text


def nested():
    def inner():
        """Defined in another."""

    return inner


@pytest.mark.parametrize("thing", [lambda shape, classes: None, print, 3, len, nested()])
def test_what_is_no_definition_of_its_own_is_refused(thing):
    with pytest.raises(StudyError, match="must be a function or class that is defined with `def` or `class`"):
        code_of(thing)


def test_what_was_typed_where_nothing_is_kept_is_refused():
    names = {"__name__": "__main__"}
    exec("def f(): pass", names)
    with pytest.raises(StudyError, match="f: its source cannot be found"):
        code_of(names["f"])
