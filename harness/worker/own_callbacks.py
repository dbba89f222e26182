"""Keras callbacks of the user's, called at evaluations; what they raise is told as theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from harness.callbacks import StopCallback
from harness.errors import UserCodeError
from harness.records import StopReason
from harness.study import CodeName, Variant
from harness.usercode import calling, load

_NEVER_CALLED = (
    "on_epoch_begin", "on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end", "on_test_begin",
    "on_test_end", "on_test_batch_begin", "on_test_batch_end", "on_predict_begin", "on_predict_end",
    "on_predict_batch_begin", "on_predict_batch_end",
)  # fmt: skip
"""Methods of Keras' callbacks that have no place here: steps run inside one compiled loop."""


class OwnCallback(StopCallback):
    """A callback of the user's, which may set ``model.stop_training``.

    Args:
        reference: names a class, or a function that returns a callback; called without arguments.
        code: file -> text.

    Raises:
        UserCodeError: if making it raises, it is no Keras callback, or has a method that would never be called.
    """

    def __init__(self, reference: CodeName, code: Mapping[str, str]) -> None:
        super().__init__()
        self._reference, self._text = reference, code[reference.file]
        made = load(code, reference)
        with calling(reference.file, self._text, f"{reference.name}()"):
            self._theirs = made()
        if not isinstance(self._theirs, keras.callbacks.Callback):
            got = type(self._theirs).__name__
            raise UserCodeError(
                f"{reference}() must give a Keras callback, got {got}. Inherit keras.callbacks.Callback."
            )
        for name in _NEVER_CALLED:
            if getattr(type(self._theirs), name) is not getattr(keras.callbacks.Callback, name):
                raise UserCodeError(
                    f"{reference}: {name} would never be called: callbacks are called at evaluations, by "
                    "on_train_begin, on_epoch_end and on_train_end. Use one of these."
                )

    def set_model(self, model: keras.Model) -> None:
        """Give it the network."""
        super().set_model(model)
        self._theirs.set_model(model)

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Pass it on."""
        super().on_train_begin(logs)
        self._call("on_train_begin")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Pass it on; the reason is its own if it was this one that stopped the training."""
        before = self.model.stop_training
        self._call("on_epoch_end", epoch, dict(logs or {}))
        if self.model.stop_training and not before:
            self.stop(StopReason.CALLBACK)

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Pass it on."""
        self._call("on_train_end")

    def _call(self, method: str, *arguments: Any) -> None:
        call = f"{self._reference.name}.{method}({', '.join(map(repr, arguments))})"
        with calling(self._reference.file, self._text, call):
            getattr(self._theirs, method)(*arguments)


def own_callbacks(variant: Variant) -> list[OwnCallback]:
    """Return the callbacks that a variant names, in their order; each is made anew."""
    return [OwnCallback(CodeName.of(text), variant.code) for text in variant.train.callbacks]
