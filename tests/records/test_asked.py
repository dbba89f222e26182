"""What was asked, and when: what is added, what is forgotten, and what can be read back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from harness.records import Asked, asked_by, asked_from, asked_since

FIRST, LATER = datetime(2026, 11, 20, 9, 30, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)
MARGIN = "report.margin"


def never():
    raise AssertionError("counted for nothing")


def test_it_is_what_verdicts_depend_on_and_the_digest_leaves_out(tiny):
    figure = {"name": "published", "metric": "test_accuracy", "value": 0.9, "source": "a page", "step": 20}
    study = tiny(**{"report.reference": [figure], MARGIN: {"test_accuracy": 0.002}, "design.replicates": 7})
    assert study.digest == tiny().digest
    assert asked_by(study, 3, FIRST) == Asked(
        at=FIRST,
        finished=3,
        replicates=(7, 7),
        metrics=("test_accuracy", "seconds_to_target"),
        margins={"test_accuracy": 0.002},
        references={"published (test accuracy of base at step 20)": 0.9},
    )
    adaptive = tiny(**{"design.replicates": {"min": 3, "max": 30}})
    assert asked_by(adaptive).replicates == (3, 30)


def test_something_else_is_added_when_there_are_results(tiny):
    narrow, wide = tiny(**{MARGIN: {"test_accuracy": 0.002}}), tiny(**{MARGIN: {"test_accuracy": 0.005}})
    first = asked_since((), narrow, lambda: 0, FIRST)
    assert first == (asked_by(narrow, 0, FIRST),)
    assert asked_since(first, narrow, never, LATER) == first, "the same is asked"
    assert asked_since(first, wide, lambda: 0, LATER) == (asked_by(wide, 0, LATER),), "before any result"
    both = asked_since(first, wide, lambda: 10, LATER)
    assert both == (*first, asked_by(wide, 10, LATER))
    assert [one.late for one in both] == [False, True]
    assert asked_since(both, narrow, lambda: 10, LATER) == (*both, asked_by(narrow, 10, LATER)), "and back"


def test_when_it_was_asked_is_unknown_where_there_are_results_already(tiny):
    assert asked_since((), tiny(), lambda: 4, FIRST) == (asked_by(tiny()),)
    old = (asked_by(tiny()),)
    more = asked_since(old, tiny(**{"design.replicates": 5}), lambda: 4, FIRST)
    assert [(one.at, one.finished, one.late) for one in more] == [(None, None, False), (FIRST, 4, True)]


def test_it_comes_back_from_json(tiny):
    asked = (asked_by(tiny()), asked_by(tiny(**{MARGIN: {"parameters": 100}}), 4, FIRST))
    assert asked_from(json.loads(json.dumps([one.as_json() for one in asked]))) == asked


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("at", "yesterday"),
        ("at", "2026-11-20"),
        ("at", 5),
        ("finished", -1),
        ("finished", True),
        ("finished", 10**400),
        ("replicates", [3]),
        ("replicates", ["3", "5"]),
        ("metrics", []),
        ("metrics", ["beauty"]),
        ("margins", {"beauty": 0.1}),
        ("margins", {"test_accuracy": float("nan")}),
        ("margins", {"test_accuracy": "0.1"}),
        ("references", [0.1]),
        ("references", None),
        ("compare", "none"),
    ],
)
def test_what_is_none_is_refused(tiny, key, wrong):
    entry = asked_by(tiny(), 4, FIRST).as_json()
    assert asked_from([entry])
    with pytest.raises(ValueError, match=key):
        asked_from([entry | {key: wrong}])


@pytest.mark.parametrize("wrong", [None, {}, "text", [5], [None]])
def test_what_is_no_list_of_tables_is_refused(wrong):
    with pytest.raises(ValueError, match="must be a"):
        asked_from(wrong)


def test_times_of_other_zones_are_the_same_moments(tiny):
    entry = asked_by(tiny(), 0, FIRST).as_json() | {"at": (FIRST + timedelta(hours=2)).isoformat()[:-6] + "+02:00"}
    assert asked_from([entry])[0].at == FIRST
