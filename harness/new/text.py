"""The text of a new study file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from harness.new.levels import show_toml
from harness.new.wishes import SMALL, Wishes

_WIDTH = 44
"""Column in which comments begin, where the line before them is shorter."""

_QUESTIONS = {
    ("model.downsample", ("max_pool", "stride")): "Does a stride of 2 do the work of max-pooling?",
    ("model.dense_dropout", (0.0, 0.5)): "Does dropout help?",
    ("model.padding", ("same", "valid")): "Valid or same padding?",
}


def study_text(wishes: Wishes, schema: str) -> str:
    """Return the text of a study file, with comments.

    Args:
        wishes: what it is to be, settled.
        schema: where its JSON Schema is, from the folder that the file will be in; editors read it.
    """
    parts = [
        [f"#:schema {schema}"],
        [
            f"# harness validate {wishes.name}     checks this file",
            f"# harness run {wishes.name}          trains what it asks for, and writes reports/{wishes.name}/",
            "# Every key there is: `harness schema`, or what your editor offers.",
        ],
        [f"question = {show_toml(_question(wishes))}"],
        _data(wishes),
        _model(wishes),
        _train(wishes),
        _target(wishes),
        _design(wishes),
        _report(wishes),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _line(text: str, comment: str = "") -> str:
    return f"{text.ljust(_WIDTH - 2)}  # {comment}" if comment else text


def _question(wishes: Wishes) -> str:
    if wishes.design == "search":
        return f"Which {_listed(_name(key) for key in wishes.vary)} {'is' if len(wishes.vary) == 1 else 'are'} best?"
    if len(wishes.vary) > 1:
        return f"What do {_listed(_name(key) for key in wishes.vary)} change?"
    ((key, levels),) = wishes.vary.items()
    known = _QUESTIONS.get((key, tuple(levels))) if not isinstance(levels, dict) and _hashable(levels) else None
    shown = _listed((_plain(level) for level in levels), "or")
    return known or f"Which {_name(key)} is better: {shown}?"


def _hashable(levels: Sequence[Any]) -> bool:
    return all(isinstance(level, (str, int, float)) for level in levels)


def _plain(level: Any) -> str:
    return level if isinstance(level, str) else show_toml(level)


def _name(key: str) -> str:
    return key.rpartition(".")[2].replace("_", " ") if not key.rpartition(".")[2].isdigit() else key


def _listed(words: Iterable[str], last: str = "and") -> str:
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end


def _data(wishes: Wishes) -> list[str]:
    height, width, channels = wishes.images.shape
    colour = "grey" if channels == 1 else "colour"
    facts = f"{wishes.images.train_images:,} training images of {height}x{width}, {colour}"
    why = {"name": facts, **wishes.images.why}
    lines = ["[data]"]
    for key, value in wishes.images.keys.items():
        lines.append(_line(f"{key} = {show_toml(value)}", why.get(key, "")))
    if wishes.parts:
        lines.append(_line(f"validation = {wishes.validation}", "held out by class, another fold in each replicate"))
        lines.append(_line('split = "k_fold"', f"{wishes.parts} folds"))
    elif wishes.images.held_out:
        lines.append(_line(f"validation = {wishes.validation}", "those that the files hold out"))
        lines.append('split = "last"')
    else:
        lines.append(_line(f"validation = {wishes.validation}", "held out by class to watch"))
    return [*lines, _line('scaling = "unit"', "pixels from 0 to 1; or standardized, none")]


def _model(wishes: Wishes) -> list[str]:
    if wishes.is_own:
        file, _, function = wishes.model.partition(":")
        return [
            "[model]",
            _line(
                f"build = {show_toml(wishes.model)}",
                f"{function}() in {file}, beside this file",
            ),
            "# width = 16: other keys are settings of that function, and may vary",
        ]
    if wishes.model != SMALL:
        return ["[model]", _line(f"preset = {show_toml(wishes.model)}", "its keys can be set here, too")]
    blocks = [f"{{ filters = {wishes.filters * 2**number}, kernel = 3 }}" for number in range(wishes.blocks)]
    return [
        "[model]",
        _line(f"conv = [{', '.join(blocks)}]", "each block halves the image"),
        _line('downsample = "max_pool"', "or stride, average_pool, none"),
        _line("dense = [64]", "hidden dense layers; the last, one logit a class, is always there"),
        _line("dense_dropout = 0.0"),
    ]


def _train(wishes: Wishes) -> list[str]:
    return [
        "[train]",
        _line('optimizer = "adam"'),
        _line(f"learning_rate = {show_toml(1e-3)}"),
        _line(f"batch_size = {wishes.batch_size}"),
        _line(f"max_epochs = {wishes.epochs}", "passes over the training images at most"),
        _line(f"evaluate_every = {wishes.evaluate_every}", 'steps; or "epoch"'),
    ]


def _target(wishes: Wishes) -> list[str]:
    if wishes.target is None:
        return [
            "# [target]",
            _line('# metric = "val_accuracy"', "end a training as soon as it is good enough,"),
            _line("# value = 0.9", "and compare how long that takes"),
        ]
    metric, value = wishes.target
    return [
        "[target]",
        f"metric = {show_toml(metric)}",
        _line(f"value = {show_toml(value)}", "a training ends as soon as this is reached"),
    ]


def _design(wishes: Wishes) -> list[str]:
    if wishes.design == "search":
        lines = [
            "[design]",
            _line('kind = "search"', "Optuna chooses; the base above is tried first"),
            _line("trials = 20"),
            _line('objectives = ["val_accuracy"]', "never the test images"),
            _line("confirm = { top = 2, replicates = 5 }", "the best two and the base, trained afresh"),
            "",
            "[design.space]",
        ]
        return [*lines, *(f'"{key}" = {show_toml(levels)}' for key, levels in wishes.vary.items())]
    replicates, why = 5, "trainings of each variant; or { min = 3, max = 20 }: until decided"
    if wishes.parts:
        replicates, why = 2 * wishes.parts, "each fold held out twice"
    lines = [
        "[design]",
        _line('kind = "factorial"', "every combination of the levels below"),
        _line(f"replicates = {replicates}", why),
        "",
        "[design.factors]",
    ]
    return [*lines, *(f'"{key}" = {show_toml(levels)}' for key, levels in wishes.vary.items())]


def _report(wishes: Wishes) -> list[str]:
    metrics = ["val_accuracy"] if wishes.design == "cross-validate" else ["test_accuracy"]
    if wishes.target:
        metrics += ["steps_to_target", "seconds_to_target"]
    margin = "difference below which two variants are as good as each other"
    return [
        "[report]",
        _line(f"metrics = {show_toml(metrics)}", "judged against the base"),
        _line(f"margin = {{ {metrics[0]} = 0.005 }}", margin),
    ]
