"""`harness new`, at a terminal and without one."""

from __future__ import annotations

import os
import pty
import sys


def test_what_is_given_is_not_asked_for(harness, project):
    code, out, err = harness("new", "strides", "--target", "0.9")
    assert (code, err) == (0, "")
    assert out == (
        "studies/strides.toml: 2 variants, 10 trainings.\n"
        "Next: harness run strides --dry-run, then harness run strides\n"
    )
    assert harness("validate", "strides")[:2] == (0, "studies/strides.toml: ok, 2 variants, 10 trainings\n")
    there = "error: studies/strides.toml: is there already, and is left as it is. Choose another name, or remove it.\n"
    assert harness("new", "strides") == (2, "", there)
    assert harness("new")[::2] == (2, "error: harness new needs a NAME for the study. E.g. harness new strides\n")
    assert harness("new", "x", "--target", "high")[2].startswith("error: --target must be a number such as 0.95")
    assert harness("new", "x", "--template", "own-images")[2].startswith("error: --template own-images needs --data")
    assert {path.name for path in (project / "studies").iterdir()} == {"tiny.toml", "strides.toml", "study.schema.json"}


def test_a_person_is_asked(project):
    """At a terminal: kind 2, a name, the images, the network, what varies."""
    answers = ["2", "rates", "digits", "", "train.learning_rate=1e-4..1e-2"]
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(project)
        os.execv(sys.executable, [sys.executable, "-c", "from harness.cli import main; main()", "new"])
    shown = b""
    for question, answer in zip((b"kind of study", b"Name", b"Images", b"Network", b"varies"), answers, strict=True):
        while question not in shown or not shown.rstrip().endswith(b":"):
            shown += os.read(terminal, 10_000)
        shown = b""
        os.write(terminal, answer.encode() + b"\n")
    while b"Next: " not in shown:
        shown += os.read(terminal, 10_000)
    assert os.waitpid(child, 0)[1] == 0
    os.close(terminal)
    text = (project / "studies" / "rates.toml").read_text()
    assert '"train.learning_rate" = { low = 0.0001, high = 0.01, log = true }' in text
    assert 'name = "digits"' in text
