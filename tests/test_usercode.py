from __future__ import annotations

import pickle
import sys

import pytest

from harness.errors import StudyError, UserCodeError
from harness.usercode import calling, load, load_module, show_call


def test_a_text_is_executed_once_as_a_module_of_its_own():
    text = "import dataclasses\ncount = []\n@dataclasses.dataclass\nclass A:\n    x: int = 1\ndef f(): return A()\n"
    first, second = load({"m.py": text}, "m.py:f"), load({"m.py": text}, "m.py:f")
    assert first is second
    assert pickle.loads(pickle.dumps(first())) == first()
    other = load({"m.py": text + "# changed\n"}, "m.py:f")
    assert other is not first
    assert other.__module__ != first.__module__ != "__main__"
    with pytest.raises(StudyError, match=r"m\.py: its text is not kept with the study"):
        load({}, "m.py:f")


def test_what_raises_is_one_line_and_their_traceback_from_their_frame_on():
    text = "def part(x):\n    return 1 / x\n\ndef f(width):\n    return part(width - 1)\n"
    function = load({"mine.py": text}, "mine.py:f")
    with pytest.raises(UserCodeError) as caught, calling("mine.py", text, show_call("f", {"width": 1})):
        function(width=1)
    assert str(caught.value).splitlines() == [
        "mine.py, line 5: f(width=1) raised ZeroDivisionError: division by zero",
        "Traceback (most recent call last):",
        '  File "mine.py", line 5, in f',
        "    return part(width - 1)",
        *[line for line in str(caught.value).splitlines() if "^" in line][:1],
        '  File "mine.py", line 2, in part',
        "    return 1 / x",
        *[line for line in str(caught.value).splitlines() if "^" in line][1:],
        "ZeroDivisionError: division by zero",
    ]
    assert caught.value.exit_code == 2


def test_what_cannot_be_executed_is_not_kept():
    before = set(sys.modules)
    with pytest.raises(UserCodeError, match=r"^m\.py, line 2: its statements raised ValueError: no\n"):
        load_module("m.py", "# first\nraise ValueError('no')")
    with pytest.raises(UserCodeError, match=r"^m\.py, line 1: its statements raised SystemExit: 3"):
        load_module("m.py", "raise SystemExit(3)")
    with pytest.raises(UserCodeError, match=r"m\.py: has no 'f' once it has been executed"):
        load({"m.py": "def f(): pass\ndel f\n"}, "m.py:f")
    assert {name for name in set(sys.modules) - before if name.startswith("usercode")} == {
        load_module("m.py", "def f(): pass\ndel f\n").__name__
    }


def test_a_file_in_the_working_directory_is_not_imported(tmp_path, monkeypatch):
    (tmp_path / "beside_it.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    with pytest.raises(UserCodeError) as caught:
        load_module("m.py", "import beside_it\n")
    assert str(caught.value).splitlines()[0] == (
        "m.py, line 1: its statements raised ModuleNotFoundError: No module named 'beside_it'. 'beside_it' must be "
        "installed; files beside this one are not carried along."
    )
    assert sys.path[0] == ""


def test_errors_of_harness_pass():
    with pytest.raises(StudyError, match=r"^as it is$"), calling("m.py", "", "f()"):
        raise StudyError("as it is")
