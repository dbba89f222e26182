"""What a trained network does: arrays and figures, nothing on disk."""

import importlib

from harness.insight.augmented import draw_augmented
from harness.insight.classes import ClassScores, class_scores, draw_class_scores
from harness.insight.confusion import confusion_matrix, draw_confusion
from harness.insight.curves import draw_curves
from harness.insight.diagram import Layer, draw_diagram
from harness.insight.features import FeatureStatistics, Unused, draw_unused
from harness.insight.layers import convolutions, feature_layers, logits_layer, map_layers
from harness.insight.maximisation import Maximised, draw_maximised, feature_means, maximise_activations
from harness.insight.mistakes import (
    Guesses,
    draw_guesses,
    draw_mistakes,
    guesses_of,
    most_confident_mistakes,
)
from harness.insight.outputs import (
    draw_edges,
    draw_journey,
    draw_outputs,
    layer_outputs,
    liveliest_channel,
)
from harness.insight.style import own_style
from harness.insight.weights import draw_weights

__all__ = [
    "ClassScores",
    "FeatureStatistics",
    "Guesses",
    "Layer",
    "Maximised",
    "Unused",
    "class_scores",
    "confusion_matrix",
    "convolutions",
    "draw_augmented",
    "draw_class_scores",
    "draw_confusion",
    "draw_curves",
    "draw_diagram",
    "draw_edges",
    "draw_guesses",
    "draw_journey",
    "draw_maximised",
    "draw_mistakes",
    "draw_outputs",
    "draw_unused",
    "draw_weights",
    "feature_layers",
    "feature_means",
    "guesses_of",
    "import_libraries",
    "layer_outputs",
    "liveliest_channel",
    "logits_layer",
    "map_layers",
    "maximise_activations",
    "most_confident_mistakes",
    "own_style",
]


def import_libraries() -> None:
    """Import what drawing needs, which takes half a second, before there is something to draw."""
    for module in ("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.colors"):
        importlib.import_module(module)
