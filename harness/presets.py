"""The reference networks, as data: the `[model]` keys that `preset = "..."` stands for.

They come from five published tutorials on MNIST and Fashion-MNIST. All take 28x28x1 images and end in a dense
layer of 10 logits, which is not listed. Any key can be set again beside `preset` in a study file.
"""

from __future__ import annotations

from typing import Any

_HVASS: dict[str, Any] = {
    "conv": [{"filters": 16, "kernel": 5}, {"filters": 36, "kernel": 5}],
    "padding": "same",
    "downsample": "max_pool",
    "pool_padding": "same",
    "activation": "relu",
    "activation_order": "after_pool",
    "dense": [128],
    "initializer": "truncated_normal",
    "initializer_stddev": 0.05,
    "bias": 0.05,
}

_KERAS: dict[str, Any] = {
    "padding": "valid",
    "downsample": "max_pool",
    "pool_padding": "valid",
    "activation": "relu",
    "activation_order": "before_pool",
    "initializer": "glorot_uniform",
    "bias": 0.0,
}

PRESETS: dict[str, dict[str, Any]] = {
    "hvass02": _HVASS,
    "hvass13b": {**_HVASS, "activation_order": "before_pool", "initializer": "glorot_uniform", "bias": 0.0},
    "fashion02": _HVASS,
    "digitcnn": {
        **_KERAS,
        "conv": [{"filters": 32, "kernel": 5}, {"filters": 64, "kernel": 5}],
        "pool_padding": "same",
        "dense": [1024],
        "dense_dropout": 0.5,
    },
    "keras_two_conv": {
        **_KERAS,
        "conv": [{"filters": 64, "kernel": 3}, {"filters": 64, "kernel": 3}],
        "dense": [128],
    },
    "keras_dense": {**_KERAS, "conv": [], "dense": [128]},
    "keras_one_conv": {**_KERAS, "conv": [{"filters": 64, "kernel": 3}], "dense": [256]},
}
