import json

from harness.study import Study, StudyTables
from tests.conftest import TINY, changed


def test_in_one_line(tiny):
    assert repr(tiny()) == f'<Study tiny: factorial, 2 variants, 4 trainings: "{TINY["question"]}">'


def test_in_a_notebook(tiny):
    shown = tiny(question="Is 1 < 2?")._repr_html_()
    assert shown.startswith("<p><strong>Is 1 &lt; 2?</strong></p><table>")
    for text in (
        "digits, 300 held out",
        "model.downsample",
        "max_pool, stride",
        "99 % validation accuracy",
        "test acc",
    ):
        assert text in shown


def test_a_search_is_at_most_so_large(tiny):
    space = {"train.learning_rate": {"low": 0.001, "high": 0.1, "log": True}}
    study = tiny(design={"kind": "search", "trials": 3, "space": space}, target=None)
    shown = study._repr_html_()
    assert "0.001 to 0.1, logarithmic" in shown
    assert "3 variants, 9 trainings at most" in shown  # 3 and, of base and winner, 3 fresh ones
    assert ">target<" not in shown


def test_what_was_not_checked_shows_itself_too():
    given = changed(TINY, {"design.factors": {"model.nothing": [1]}})  # the tables alone do not say what is a level
    tables = StudyTables.model_validate_json(json.dumps(given))
    study = Study(**dict(tables), name="study", given=given)
    assert repr(study).startswith("<Study study: factorial, not possible: model.nothing: unknown key")
    assert "not possible" in study._repr_html_()
