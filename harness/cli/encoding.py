"""Output on terminals and into files that lack some characters: nothing that is printed may end a command."""

from __future__ import annotations

import codecs
import io
import sys

_PLAIN = {
    "·": "-", "×": "x", "−": "-", "–": "-", "—": "-", "…": "...", "✓": "ok", "✗": "x", "→": "->", "←": "<-", "±": "+-",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "“": '"', "”": '"', "’": "'",
    "▁": "_", "▂": ".", "▃": ",", "▄": "-", "▅": "~", "▆": "=", "▇": "+", "█": "#",
}  # fmt: skip
"""What stands for a character of ours that the encoding lacks; for any other its escape."""


def print_anything() -> None:
    """Let standard output and error take any text, whatever their encoding: ASCII, Latin-1, UTF-8.

    UTF-8 lacks something too: the half pairs that Python reads for bytes of a file's name that are no UTF-8.
    """
    codecs.register_error("harness.plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="harness.plain")


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(_PLAIN.get(each) or each.encode("ascii", "backslashreplace").decode() for each in bad), error.end
