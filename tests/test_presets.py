import copy

import pytest

from harness.errors import StudyError
from harness.presets import PRESETS, PROTOCOLS, expand_protocol
from harness.study import block_shapes, build_study

ALONE = {"kind": "factorial"}


def study(name, **tables):
    given = {"question": "?", "protocol": name, "model": {"preset": name}, "design": ALONE, **tables}
    return build_study(given, name=name)


def test_every_network_has_its_protocol():
    assert list(PRESETS) == list(PROTOCOLS)
    for name in PROTOCOLS:
        assert study(name).base.label == "base"


# name, images held out and how, scaling, learning rate, batch, steps or epochs at most
BY_HAND = {
    "hvass02": ("mnist", 5000, "first", "unit", 1e-4, 64, 10_000, None),
    "hvass13b": ("mnist", 5000, "first", "unit", 1e-4, 64, 10_000, None),
    "fashion02": ("fashion_mnist", 5000, "first", "none", 1e-4, 64, 2100, None),
    "digitcnn": ("mnist", 10_000, "last", "standardized", 1e-4, 100, None, 30),
    "keras_two_conv": ("fashion_mnist", 0, "stratified", "unit", 1e-3, 32, None, 5),
    "keras_dense": ("fashion_mnist", 0, "stratified", "unit", 1e-3, 32, None, 5),
    "keras_one_conv": ("mnist", 0, "stratified", "unit", 1e-3, 32, None, 20),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_protocols_as_published(name):
    found = study(name)
    data, train = found.data, found.train
    assert (
        data.name, data.validation, data.split, data.scaling,
        train.learning_rate, train.batch_size, train.max_steps, train.max_epochs,
    ) == BY_HAND[name]  # fmt: skip
    assert train.optimizer == "adam"
    assert train.refit == (name == "digitcnn")
    assert (found.target is not None) == (name == "keras_one_conv")


# after each convolution and at the end of each block, from the page of reference networks
SHAPES = {
    "hvass02": [(28, 14), (14, 7)],
    "hvass13b": [(28, 14), (14, 7)],
    "fashion02": [(28, 14), (14, 7)],
    "digitcnn": [(24, 12), (8, 4)],
    "keras_two_conv": [(26, 13), (11, 5)],
    "keras_dense": [],
    "keras_one_conv": [(26, 13)],
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_of_the_maps(name):
    blocks = block_shapes(study(name).model, (28, 28, 1))
    assert [(conv[0], end[0]) for conv, end in blocks] == SHAPES[name]


class TestExpandProtocol:
    def test_what_is_written_wins(self):
        found = study("hvass02", data={"validation": 500}, train={"learning_rate": 0.01})
        assert (found.data.validation, found.data.name) == (500, "mnist")
        assert (found.train.learning_rate, found.train.max_steps) == (0.01, 10_000)

    def test_a_length_replaces_the_other_kind_of_length(self):
        assert study("hvass02", train={"max_epochs": 2}).train.max_steps is None
        assert study("digitcnn", train={"max_steps": 7}).train.max_epochs is None

    def test_tables_given_are_not_changed(self):
        given = {"protocol": "hvass02", "train": {"max_steps": 5}}
        before = copy.deepcopy(given)
        expand_protocol(given)
        assert given == before

    def test_an_unknown_one_is_refused_with_those_there_are(self):
        with pytest.raises(
            StudyError, match=r"protocol must be one of hvass02, .*, got 'hvas02'. Did you mean 'hvass02'"
        ):
            study("hvass02", protocol="hvas02")

    def test_a_table_that_is_none_is_left_to_validation(self):
        with pytest.raises(StudyError, match="data must be a table"):
            study("hvass02", data=3)
