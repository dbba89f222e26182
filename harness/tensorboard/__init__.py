"""What was recorded of a study, as event files for TensorBoard: curves, hyperparameters and networks."""

from harness.tensorboard.writing import Written, write_events

__all__ = ["Written", "write_events"]
