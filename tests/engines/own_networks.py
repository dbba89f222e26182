"""Networks of the user's with every kind of state there is, for the tests of both engines."""

from __future__ import annotations

import keras
import numpy as np

from harness.network import build_own_network
from harness.study import OwnModel

TEXT = '''
import keras
from keras import layers


@keras.saving.register_keras_serializable("mine")
class Scale(layers.Layer):
    """Its own rate is part of what it computes; it counts its calls, and has a dropout inside."""

    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.drop = layers.Dropout(0.25)

    def build(self, shape):
        self.scale = self.add_weight(name="scale", shape=(shape[-1],), initializer="ones")
        self.calls = self.add_weight(name="calls", shape=(), initializer="zeros", trainable=False)

    def call(self, inputs, training=False):
        if training:
            self.calls.assign_add(1.0)
        return self.drop(inputs * self.scale * self.rate, training=training)


def normalised(image_shape, classes, momentum=0.9):
    return keras.Sequential([
        keras.Input(image_shape),
        layers.Conv2D(4, 3, use_bias=False),
        layers.BatchNormalization(momentum=momentum),
        layers.ReLU(),
        layers.SeparableConv2D(6, 3, padding="same"),
        layers.LayerNormalization(),
        layers.GlobalAveragePooling2D(),
        layers.Dense(classes),
    ])


def random(image_shape, classes, seed: int | None = None):
    image = keras.Input(image_shape)
    x = layers.RandomFlip("horizontal", seed=seed)(image)
    x = layers.GaussianNoise(0.3)(x)
    x = layers.Conv2D(4, 3)(x)
    x = layers.SpatialDropout2D(0.3)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(image, layers.Dense(classes)(x))


def nested(image_shape, classes, rate=0.5):
    block = keras.Sequential([layers.Conv2D(4, 3, padding="same"), layers.BatchNormalization(), layers.Dropout(0.2)])
    image = keras.Input(image_shape)
    x = layers.Conv2D(4, 3, padding="same")(image)
    x = x + block(x)
    x = Scale(rate)(x)
    x = layers.MaxPooling2D()(x)
    return keras.Model(image, layers.Dense(classes)(layers.Flatten()(x)))


def penalised(image_shape, classes):
    image = keras.Input(image_shape)
    x = layers.Conv2D(4, 3, kernel_regularizer=keras.regularizers.L2(0.1), activation="relu")(image)
    x = layers.ActivityRegularization(l1=0.01)(x)
    x = layers.Flatten()(x)
    return keras.Model(image, layers.Dense(classes, kernel_constraint=keras.constraints.MaxNorm(0.5))(x))
'''

SETTINGS = {
    "normalised": {"momentum": 0.9},
    "random": {"seed": None},
    "nested": {"rate": 0.5},
    "penalised": {},
}
"""Function -> its settings."""


def own_network(name, seed=1, dropout_seed=8, precision="float32", text=TEXT, **settings):
    """Build one of them for images of 8x8 pixels and four classes."""
    model = OwnModel(build=f"nets.py:{name}", **{**SETTINGS[name], **settings})
    return build_own_network(model, {"nets.py": text}, (8, 8, 1), 4, seed, precision, dropout_seed)


def fit(network, images, labels, order, steps, batch_size=16, learning_rate=0.01):
    """Train a network by Keras' own train_on_batch on the same batches, with SGD; return the last loss."""
    network.compile(
        keras.optimizers.SGD(learning_rate, momentum=0.9),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    for batch in order.take(steps):
        network.train_on_batch(images[batch], np.eye(4, dtype="float32")[labels[batch]])


def values_of(network):
    """Return every variable of a network, weights and all other state."""
    return [keras.ops.convert_to_numpy(variable) for variable in network.variables]
