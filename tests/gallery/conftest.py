"""Subjects that nobody trained."""

import pytest

from harness.data import load_images
from harness.gallery import Subject
from harness.network import build_network

HISTORY = [
    {"step": 0, "test_loss": 2.3, "test_accuracy": 0.1},
    {"step": 20, "train_loss": 1.0, "train_accuracy": 0.7, "val_loss": 0.9, "val_accuracy": 0.72},
]


@pytest.fixture(scope="module")
def make():
    def subject(study):
        data = load_images(study.data, 0)
        model = build_network(study.base.model, data.image_shape, data.classes, seed=3)
        return Subject(study.base, model, data, model.predict(data.test.images, verbose=0), HISTORY)

    return subject
