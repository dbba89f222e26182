"""The network that a trial left, with the study, variant and images that it was trained with."""

from harness.trained.opening import Trained, open_trained

__all__ = ["Trained", "open_trained"]
