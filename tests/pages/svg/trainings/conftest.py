"""The trials of the findings' tests."""

from tests.findings.conftest import history, study, trials

__all__ = ["history", "study", "trials"]
