"""The network of one's own that a new study begins with."""

NETWORK = '''"""Networks of {name}: change them, or add others, and name one in [model] of {file}."""

import keras
from keras import layers


def residual(image_shape, classes, width: int = 16, blocks: int = 2):
    """Return a small residual network.

    Args:
        image_shape: (height, width, channels) of the images; the study's data says which.
        classes: how many logits the network must end in.
        width: filters of the first stage; twice as many in the next. A setting: [model] width = 16.
        blocks: stages, each half as wide and high as the one before. Another setting.
    """
    image = keras.Input(image_shape)
    x = layers.Conv2D(width, 3, padding="same", use_bias=False)(image)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.ReLU()(x)
    for stage in range(blocks):
        filters = width * 2**stage
        shortcut = layers.Conv2D(filters, 1, strides=2, use_bias=False)(x)
        x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(layers.Add()([x, shortcut]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(classes)(x))  # logits: no softmax at the end
'''
"""Text with the places {name} and {file}."""
