import numpy as np
import pandas as pd

from harness.findings.facts import facts_of
from harness.findings.questions import dead_classes
from tests.findings.conftest import make_study, trial


def finding(dead, base=(0, 0, 0, 0, 0, 0)):
    study = make_study()
    rows = [trial(study, number, {}, number, dead_classes=count) for number, count in enumerate(base)]
    rows += [
        trial(study, len(base) + number, {"model.downsample": "stride"}, number, dead_classes=count)
        for number, count in enumerate(dead)
    ]
    return dead_classes.analyse(facts_of(study, pd.DataFrame(rows), pd.DataFrame()))


def test_trainings_with_classes_that_are_never_predicted_are_counted_by_how_many():
    assert finding((0, 1, 2, 1, 0, 4)).sentences == (
        "In 4 of 6 trainings of downsample=stride, some classes are never predicted on the test images: 1 class in 2, "
        "2 classes in 1 and 4 classes in 1.",
    )
    assert finding((0, 1, 0)).sentences == (
        "In 1 of 3 trainings of downsample=stride, 1 class is never predicted on the test images.",
    )
    assert finding((2, 2, 0)).sentences == (
        "In 2 of 3 trainings of downsample=stride, 2 classes are never predicted on the test images.",
    )


def test_nothing_is_said_where_every_class_is_predicted_or_nothing_was_recorded():
    assert finding((0, 0, 0)).sentences == ()
    assert finding((np.nan, np.nan), base=(np.nan,)).sentences == ()
