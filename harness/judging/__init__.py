"""What a study's trials say of each variant against the base: which test, on which data, with which verdict.

The same rules judge in a report and decide, while a study runs, which comparisons still need replicates.
"""

from harness.judging.contrast import Contrast
from harness.judging.family import compare, looks_of, open_comparisons
from harness.judging.sample import Sample, censor

__all__ = ["Contrast", "Sample", "censor", "compare", "looks_of", "open_comparisons"]
