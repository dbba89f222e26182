"""From frames to everything that a report shows."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from harness.escaping import plain, throughout
from harness.findings.contrasts import contrasts
from harness.findings.probes.activation_order import order_sentences
from harness.findings.probes.unused_features import unused_section, unused_sentences
from harness.findings.questions.differences import forests
from harness.findings.questions.effects import effect_figures, effects, effects_section
from harness.findings.questions.learning_curves import curve_figures
from harness.findings.questions.levels import plots
from harness.findings.questions.method import held_fixed, how_measured, remarks
from harness.findings.questions.references import published_figures, published_section, published_sentences
from harness.findings.questions.seeds import is_audit, repeats_section, repeats_sentences
from harness.findings.questions.time_to_target import reached_figures
from harness.findings.questions.verdicts import headline, sentences
from harness.findings.report import Comparison, Run
from harness.findings.rows import (
    counted_metrics,
    group_trials,
    in_order,
    make_row,
    reference_title,
    scored_metrics,
    withheld_seconds,
)
from harness.findings.search.course import importance_section, search_figures
from harness.findings.search.smallest_networks import smallest_sentences
from harness.study import Search, Study
from harness.trials import left_out_of, tidy_history, tidy_trials


def assemble(study: Study, trials: pd.DataFrame, history: pd.DataFrame, store: str = "mlruns") -> Comparison:
    """Compute a report; see :func:`harness.reports.compare`."""
    left_out = left_out_of(trials)
    trials, history = tidy_trials(study, trials), tidy_history(history)
    groups = group_trials(study, trials)
    base = groups[0]
    title = reference_title(base)
    rows = [
        make_row(study, group, group.label if group is not base else title, withheld_seconds(group, base))
        for group in groups
    ]
    # which seeds are drawn anew makes no network better: an audit of seeds is about spread
    against = {} if is_audit(study) else contrasts(study, rows, groups)
    rows = in_order(study, [replace(row, contrasts=against.get(row.digest, ())) for row in rows])
    target = study.target.in_words if study.target else ""
    published = published_figures(study, groups, history)
    findings = [
        *published_sentences(published, rows),
        *repeats_sentences(study, groups),
        *unused_sentences(study, groups),
        *order_sentences(study, groups),
        *smallest_sentences(study, rows),
    ]
    found = effects(study, groups)
    said = sentences(study, rows, target, findings)
    comparison = Comparison(
        name=study.name,
        question=study.question,
        notes=study.notes.strip(),
        source=study.source.as_posix() if study.source else f"studies/{study.name}.toml",
        text=study.text,
        search=isinstance(study.design, Search),
        target=target,
        objectives=tuple(getattr(study.design, "objectives", ())),
        scored=scored_metrics(study),
        counted=counted_metrics(study),
        rows=tuple(rows),
        headline=headline(rows, said),
        sentences=said,
        remarks=remarks(study, trials, rows, left_out),
        held=held_fixed(study),
        measured=how_measured(study, trials),
        runs=_runs(trials),
        figures=curve_figures(study, rows, history),
        published=published,
        sections=(
            *published_section(published),
            *repeats_section(study, groups),
            *unused_section(study, groups),
            *effects_section(study, *found),
            *importance_section(study, trials),
        ),
        plots=(
            *forests(study, rows),
            *reached_figures(study, rows, groups),
            *effect_figures(study, *found),
            *plots(study, rows),
            *search_figures(study, trials),
        ),
        store=store,
    )
    return throughout(comparison, plain)


def _runs(trials: pd.DataFrame) -> tuple[Run, ...]:
    columns = ["trial", "run_id", "variant", "replicate", "phase", "status", "experiment_id"]
    return tuple(
        Run(int(trial), run_id, variant, -1 if pd.isna(replicate) else int(replicate), phase, status, experiment)
        for trial, run_id, variant, replicate, phase, status, experiment in trials[columns].itertuples(index=False)
    )
