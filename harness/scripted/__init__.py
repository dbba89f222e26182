"""Studies and single trainings written in Python: for notebooks and scripts, without a file."""

from harness.scripted.trainer import Trainer
from harness.scripted.writing import ScriptedStudy, study

__all__ = ["ScriptedStudy", "Trainer", "study"]
