"""The answers that people wrote, with numbers that the reports put in.

`docs/answers.toml` has a table a study:

- `answer`: sentences, in which `[[VARIANT | METRIC | PART]]` stands for a number of its report. PART is `size` (the
  difference without its sign, or the ratio), `ends` (its interval), `less` or `more` (a ratio as per cent less or more
  than the base's), `times` (a ratio in two digits), `span` (the interval of a ratio in per cent), or `mean` (of the
  variant itself);
- `rests_on`: the verdicts that the sentences suppose, as `"VARIANT | METRIC | VERDICT"`;
- `quotes`: what the report's own sentences must say, word for word, for numbers that are no comparison's.

Where a report no longer says what an answer rests on, the answer is refused: who changes the one reads the other again.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from harness.findings.answer.sizes import short_ends, times
from harness.judging.contrast import Contrast, show_ends
from harness.metrics import METRICS, show_ratio

WRITTEN = Path(__file__).with_name("answers.toml")

_NUMBER = re.compile(r"\[\[(.+?) \| (\w+) \| (\w+)\]\]")


def answer(name: str, report: dict[str, Any]) -> str:
    """Return the answer to a study, with its numbers; empty if nobody wrote one.

    Args:
        name: of the study.
        report: its report, as `report.json` has it.

    Raises:
        ValueError: if the report has another verdict than the answer rests on, or not what the answer names.
    """
    written = tomllib.loads(WRITTEN.read_text(encoding="utf-8")).get(name)
    if written is None:
        return ""
    for claim in written.get("rests_on", []):
        variant, metric, verdict = claim.split(" | ")
        found = _contrast(name, report, variant, metric)["verdict"]
        if found != verdict:
            raise ValueError(f"{WRITTEN.name}: {name} rests on {claim!r}, but the report says {found}. Write it anew.")
    said = " ".join(report["sentences"])
    for quote in written.get("quotes", []):
        if quote not in said:
            raise ValueError(f"{WRITTEN.name}: {name} quotes {quote!r}, which its report does not say. Write it anew.")
    text = " ".join(written["answer"].split())
    return _NUMBER.sub(lambda number: _show(name, report, *number.groups()), text)


def _show(name: str, report: dict[str, Any], variant: str, metric: str, part: str) -> str:
    if part == "mean":
        score = _row(name, report, variant)["scores"].get(metric)
        if score is None:
            raise ValueError(f"{WRITTEN.name}: {name} names {variant} in {metric}, which its report does not have.")
        return METRICS[metric].show(score["estimate"])
    found = _contrast(name, report, variant, metric)
    estimate, is_difference = found["estimate"], found["kind"] == "difference"
    if part == "ends":
        numbers = {key: found[key] if found[key] is not None else float("nan") for key in ("low", "high")}
        return show_ends(Contrast(metric, found["kind"], estimate, **numbers))
    if part == "span":
        ends = {key: found[key] if found[key] is not None else float("nan") for key in ("low", "high")}
        return short_ends(Contrast(metric, found["kind"], estimate, **ends))
    if part == "times":
        return times(estimate)
    if part == "size":
        return METRICS[metric].show(abs(estimate)) if is_difference else show_ratio(estimate, found["kind"] == "exact")
    if is_difference or part not in ("less", "more") or (estimate < 1) != (part == "less"):
        raise ValueError(f"{WRITTEN.name}: {name}: {variant} in {metric} is no {part!r}: {estimate:.3g}.")
    return f"{100 * abs(estimate - 1):.0f}"


def _row(name: str, report: dict[str, Any], variant: str) -> dict[str, Any]:
    found = next((row for row in report["rows"] if row["label"] == variant), None)
    if found is None:
        raise ValueError(f"{WRITTEN.name}: {name} names {variant!r}, which its report does not have.")
    return dict(found)


def _contrast(name: str, report: dict[str, Any], variant: str, metric: str) -> dict[str, Any]:
    row = _row(name, report, variant)
    found = next((one for one in row["contrasts"] if one["metric"] == metric), None)
    if found is None:
        raise ValueError(f"{WRITTEN.name}: {name} names {variant} in {metric}, which its report does not compare.")
    return dict(found)
