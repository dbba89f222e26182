import pandas as pd

from harness.findings.grid.pairs import letters
from harness.reports import report
from tests.findings.conftest import make_study, trial

SPREAD = (0.0, 0.0002, -0.0002, 0.0001, -0.0001)


def told(gains, compare="all_pairs"):
    study = make_study(
        design={
            "kind": "factorial",
            "replicates": 5,
            "factors": {"model.dense_dropout": [0.1 * place for place in range(len(gains))]},
        },
        report={"metrics": ["test_accuracy"], "compare": compare},
    )
    rows = []
    for place, variant in enumerate(study.variants):
        for replicate in range(5):
            accuracy = 0.9 + gains[place] + SPREAD[(replicate + place**2) % 5]
            rows.append(trial(study, len(rows), dict(variant.settings), replicate, test_accuracy=accuracy))
    return report(study, pd.DataFrame(rows), pd.DataFrame())


def test_what_is_as_good_as_the_best():
    found = told([0.0, 0.02, 0.0201, 0.01])
    assert found.sentences[-1] == (
        "Of all variants dense_dropout=0.2 has the best test accuracy on average; not told apart from it: "
        "dense_dropout=0.1; worse: dense_dropout=0.3 and base (dense_dropout=0)."
    )
    (section,) = (one for one in found.sections if one.heading.startswith("Each against each"))
    assert section.table.headings == ("variant", "letters", "against 1", "against 2", "against 3")
    assert [row[:2] for row in section.table.rows] == [
        ("1 base (dense_dropout=0)", "c"),
        ("2 dense_dropout=0.1", "a"),
        ("3 dense_dropout=0.2", "a"),
        ("4 dense_dropout=0.3", "b"),
    ]
    assert section.table.rows[2][2:] == ("+2.01 points better", "+0.01 points", "")
    assert section.table.rows[3][3] == "−1.00 points worse"


def test_one_that_beats_all_and_none_that_does():
    assert told([0.0, 0.02, 0.01]).sentences[-1] == (
        "Of all variants dense_dropout=0.1 has the best test accuracy on average, and is better than each of the "
        "others."
    )
    assert told([0.0, 0.0001, 0.0]).sentences[-1] == (
        "Of all variants dense_dropout=0.1 has the best test accuracy on average; none of the others is told apart "
        "from it."
    )


def test_nothing_unasked():
    found = told([0.0, 0.02, 0.01], compare="base")
    assert not [one for one in found.sections if one.heading.startswith("Each against each")]
    assert not [one for one in found.sentences if one.startswith("Of all variants")]


def test_letters_by_hand():
    # a chain: each is told from all but its neighbours
    order = ["A", "B", "C", "D"]
    apart = {frozenset("AC"), frozenset("AD"), frozenset("BD")}
    assert letters(order, apart) == {"A": "a", "B": "ab", "C": "bc", "D": "c"}
    assert letters(order, set()) == dict.fromkeys(order, "a")
    every = {frozenset((one, other)) for one in order for other in order if one < other}
    assert letters(order, every) == {"A": "a", "B": "b", "C": "c", "D": "d"}
    # the middle one alone is apart from the ends: it needs a letter of its own, they share one
    assert letters(["A", "B", "C"], {frozenset("AB"), frozenset("BC")}) == {"A": "a", "B": "b", "C": "a"}


def test_the_best_on_average_may_be_beaten_by_another():
    """Its pairs with the base are others than those with the rival: a replicate broke."""
    study = make_study(
        design={"kind": "factorial", "replicates": 8, "factors": {"model.dense_dropout": [0.0, 0.1, 0.2]}},
        report={"metrics": ["test_accuracy"], "compare": "all_pairs"},
    )
    base, rival, ahead = study.variants
    gains = {base.digest: 0.0, rival.digest: 0.012, ahead.digest: 0.01}
    rows = []
    for variant in study.variants:
        for replicate in range(8):
            broke = {"status": "failed", "stop_reason": None} if variant is rival and replicate == 7 else {}
            lucky = 0.05 if variant is ahead and replicate == 7 else 0.0
            accuracy = 0.9 + gains[variant.digest] + lucky + SPREAD[replicate % 5] / 4 * (variant is not base)
            rows.append(trial(study, len(rows), dict(variant.settings), replicate, test_accuracy=accuracy, **broke))
    assert report(study, pd.DataFrame(rows), pd.DataFrame()).sentences[-1] == (
        "Of all variants dense_dropout=0.2 has the best test accuracy on average, but over the replicates that both "
        "have dense_dropout=0.1 is better; it is better than each of the others."
    )
