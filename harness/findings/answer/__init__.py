"""The answer at a glance: the sentence that leads a report, and the verdicts as a matrix."""
