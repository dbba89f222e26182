"""Markdown for MLflow's descriptions: of a study and what came out, and of each trial and how it ended."""

from __future__ import annotations

from typing import Any

from harness.escaping import inline, markdown, markdown_code, markdown_paragraphs
from harness.metrics import METRICS
from harness.records import ENDINGS, TrialResult
from harness.study import Range, Study, Variant, show_level

_RULE = "\n\n---\n\n"
"""Between what came out of a study and what it is; nobody's text has such a line, for it would be escaped."""

_LEVELS = 12
"""Levels of a factor that are written out."""


def describe_study(study: Study, name: str, is_run: bool) -> str:
    """Describe a study: question, notes, design, target, and where its report is.

    At the experiment nothing is bold: MLflow's list of experiments shows the text as it is, asterisks and all.

    Args:
        study: the study.
        name: of its experiment.
        is_run: whether this stands at the study's own run, where the report is, and not at the experiment.
    """
    bold = "**" if is_run else ""
    where = "in this run's artifacts" if is_run else f"in the artifacts of the run `study {markdown_code(name)}`"
    parts = [f"{bold}{markdown(study.question)}{bold}", markdown_paragraphs(study.notes), _design(study, bold)]
    if study.target:
        then = "which ends a training" if study.target.stop else "noted on the way"
        parts.append(f"{bold}Target:{bold} {study.target.in_words}, {then}.")
    parts.append(f"{bold}Report:{bold} {where}, `report/comparison.html`, as soon as there is one.")
    return "\n\n".join(part for part in parts if part)


def describe_answer(answer: str, verdicts: str, about: str) -> str:
    """Return a description that begins with what came out, whether or not it did so before.

    Args:
        answer: in a sentence.
        verdicts: a table in Markdown, or nothing.
        about: what the description was.
    """
    return "\n\n".join(filter(None, [f"**{inline(answer)}**", verdicts])) + _RULE + about.rpartition(_RULE)[2]


def describe_trial(study: Study, name: str, variant: Variant, replicate: int, phase: str) -> str:
    """Describe a trial: the study's question, the variant beside the base, replicate and phase."""
    purpose = {"search": "sampled by the search", "confirm": "fresh, to confirm what the search found"}.get(phase, "")
    settings = "\n".join(
        f"- `{path}`: {inline(show_level(level))} (base: {inline(show_level(study.base_level(path)))})"
        for path, level in variant.settings.items()
    )
    parts = [
        f"**{markdown(study.question)}** (study {inline(name)})",
        f"Variant **{inline(variant.label)}**, replicate {replicate}{f' ({purpose})' if purpose else ''}.",
        settings,
    ]
    return "\n\n".join(part for part in parts if part)


def describe_end(study: Study, result: TrialResult) -> str:
    """Say in a sentence how a trial ended, whether it reached its target, and its test accuracy."""
    steps = f"{result.steps:,} steps"
    parts = [f"**{ENDINGS[result.stop_reason].sentence.format(steps)}.**"]
    if study.target and result.steps_to_target is not None and result.seconds_to_target is not None:
        reached = f"after {result.steps_to_target:,} steps and {result.seconds_to_target:.3g} training seconds"
        parts.append(f"It reached {study.target.in_words} {reached}.")
    elif study.target:
        parts.append(f"It did not reach {study.target.in_words}.")
    if result.restored_step is not None:
        parts.append(f"The network is that of step {result.restored_step:,}, its best.")
    if result.refit_steps:
        parts.append(f"Trained afresh on all images for {result.refit_steps:,} steps.")
    if "test_accuracy" in result.metrics:
        parts.append(f"Test accuracy {METRICS['test_accuracy'].show_with_unit(result.metrics['test_accuracy'])}.")
    return " ".join(parts)


def _design(study: Study, bold: str) -> str:
    """Say what varies, how often each variant is trained, and what the factors are."""
    design = study.design
    factors = "\n".join(
        f"- `{path}`: {inline(_levels(levels))} (base: {inline(show_level(study.base_level(path)))})"
        for path, levels in design.dimensions.items()
    )
    return "\n\n".join(part for part in (f"{bold}Design:{bold} {design.sentence}", factors) if part)


def _levels(levels: Any) -> str:
    if isinstance(levels, Range):
        every = f" in steps of {show_level(levels.step)}" if levels.step is not None else ""
        return f"{show_level(levels.low)} to {show_level(levels.high)}{', logarithmic' if levels.log else ''}{every}"
    shown = [show_level(level) for level in levels[:_LEVELS]]
    return ", ".join(shown) + (f" and {len(levels) - _LEVELS} more" if len(levels) > _LEVELS else "")
