"""Text that is no TOML: the message shows the line, a caret, and what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import StudyError, UsageError
from harness.study.syntax import parse_toml, show_line


def said(text):
    with pytest.raises(StudyError) as caught:
        parse_toml(text, "x.toml", StudyError)
    return str(caught.value)


def test_the_line_is_shown_with_a_caret_below_the_slip():
    assert said('question = "a"\n[train]\nlearning_rate = .01  # small\n').splitlines() == [
        "x.toml: line 3 is not valid TOML: a number needs a digit before its point. Write 0.01.",
        "  3 | learning_rate = .01  # small",
        "    |                 ^",
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "rule", "fix"),
    [
        ("a = adam", 1, 5, "text goes in quotes, got 'adam'", 'Write "adam".'),
        ("a = Is it?  # x", 1, 5, "text goes in quotes, got 'Is it?'", 'Write "Is it?".'),
        ("a = truee", 1, 9, "text goes in quotes, got 'truee'", 'Write "truee".'),
        ("a = 5k", 1, 6, "text goes in quotes, got '5k'", 'Write "5k".'),
        ("a = True", 1, 5, "this is no value of TOML: 'True'", "Write true."),
        ("a = -.5", 1, 5, "a number needs a digit before its point", "Write -0.5."),
        ("a = 5.", 1, 6, "a number needs a digit after its point", "Write 5.0."),
        ("a = 010", 1, 6, "a number must not begin with 0", "Write 10."),
        ("a = 10,000", 1, 7, "a number has no commas", "Write 10_000."),
        ("a = 0,5", 1, 6, "a number has a point, not a comma", "Write 0.5."),
        ("a = 98 %", 1, 8, "a share is written as a number from 0 to 1", "Write 0.98."),
        ("a = 1/255", 1, 6, "nothing is computed in TOML", "Write the number that comes out, such as 1e-4."),
        ("a = (1, 2)", 1, 5, "a list is written with [ and ]", "Write [1, 2]."),
        ("a =", 1, 4, "a value must follow the =", "Write one, or remove the line."),
        ("a == 5", 1, 4, "a setting has one =", "Remove the second."),
        ("a: 5", 1, 2, "a key is followed by =, not by :", "Write a = 5"),
        ("a", 1, 2, "the key 'a' has no value", "Write a = ..., or begin the line with #."),
        ("max steps = 5", 1, 5, "a key is one word of a-z, 0-9, _ and -, got 'max steps'", "Write max_steps = ..."),
        ('a = "x\nb = 1', 1, 5, "the text that begins here has no end", 'End it with ", on the same line.'),
        ("a = 'x\nb = '1'", 1, 5, "the text that begins here has no end", "End it with ', on the same line."),
        ('b = 1\na = """x\n\ny', 2, 5, "the text that begins here has no end", 'End it with """.'),
        ("a = “x”", 1, 5, "quotes must be straight, got “", 'Write " around the text, as on a keyboard.'),
        ('a = "x”', 1, 7, "quotes must be straight, got ”", 'Write ".'),
        ("a =\u00a05", 1, 4, "there is a character that only looks like a space, U+00A0", "Replace it by a space."),
        (
            'a = "a "b" c"', 1, 9, "the text in quotes has quotes in it",
            "Write it in single quotes, a = '...', or \\\" for each.",
        ),
        (
            r'a = "C:\new\data"', 1, 12, "a \\ in double quotes begins a special character",
            "Write the text in single quotes, or / or \\\\ for each \\.",
        ),
        ("a = [1, 2\nb = 3", 1, 5, "the list that begins here has no end", "Close it with ]."),
        ("a = [{ x = 1 },\n\n[train]", 1, 5, "the list that begins here has no end", "Close it with ]."),
        ("a = [1 2]", 1, 8, "a comma must be between the entries of a list", "Write it here."),
        ("a = [1,,2]", 1, 8, "a value is missing between the commas of a list",
         "Remove the comma, or write the value."),
        ("a = [1]]", 1, 8, "there is a ] too many", "Remove it."),
        (
            "a = { x = 1,\n y = 2 }", 1, 13, "a table in { } stands on one line",
            "Close it with } here, or make it a table of its own.",
        ),
        ("a = { x = 1, }", 1, 14, "a table in { } has no comma after its last key", "Remove it."),
        ("a = { x = 1, x = 2 }", 1, 19, "a key is there twice in { }", "Remove one of them."),
        ("[train\na = 1", 1, 7, "a heading ends with ]", "Write [train]."),
        ("[[train]", 1, 8, "a heading ends with ]]", "Write [[train]]."),
        ("[train] a = 1", 1, 9, "a heading has a line of its own", "Begin a new line after it."),
        ("[x]\n[y]\n[x]", 3, 2, "[x] is there twice, on line 1 already", "Put its keys below the first."),
        ("[x]\na = 1\n[y]\na = 1\na = 2", 5, 1, "a is there twice, on line 4 already", "Remove one of them."),
        ('a = 1\na = """x\ny"""', 2, 1, "a is there twice, on line 1 already", "Remove one of them."),
        ("a.b = 1\na = 2", 2, 1, "a is given already, in another way", "Put all of it in one place."),
        ("// x", 1, 1, "a comment begins with #, got //", "Write # x"),
        ("a = 1 // x", 1, 7, "a comment begins with #, got //", "Write # x"),
        ("a = 1; b = 2", 1, 6, "nothing may follow a setting on its line, got '; b = 2'", "Remove the ;."),
        ("x = 1\n<<<<<<< HEAD", 2, 1, "this marks a merge conflict", "Keep one of its two sides."),
        ("a = 1 # \x01", 1, 9, "a character that cannot be seen must not be here, got '\\x01'", "Remove it."),
    ],
)  # fmt: skip
def test_what_slipped(text, line, column, rule, fix):
    first, shown, caret = said(text).splitlines()
    assert first == f"x.toml: line {line} is not valid TOML: {rule}. {fix}"
    assert shown == f"  {line} | {text.splitlines()[line - 1]}".replace("\x01", "\\x01")
    assert caret == f"    | {' ' * (column - 1)}^"


@pytest.mark.parametrize(("text", "like"), [('{"question": "a"}', "JSON"), ("- a\n- b", "YAML")])
def test_another_format_is_told_how_a_study_file_begins(text, like):
    assert said(text).splitlines()[0] == (
        f'x.toml: line 1 is not valid TOML: this looks like {like}. A study file begins like this: question = "...", '
        "then [data], [model], [train] and [design]."
    )


def test_every_way_to_cut_a_file_short_has_a_message():
    """Wherever the reader gives up, what is shown is a line of the file."""
    whole = Path("studies/quickstart.toml").read_text(encoding="utf-8")
    found = 0
    for end in range(1, len(whole), 7):
        try:
            parse_toml(whole[:end], "x.toml", UsageError)
        except UsageError as error:
            first, shown, caret = str(error).splitlines()
            number = int(first.split("line ")[1].split()[0].replace(",", ""))
            assert shown.startswith(f"  {number} | ")
            assert caret.endswith("^")
            found += 1
    assert found > 50


def test_of_a_long_line_what_is_near_is_shown_and_wide_characters_are_counted_twice():
    text = "x" * 200 + "!" + "y" * 200
    shown, caret = show_line(7, 201, text).splitlines()
    assert shown == f"  7 | ...{'x' * 60}!{'y' * 39}..."
    assert caret.index("^") == shown.index("!")
    assert show_line(1, 6, 'a = "数字" x').splitlines()[1] == "    |      ^"
    assert show_line(1, 10, '\ta = "数字" x').splitlines() == ['  1 |  a = "数字" x', "    |            ^"]
