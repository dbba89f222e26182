"""The pictures of a network trained on 8x8 digits."""

import csv

import pytest

from harness.errors import UsageError
from harness.gallery import LEVELS, PICTURES, choose, example_of, write_pictures


def names(files):
    return [path.name for path in files]


def test_levels():
    assert LEVELS["none"] == ()
    assert LEVELS["basic"] == ("confusion", "mistakes")
    assert LEVELS["full"] == tuple(PICTURES)


def test_all_of_a_convolutional_network(make, tiny, tmp_path):
    subject = make(tiny())
    files = write_pictures(subject, choose(subject), tmp_path)
    second = next(index for index in range(360) if subject.data.test.labels[index] != subject.data.test.labels[0])
    assert names(files) == [
        "confusion_matrix.csv", "confusion_matrix.png", "misclassified.png", "images.png", "classes.csv", "classes.png",
        "weights_conv_1.png",
        "outputs_conv_1_test0.png", "outputs_activation_1_test0.png", "outputs_pool_1_test0.png",
        *(f"outputs_{layer}_test{second}.png" for layer in ("conv_1", "activation_1", "pool_1")),
        "journey.png", "edges.png", "maximisation_conv_1.png", "maximisation_dense_1.png", "maximisation_logits.png",
        "features.csv", "features.png", "curves.png", "network.png",
    ]  # fmt: skip
    assert all(path.read_bytes()[:4] == b"\x89PNG" for path in files if path.suffix == ".png")
    with (tmp_path / "classes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["test_images"]) for row in rows) == 360
    right = sum(float(row["recall"]) * int(row["test_images"]) for row in rows)
    assert right == pytest.approx((subject.predicted == subject.data.test.labels).sum(), abs=0.01)


def test_twice_the_same(make, tiny, tmp_path):
    subject = make(tiny())
    first, second = (
        write_pictures(subject, choose(subject, ["maximisation"], ["logits"]), tmp_path / name) for name in ("a", "b")
    )
    assert names(first) == ["maximisation_logits.png"]
    assert first[0].read_bytes() == second[0].read_bytes()


def test_a_network_of_dense_layers_has_no_maps(make, tiny, tmp_path):
    subject = make(tiny(**{"model.conv": [], "design.factors": {}}))
    files = write_pictures(subject, choose(subject, ["weights", "outputs", "journey", "maximisation"]), tmp_path)
    assert names(files) == ["maximisation_dense_1.png", "maximisation_logits.png"]


def test_layers_features_and_examples_can_be_chosen(make, tiny, tmp_path):
    subject = make(tiny())
    example = example_of(subject.data, 5)
    assert example.name == f"test image 5 (class {subject.data.test.labels[5]})"
    choice = choose(subject, ["outputs", "features"], ["pool_1", "dense_1"], examples=[example])
    assert names(write_pictures(subject, choice, tmp_path)) == [
        "outputs_pool_1_test5.png",
        "features.csv",
        "features.png",
    ]
    with (tmp_path / "features.csv").open() as file:
        assert {row["layer"] for row in csv.DictReader(file)} == {"dense_1"}


@pytest.mark.parametrize("features", [3, None])
def test_some_or_all_features(make, tiny, tmp_path, features):
    subject = make(tiny())
    (file,) = write_pictures(subject, choose(subject, ["maximisation"], ["dense_1"], features), tmp_path)
    import matplotlib.image

    height = matplotlib.image.imread(file).shape[0]
    rows = 1 if features else 4  # of five: 3, or all 16
    assert height == 34 + rows * (112 + 6 + 19) + 8


def test_what_there_is_not_is_refused(make, tiny):
    subject = make(tiny())
    with pytest.raises(UsageError, match=r"--only must name one of .*, got 'wieghts'. Did you mean 'weights'\?"):
        choose(subject, ["wieghts"])
    with pytest.raises(
        UsageError, match=r"--layer must name a layer of the network, got 'conv_9'. There are: image, conv_1"
    ):
        choose(subject, [], ["conv_9"])


def test_augmentation_is_shown_where_there_is_some(make, tiny, tmp_path):
    plain, augmented = make(tiny()), make(tiny(**{"train.augment": {"shift": 1, "flip": "both"}}))
    assert write_pictures(plain, choose(plain, ["augmented"]), tmp_path) == []
    (file,) = write_pictures(augmented, choose(augmented, ["augmented"]), tmp_path)
    assert file.name == "augmented.png"
    assert file.read_bytes()[:4] == b"\x89PNG"
