"""A report on disk: written whole, read back."""

from __future__ import annotations

import fnmatch
import itertools
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from harness.errors import DataError, UsageError
from harness.findings.order import assemble
from harness.findings.report import Comparison
from harness.pages.export import to_csv, to_json
from harness.pages.html import to_html
from harness.pages.insight_pictures import learned
from harness.pages.latex import to_latex
from harness.pages.markdown import to_markdown
from harness.pages.svg import draw_all
from harness.staging import put_in_place, staged
from harness.study import Search, Study, grid
from harness.trials import (
    LeftOut,
    describe,
    keep_left_out,
    left_out_of,
    show_wrong,
    sift,
    stored_study,
    tidy_history,
    tidy_trials,
)

_STORE = "mlruns"
_FIGURES = ("*_by_*", "front", "difference_*", "effect_*", "importance", "parallel", "best_so_far")
"""Names that figures have: those that are no longer made are removed."""


@dataclass(frozen=True)
class ReportFiles:
    """Where a report is.

    Attributes:
        folder: its folder.
        markdown: comparison.md.
        html: comparison.html.
        csv: comparison.csv.
        latex: comparison.tex.
        json: report.json.
        figures: SVG files.
        trials: trials.parquet.
        history: history.parquet.
        comparison: what the files show.
    """

    folder: Path
    markdown: Path
    html: Path
    csv: Path
    latex: Path
    json: Path
    figures: tuple[Path, ...]
    trials: Path
    history: Path
    comparison: Comparison


def write(
    study: Study,
    trials: pd.DataFrame,
    history: pd.DataFrame,
    folder: Path,
    store: str | None,
    pictures: Mapping[str, Path],
) -> ReportFiles:
    """Write a report; see :func:`harness.reports.write_report`."""
    store = store or str(trials.attrs.get("store", _STORE))
    comparison = assemble(study, trials, history, store)
    drawings = draw_all(comparison)
    inside = learned(comparison.rows, folder, pictures)
    texts = {
        "comparison.md": to_markdown(comparison, inside),
        "comparison.html": to_html(comparison, drawings, inside),
        "comparison.csv": to_csv(comparison),
        "comparison.tex": to_latex(comparison),
        "report.json": to_json(comparison),
        **{f"figures/{name}.svg": svg for name, svg in drawings.items()},
    }
    kept_trials, kept_history = tidy_trials(study, trials), tidy_history(history)
    kept_trials.attrs = {
        "study": {
            "name": study.name,
            "source": study.source.as_posix() if study.source else None,
            "given": study.given,
            "text": study.text,
        },
        "store": store,
    }
    keep_left_out(kept_trials, left_out_of(trials))
    try:
        kept = {picture.file: picture.content for one in inside for picture in one.pictures}
        _write_all(folder, texts, kept, {"trials.parquet": kept_trials, "history.parquet": kept_history})
    except OSError as error:
        why = error.strerror or error
        raise UsageError(f"{folder}: the report cannot be written: {why}. Name another folder.") from None
    return ReportFiles(
        folder=folder,
        markdown=folder / "comparison.md",
        html=folder / "comparison.html",
        csv=folder / "comparison.csv",
        latex=folder / "comparison.tex",
        json=folder / "report.json",
        figures=tuple(folder / "figures" / f"{name}.svg" for name in drawings),
        trials=folder / "trials.parquet",
        history=folder / "history.parquet",
        comparison=comparison,
    )


