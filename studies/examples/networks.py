"""Networks of one's own, for the studies beside this file: functions that return a Keras model ending in logits.

`harness` calls them with the shape of the images, the number of classes, and the settings that `[model]` gives. What a
setting may be is read from the annotations; this file is executed only to build a network.
"""

from __future__ import annotations

from typing import Annotated

import keras
from keras import layers
from pydantic import Field


def residual(
    image_shape,
    classes,
    width: Annotated[int, Field(ge=1, le=256)] = 16,
    blocks: Annotated[int, Field(ge=1, le=8)] = 2,
    shortcut: bool = True,
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9,
):
    """Return a small residual network (He et al. 2015, "Deep Residual Learning for Image Recognition").

    Each block has two convolutions with batch normalisation and halves the map; its input is added to what they give,
    through a convolution of 1x1 where the shapes differ. With ``shortcut = false`` nothing is added: the plain network.
    """
    image = keras.Input(image_shape)
    x = _convolution(image, width, 1, momentum)
    x = layers.ReLU()(x)
    for block in range(blocks):
        before, filters = x, width * 2**block
        x = layers.ReLU()(_convolution(x, filters, 2, momentum))
        x = _convolution(x, filters, 1, momentum)
        if shortcut:
            x = layers.Add()([x, _convolution(before, filters, 2, momentum, kernel=1)])
        x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(classes)(x))


def _convolution(x, filters, stride, momentum, kernel=3):
    """Put a convolution and its normalisation on top. A bias would only be taken off again."""
    x = layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False)(x)
    return layers.BatchNormalization(momentum=momentum)(x)


def separable(
    image_shape,
    classes,
    width: Annotated[int, Field(ge=1, le=256)] = 16,
    separate: bool = True,
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9,
):
    """Return a network of depthwise separable convolutions (Howard et al. 2017, "MobileNets").

    A depthwise convolution looks at each channel alone, one of 1x1 mixes them. With ``separate = false`` each pair is
    one ordinary convolution of the same size.
    """
    image = keras.Input(image_shape)
    x = _convolution(image, width, 2, momentum)
    x = layers.ReLU()(x)
    for filters, stride in ((2 * width, 1), (4 * width, 2)):
        if separate:
            x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
            x = layers.ReLU()(layers.BatchNormalization(momentum=momentum)(x))
            x = _convolution(x, filters, 1, momentum, kernel=1)
        else:
            x = _convolution(x, filters, stride, momentum)
        x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(classes)(x))
