"""The reference networks and protocols, as data.

`preset = "..."` in `[model]` stands for the keys of :data:`PRESETS`, `protocol = "..."` at the top of a study file for
the tables of :data:`PROTOCOLS`; any key can be set again beside them. They come from five published tutorials on MNIST
and Fashion-MNIST. All networks take 28x28x1 images and end in a dense layer of 10 logits, which is not listed.
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

_ITERATIONS: dict[str, Any] = {
    "data": {"name": "mnist", "validation": 5000, "split": "first", "scaling": "unit"},
    "train": {
        "optimizer": "adam",
        "learning_rate": 1e-4,
        "batch_size": 64,
        "max_steps": 10_000,
        "evaluate_every": 100,
    },
}

_EPOCHS: dict[str, Any] = {
    "data": {"name": "fashion_mnist", "validation": 0, "scaling": "unit"},
    "train": {
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "batch_size": 32,
        "max_epochs": 5,
        "evaluate_every": "epoch",
    },
}

PROTOCOLS: dict[str, dict[str, dict[str, Any]]] = {
    "hvass02": _ITERATIONS,
    "hvass13b": _ITERATIONS,
    "fashion02": {
        "data": {**_ITERATIONS["data"], "name": "fashion_mnist", "scaling": "none"},
        "train": {**_ITERATIONS["train"], "max_steps": 2100},
    },
    "digitcnn": {
        "data": {"name": "mnist", "validation": 10_000, "split": "last", "scaling": "standardized"},
        "train": {
            "optimizer": "adam",
            "learning_rate": 1e-4,
            "batch_size": 100,
            "max_epochs": 30,
            "evaluate_every": "epoch",
            "refit": True,
        },
    },
    "keras_two_conv": _EPOCHS,
    "keras_dense": _EPOCHS,
    "keras_one_conv": {
        "data": {**_EPOCHS["data"], "name": "mnist"},
        "train": {**_EPOCHS["train"], "max_epochs": 20},
        "target": {"metric": "train_accuracy", "value": 0.998},
    },
}
"""Protocol -> table -> keys that stand in for those not written in the study file."""

_EXCLUSIVE = {"max_steps": "max_epochs", "max_epochs": "max_steps"}


def expand_protocol(given: dict[str, Any]) -> dict[str, Any]:
    """Return a study's tables with the keys that its protocol stands for; the tables given are not changed.

    A length of training that is given replaces the protocol's, in steps or epochs. Tables that are not as they should
    be are left as they are: validation has the better message.
    """
    protocol = given.get("protocol")
    if not isinstance(protocol, str) or protocol not in PROTOCOLS:
        return given
    expanded = dict(given)
    for table, keys in PROTOCOLS[protocol].items():
        own = given.get(table, {})
        if isinstance(own, dict):
            expanded[table] = {key: value for key, value in keys.items() if _EXCLUSIVE.get(key) not in own} | own
    return expanded
