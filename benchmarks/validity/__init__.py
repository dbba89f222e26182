"""Do verdicts hold? Thousands of simulated studies whose truth is known, sent through the code that judges real ones.

Each table checks one promise of docs/method.md:

========== =============================================================================================================
errors     no false verdict in 95 % of the studies, intervals that hold: noise of one shape in all variants
spreads    the same where spreads are unequal and skewed, with equal means; "equivalent" at both margins
images     the same on test sets of a few hundred images, whose accuracies are coarse
censored   the same for steps to a target that some trainings miss
direction  a variant that hardly ever reaches the target is not called better
topups     the same where replicates are added by hand until something is claimed
effects    no false claim in the report of a grid, effects included
power      how often a true difference is found, with how many trainings, and how true the estimate is
more       "about N more replicates would tell" is kept in 80 %
prediction a further training falls where it is said to fall, in 95 %
real       no false verdict in 95 % of the studies, resampled from real trainings
========== =============================================================================================================

``python -m benchmarks.validity`` measures them all, and docs/method-tables.md shows what came out.
"""

from benchmarks.validity.cells import TABLES, Cell, cells
from benchmarks.validity.counting import Counts, simulate
from benchmarks.validity.tables import lines

__all__ = ["TABLES", "Cell", "Counts", "cells", "lines", "simulate"]
