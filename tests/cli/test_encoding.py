"""What is printed where an encoding lacks characters, and arguments that are no text for a terminal."""

from __future__ import annotations

import io
import sys

import pytest

from harness.cli.encoding import print_anything


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("ascii", b"base - r0 x2 +-0.1 _#  \\xe9 \\u6570 \\udcff"),
        ("latin-1", b"base \xb7 r0 \xd72 \xb10.1 _#  \xe9 \\u6570 \\udcff"),
        ("utf-8", "base · r0 ×2 ±0.1 ▁█  é 数 ".encode() + b"\\udcff"),
    ],
)
def test_any_text_in_any_encoding(monkeypatch, encoding, written):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding))
    print_anything()
    sys.stdout.write("base · r0 ×2 ±0.1 ▁█  é 数 \udcff")
    sys.stdout.flush()
    assert raw.getvalue() == written


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_report_and_a_list_on_such_a_terminal(harness, project, encoding):
    (project / "studies" / "tiny.toml").write_text(
        (project / "studies" / "tiny.toml").read_text().replace("8x8 digits?", "8x8 数字?"), encoding="utf-8"
    )
    code, out, err = harness("list", PYTHONIOENCODING=encoding)
    assert (code, err) == (0, "")
    assert "8x8 \\u6570\\u5b57?" in out
    code, out, err = harness("run", "tiny", "--dry-run", "--set", "seed=数", PYTHONIOENCODING=encoding)
    assert (code, out) == (2, "")
    assert "seed must be a whole number, got " in err
    assert "UnicodeEncodeError" not in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["validate", "tiny", "--set", "notes=\x1b[31mred"],
         "error: arguments must not have control characters, got 'notes=\\x1b[31mred'.\n"),
        (["list", "--store", "a\nb"], "must be the name of a file or folder, in one line, got 'a\\nb'."),
        (["list", "--reports", ""], "error: --reports must be the name of a file or folder, in one line"),
        (["run", "tiny", "--dry-run", "--store", "n" * 300], "a name must have at most 255 bytes, a path 4,095, got"),
        (["validate", "n" * 300], "is no study file: File name too long.\n"),
        (["validate", "."], "error: .: no study file, and no studies.toml."),
        (["run", "tiny", "--dry-run", "--name", "n" * 300], "must be letters, digits, '.', '_' and '-', 100 at most"),
        (["run", "tiny", "--dry-run", "--name", "a\udcff"], "the name 'a\\udcff' must be letters, digits"),
        (["data", "verify", "n" * 300], ": File name too long.\n"),
    ],
)  # fmt: skip
def test_arguments_that_name_nothing(harness, project, arguments, message):
    code, out, err = harness(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
    assert [path.name for path in project.iterdir()] == ["studies"]


def test_a_full_disk_is_one_line(start):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        import subprocess

        process = subprocess.run(
            [sys.executable, "-c", "from harness.cli import main; main()", "schema"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (process.returncode, process.stderr) == (1, "error: No space left on device.\n")
