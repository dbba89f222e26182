"""`[design]`: what varies, how often, and who chooses. Each kind of design answers the same questions.

- `dimensions`: dotted path -> levels or range of everything that varies; `table` is the key that holds them.
- `explores`: whether variants are sampled; of those that were only explored nothing is claimed. A type checker knows a
  `Search` by it.
- `crossed`: whether every combination of the levels is trained, so that effects and interactions can be told.
- `repeats_base`: whether a level may be the base's, which is then trained once; else such a variant is an error.
- `screens`: whether it tells what factors do from a fraction of the combinations, so that single variants are
  compared with nothing; `clear`: whether it can be told what two of them do together.
- `adaptive`: whether there are more replicates where a comparison is undecided.
- `replicate_range`: the fewest and the most replicates that a claim may rest on.
- `objectives`, `prunes`, `confirmed`, `reaching`: what chooses, whether a pruner ends trainings, how many variants are
  trained again, and for which values of the first objective; empty where nothing is chosen.
- `must_be_possible()`: places and settings that are tried before variants are made, so that an error names its place.
- `combinations()`, `most_variants`, `trainings(variants)`: settings of the variants that are known before the first
  training, how many variants there are at most, and how many trainings so many take at most.
- `settings`: what is set besides the dimensions, by name.
- `brief(variants)`, `sentence`, `planned`: the design in words, for a terminal, for the record, and in a report.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from harness.study.designs.factors import Factorial, OneAtATime
from harness.study.designs.listed import Listed
from harness.study.designs.screening import Screening
from harness.study.designs.search import Search


class Phase(StrEnum):
    """What a trial is for. Nothing is claimed of trials of a search."""

    DESIGN = "design"
    SEARCH = "search"
    CONFIRM = "confirm"


Design = Annotated[Factorial | OneAtATime | Listed | Screening | Search, Field(discriminator="kind")]