def read(folder: Path) -> tuple[Study, pd.DataFrame, pd.DataFrame]:
    """Read a report back; see :func:`harness.reports.read_report`."""
    file = folder / "trials.parquet"
    trials, history = _read_table(file), _read_table(folder / "history.parquet")
    attrs = dict(trials.attrs)
    if not isinstance(attrs.get("study"), dict):
        raise DataError(
            f"{file}: holds no study, so that it was not written by a report. Build the report from the MLflow store "
            "instead."
        )
    study = stored_study(attrs["study"], str(file))
    try:
        trials, history, said = sift(trials, history, study.design.dimensions)
    except DataError as error:
        raise DataError(f"{folder}: {error} Build the report anew from the MLflow store.") from None
    _require_trials_of(study, trials, said, file)
    said = tuple(dict.fromkeys([*left_out_of(trials), *said]))
    trials.attrs = {"study": attrs["study"], "store": str(attrs.get("store", _STORE))}
    keep_left_out(trials, said)
    return study, trials, history


def _require_trials_of(study: Study, trials: pd.DataFrame, said: Sequence[LeftOut], file: Path) -> None:
    """Refuse a table none of whose trials can be read, or is of the study that the table names."""
    if said and not len(trials):
        raise DataError(f"{file}: none of its trials can be read. {describe(said)} Build the report anew.")
    if len(trials) and not isinstance(study.design, Search):
        digests = {variant.digest for variant in grid(study)}
        if digests.isdisjoint(trials["digest"]):
            raise DataError(
                f"{file}: its trials are of another study than {study.name!r}, which it names: none is of a variant of "
                "it. Build the report anew from the MLflow store."
            )


def _read_table(path: Path) -> pd.DataFrame:
    if path.is_symlink():
        raise UsageError(f"{path}: is a link, and a report is read from files of its own alone. Copy the file there.")
    if not path.is_file():
        raise UsageError(
            f"{path}: no such file. A report folder has trials.parquet and history.parquet; name one, or build the "
            "report from the MLflow store."
        )
    try:
        table = pd.read_parquet(path).reset_index(drop=True)
        for place in range(table.shape[1]):
            table.iloc[:, place].tolist()  # texts of damaged files are found to be no UTF-8 only here
    except Exception as error:  # of files of others, pyarrow and pandas raise almost anything
        why = show_wrong(" ".join(str(error).split()))
        raise DataError(f"{path}: damaged, cannot be read as Parquet: {why}. Build the report anew.") from None
    return table


def _write_all(
    folder: Path, texts: dict[str, str], pictures: dict[str, bytes], tables: dict[str, pd.DataFrame]
) -> None:
    """Write everything beside the folder, then put it there in one step; what others put into the folder stays."""
    if folder.is_symlink():
        raise UsageError(
            f"{folder}: is a link to {folder.resolve()}. Reports are not written through links; name that."
        )
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with staged(folder) as beside:
        (beside / "figures").mkdir()
        for file, table in tables.items():
            table.to_parquet(beside / file, index=False)
        for file, text in texts.items():
            (beside / file).write_text(text, encoding="utf-8", newline="\n")
        for file, content in pictures.items():
            (beside / file).parent.mkdir(parents=True, exist_ok=True)
            (beside / file).write_bytes(content)
        _keep_before(folder, beside, tables["trials.parquet"])
        put_in_place(beside, folder, _is_old_figure)


def _is_old_figure(file: str) -> bool:
    """Whether a file of a report's folder is a figure, or a page, that the report has no more."""
    return any(fnmatch.fnmatchcase(file, f"figures/{pattern}.svg") for pattern in _FIGURES)


def _keep_before(folder: Path, beside: Path, trials: pd.DataFrame) -> None:
    """Where trials had to be left out, keep the tables that still have them, beside those that have not."""
    if not left_out_of(trials):
        return
    try:
        before = set(pd.read_parquet(folder / "trials.parquet", columns=["run_id"])["run_id"].astype(str))
    except Exception:  # there is none that can be read
        before = set()
    if before - set(trials["run_id"]):
        for name in ("trials", "history"):
            number = next(n for n in itertools.count(1) if not (folder / f"{name}.before-{n}.parquet").exists())
            shutil.copyfile(
                folder / f"{name}.parquet", beside / f"{name}.before-{number}.parquet", follow_symlinks=False
            )
