"""How the levels of settings are said: a table by dotted path.

What is not in it has no phrase (``batch_norm_momentum=0.9`` stays as it is), so that nothing is said of a setting that
nobody put into words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.findings.wording import listed


@dataclass(frozen=True)
class Words:
    """How a level, or a variant, is said.

    Attributes:
        text: as the subject of a sentence.
        plural: whether it takes a plural verb.
        short: the part of it that tells levels of one factor apart, e.g. its number; empty if that is the whole.
        instead: what it stands in the place of, where that is one level; empty elsewhere.
    """

    text: str
    plural: bool = False
    short: str = ""
    instead: str = ""

    @property
    def whole(self) -> str:
        """The text, and what it stands in the place of: "a stride instead of max-pooling"."""
        return f"{self.text} instead of {self.instead}" if self.instead else self.text


def phrase(path: str, level: str) -> Words | None:
    """Return how a level of a setting is said; None where there are no words for it.

    Args:
        path: dotted path of the setting.
        level: its value, as text.
    """
    for pattern, say in _SAID:
        if found := pattern.fullmatch(path):
            try:
                return say(level, *(int(part) for part in found.groups()))
            except (ValueError, KeyError):
                return None
    return None


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _whole(level: str) -> str:
    return f"{int(level):,}"


def _decimal(level: str) -> str:
    """Write a number without an exponent where that is short: ``0.00001``."""
    value = float(level)
    return f"{value:.7f}".rstrip("0").rstrip(".") if 1e-6 <= abs(value) < 1 else level


def _many(level: str, one: str, many: str) -> Words:
    count = _whole(level)
    return Words(f"{count} {one if count == '1' else many}", count != "1", count)


def _filters(level: str, layer: int) -> Words:
    return _many(level, f"filter in the {_ORDINALS[layer]} layer", f"filters in the {_ORDINALS[layer]} layer")


def _kernel(level: str, layer: int) -> Words:
    size = f"{int(level)}x{int(level)}"
    return Words(f"{size} kernels in the {_ORDINALS[layer]} layer", True, size)


def _units(level: str, layer: int) -> Words:
    where = f"in the {_ORDINALS[layer]} dense layer"
    return _many(level, f"unit {where}", f"units {where}")


def _dense(level: str) -> Words:
    sizes = level.split()
    if sizes == ["none"]:
        return Words("no dense layer")
    if len(sizes) == 1:
        return _many(level, "dense unit", "dense units")
    each = [_whole(size) for size in sizes]
    if len(set(each)) == 1:
        return Words(f"{_COUNTS[len(each)]} dense layers of {each[0]} units", True)
    return Words(f"dense layers of {listed(each)} units", True)


def _convolutions(level: str) -> Words:
    if level == "none":
        return Words("no convolution")
    count = len(level.split())
    return Words(f"{_COUNTS[count]} convolution{'' if count == 1 else 's'} ({level})", count != 1)


def _dropout(where: str) -> Callable[[str], Words]:
    def say(level: str) -> Words:
        if float(level) == 0:
            return Words(f"no dropout{where}", short="none")
        return Words(f"dropout {_decimal(level)}{where}", short=_decimal(level))

    return say


def _at_most(what: str, form: str) -> Callable[[str], Words]:
    def say(level: str) -> Words:
        if float(level) == 0:
            return Words(f"no {what}", True, "none")
        number = f"{float(level):g}"
        return Words(f"{what} {form.format(number, '' if float(level) == 1 else 's')}", True, number)

    return say


def _number(form: str, plural: bool = False) -> Callable[[str], Words]:
    return lambda level: Words(form.format(_decimal(level)), plural, _decimal(level))


def _counted(one: str, many: str) -> Callable[[str], Words]:
    return lambda level: _many(level, one, many)


def _named(names: Mapping[str, str], *plurals: str) -> Callable[[str], Words]:
    return lambda level: Words(names[level], level in plurals)


def _spaced(form: str, plural: bool = False) -> Callable[[str], Words]:
    return lambda level: Words(form.format(level.replace("_", " ")), plural)


def _order(level: str) -> Words:
    place, _, _ = level.partition("_")
    return Words(f"the activation {place} the pool", short=place)


def _on_last(level: str) -> Words:
    article = "a " if level.startswith("relu") else ""
    return Words(f"{article}{_ACTIVATIONS[level]} on the last layer", short="none" if level == "linear" else "")


_ACTIVATIONS = {
    **{"relu": "ReLU", "sigmoid": "a sigmoid", "tanh": "tanh", "gelu": "GELU", "linear": "no activation"},
    **{"swish": "swish", "elu": "ELU", "selu": "SELU", "leaky_relu": "leaky ReLU", "relu6": "ReLU6", "mish": "Mish"},
    **{"softplus": "softplus", "softsign": "softsign", "hard_sigmoid": "a hard sigmoid", "hard_swish": "hard swish"},
}
_FORMS: dict[str, Callable[..., Words]] = {
    r"model\.conv\.(\d+)\.filters": _filters,
    r"model\.conv\.(\d+)\.kernel": _kernel,
    r"model\.conv": _convolutions,
    r"model\.dense\.(\d+)": _units,
    r"model\.dense": _dense,
    r"model\.downsample": _named(
        {"max_pool": "max-pooling", "average_pool": "average pooling", "stride": "a stride", "none": "no pooling"}
    ),
    r"model\.padding": _named({"same": "same padding", "valid": "valid padding"}),
    r"model\.activation": _named(_ACTIVATIONS),
    r"model\.activation_order": _order,
    r"model\.output_activation": _on_last,
    r"model\.batch_norm": _named({"true": "batch normalisation", "false": "no batch normalisation"}),
    r"model\.block": _named(
        {"plain": "plain blocks", "separable": "separable blocks", "residual": "residual blocks"},
        *("plain", "separable", "residual"),
    ),
    r"model\.global_pool": _named(
        {"none": "no global pooling", "average": "global average pooling", "max": "global max-pooling"}
    ),
    r"model\.preset": lambda level: Words(f"the network {level}", short=level),
    r"model\.initializer": _spaced("{} initial weights", plural=True),
    r"model\.bias": _number("initial biases of {}", plural=True),
    r"model\.dense_dropout": _dropout(""),
    r"model\.conv_dropout": _dropout(" after convolutions"),
    r"train\.learning_rate": _number("a learning rate of {}"),
    r"train\.batch_size": lambda level: Words(f"batches of {_whole(level)}", True, _whole(level)),
    r"train\.max_steps": _counted("step", "steps"),
    r"train\.optimizer": _named({"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop"}),
    r"train\.schedule": _spaced("a {} schedule"),
    r"train\.precision": _named({"float32": "float32", "mixed_bfloat16": "bfloat16", "mixed_float16": "float16"}),
    r"train\.weight_decay": _number("a weight decay of {}"),
    r"train\.l2": _number("an L2 penalty of {}"),
    r"train\.augment\.shift": _at_most("shifts", "of up to {} pixel{}"),
    r"train\.augment\.rotate": _at_most("turns", "of up to {} degree{}"),
    r"train\.augment\.zoom": _at_most("zooms", "of up to {}"),
    r"train\.augment\.cutout": _at_most("cut-out squares", "of {} pixel{}"),
    r"train\.augment\.flip": _named(
        {
            "none": "no mirroring",
            "horizontal": "mirroring",
            "vertical": "mirroring upside down",
            "both": "mirroring both ways",
        }
    ),
    r"train\.label_smoothing": _number("label smoothing of {}"),
    r"data\.train_images": _counted("training image", "training images"),
    r"data\.scaling": _named(
        {"none": "raw pixels", "unit": "pixels from 0 to 1", "standardized": "standardised pixels"},
        *("none", "unit", "standardized"),
    ),
}
"""Pattern of a dotted path -> how its levels are said; numbers in the path are given along."""
_SAID = tuple((re.compile(pattern), say) for pattern, say in _FORMS.items())
