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
        "In 4 of 6 trainings with a stride, some classes are never predicted on the test images: 1 class in 2, "
        "2 classes in 1 and 4 classes in 1.",
    )
    assert finding((0, 1, 0)).sentences == (
        "In 1 of 3 trainings with a stride, 1 class is never predicted on the test images.",
    )
    assert finding((2, 2, 0)).sentences == (
        "In 2 of 3 trainings with a stride, 2 classes are never predicted on the test images.",
    )


def test_nothing_is_said_where_every_class_is_predicted_or_nothing_was_recorded():
    assert finding((0, 0, 0)).sentences == ()
    assert finding((np.nan, np.nan), base=(np.nan,)).sentences == ()


def test_the_verdict_and_the_sentence_say_what_happened():
    study = make_study(report={"metrics": ["test_accuracy", "train_seconds"]})
    rows = [trial(study, number, {}, number, dead_classes=0, test_accuracy=0.98 + number / 1000) for number in range(3)]
    for number, (dead, accuracy) in enumerate([(1, 0.88), (5, 0.49), (3, 0.7)]):
        ended = {"dead_classes": dead, "test_accuracy": accuracy}
        rows.append(trial(study, 3 + number, {"model.downsample": "stride"}, number, **ended))
    facts = facts_of(study, pd.DataFrame(rows), pd.DataFrame())
    accuracy, seconds = facts.rows[1].contrasts
    assert accuracy.note == "3 of 3 trainings never predict some class"
    assert "class" not in seconds.note
    assert dead_classes.analyse(facts).sentences == (
        "In 3 of 3 trainings with a stride, some classes are never predicted on the test images: 1 class in 1, 3 "
        "classes in 1 and 5 classes in 1; their test accuracies go from 49.00 to 88.00 %, so that the mean is that of "
        "no training.",
    )
