from harness.metrics import RECORDED
from harness.trials import AT_AN_EVALUATION, EQUAL_FOR_SECONDS, HISTORY, PLACE, TRIALS


def test_every_recorded_number_is_a_column_with_its_unit():
    units = {column.name: column.unit for column in TRIALS}
    assert {name: units[name] for name in RECORDED} == {name: row.unit.name for name, row in RECORDED.items()}


def test_names_are_unique_and_every_column_has_a_meaning():
    for table in (TRIALS, HISTORY):
        assert len({column.name for column in table}) == len(table)
        assert all(column.meaning for column in table)


def test_what_is_needed():
    needed = {column.name for column in TRIALS if column.needed}
    assert needed == {"trial", "replicate", "variant", "digest", "phase", "status"}
    assert {column.name for column in HISTORY if column.needed} == {"trial", "step"}


def test_what_is_measured_at_an_evaluation():
    assert set(AT_AN_EVALUATION) == {
        *("epoch", "train_seconds", "val_accuracy", "val_loss", "train_accuracy", "train_loss"),
        *("test_accuracy", "test_loss"),
    }


def test_seconds_are_compared_between_equal_hardware_and_not_versions_of_keras_and_python():
    assert set(PLACE) - set(EQUAL_FOR_SECONDS) == {"keras", "python"}
    assert set(PLACE) <= {column.name for column in TRIALS}
