"""What each factor of a grid or a screening does, from all of its cells, to be judged beside other comparisons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from harness.judging.contrast import Contrast
from harness.judging.evidence import UNFINISHED, Rules, due, paired, step_between
from harness.judging.look import Evidence, Look, together
from harness.judging.sample import Sample
from harness.metrics import METRICS, counted
from harness.stats import Effect, interactions, main_effects, once
from harness.study import MOST_INTERACTIONS, Family, Study, show_level
from harness.study.variant import canonical


@dataclass(frozen=True)
class FactorEffect:
    """What a level of a factor does over all cells of a grid, or two levels beyond the sum of what each does.

    Attributes:
        factors: dotted path of one factor, or of two for an interaction.
        levels: the level of each, as text.
        against: the level of each that it is compared with, as text.
        contrast: size, interval and verdict in one metric. In an interaction "better" means better than the sum.
    """

    factors: tuple[str, ...]
    levels: tuple[str, ...]
    against: tuple[str, ...]
    contrast: Contrast

    @property
    def main(self) -> bool:
        """Whether it is of one factor alone."""
        return len(self.factors) == 1


@dataclass(frozen=True)
class Cells:
    """The cells of a design as positions of levels.

    Attributes:
        paths: dotted paths of the factors that have more than one level.
        levels: the levels of each, as text, the first of which the others are compared with.
        places: position of the level of each factor in each cell, (cells, factors).
    """

    paths: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    places: np.ndarray


def gather_effects(
    study: Study, samples: Sequence[Sample], rules: Rules
) -> tuple[list[tuple[FactorEffect, Evidence]], dict[str, str]]:
    """Return main effects and interactions in each metric, not yet judged, and why a metric has none.

    A cell counts as one value a replicate, and a replicate only if it has them all. Times are averaged on their
    logarithms, as they are compared. A metric that some training has no value of, since it diverged or never reached
    the target, has no effects: the mean over the other cells would be one over other settings.

    Args:
        study: the study, of which every combination is planned, or a fraction that screens its factors.
        samples: of all its variants in their order.
        rules: how they are compared.
    """
    cells = cells_of(study)
    asked = main_effects(cells.places)
    both = interactions(cells.places) if study.design.clear else []
    if len(both) <= MOST_INTERACTIONS:
        asked += both
    found: list[tuple[FactorEffect, Evidence]] = []
    missing: dict[str, str] = {}
    looks = rules.looks or once(samples[0].finished)
    sizes, first = due(samples, looks)
    for metric in study.metrics:
        if METRICS[metric].unit.compared == "exact":
            continue
        if reason := _not_averaged(metric, samples):
            missing[metric] = reason
            continue
        if not sizes:
            missing[metric] = UNFINISHED.format(looks.sizes[0])
            continue
        table = _values(metric, samples)
        if len(table) < 2:
            missing[metric] = f"{counted(len(table), 'replicate')} of which every combination has a value"
            continue
        seen = [table[table.index < first + size] for size in sizes]
        if sizes[-1] == looks.sizes[-1]:
            seen[-1] = table  # the last look sees all there is
        for effect in asked:
            evidence = together([_look(metric, effect, part, rules) for part in seen], looks)
            if evidence.claim is not None:
                found.append((_named(cells, effect, evidence.contrast), evidence))
    return found, missing


def cells_of(study: Study) -> Cells:
    """Return the variants of a study as positions of levels, the reference's first."""
    paths = [path for path, levels in study.design.dimensions.items() if len(levels) > 1]
    seen: dict[str, dict[str, str]] = {path: {} for path in paths}
    places = []
    for variant in study.variants:
        known = {path: canonical(variant.settings[path]) for path in paths}
        for path, key in known.items():  # the first variant is the reference, so that its levels come first
            seen[path].setdefault(key, show_level(variant.settings[path]))
        places.append([list(seen[path]).index(key) for path, key in known.items()])
    return Cells(tuple(paths), tuple(tuple(seen[path].values()) for path in paths), np.array(places))


def _not_averaged(metric: str, samples: Sequence[Sample]) -> str:
    """Return why a metric cannot be averaged over cells; empty if it can."""
    row = METRICS[metric]
    trained = sum(sample.finished for sample in samples)
    withheld = next((sample.withheld for sample in samples if sample.withheld), "")
    if row.unit.clocked and withheld:
        return f"not compared: {withheld}"
    if row.watched and (missed := sum(int(sample.times(metric).missed.sum()) for sample in samples)):
        return f"{missed} of {counted(trained, 'training')} never reached the target"
    if broken := sum(int(sample.by_replicate(metric).isna().sum()) for sample in samples):
        return f"{broken} of {counted(trained, 'training')} have no value"
    if row.unit.compared == "ratio" and any((sample.by_replicate(metric) <= 0).any() for sample in samples):
        return "a value of 0 has no ratio"
    return ""


def _values(metric: str, samples: Sequence[Sample]) -> pd.DataFrame:
    """Return a row a replicate that all cells have, a column a cell."""
    return pd.concat([sample.by_replicate(metric) for sample in samples], axis=1, join="inner").sort_index()


def _look(metric: str, effect: Effect, table: pd.DataFrame, rules: Rules) -> Look:
    ratio = METRICS[metric].unit.compared == "ratio"
    values = table.to_numpy(dtype=float)
    above, below = effect.sides(np.log(values) if ratio else values)
    if ratio:
        above, below = np.exp(above), np.exp(below)
        if len(effect.factors) > 1:  # a margin is a difference in the metric's unit, and this is a ratio of ratios
            rules = replace(rules, margins={name: size for name, size in rules.margins.items() if name != metric})
    # a mean over cells comes in finer steps than each: half a step of each pair, averaged as they are
    finer = math.sqrt((effect.above @ effect.above + effect.below @ effect.below) / 2)
    step = finer * step_between(metric, values.ravel(), np.array([]), rules)
    rules = replace(rules, steps={**rules.steps, metric: step})
    return paired(metric, pd.Series(above, table.index), pd.Series(below, table.index), rules)


def _named(cells: Cells, effect: Effect, contrast: Contrast) -> FactorEffect:
    both = list(zip(effect.factors, effect.levels, strict=True))
    return FactorEffect(
        tuple(cells.paths[factor] for factor, _ in both),
        tuple(cells.levels[factor][level] for factor, level in both),
        tuple(cells.levels[factor][0] for factor, _ in both),
        contrast,
    )


def lead(
    effects: Sequence[tuple[FactorEffect, Evidence]], cells: Sequence[Evidence], coming: Family
) -> tuple[list[Evidence], float]:
    """Return the effects' evidence with weights: half of the error for main effects, the other half for the rest.

    A grid is asked first what each factor does. A mean over many cells is also what tells most: judged beside all
    cells alike, it would lose that. The rest are interactions and single cells; what one half has claimed it leaves
    to the other (Holm's procedure with weights).

    Args:
        effects: main effects and interactions.
        cells: the evidence on single cells.
        coming: comparisons whose first look is still to come.

    Returns:
        the evidence in the order given, and the weight of all that is to come.
    """
    tested = [effect.main for effect, evidence in effects if evidence.claim]
    found = Family(
        sum(one.claim is not None and not math.isnan(one.claim.p) for one in cells) + coming.cells,
        sum(tested) + coming.mains,
        len(tested) - sum(tested) + coming.interactions,
    )
    weighted = [
        replace(evidence, claim=replace(evidence.claim, weight=found.of_a_main))
        if evidence.claim and effect.main
        else evidence
        for effect, evidence in effects
    ]
    return weighted, coming.cells + coming.interactions + coming.mains * found.of_a_main
