"""Reference values beside what was measured here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from harness.findings.answer.headline import answered, reached_or_not
from harness.findings.answer.levels import capital
from harness.findings.facts import Facts
from harness.findings.finding import Finding, Published, Section, Table
from harness.findings.groups import Group
from harness.findings.means import mean_of, single_of
from harness.findings.trainings.reproduced import reproductions
from harness.findings.wording import listed, show_interval
from harness.metrics import METRICS, NOTHING, counted
from harness.study import Study


def analyse(facts: Facts) -> Finding:
    """Return every reference value with our mean beside it; those of whole trainings in words, too."""
    found = _beside_ours(facts.study, facts.groups, facts.history)
    return Finding(
        sentences=_sentences(found, facts),
        published=found,
        sections=_section(found),
        plots=reproductions(facts),
    )


def _beside_ours(study: Study, groups: Sequence[Group], history: pd.DataFrame) -> tuple[Published, ...]:
    """Return every reference of the study with our mean beside it.

    Args:
        study: the study.
        groups: the trials by variant.
        history: tidy history.
    """
    found = []
    for reference in study.report.reference:
        group = next((group for group in groups if group.label == reference.variant), None)
        column = None if group is None else _columns(group, reference.metric)
        values = np.empty(0) if column is None else _values(column, reference.metric, reference.step, history)
        known = values[~np.isnan(values)]
        finished = 0 if column is None else len(column("trial"))
        found.append(
            Published(
                name=reference.name,
                metric=reference.metric,
                step=reference.step,
                value=reference.value,
                source=reference.source,
                variant=reference.variant,
                ours=mean_of(reference.metric, known),
                single=single_of(reference.metric, known),
                lost=finished - len(known) if len(known) else 0,
                note=reference.note,
            )
        )
    return tuple(found)


def _columns(group: Group, metric: str) -> Callable[[str], np.ndarray]:
    """Return what gives a column of the finished trials; of seconds, of those that had the machine to themselves."""
    return group.clocked if METRICS[metric].unit.clocked else group.values


def _values(column: Callable[[str], np.ndarray], metric: str, step: int | None, history: pd.DataFrame) -> np.ndarray:
    """Return what finished trials measured at a step, or at their ends."""
    if step is None:
        return column(metric).astype(float)
    at = history[(history["step"] == step) & history["trial"].isin(column("trial").tolist())]
    return at[metric].to_numpy(float) if metric in at else np.empty(0)


def _section(found: Sequence[Published]) -> tuple[Section, ...]:
    """Return the table of all of them; none if there are none."""
    if not found:
        return ()
    rows = [
        (
            one.name,
            METRICS[one.metric].title + (f" after {counted(one.step, 'step')}" if one.step is not None else ""),
            _with_unit(one.metric, METRICS[one.metric].show(one.value)),
            _with_unit(one.metric, show_interval(one.metric, one.ours)),
            str(one.ours.n),
            _range(one) or NOTHING,
            {True: "inside", False: "outside", None: NOTHING}[one.inside],
            one.source,
        )
        for one in found
    ]
    table = Table(
        caption="Reference values beside our means with 95 % intervals, and beside the range of single runs of "
        "ours (95 % prediction interval); nothing is paired",
        headings=("figure", "metric", "there", "here", "n", "single runs here", "figure in their range", "source"),
        numeric=(False, False, True, True, True, True, False, False),
        rows=tuple(rows),
        faint=(False,) * len(rows),
    )
    notes = " ".join(f"{one.name[:1].upper()}{one.name[1:]}: {one.note}" for one in found if one.note)
    return (Section("Beside what is published", notes, table),)


def _sentences(found: Sequence[Published], facts: Facts) -> tuple[str, ...]:
    """Return what the ends of trainings come to beside reference values, a sentence for each value of ours."""
    asked: dict[tuple[str, str], list[Published]] = {}
    for one in found:
        if one.step is None and one.ours.n:
            asked.setdefault((one.variant, one.metric), []).append(one)
    said = []
    for (variant, metric), figures in asked.items():
        ours = figures[0].ours
        theirs = "; ".join(f"{one.name}: {_with_unit(metric, METRICS[metric].show(one.value))}" for one in figures)
        notes = dict.fromkeys(one.note for one in figures if one.note)
        shown = _with_unit(metric, show_interval(metric, ours))
        title = METRICS[metric].title
        comes = "come" if METRICS[metric].watched else "comes"
        alone = len(facts.rows) == 1
        who = f"{capital(title)} {comes} to" if alone else f"{capital(facts.words[variant].text)}: {title}"
        text = f"{who} {shown} in {counted(ours.n, 'trial')}; {theirs}. {_judged(figures)}"
        said.append(" ".join([text, *notes]))
    word = reached_or_not(facts.study, found)
    return (answered(word, said[0]), *said[1:]) if said else ()


def _judged(figures: Sequence[Published]) -> str:
    """Say whether a single run of ours may well give reference values, or why that cannot be told.

    Args:
        figures: beside the same value of ours.
    """
    one = figures[0]
    if one.inside is None:
        why = f"from {counted(one.ours.n, 'trial')}"
        if one.lost:
            why = f", since {one.lost} of {counted(one.ours.n + one.lost, 'trial')} came to no such value"
        elif one.ours.n > 2:
            why = f"{why} that all came to the same"
        return f"Whether a single run of ours would come to that cannot be told{'' if one.lost else ' '}{why}."
    places = {True: [each.name for each in figures if each.inside], False: [e.name for e in figures if not e.inside]}
    used = [("inside" if inside else "outside", names) for inside, names in places.items() if names]
    if len(figures) == 1:
        which = f"the figure is {used[0][0]} that range"
    elif len(used) == 1:
        which = f"{'both' if len(figures) == 2 else 'all'} figures are {used[0][0]} that range"
    else:
        which = "; ".join(f"{place} that range: {listed(names)}" for place, names in used)
    return f"A single run of ours falls between {_range(one)} 95 times in 100: {which}."


def _range(one: Published) -> str:
    """Write the range of single runs, within what the metric may be; empty where nothing is judged by it."""
    if one.inside is None:
        return ""
    metric = METRICS[one.metric]
    low, high = (
        metric.show(min(max(end, metric.unit.bounds.low, 0.0), 1.0 if metric.unit.scale == 100 else math.inf))
        for end in (one.single.low, one.single.high)
    )
    return _with_unit(one.metric, f"{low} and {high}")


def _with_unit(metric: str, text: str) -> str:
    """Put a per cent sign after the number, before its interval."""
    if not METRICS[metric].unit.symbol or text == NOTHING:
        return text
    head, bracket, rest = text.partition(" (")
    return f"{head}{METRICS[metric].unit.symbol}{bracket}{rest}"
