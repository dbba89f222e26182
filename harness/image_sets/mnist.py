"""MNIST: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", 1998."""

from __future__ import annotations

from harness.image_sets.base import Framing, SetFacts
from harness.image_sets.sources.idx_set import IdxSet

MNIST = IdxSet(
    name="mnist",
    title="MNIST",
    facts=SetFacts(
        image_shape=(28, 28, 1),
        class_names=tuple("0123456789"),
        train_images=60_000,
        test_images=10_000,
        origin="four IDX files of LeCun, Cortes and Burges",
        download=12,
        framing=Framing(20 / 28, "mass"),
    ),
    subfolders=("mnist",),
    system_folder=None,
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    sha256=(
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)
