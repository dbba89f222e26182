from tests.report.conftest import history, study, trials

__all__ = ["history", "study", "trials"]
