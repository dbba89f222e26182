"""Which variant a grid search chooses: the simplest that is as good as the best."""

from __future__ import annotations

import math
from collections.abc import Mapping

from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.rows import Row
from harness.findings.wording import quoted
from harness.judging import overlap_of
from harness.metrics import METRICS
from harness.stats import within_one_standard_error
from harness.study import Study

_FEWEST = 3
"""Variants of a grid from which it is a search; two are a comparison."""


def analyse(facts: Facts) -> Finding:
    """Return what the one-standard-error rule chooses of a grid or a cross-validation; nothing where neither is asked.

    A variant with a training that has no value, since it broke off, is not chosen.
    """
    metric = _chosen_by(facts.study)
    if not metric or len(facts.rows) < (2 if facts.study.data.split == "k_fold" else _FEWEST):
        return Finding()
    known = []
    for row in facts.rows:
        values = facts.by_digest[row.digest].sample().by_replicate(metric).to_numpy(dtype=float)
        if len(values) > 1 and not any(math.isnan(value) for value in values):
            known.append((row, values))
    if len(known) < 2:
        return Finding()
    overlap = overlap_of(facts.study, facts.groups[0].sample())
    found = within_one_standard_error([values for _, values in known], METRICS[metric].sign, overlap)
    as_good = [known[place][0] for place in found.places]
    chosen, best = min(as_good, key=_size), known[found.best][0]
    names = {row.label: _name(facts, row) for row in (chosen, best)}
    return Finding((_sentence(metric, chosen, best, names, found.error, len(as_good)),))


def _chosen_by(study: Study) -> str:
    """Return the validation metric that a study's variants are chosen by; empty where none is."""
    if not study.design.crossed:
        return ""
    asked = [name for name in study.metrics if METRICS[name].split == "validation"]
    return asked[0] if asked else "val_accuracy" if study.data.split == "k_fold" else ""


def _size(row: Row) -> tuple[float, float]:
    """Return what makes a network simpler; of equals the first in the file is taken."""
    parameters, macs = (row.counts.get(name) for name in ("parameters", "macs"))
    return (math.inf if parameters is None else parameters, math.inf if macs is None else macs)


def _name(facts: Facts, row: Row) -> str:
    """Say a variant; of the base also its settings, which are what is chosen."""
    return quoted(row.title) if row is facts.rows[0] else facts.words[row.label].text


def _sentence(metric: str, chosen: Row, best: Row, names: Mapping[str, str], error: float, count: int) -> str:
    row = METRICS[metric]
    value, top = (row.show(one.scores[metric].estimate) for one in (chosen, best))
    name, size = names[chosen.label], f"{row.show(error)}{row.unit.points}"
    if count == 1:
        return (
            f"Chosen by the one-standard-error rule: {name}, which has the best mean {row.title} ({top}); no other "
            f"lies within one standard error ({size}) of it."
        )
    text = f"Chosen by the one-standard-error rule: {name}, mean {row.title} {value}, the simplest of {count} variants"
    if chosen is best:
        return f"{text} within one standard error ({size}) of the best mean, which is its own."
    return (
        f"{text} within one standard error ({size}) of the best; the best mean is {top}, that of {names[best.label]}."
    )
