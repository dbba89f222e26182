"""What a trial's run says in MLflow, as names and texts, without writing any of it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict

from harness.errors import StudyError
from harness.escaping import markdown
from harness.metrics import is_evaluated
from harness.records import Started, StopReason, TrialResult
from harness.store.asked import asked_tags
from harness.store.record.describing import describe_trial
from harness.study import Range, Study, Variant

NOTE = "mlflow.note.content"
"""MLflow's tag for the description of an experiment, a run or a model."""

NOTE_LENGTH = 7900
"""Characters of a description: MLflow takes 8,000 of a run, and more of an experiment."""

_ABOUT = 4000
"""Characters of a description before its trial has ended."""


SETTINGS_LENGTH = 7_500
"""Characters of a variant's settings that a tag of its run holds: MLflow takes 8,000, and cuts the rest off."""


def require_recordable(study: Study) -> None:
    """Refuse a study with settings that could not be read back.

    Raises:
        StudyError: naming how long they are, and how long they may be.
    """
    longest = 0
    for path, levels in study.design.dimensions.items():
        found = [path] if isinstance(levels, Range) else [json.dumps(level) for level in levels]
        longest += len(path) + max(len(text) for text in found) + 30
    if longest > SETTINGS_LENGTH:
        raise StudyError(
            f"{study.source or study.name}: design: what varies must fit into {SETTINGS_LENGTH:,} characters a "
            f"variant, got {longest:,}. Use shorter levels, or fewer factors."
        )


def run_name(variant: Variant, replicate: int, trial: int) -> str:
    """Return how MLflow's pages call a trial's run: they cut long names, so that the number comes first."""
    return f"#{trial} · {variant.label[:180]} · r{replicate}"


def run_params(study: Study, variant: Variant, replicate: int) -> dict[str, str]:
    """Return the params of a trial's run."""
    return {**variant.flat(), "replicate": str(replicate), "seed": str(study.seed)}


def run_tags(study: Study, name: str, trial: int, variant: Variant, replicate: int, phase: str) -> dict[str, str]:
    """Return the tags that a trial's run begins with.

    Args:
        study: the study.
        name: of the study in the store.
        trial: the trial's number.
        variant: what is trained.
        replicate: which replicate of it.
        phase: what for.
    """
    return {
        "harness.kind": "trial",
        "harness.study": name,
        "harness.trial": str(trial),
        "harness.variant": variant.label,
        "harness.digest": variant.digest,
        "harness.replicate": str(replicate),
        "harness.seed": str(study.seed),
        "harness.phase": phase,
        "harness.settings": json.dumps(dict(variant.settings)),
        **asked_tags(study.metrics_of(variant)),
        NOTE: describe_trial(study, name, variant, replicate, phase)[:_ABOUT],
    }


def start_tags(started: Started) -> dict[str, str]:
    """Return the tags that say where a trial runs, and on which images."""
    place = {f"harness.{name}": str(value) for name, value in asdict(started.fingerprint).items()}
    return {**place, "harness.data_digest": started.data_digest}


def end_tags(result: TrialResult) -> dict[str, str]:
    """Return the tags that a result adds, but for the description."""
    pruned = {"harness.pruned": "true"} if result.stop_reason is StopReason.PRUNED else {}
    digests = {f"harness.{name}_digest": digest for name, digest in result.digests.items()}
    return {**digests, "harness.stop_reason": result.stop_reason.value, **pruned}


def end_metrics(result: TrialResult) -> dict[str, float]:
    """Return what is measured at the end of a trial alone."""
    metrics: dict[str, float] = {
        **{name: value for name, value in result.metrics.items() if not is_evaluated(name)},
        **{f"{name}_seconds": seconds for name, seconds in asdict(result.clocks).items()},
        "images_per_second": result.images_per_second,
        "steps": result.steps,
        "epochs": result.epochs,
    }
    if result.steps_to_target is not None and result.seconds_to_target is not None:
        metrics["steps_to_target"] = result.steps_to_target
        metrics["seconds_to_target"] = result.seconds_to_target
    known = {
        "restored_step": result.restored_step,
        "foreign_load": result.foreign_load,
        "studies_beside": result.studies_beside,
        "kwh": result.kwh,
    }
    metrics |= {name: value for name, value in known.items() if value is not None and not math.isnan(value)}
    if result.refit_steps:
        metrics["refit_steps"] = result.refit_steps
    else:
        del metrics["refit_seconds"]
    return metrics


def refusal_tags(reason: str, about: str) -> dict[str, str]:
    """Return the tags of a run whose variant cannot be built: pruned before it began."""
    return {
        "harness.stop_reason": StopReason.PRUNED.value,
        "harness.pruned": "true",
        "harness.error": reason,
        NOTE: f"**Not trained:** {markdown(reason)}\n\n{about}",
    }


def failure_tags(message: str, about: str) -> dict[str, str]:
    """Return the tags of a run that failed."""
    note = f"**Failed:** {markdown(message)}\n\n{about}"
    return {"harness.error": message, "harness.pruned": "false", NOTE: note}


def interruption_tags(reason: str, about: str) -> dict[str, str]:
    """Return the tags of a run that was stopped from outside."""
    return {
        "harness.stop_reason": StopReason.INTERRUPTED.value,
        "harness.error": reason,
        "harness.pruned": "false",  # it may have been cut off while it was being closed as pruned
        NOTE: f"**Stopped:** {markdown(reason)}.\n\n{about}",
    }


def cut(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags as long as MLflow takes them: of a description, the end may go."""
    return {name: text[:NOTE_LENGTH] if name == NOTE else text for name, text in tags.items()}
