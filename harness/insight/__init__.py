"""What a trained network does: arrays and figures, nothing on disk."""

import importlib

from harness.insight.confusion import confusion_matrix, draw_confusion
from harness.insight.features import FeatureStatistics, Unused
from harness.insight.mistakes import Mistakes, draw_mistakes, most_confident_mistakes

__all__ = [
    "FeatureStatistics",
    "Mistakes",
    "Unused",
    "confusion_matrix",
    "draw_confusion",
    "draw_mistakes",
    "import_libraries",
    "most_confident_mistakes",
]


def import_libraries() -> None:
    """Import what drawing needs, which takes half a second, before there is something to draw."""
    for module in ("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.colors"):
        importlib.import_module(module)
