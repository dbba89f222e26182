from __future__ import annotations

import random

import keras
import numpy as np
import pytest

from harness.errors import StudyError, UserCodeError
from harness.network import build_own_network
from harness.network.own import random_states
from harness.study import OwnModel
from tests.engines.own_networks import own_network, values_of


def build(body, head="import keras\nfrom keras import layers\n", **settings):
    text = (
        f"{head}\ndef net(image_shape, classes{''.join(f', {name}={value!r}' for name, value in settings.items())}):\n"
    )
    text += "".join(f"    {line}\n" for line in body.strip().splitlines())
    return build_own_network(OwnModel(build="nets.py:net", **settings), {"nets.py": text}, (8, 8, 1), 4, 1)


GOOD = """
image = keras.Input(image_shape)
x = layers.Flatten()(layers.Conv2D(2, 3)(image))
return keras.Model(image, layers.Dense(classes)(x))
"""


def test_weights_come_from_the_seed_and_masks_from_that_of_dropout():
    first, again = own_network("random"), own_network("random")
    assert all((a == b).all() for a, b in zip(values_of(first), values_of(again), strict=True))
    masks = own_network("random", dropout_seed=9)
    assert all((a == b).all() for a, b in zip(first.get_weights(), masks.get_weights(), strict=True))
    states = [[values_of_state.numpy().tolist() for values_of_state in random_states(one)] for one in (first, masks)]
    assert len(states[0]) == 4
    assert len({tuple(state) for each in states for state in each}) == 8, "each layer has a stream of its own"
    weights = own_network("random", seed=2)
    assert any((a != b).any() for a, b in zip(first.get_weights(), weights.get_weights(), strict=True))
    assert [s.numpy().tolist() for s in random_states(weights)] == states[0]
    with_seed = own_network("random", **{"seed": 1})
    assert len(random_states(with_seed)) == 4


def test_nothing_global_is_left_changed():
    random.seed(3)
    np.random.seed(4)
    expected = random.random(), np.random.random()
    random.seed(3)
    np.random.seed(4)
    own_network("nested", precision="mixed_bfloat16")
    assert (random.random(), np.random.random()) == expected
    assert keras.config.dtype_policy().name == "float32"


def test_layers_are_called_the_same_whatever_was_built_before():
    names = [layer.name for layer in own_network("normalised").layers]
    keras.layers.Conv2D(3, 3)
    assert [layer.name for layer in own_network("normalised").layers] == names
    assert names[:3] == ["input_layer", "conv2d", "batch_normalization"]


def test_settings_reach_the_function_as_its_types():
    text = (
        "import keras\nfrom keras import layers\n"
        "def net(image_shape, classes, kernel: tuple[int, int] = (3, 3), widths: list[int] = [2]):\n"
        "    assert kernel == (2, 3) and widths == [4, 5] and image_shape == (8, 8, 1), (kernel, widths, image_shape)\n"
        "    x = image = keras.Input(image_shape)\n"
        "    for width in widths:\n"
        "        x = layers.Conv2D(width, kernel)(x)\n"
        "    return keras.Model(image, layers.Dense(classes)(layers.Flatten()(x)))\n"
    )
    model = OwnModel(build="nets.py:net", kernel=[2, 3], widths=[4, 5])
    network = build_own_network(model, {"nets.py": text}, (8, 8, 1), 4, 1)
    assert [tuple(weight.shape) for weight in network.weights[::2]] == [(2, 3, 1, 4), (2, 3, 4, 5), (120, 4)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("pass", "must return a Keras model, got NoneType. Has it a `return`?"),
        ("return keras.Sequential([layers.Dense(classes)])",
         "must return a network that is built, got one without a shape. Begin it with keras.Input(image_shape)."),
        (GOOD.replace("keras.Input(image_shape)", "keras.Input((28, 28, 1))"),
         "must take images (batch, 8, 8, 1), got (batch, 28, 28, 1). Begin it with keras.Input(image_shape)."),
        (GOOD.replace("Dense(classes)", "Dense(3)"),
         "must end in logits (batch, 4), got (batch, 3). End it with keras.layers.Dense(classes)."),
        (GOOD.replace("layers.Dense(classes)(x)", "image"),
         "must end in logits (batch, 4), got (batch, 8, 8, 1). Flatten or pool the maps first."),
        (GOOD.replace("Dense(classes)", "Dense(classes, activation='softmax')"),
         "must end in logits, got a softmax in 'dense': the loss has one of its own. Leave it out."),
        (GOOD.replace("layers.Dense(classes)(x)", "layers.Softmax()(layers.Dense(classes)(x))"),
         "must end in logits, got a softmax in 'softmax': the loss has one of its own. Leave it out."),
        (GOOD.replace("layers.Dense(classes)(x)", "keras.ops.softmax(layers.Dense(classes)(x))"),
         "must end in logits, got a softmax in 'softmax': the loss has one of its own. Leave it out."),
        (GOOD.replace("layers.Dense(classes)(x)", "inner(x)").replace(
            "return", "inner = keras.Sequential([keras.Input((72,)), layers.Dense(4, 'softmax')])\nreturn"),
         "must end in logits, got a softmax in 'dense': the loss has one of its own. Leave it out."),
        (GOOD.replace("layers.Dense(classes)(x)", "[layers.Dense(classes)(x), x]"),
         "must return a network with one output, got 2."),
        ("return keras.Sequential([keras.Input(image_shape), layers.GlobalAveragePooling2D(), "
         "layers.Lambda(lambda x: x * [1., 2., 3., 4.])])",
         "must return a network with weights to train, got none."),
    ],
)  # fmt: skip
def test_what_cannot_be_trained_is_one_line(body, message):
    with pytest.raises(UserCodeError) as caught:
        build(body)
    assert str(caught.value) == f"nets.py: net(image_shape=(8, 8, 1), classes=4) {message}"


def test_a_subclass_cannot_be_looked_into():
    head = (
        "import keras\nfrom keras import layers\n"
        "class Mine(keras.Model):\n"
        "    def __init__(self, classes):\n"
        "        super().__init__()\n"
        "        self.dense = layers.Dense(classes)\n"
        "    def call(self, x):\n"
        "        return self.dense(keras.ops.reshape(x, (-1, 64)))\n"
    )
    with pytest.raises(
        UserCodeError, match=r"must return keras\.Model\(inputs, outputs\) or keras\.Sequential, got .*Mine"
    ):
        build("return Mine(classes)", head)


def test_what_the_function_raises_is_told_with_its_line_and_call():
    with pytest.raises(UserCodeError) as caught:
        build("wide = width * 2\nreturn layers.Dense(wide)('image')", width=8)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("nets.py, line 6: net(image_shape=(8, 8, 1), classes=4, width=8) raised ")
    assert lines[1:4] == [
        "Traceback (most recent call last):",
        '  File "nets.py", line 6, in net',
        "    return layers.Dense(wide)('image')",
    ]


def test_layers_made_outside_of_the_function_are_refused_where_it_is_built_again():
    network = build(
        "x = layers.Flatten()(image)\nreturn keras.Model(image, shared(x))",
        "import keras\nfrom keras import layers\nimage = keras.Input((8, 8, 1))\nshared = layers.Dense(4)\n",
    )
    with pytest.raises(UserCodeError, match="must make its layers anew in each call, got the ones of an earlier call"):
        network.recipe.build()


def test_its_text_must_be_there():
    with pytest.raises(StudyError, match=r"nets\.py: its text is not kept with the study"):
        build_own_network(OwnModel(build="nets.py:net"), {}, (8, 8, 1), 4, 1)
