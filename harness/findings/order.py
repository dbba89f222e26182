"""All findings in reading order, and the report that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import TypeVar

import pandas as pd

from harness.escaping import plain, throughout
from harness.findings.answer.matrix import VerdictMatrix, verdict_matrix
from harness.findings.answer.statistics import how_judged
from harness.findings.costs import against, spent
from harness.findings.differences import forest, slopes
from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.grid import choice, effects, factors, heat, levels, pairs
from harness.findings.probes import activation_order, uncounted, unused_features
from harness.findings.questions import (
    dead_classes,
    late_changes,
    learning_curves,
    limits,
    new_images,
    other_targets,
    references,
    seeds,
    time_to_target,
    unfinished,
    unsettled,
    verdicts,
)
from harness.findings.questions.method import held_fixed, how_measured
from harness.findings.report import Report, Run
from harness.findings.rows import counted_metrics, scored_metrics
from harness.findings.search import course, front, importance, smallest_networks
from harness.judging import Contrast

_Part = TypeVar("_Part")

FINDINGS: tuple[Callable[[Facts], Finding], ...] = (
    unfinished.analyse,
    references.analyse,
    seeds.analyse,
    unused_features.analyse,
    activation_order.analyse,
    smallest_networks.analyse,
    factors.analyse,
    choice.analyse,
    verdicts.analyse,
    new_images.analyse,
    pairs.analyse,
    dead_classes.analyse,
    unsettled.analyse,
    uncounted.analyse,
    front.analyse,
    forest.analyse,
    slopes.analyse,
    against.analyse,
    time_to_target.analyse,
    other_targets.analyse,
    effects.analyse,
    heat.analyse,
    levels.analyse,
    importance.analyse,
    course.analyse,
    learning_curves.analyse,
    late_changes.analyse,
    limits.analyse,
    spent.analyse,
)
"""The questions of a reader, in the order in which a report answers them."""


def report_of(facts: Facts, store: str = "mlruns") -> Report:
    """Put all findings together.

    Args:
        facts: of the study.
        store: the MLflow store that the trials were read from.
    """
    study = facts.study
    found = [analyse(facts) for analyse in FINDINGS]
    said = _sentences(found)
    report = Report(
        name=study.name,
        question=study.question,
        notes=study.notes.strip(),
        source=study.source.as_posix() if study.source else f"studies/{study.name}.toml",
        text=study.text,
        search=study.design.explores,
        target=facts.target,
        objectives=study.design.objectives,
        scored=scored_metrics(study),
        counted=counted_metrics(study),
        rows=facts.rows,
        headline=said[0],
        sentences=(said[0], *_all(one.before for one in found), *said[1:]),
        remarks=_all(one.remarks for one in found),
        held=held_fixed(study),
        measured=how_measured(study, facts.trials),
        runs=_runs(facts.trials),
        curves=_all(one.curves for one in found),
        published=_all(one.published for one in found),
        sections=_all(one.sections for one in found),
        plots=_all(one.plots for one in found),
        store=store,
        matrix=_matrix(facts),
        statistics=how_judged(study, facts.asked),
    )
    return throughout(report, plain)


def _matrix(facts: Facts) -> VerdictMatrix | None:
    """Return the verdicts on single variants; of a screening, which compares none, those on its main effects."""
    metrics, (base, *others) = facts.study.metrics, facts.rows
    told = [(row.label, facts.words[row.label].text, row.contrasts) for row in others]
    if matrix := verdict_matrix(base.title, metrics, told):
        return matrix
    mains: dict[str, tuple[str, list[Contrast]]] = {}
    for effect in facts.judged.effects:
        if effect.main:
            label, said = effects.label_of(facts.study, effect), factors.in_words(effect)
            mains.setdefault(label, (said, []))[1].append(effect.contrast)
    against = "the other level of each factor"
    return verdict_matrix(against, metrics, [(label, *both) for label, both in mains.items()])


def _sentences(found: Iterable[Finding]) -> tuple[str, ...]:
    said: list[str] = []
    for finding in found:
        said += [*finding.sentences, *(() if said else finding.otherwise)]
    return tuple(said)


def _all(parts: Iterable[tuple[_Part, ...]]) -> tuple[_Part, ...]:
    return tuple(chain.from_iterable(parts))


def _runs(trials: pd.DataFrame) -> tuple[Run, ...]:
    columns = ["trial", "run_id", "variant", "replicate", "phase", "status", "experiment_id"]
    return tuple(
        Run(int(trial), run_id, variant, -1 if pd.isna(replicate) else int(replicate), phase, status, experiment)
        for trial, run_id, variant, replicate, phase, status, experiment in trials[columns].itertuples(index=False)
    )
