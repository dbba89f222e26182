import pytest

from harness.errors import StudyError
from harness.study import Study, StudyTables


@pytest.mark.parametrize("name", ["name", "source", "text", "given", "code"])
def test_where_a_study_came_from_is_no_key_of_its_file(build, name):
    with pytest.raises(StudyError, match=f"{name}: unknown key '{name}', got 'x'"):
        build(**{name: "x"})
    assert set(Study.model_fields) - set(StudyTables.model_fields) == {"name", "source", "text", "given", "code"}
