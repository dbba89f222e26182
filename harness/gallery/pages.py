"""Every picture there is of a trained network: a generator of pages each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from harness import insight
from harness.escaping import csv_cell
from harness.gallery.subject import Choice, Example, Subject, example_of
from harness.gallery.unused import count_features, feature_rows
from harness.study import TargetSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_SEED = 0
_JOURNEYS = 4
"""Images of one class that are followed through the network."""
_LEARNED = 4
"""Learned kernels beside the hand-set ones."""
_GRID = 9
_AUGMENTED = 4
"""Images that are shown changed, and how often each."""


class Page(NamedTuple):
    """One file.

    Attributes:
        name: of the file.
        content: a figure, or rows of a table.
    """

    name: str
    content: Figure | list[list[Any]]


Pages = Iterator[Page]


def _confusion(subject: Subject, choice: Choice) -> Pages:  # noqa: ARG001
    data = subject.data
    matrix = insight.confusion_matrix(data.test.labels, subject.predicted, data.classes)
    cells = [csv_cell(name) for name in data.class_names]
    rows = [[name, *row] for name, row in zip(cells, matrix.tolist(), strict=True)]
    yield Page("confusion_matrix.csv", [["true \\ predicted", *cells], *rows])
    yield Page("confusion_matrix.png", insight.draw_confusion(matrix, subject.drawn_names))


def _mistakes(subject: Subject, choice: Choice) -> Pages:  # noqa: ARG001
    data = subject.data
    found = insight.most_confident_mistakes(subject.probabilities, data.test.labels)
    yield Page("misclassified.png", insight.draw_mistakes(data.test_pixels, found, subject.drawn_names))


def _images(subject: Subject, choice: Choice) -> Pages:  # noqa: ARG001
    data = subject.data
    found = insight.guesses_of(subject.probabilities, data.test.labels, np.arange(min(_GRID, len(data.test.labels))))
    title = "The first test images"
    yield Page("images.png", insight.draw_guesses(data.test_pixels, found, subject.drawn_names, title))


def _classes(subject: Subject, choice: Choice) -> Pages:  # noqa: ARG001
    data = subject.data
    scores = insight.class_scores(data.test.labels, subject.predicted, data.classes)
    rows = [
        [csv_cell(name), *(f"{value:.6f}" for value in numbers[:3]), int(numbers[3])]
        for name, *numbers in zip(data.class_names, *scores, strict=True)
    ]
    yield Page("classes.csv", [["class", "precision", "recall", "f1", "test_images"], *rows])
    yield Page("classes.png", insight.draw_class_scores(scores, subject.drawn_names))


def _weights(subject: Subject, choice: Choice) -> Pages:
    for layer in insight.convolutions(subject.model):
        if choice.wants(layer.name):
            kernel = np.asarray(layer.get_weights()[0], np.float32)
            yield Page(f"weights_{layer.name}.png", insight.draw_weights(kernel, layer.name))


def _outputs(subject: Subject, choice: Choice) -> Pages:
    layers = [name for name in insight.map_layers(subject.model) if choice.wants(name)]
    if not layers:
        return
    for example in choice.examples or _two_classes(subject):
        outputs = subject.outputs(layers, example.pixels[None])
        for layer, maps in outputs.items():
            figure = insight.draw_outputs(maps[0].astype(np.float32), layer, example.pixels, example.name)
            yield Page(f"outputs_{layer}_{example.slug}.png", figure)


def _journey(subject: Subject, choice: Choice) -> Pages:
    """Follow one channel for several images of a class; then hand-set kernels beside learned ones."""
    layers = insight.map_layers(subject.model)
    if not layers or not choice.wants(*layers):
        return
    data = subject.data
    label = data.test.labels[0]
    pixels = data.test_pixels[np.flatnonzero(data.test.labels == label)[:_JOURNEYS]]
    outputs = {name: values.astype(np.float32) for name, values in subject.outputs(layers, pixels).items()}
    channel = insight.liveliest_channel(outputs)
    name = subject.drawn_names[label]
    yield Page("journey.png", insight.draw_journey(outputs, pixels, channel, name))
    example = (choice.examples or _two_classes(subject))[0]
    first = insight.convolutions(subject.model)[:1]
    if not first or type(first[0]).__name__ != "Conv2D":
        return
    kernel = np.asarray(first[0].get_weights()[0], np.float64)
    if kernel.shape[2] != pixels.shape[-1]:  # it sees something else than the image
        return
    strongest = np.argsort(-np.abs(kernel).sum(axis=(0, 1, 2)), kind="stable")[:_LEARNED]
    yield Page("edges.png", insight.draw_edges(example.pixels, kernel[..., strongest], example.name))


def _maximised(subject: Subject, choice: Choice) -> Pages:
    from harness.engines import input_gradients

    scale, shape = subject.data.scale, subject.data.image_shape
    layers = {**insight.feature_layers(subject.model), "logits": insight.logits_layer(subject.model)}
    for name, layer in layers.items():
        if not choice.wants(name, layer):
            continue
        means = insight.feature_means(subject.model, layer)
        slopes = input_gradients(means)

        def gradients(images: np.ndarray, columns: np.ndarray, slopes: Any = slopes) -> tuple[np.ndarray, np.ndarray]:
            values, found = slopes(scale.apply(255 * images), columns)
            return values, found * (255 / scale.divisor)

        count = int(means.output_shape[-1])
        features = range(count if choice.features is None else min(choice.features, count))
        found = insight.maximise_activations(gradients, features, shape, _SEED)
        yield Page(
            f"maximisation_{name}.png",
            insight.draw_maximised(found, name, subject.drawn_names if name == "logits" else ()),
        )


def _features(subject: Subject, choice: Choice) -> Pages:
    unused = {name: found for name, found in count_features(subject.model, subject.data).items() if choice.wants(name)}
    if unused:
        yield Page("features.csv", feature_rows(unused))
        yield Page("features.png", insight.draw_unused(unused))


def _curves(subject: Subject, choice: Choice) -> Pages:  # noqa: ARG001
    history = {
        name: {int(row["step"]): row[name] for row in subject.history if name in row}
        for kind in ("loss", "accuracy")
        for name in (f"train_{kind}", f"val_{kind}", f"test_{kind}")
    }
    shown = {name: points for name, points in history.items() if points}
    if shown:
        yield Page("curves.png", insight.draw_curves(shown, _accuracy(subject.variant.target)))


def _augmented(subject: Subject, choice: Choice) -> Pages:  # noqa: ARG001
    """Test images changed as those in training are; nothing without augmentation."""
    from harness.engines import augment_images

    augment = subject.variant.train.augment
    if not any(augment.changes):
        return
    pixels = subject.data.test_pixels[:_AUGMENTED]
    background = np.full(pixels.shape[1:], augment.fill_value, np.float32)
    shown = np.repeat(pixels, _AUGMENTED, axis=0).astype(np.float32)
    changed = augment_images(augment, shown, _SEED, background)
    as_pixels = np.clip(np.rint(changed), 0, 255).astype(np.uint8).reshape(len(pixels), _AUGMENTED, *pixels.shape[1:])
    yield Page("augmented.png", insight.draw_augmented(pixels, as_pixels))


def _diagram(subject: Subject, choice: Choice) -> Pages:  # noqa: ARG001
    from harness.cost import costs_of

    data = subject.data
    layers = [insight.Layer("image", "image", data.image_shape)]
    layers += [
        insight.Layer(cost.name, cost.kind, cost.output_shape, cost.parameters)
        for cost in costs_of(subject.variant.model, subject.model, data.image_shape, data.classes)
    ]
    yield Page("network.png", insight.draw_diagram(layers))


PICTURES: dict[str, Callable[[Subject, Choice], Pages]] = {
    "confusion": _confusion,
    "mistakes": _mistakes,
    "images": _images,
    "classes": _classes,
    "weights": _weights,
    "outputs": _outputs,
    "journey": _journey,
    "maximisation": _maximised,
    "features": _features,
    "augmented": _augmented,
    "curves": _curves,
    "diagram": _diagram,
}
"""Every picture by the name that `harness insight --only` takes."""


def _two_classes(subject: Subject) -> tuple[Example, ...]:
    """Return the first test image, and the first one of another class."""
    labels = subject.data.test.labels
    others = np.flatnonzero(labels != labels[0])
    return tuple(example_of(subject.data, index) for index in (0, *others[:1].tolist()))


def _accuracy(target: TargetSpec | None) -> float | None:
    return target.value if target is not None and target.metric in ("val_accuracy", "train_accuracy") else None
