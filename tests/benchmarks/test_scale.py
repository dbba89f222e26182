import pytest

from benchmarks.scale import EVALUATIONS, report, run, tpe
from harness.results import load_results


@pytest.mark.slow
def test_synthetic_trials_are_recorded_and_reported(tmp_path):
    found = run(20, tmp_path)
    assert found["seconds"] > 0
    assert found["store_megabytes"] > 0.1
    _, trials, history = load_results("scale", tmp_path)
    assert trials["trial"].tolist() == list(range(20))
    assert set(trials["status"]) == {"finished"}
    assert len(history) == 20 * EVALUATIONS
    last = history[history["trial"] == 3].iloc[-1]
    assert last["val_loss"] == pytest.approx(1.3 * 0.0183156, rel=1e-4)  # 1 + 3/10, times exp(-20/5)
    assert report(20, tmp_path)["seconds"] > 0
    assert (tmp_path / "report" / "comparison.html").exists()


def test_tpe_is_timed_on_its_history(tmp_path):
    assert tpe(30, tmp_path)["seconds"] > 0
