"""A report's pages and figures as files, and the folder that they replace."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.errors import UsageError
from harness.findings.report import Report
from harness.pages.export import to_csv, to_json
from harness.pages.html import to_html
from harness.pages.insight_pictures import Learned
from harness.pages.latex import to_latex
from harness.pages.markdown import to_markdown
from harness.pages.svg import draw, draw_all
from harness.pages.tidy import to_tidy_csv
from harness.staging import put_in_place, staged

_LARGEST_PAGE = 100_000_000


def files_of(report: Report, learned: Sequence[Learned] = ()) -> dict[str, bytes]:
    """Return path within the folder -> content of every page, figure and picture of a report.

    Args:
        report: what is shown.
        learned: pictures of what networks learned.
    """
    drawings = draw_all(report) | {one.confusion.name: draw(one.confusion) for one in learned if one.confusion}
    texts = {
        "comparison.md": to_markdown(report, learned),
        "comparison.html": to_html(report, drawings, learned),
        "comparison.csv": to_csv(report),
        "tidy.csv": to_tidy_csv(report),
        "comparison.tex": to_latex(report),
        "report.json": to_json(report),
        **{f"figures/{name}.svg": svg for name, svg in drawings.items()},
    }
    kept = {file: content for one in learned for file, content in one.files.items()}
    return {file: text.encode() for file, text in texts.items()} | kept


@contextlib.contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """Yield an empty folder that is put in the place of a report when the block ends, in one step.

    What others put into the old folder stays. The figures of the old report go, but for those that are made anew.

    Raises:
        UsageError: if the folder is a link.
        OSError: if it cannot be written.
    """
    if folder.is_symlink():
        raise UsageError(
            f"{folder}: is a link to {folder.resolve()}. Reports are not written through links; name that."
        )
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with staged(folder) as beside:
        yield beside
        put_in_place(beside, folder, _figures_shown(folder / "comparison.html").__contains__)


def _figures_shown(page: Path) -> set[str]:
    """Return the figures that an old page links to, by their paths; none if there is no page that can be read.

    What a page names are figures of its own folder alone. Text of others cannot make such a link, for its quotes are
    escaped. Pages of the earliest versions have none: their figures stay.
    """
    try:
        handle = os.open(page, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as opened:
            text = opened.read(_LARGEST_PAGE).decode("utf-8", "replace")
    except OSError:
        return set()
    return set(re.findall(r'<a href="(figures/[A-Za-z0-9_-]+\.svg)"', text))
