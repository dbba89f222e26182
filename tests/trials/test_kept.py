"""What was asked of a study, as it is kept with its trials."""

from __future__ import annotations

import pytest

from harness.errors import DataError
from harness.records import asked_by
from harness.trials import stored_asked, stored_study


def kept(study, **more):
    return {"name": study.name, "given": study.given, "source": None, "text": study.text, **more}


def test_of_nothing_nothing_is_known():
    assert stored_asked({}, "here") == ()


def test_an_earlier_version_kept_the_study_alone(tiny):
    assert stored_asked(kept(tiny()), "here") == (asked_by(tiny()),)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("all of it", "must be a list"),
        ([{"at": "0001-01-01T00:00:00+23:00"}], "replicates must be"),
        ([{"margins": {"test_accuracy": 10**400}}], "replicates must be"),
    ],
)
def test_what_cannot_be_read_is_named(tiny, wrong, why):
    with pytest.raises(DataError, match=f"here: what was asked of the study and when cannot be read: .*{why}"):
        stored_asked(kept(tiny(), asked=wrong), "here")


@pytest.mark.parametrize("wrong", [{"at": "0001-01-01T00:00:00+23:00"}, {"margins": {"test_accuracy": 10**400}}])
def test_numbers_and_times_that_no_computer_holds_are_named(tiny, wrong):
    entry = asked_by(tiny(), 0).as_json()
    with pytest.raises(DataError, match="here: what was asked"):
        stored_asked(kept(tiny(), asked=[entry | wrong]), "here")


def test_code_that_is_none_is_refused(tiny):
    for wrong in (["nets.py"], {"nets.py": 3}, None):
        with pytest.raises(DataError, match="here: must hold a study's name"):
            stored_study(kept(tiny(), code=wrong), "here")
    assert stored_study(kept(tiny(), code={"nets.py": ""}), "here").code == {}, "only what the tables name is kept"
