"""How many comparisons a study's report makes, and what that leaves to each of the error that they share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations

from harness.floors import LEVEL
from harness.metrics import METRICS
from harness.study.study import Study

MOST_INTERACTIONS = 30
"""Interactions of a study that are tested; of more, none is: they would take the error from what is asked."""


@dataclass(frozen=True)
class Family:
    """Comparisons that are judged by a test, together. Counts that no seed changes need none.

    Attributes:
        cells: single variants against the base, and against each other where all pairs are asked for.
        mains: levels of a factor against its first, over all cells.
        interactions: two levels beyond the sum of what each does.
    """

    cells: int = 0
    mains: int = 0
    interactions: int = 0

    @property
    def size(self) -> int:
        """All of them."""
        return self.cells + self.mains + self.interactions

    @property
    def of_a_main(self) -> float:
        """Weight of a main effect, where cells and interactions have 1 each: half of all is the main effects'."""
        rest = self.cells + self.interactions
        return rest / self.mains if self.mains and rest else 1.0

    @property
    def level(self) -> float:
        """The level of a single cell as long as nothing is claimed (Holm's procedure); 5 % where nothing shares it."""
        return LEVEL / max(1.0, self.cells + self.interactions + self.mains * self.of_a_main)


def comparisons_of(study: Study, variants: int, without_effects: Collection[str] = ()) -> Family:
    """Return the comparisons of so many variants, without the base.

    Args:
        study: the study.
        variants: how many. Effects are of all that are planned.
        without_effects: metrics that no effects can be told of, as some training missed a target, say.
    """
    tested = [name for name in study.metrics if METRICS[name].unit.compared != "exact"]
    pairs = variants * (variants - 1) // 2 if study.report.compare == "all_pairs" else 0
    cells = len(tested) * (variants + pairs) if not study.design.screens else 0
    mains, interactions = _effects(study)
    with_effects = sum(name not in without_effects for name in tested)
    return Family(cells, with_effects * mains, with_effects * interactions)


def has_effects(study: Study) -> bool:
    """Whether a study asks for effects: every combination of two factors or more, or a screening of them."""
    design = study.design
    return design.screens or (design.crossed and sum(len(levels) > 1 for levels in design.dimensions.values()) > 1)


def _effects(study: Study) -> tuple[int, int]:
    """Return how many main effects and interactions there are in a metric."""
    if not has_effects(study):
        return 0, 0
    steps = [len(levels) - 1 for levels in study.design.dimensions.values()]
    both = sum(one * other for one, other in combinations(steps, 2)) if study.design.clear else 0
    return sum(steps), both if both <= MOST_INTERACTIONS else 0
