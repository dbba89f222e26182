"""What of a study is not trained yet: said before any answer, since a budget, or somebody, ended it early."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.wording import listed, quoted
from harness.judging import looks_of, open_comparisons
from harness.judging.contrast import show_outlook
from harness.metrics import METRICS, counted
from harness.stats import Verdict
from harness.study import Phase, Variant
from harness.trials import spent_on

_DONE = ("finished", "pruned")
_SETTLED = (*_DONE, "failed")
"""How trials stand that are not to be done again: what failed is told elsewhere."""
_NAMED = 5


def analyse(facts: Facts) -> Finding:
    """Return what is missing of the study, and what that means for its verdicts; nothing where all is there."""
    if not facts.trials["status"].isin(_DONE).any():
        return Finding()
    missing = _of_search(facts) if facts.study.design.explores else _of_grid(facts)
    return Finding(before=(f"{missing}{_budget(facts)}",) if missing else ())


def _of_search(facts: Facts) -> str:
    design, trials = facts.study.design, facts.trials
    assert design.explores
    settled = trials[trials["status"].isin(_SETTLED)]
    spent = int((settled["phase"] == Phase.SEARCH).sum())
    confirmed = settled[settled["phase"] == Phase.CONFIRM].groupby("digest")["replicate"].nunique()
    begun = set(trials["digest"][trials["phase"] == Phase.CONFIRM])
    whole = bool(begun) and all(confirmed.get(digest, 0) >= design.confirm.replicates for digest in begun)
    if spent >= design.trials and whole:
        return ""
    said = f"This study is unfinished: of its search {spent} of {counted(design.trials, 'training')} are done"
    if not begun:
        return f"{said}, and nothing is confirmed, so that nothing is claimed."
    if not whole:
        return f"{said}, and the confirmations are not all there, so that there are no verdicts yet."
    return f"{said}; what was best of these is confirmed. More of it may find better."


def _of_grid(facts: Facts) -> str:
    study, variants = facts.study, facts.study.variants
    last = study.design.replicate_range[1]
    settled = _replicates(facts, _SETTLED)
    sizes = looks_of(study, facts.asked).sizes if study.design.adaptive else (last,)
    wanted: Sequence[Variant] = variants
    for size in sizes:
        lacking = [one for one in wanted if not settled.get(one.digest, set()) >= set(range(size))]
        if lacking:
            break
        going_on = set(open_comparisons(facts.judged.contrasts))
        wanted = [one for place, one in enumerate(variants) if going_on and (not place or one.digest in going_on)]
    else:
        return ""
    trained = _replicates(facts, _DONE)
    done = sum(len(trained.get(one.digest, set()) & set(range(last))) for one in variants)
    missing = sum(size - len(settled.get(one.digest, set()) & set(range(size))) for one in lacking)
    whole = len(set.intersection(*(settled.get(one.digest, set()) for one in variants)) & set(range(last)))
    if study.design.adaptive:
        said = f"This study is unfinished: {counted(done, 'training')} done, {missing} more before the next look"
    else:
        said = f"This study is unfinished: {done} of {counted(last * len(variants), 'training')} are done"
    said += f", {counted(whole, 'whole replicate')} of every variant.{_untrained(variants, trained)}"
    if study.design.adaptive:
        return f"{said}{_undecided(facts)}"
    begun = max((max(found, default=-1) for found in trained.values()), default=-1) + 1
    if 1 < begun < last:
        first = sum(begun - len(settled.get(one.digest, set()) & set(range(begun))) for one in variants)
        said += f" To judge what there is, run it with design.replicates = {begun}"
        said += f", which takes {counted(first, 'more training')}" if first else ""
        said += ": a look that is charged."
    return said


def _replicates(facts: Facts, statuses: Collection[str]) -> dict[str, set[int]]:
    """Return digest -> replicates of the design that stand so."""
    trials = facts.trials
    found = trials[trials["status"].isin(statuses) & (trials["phase"] == Phase.DESIGN)]
    return {str(digest): set(some.astype(int)) for digest, some in found.groupby("digest")["replicate"]}


def _untrained(variants: Sequence[Variant], trained: Mapping[str, Collection[int]]) -> str:
    none = [quoted(one.label) for one in variants if not trained.get(one.digest)]
    if not none:
        return ""
    who = listed(none) if len(none) <= _NAMED else counted(len(none), "variant")
    return f" {who} {'has' if len(none) == 1 else 'have'} none."


def _undecided(facts: Facts) -> str:
    """Say what is open after the looks so far, and about how many more replicates would decide it."""
    found = [
        f"{facts.words[row.label].text} in {METRICS[one.metric].title}{show_outlook(one, ' ({})')}"
        for row in facts.rows
        for one in row.contrasts
        if one.tested and one.verdict is Verdict.UNDECIDED and not one.futile
    ]
    if not found:
        return ""
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    named = "; ".join(found[:_NAMED])
    return f" Undecided so far: {named}{more}."


def _budget(facts: Facts) -> str:
    budget = facts.study.budget
    parts, spent = [], spent_on(facts.trials)
    if budget.trainings is not None:
        parts.append(counted(budget.trainings, "training"))
    if budget.minutes is not None:
        parts.append(f"{budget.minutes:g} minutes, of which {spent.seconds / 60:.1f} are spent")
    if budget.kwh is not None:
        parts.append(f"{budget.kwh:g} kWh, of which {spent.kwh or 0.0:.2g} are spent")
    return f" Its budget: {listed(parts)}." if parts else ""
