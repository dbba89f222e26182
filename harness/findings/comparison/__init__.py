"""Two studies, two stores or two reports beside each other: what `harness compare` prints."""

from harness.findings.comparison.compared import Comparison, compare_sides
from harness.findings.comparison.sides import Side

__all__ = ["Comparison", "Side", "compare_sides"]
