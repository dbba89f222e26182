"""Fashion-MNIST: Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset", 2017."""

from __future__ import annotations

from pathlib import Path

from harness.image_sets.base import Framing, SetFacts
from harness.image_sets.sources.idx_set import IdxSet

FASHION_MNIST = IdxSet(
    name="fashion_mnist",
    title="Fashion-MNIST",
    facts=SetFacts(
        image_shape=(28, 28, 1),
        class_names=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        train_images=60_000,
        test_images=10_000,
        origin="four IDX files of Zalando Research",
        download=31,
        framing=Framing(1.0, strokes=False),  # the item's longer side fills 28 pixels
    ),
    subfolders=("fashion-mnist", "fashion_mnist"),
    system_folder=Path("/usr/share/datasets/fashion-mnist"),  # Debian's package dataset-fashion-mnist
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    sha256=(
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
)
