"""What one comparison comes to, as the end of a sentence about the variant: "costs 0.73 points of test accuracy"."""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.findings.answer.sizes import percent, short_ends, times
from harness.judging import Contrast
from harness.judging.contrast import show_outlook, show_within
from harness.metrics import METRICS, Metric
from harness.metrics.units import SHARE
from harness.stats import Verdict

_FAST = 0.5
"""From half the time on a variant is so many times faster; before, it takes so many per cent less time."""
_MANY = 3.0
_PLURALS = {"is": "are", "has": "have", "costs": "cost", "puts": "put", "gets": "get"}
"""Of verbs; others lose their s."""


@dataclass(frozen=True)
class Clause:
    """What is sure of a variant in one metric.

    Attributes:
        text: with its verb first, in the singular: ``costs 0.73 points of test accuracy (0.58 to 0.88)``.
        good: 1 for better, -1 for worse, 0 for as good.
    """

    text: str
    good: int


def clause(contrast: Contrast, target: str, more: str = "") -> Clause | None:
    """Return what a comparison comes to; None where it is not decided.

    Args:
        contrast: the comparison.
        target: the study's target in words; "it" where the sentence has named it.
        more: what else to say in its brackets.
    """
    if contrast.verdict is Verdict.UNDECIDED:
        return None
    metric = METRICS[contrast.metric]
    if contrast.verdict is Verdict.IDENTICAL:
        exact = contrast.kind == "exact"
        return Clause(_form(metric).format("as many") if exact else f"gives the same {metric.title} (bit by bit)", 0)
    if contrast.verdict is Verdict.EQUIVALENT and contrast.kind == "exact":
        return Clause(f"{_form(metric).format('about as many')} ({_change(contrast.estimate, of_time=False)})", 0)
    if contrast.verdict is Verdict.EQUIVALENT:
        said = [show_within(contrast), contrast.note, more]
        return Clause(f"is as good in {metric.title}{_brackets(*said)}", 0)
    told = _difference(metric, contrast) if contrast.kind == "difference" else _ratio(metric, contrast, target)
    return Clause(
        f"{told}{_brackets(_ends(contrast), contrast.note, more)}", 1 if contrast.verdict is Verdict.BETTER else -1
    )


def plural(text: str) -> str:
    """Return a clause with its verb in the plural: "cost 0.73 points"."""
    verb, space, rest = text.partition(" ")
    return f"{_PLURALS.get(verb) or (verb[:-2] if verb.endswith('ches') else verb.removesuffix('s'))}{space}{rest}"


def still_open(contrast: Contrast) -> str:
    """Say of what is undecided what is known: ``test accuracy (−0.43 to +0.27 points; about 4 ...)``."""
    metric = METRICS[contrast.metric]
    return f"{metric.title}{_brackets(_signed_ends(contrast), show_outlook(contrast), own_note(contrast))}"


def own_note(contrast: Contrast) -> str:
    """Return the note of a comparison without what an unfinished study says anyway: when the next look is."""
    if contrast.more is None:
        return contrast.note
    return "; ".join(part for part in contrast.note.split("; ") if not part.startswith("the study is unfinished"))


def _brackets(*said: str) -> str:
    text = "; ".join(filter(None, said))
    return f" ({text})" if text else ""


def _difference(metric: Metric, contrast: Contrast) -> str:
    size = f"{metric.show(abs(contrast.estimate))}{metric.unit.points}"
    if metric.unit is SHARE and metric.better == "higher":
        return f"{'gains' if contrast.estimate > 0 else 'costs'} {size} of {metric.title}"
    return f"{'raises' if contrast.estimate > 0 else 'lowers'} the {metric.title} by {size}"


def _ratio(metric: Metric, contrast: Contrast, target: str) -> str:
    """Say a ratio: of times how much faster, of counts how many more; "at least" where one end is all that is known."""
    ratio, least = contrast.size, "at least " if contrast.one_sided else ""
    if not 0 < ratio < math.inf:
        words = "more" if contrast.estimate > 1 else "fewer"
        return f"needs {words} {metric.unit.name} to {target}{', or never gets there' if words == 'more' else ''}"
    if metric.watched:
        return _to_target(metric, ratio, least, target)
    form = _form(metric)
    if form.endswith(" time") and ratio <= _FAST:
        return f"trains {times(1 / ratio)} times faster"
    return form.format(f"{times(ratio)} times the" if ratio >= _MANY else _change(ratio, form.endswith(" time")))


def _form(metric: Metric) -> str:
    return metric.ratio or f"has {{}} {metric.title}"


def _to_target(metric: Metric, ratio: float, least: str, target: str) -> str:
    clocked = metric.unit.clocked
    noun = "time" if clocked else metric.unit.name
    if ratio < 1 and clocked and ratio <= _FAST:
        return f"reaches {target} {least}{times(1 / ratio)} times faster"
    if ratio < 1:
        return f"reaches {target} in {least}{_change(ratio, clocked)} {noun}"
    size = f"{times(ratio)} times the" if ratio >= _MANY else _change(ratio, clocked)
    return f"needs {least}{size} {noun} to {target}"


def _change(ratio: float, of_time: bool) -> str:
    """Write ``32 % less`` of time, ``67 % more``, ``58 % fewer`` of what is counted."""
    return f"{percent(ratio)} % {'more' if ratio > 1 else 'less' if of_time else 'fewer'}"


def _ends(contrast: Contrast) -> str:
    """Write an interval in the words of its estimate, without signs: ``0.58 to 0.88``, ``26 to 37 %``.

    One that holds both more and less keeps its signs.
    """
    low, high = contrast.low, contrast.high
    if contrast.kind == "exact" or contrast.one_sided or math.isnan(low) or low == high:
        return ""
    if contrast.kind == "difference":
        if low < 0 < high:
            return _signed_ends(contrast)
        metric = METRICS[contrast.metric]
        return f"{metric.show(min(abs(low), abs(high)))} to {metric.show(max(abs(low), abs(high)))}"
    if low <= 0 or math.isinf(high) or low < 1 < high:
        return _signed_ends(contrast)
    metric, ratio = METRICS[contrast.metric], contrast.estimate
    if ratio <= _FAST and metric.unit.clocked and metric.better == "lower":
        return f"{times(1 / high)} to {times(1 / low)}"
    if ratio >= _MANY:
        return f"{times(low)} to {times(high)}"
    small, large = sorted((percent(low), percent(high)), key=lambda text: float(text.replace(",", "")))
    return f"{small} to {large} %"


def _signed_ends(contrast: Contrast) -> str:
    """Write an interval with signs and unit: ``−0.43 to +0.27 points``, ``−2 to +7 %``; empty if there is none."""
    ends = short_ends(contrast)
    if not ends or contrast.kind != "difference":
        return ends
    return f"{ends}{METRICS[contrast.metric].unit.points}"
