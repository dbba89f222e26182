"""Features that a network does not use."""

from harness.gallery import count_features


def test_features_are_counted_on_the_training_images_where_there_is_no_validation(make, tiny):
    subject = make(tiny(**{"data.validation": 0, "target": None}))
    counted = count_features(subject.model, subject.data)
    assert {name: len(found.dead) for name, found in counted.items()} == {"conv_1": 4, "dense_1": 16}
