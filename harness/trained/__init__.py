"""The network that a trial left, with the study, variant and images that it was trained with."""

from harness.trained.look import Look, look_inside
from harness.trained.opening import Trained, open_trained

__all__ = ["Look", "Trained", "look_inside", "open_trained"]
