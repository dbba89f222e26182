from harness.reports import report


def test_what_the_answer_took_is_said(study, trials, history):
    # six trainings of 8 + 2 + 1.5 + 0.5 + 0.1 seconds, one thread each
    assert report(study, trials, history).remarks[-1] == (
        "The answer took 6 trainings: 1.2 core-minutes of processors, by the recorded clocks."
    )
    trials["threads"] = 10
    assert "12 core-minutes" in report(study, trials, history).remarks[-1]


def test_nothing_is_said_before_a_training_has_finished(study, trials, history):
    trials["status"] = "failed"
    assert not any("core-minutes" in remark for remark in report(study, trials, history).remarks)
