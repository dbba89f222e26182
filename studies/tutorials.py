"""Networks of public tutorials that the keys of [model] do not say."""

import keras
from keras import layers


def mnist_convnet(image_shape, classes, dropout: float = 0.5):
    """Return the network of Keras' example "Simple MNIST convnet": 34,826 weights for 28x28 grey images."""
    image = keras.Input(image_shape)
    x = image
    for filters in (32, 64):
        x = layers.Conv2D(filters, 3, activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(dropout)(x)
    return keras.Model(image, layers.Dense(classes)(x))


def toy_resnet(image_shape, classes, shortcuts: bool = True, dropout: float = 0.5):
    """Return the "toy ResNet" of Keras' guide to the functional API: 223,242 weights for 32x32 colour images.

    Without shortcuts it is a plain network with the same weights.
    """
    image = keras.Input(image_shape)
    x = layers.Conv2D(32, 3, activation="relu")(image)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.MaxPooling2D(3)(x)
    for _ in range(2):
        before = x
        for _ in range(2):
            x = layers.Conv2D(64, 3, activation="relu", padding="same")(x)
        if shortcuts:
            x = layers.Add()([x, before])
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(dropout)(x)
    return keras.Model(image, layers.Dense(classes)(x))
