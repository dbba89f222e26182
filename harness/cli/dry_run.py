"""What `harness run --dry-run` prints: the plan, and nothing trained."""

from __future__ import annotations

import math
import statistics
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.printing import console
from harness.cli.progress import duration
from harness.errors import UsageError
from harness.estimate import TimeEstimate, estimate_variants, fitting_trainings, total_seconds
from harness.findings.finding import Table
from harness.findings.questions.looks import say_going_on, say_looks
from harness.metrics import METRICS, counted
from harness.pages.terminal_table import draw_table
from harness.records import Asked, asked_since
from harness.rehearsal import rehearse, say_uncounted
from harness.study import DataSpec, Range, Study, cautions, check_variants, show_level
from harness.trials import Spent, spent_on, stored_asked

if TYPE_CHECKING:
    from harness.launchers import About
    from harness.results import Results
    from harness.store import Store


_UNKNOWN = "unknown"


def show_plan(study: Study, data_folder: Path | None, store: Store, about: About, minutes: float | None = None) -> None:
    """Print variants, trainings, the size of each network and an estimate of the time. Creates nothing.

    Args:
        study: the study.
        data_folder: where image files are looked for first.
        store: what it has of the study says more of its time.
        about: the launcher that would train it.
        minutes: that the run may take; None for as many as it takes.
    """
    from harness.data import image_facts, shape_and_classes

    check_variants(study, lambda data: image_facts(data, data_folder))
    count = study.trainings
    results = _recorded(study.name, store)
    built = rehearse(study, lambda data: shape_and_classes(data, data_folder))
    own = {digest: one.costs for digest, one in built.items()}
    estimates = estimate_variants(study, lambda data: _images(data, data_folder), _measured(results), own)
    out = console()
    out.print(study.question, style="bold")
    asked = study.design.brief(count.variants)
    out.print(f"{study.name}: {asked}; {about.workers} at a time, threads of each: {about.threads}; {about.kind}")
    done = next((summary.done for summary in store.summaries() if summary.name == study.name), 0)
    known = _asked(study, store, done)
    for sentence in filter(None, [say_looks(study, known), say_going_on(study, known)]):
        out.print(sentence)
    out.print(draw_table(_table(estimates), out.width))
    for sentence in dict.fromkeys(say_uncounted(one.uncounted) for one in built.values() if one.uncounted):
        out.print(sentence)
    if study.design.explores:
        for path, levels in study.design.dimensions.items():
            out.print(f"  searched: {path} {_space(levels)}")
    said = [_to_do(study, estimates, about.workers, done), _budget(study, estimates, about.workers, results, minutes)]
    out.print(" ".join([*filter(None, said), "Nothing was trained or created."]))
    for sentence in cautions(study):
        out.print(f"warning: {sentence}", style="yellow")


def _table(estimates: list[TimeEstimate]) -> Table:
    """Return the size of each network, and how long its training may take, a row a variant."""
    rows = []
    for row in estimates:
        known = not math.isnan(row.step_seconds)
        rows.append(
            (
                row.variant.label,
                *(f"{row.costs[name]:,}" if name in row.costs else _UNKNOWN for name in ("parameters", "macs")),
                f"{row.steps:,}",
                f"{'' if row.measured else '~ '}{row.step_seconds * 1e3:.1f}" if known else _UNKNOWN,
                duration(row.steps * row.step_seconds) if known else _UNKNOWN,
            )
        )
    return Table(
        caption="",
        headings=("variant", "parameters", METRICS["macs"].title, "steps at most", "ms a step", "time at most"),
        numeric=(False, True, True, True, True, True),
        rows=tuple(rows),
        faint=(False,) * len(rows),
    )


def _to_do(study: Study, estimates: list[TimeEstimate], workers: int, done: int) -> str:
    """Say how much there is to train, and about how long that takes at most."""
    total = study.trainings.trainings
    left = total - done
    if left <= 0:
        return f"{counted(done, 'training')} done: nothing is left to train."
    text = f"{counted(total, 'training')}, " if not done else f"{done} of {counted(total, 'training')} done, the others"
    seconds = total_seconds(study, estimates, workers, left)
    if math.isnan(seconds):
        return f"{text.strip()} of unknown duration: it is measured once one is trained."
    return f"{text.strip()} about {duration(seconds)} at most if none stops early (a rough figure)."


def _space(levels: object) -> str:
    if isinstance(levels, Range):
        scale = ", logarithmic" if levels.log else ""
        return f"from {levels.low} to {levels.high}{scale}{f', step {levels.step}' if levels.step else ''}"
    assert isinstance(levels, tuple)
    return "of " + ", ".join(show_level(level) for level in levels)


def _images(data: DataSpec, data_folder: Path | None) -> tuple[tuple[int, int, int], int, int]:
    """Return image shape, training images and classes; of a folder, from the files."""
    known = data.image_set.facts
    if known:
        return known.image_shape, known.train_images, known.classes
    from harness.data import load_images

    images = load_images(data, 0, data_folder)
    return images.image_shape, len(images.train.images) + len(images.validation.images), images.classes


def _asked(study: Study, store: Store, finished: int) -> tuple[Asked, ...]:
    """Return what was asked of a study so far, with what it asks now; nothing of one of which none is finished."""
    if not finished:
        return ()
    before = stored_asked(store.kept_study(study.name), f"the record of the study {study.name!r}")
    return asked_since(before, study, lambda: finished)


def _recorded(name: str, store: Store) -> Results | None:
    """Return what the store has of this study; None if it has nothing."""
    from harness.results import load_results

    try:
        return load_results(name, store)
    except UsageError:
        return None


def _measured(results: Results | None) -> dict[str, float]:
    """Return variant digest -> median seconds a step, from what is recorded of this study."""
    if results is None:
        return {}
    trials = results.trials
    found: dict[str, list[float]] = {}
    for row in trials.loc[trials["steps"] > 0, ["digest", "steps", "train_seconds"]].itertuples(index=False):
        found.setdefault(str(row[0]), []).append(float(row[2]) / float(row[1]))
    return {digest: statistics.median(values) for digest, values in found.items()}


def _budget(
    study: Study, estimates: list[TimeEstimate], workers: int, results: Results | None, minutes: float | None
) -> str:
    """Say how many of the trainings that are left fit into the budget; nothing without one."""
    budget, design = study.budget, study.design
    spent = spent_on(results.trials) if results else Spent()
    done = int(results.trials["status"].isin(["finished", "pruned"]).sum()) if results else 0
    seconds = [] if minutes is None else [60 * minutes]
    seconds += [] if budget.minutes is None else [60 * budget.minutes - spent.seconds]
    timed = fitting_trainings(estimates, workers, min(seconds)) if seconds else None
    fits = [] if timed is None else [timed]
    fits += [] if budget.trainings is None else [max(0, budget.trainings - done)]
    left = study.trainings.trainings - done
    if not fits or left <= 0:
        return ""
    room = min(fits)
    rough = "about " if room == timed else ""
    if room >= left:
        return f"The budget has room for all of it{' (a rough figure)' if rough else ''}."
    text = f"The budget has room for {rough}{room:,} of the {left:,} that are left"
    if not design.explores:
        whole, rest = divmod(done + room, len(study.variants))
        more = f" and {rest} more" if rest else ""
        return f"{text}: {counted(whole, 'replicate')} of every variant{more}, all runs together."
    kept = (design.confirmed + 1) * design.confirm.replicates
    if room <= kept:
        return f"{text}: too few for a search and its {kept} confirmations."
    return f"{text}: {room - kept:,} of the search, and {kept} to confirm what it finds."
