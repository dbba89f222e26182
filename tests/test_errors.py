from __future__ import annotations

import pytest

from harness.errors import StudyError, did_you_mean, not_found, printable, show_value


class TestMessages:
    def test_what_acts_on_a_terminal_is_escaped_and_lines_stay(self):
        error = StudyError("a\x1b[31m red\nb\x00 \u202etxt \udcff é · 7\u2028")
        assert str(error) == "a\\x1b[31m red\nb\\x00 \\u202etxt \\udcff é · 7\\u2028"

    def test_of_an_endless_line_the_middle_is_left_out(self):
        message = str(StudyError("x.toml: key must be short, got " + "9" * 1_000_000 + ". Write 3."))
        assert len(message) == 1200
        assert message.startswith("x.toml: key must be short, got 999")
        assert message.endswith("999. Write 3.")

    def test_a_message_that_is_repeated_stays_the_same(self):
        once = StudyError("a\x1b" + "b" * 5000)
        assert str(StudyError(str(once))) == str(once)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("abc", "'abc'"),
        ("a\x1b\n\udc80", "'a\\x1b\\n\\udc80'"),
        ([1, 2.5], "[1, 2.5]"),
        ("a" * 300, "'" + "a" * 41 + "..." + "a" * 14 + "'"),
    ],
)
def test_a_value_as_python_writes_it(value, shown):
    assert show_value(value) == shown


def test_printable_leaves_writing_alone():
    assert printable("naïve 数字 🙂 \xa0x") == "naïve 数字 🙂 \xa0x"


def test_nothing_is_like_a_very_long_word():
    assert did_you_mean("a" * 1_000_000, ["a" * 60]) == ""
    assert did_you_mean("optimiser", ["optimizer", "momentum"]) == " Did you mean 'optimizer'?"


@pytest.mark.parametrize(
    ("place", "address"),
    [("pictures", False), ("C:/pictures", False), ("a:b", False), ("https://x.org/a.zip", True), ("s3:/bucket", True)],
)
def test_an_address_is_no_place_on_this_machine(place, address):
    said = "is an address, and must be a place on this machine. Download it first"
    assert not_found(place) == (said if address else "not found")


def test_the_beginning_of_a_word_means_that_word():
    assert did_you_mean("test_acc", ["test_auc", "test_accuracy"]) == " Did you mean 'test_accuracy'?"


@pytest.mark.parametrize(("word", "known"), [("padding", "train"), ("replicates", "report"), ("epochs", "report")])
def test_what_is_half_alike_is_not_meant(word, known):
    assert did_you_mean(word, [known]) == ""
