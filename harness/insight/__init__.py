"""What a trained network does: arrays and figures, nothing on disk."""

from harness.insight.confusion import confusion_matrix, draw_confusion
from harness.insight.mistakes import Mistakes, draw_mistakes, most_confident_mistakes

__all__ = ["Mistakes", "confusion_matrix", "draw_confusion", "draw_mistakes", "most_confident_mistakes"]
