from harness.findings.answer.statistics import how_judged
from harness.records import Asked
from tests.findings.conftest import make_study

ALWAYS = ["Intervals", "Comparisons", "Verdicts", "Errors", "Effect size", "More replicates"]
"""What every study is told, in this order."""
TIMES = ["Times to target", "Targets missed"]


def headings(study, *asked):
    return list(how_judged(study, asked))


def asked(most, finished):
    """Three to so many replicates, asked for when so many trainings had finished."""
    return Asked(None, finished, (3, most), ("test_accuracy",), {}, {})


def test_only_what_a_study_has_is_told():
    assert headings(make_study(target=None, report={"metrics": ["test_accuracy"]})) == ALWAYS
    assert headings(make_study()) == [*ALWAYS, *TIMES]
    adaptive = {"kind": "factorial", "replicates": {"min": 3, "max": 5}}
    study = make_study(design={**adaptive, "factors": {"model.downsample": ["max_pool", "stride"]}})
    assert headings(study) == [*ALWAYS, "Looks", "Ended early", *TIMES]
    assert headings(study, asked(5, 0)) == [*ALWAYS, "Looks", "Ended early", *TIMES]
    more = headings(study, asked(3, 0), asked(5, 6))
    assert more == [*ALWAYS, "Looks", "Ended early", "Replicates asked for later", *TIMES]
    assert how_judged(study, ())["Looks"].startswith("The data are looked at after 3 and 5 replicates. Boundaries")


def test_a_paragraph_is_short_enough_to_be_read():
    assert {heading for heading, text in how_judged(make_study(), ()).items() if len(text.split()) > 75} == set()
