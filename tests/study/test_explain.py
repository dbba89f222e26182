"""Every mistake in a study file gives one line with place, rule, value and fix."""

from __future__ import annotations

import pytest

from harness.errors import ImpossibleNetwork, StudyError

SEARCH = {"kind": "search", "trials": 3}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"train.learning_rate": -1},
            "train.learning_rate must be above 0, got -1. Typical values are 1e-4 to 1e-2.",
        ),
        (
            {"train.lerning_rate": 1},
            "train.lerning_rate: unknown key 'lerning_rate' in [train], got 1. Did you mean 'learning_rate'?",
        ),
        ({"train.max_steps": 1e4}, "train.max_steps must be a whole number, got 10000.0. Write 10000."),
        (
            {"train.max_steps": None},
            "train: exactly one of max_steps and max_epochs must be given, got neither. E.g. max_epochs = 5.",
        ),
        (
            {"train.max_epochs": 3.0},
            "train: exactly one of max_steps and max_epochs must be given, got both. E.g. max_epochs = 5.",
        ),
        ({"model.padding": "sam"}, "model.padding must be one of same, valid, got 'sam'. Did you mean 'same'?"),
        (
            {"model.preset": "hvass"},
            "model.preset must be one of hvass02, hvass13b, fashion02, digitcnn, keras_two_conv, keras_dense, "
            "keras_one_conv, got 'hvass'. Did you mean 'hvass02'?",
        ),
        (
            {"design.kind": "fact"},
            "design.kind must be one of factorial, one_at_a_time, listed, screening, search, got 'fact'. "
            "Did you mean 'factorial'?",
        ),
        (
            {"design.kind": None},
            'design.kind is required. Write kind = "factorial", "one_at_a_time", "listed", "screening" or "search".',
        ),
        (
            {"design.factors": {"model": {"downsample": ["stride"]}}},
            "design.factors.model must be a list, got {'downsample': ['stride']}. "
            'Write the dotted path in quotes, e.g. "model.downsample" = ["max_pool", "stride"].',
        ),
        (
            {"design.factors": {"model.downsampl": ["stride"]}},
            "design.factors \"model.downsampl\": unknown key 'downsampl' in model. Did you mean 'downsample'?",
        ),
        (
            {"design.factors": {"model.downsample": ["strid"]}},
            'design.factors "model.downsample": model.downsample must be one of max_pool, average_pool, stride, none, '
            "got 'strid'. Did you mean 'stride'?",
        ),
        (
            {"design.factors": {"model.downsample": ["stride", "stride"]}},
            'design.factors "model.downsample": levels must differ, got stride stride.',
        ),
        (
            {"design.factors": {"target.value": [0.9]}},
            "design.factors \"target.value\" must be a path into [data], [model], [train] or [seeds], got 'target'. "
            'Write the whole path in quotes, e.g. "model.downsample".',
        ),
        (
            {"design.factors": {"model.conv.5.filters": [3]}},
            "design.factors \"model.conv.5.filters\": model.conv of the base has 2 entries, numbered from 0, got '5'.",
        ),
        (
            {"design.factors": {"model.conv.0.filters": [8, 16], "model.conv.2.filters": [3]}},
            "design.factors \"model.conv.2.filters\": model.conv of the base has 2 entries, numbered from 0, got '2'.",
        ),
        ({"design.replicates": {"min": 3}}, "design.replicates.max is required."),
        ({"design.replicates": {"min": 1, "max": 5}}, "design.replicates.min must be at least 2, got 1."),
        (
            {"design.replicates": {"min": 5, "max": 4}},
            "design.replicates: min must be below max, got min = 5 and max = 4.",
        ),
        (
            {"design.replicates": {"min": 3, "max": 5}, "data.split": "k_fold", "data.validation": 6000},
            "design.replicates must be a number with data.split = 'k_fold', got { min, max }: folds that share "
            "images are judged once, when all are there. E.g. 50, ten repetitions of five folds.",
        ),
        (
            {"design.replicates": 0},
            "design.replicates must be at least 1, got 0. 5 or more give intervals worth reading; or "
            "{ min = 3, max = 30 }.",
        ),
        (
            {"design": {**SEARCH, "space": {"train.learning_rate": {"low": 1e-2, "high": 1e-4}}}},
            'design.space."train.learning_rate": low must be below high, got low = 0.01 and high = 0.0001.',
        ),
        (
            {"design": {**SEARCH, "space": {"model.dense_dropout": {"low": 0.0, "high": 1.5}}}},
            'design.space "model.dense_dropout": model.dense_dropout must be below 1, got 1.5. '
            "It is the share of units dropped, usually 0.2 to 0.5.",
        ),
        (
            {"design": {**SEARCH, "space": {"train.learning_rate": {"low": 1e-3, "high": 1e-2}}}},
            'design.space "train.learning_rate" must contain the base value 0.0001, got 0.001 to 0.01. '
            "Set train.learning_rate to a value inside, or add it here.",
        ),
        (
            {
                "design": {
                    **SEARCH,
                    "pruner": "median",
                    "objectives": ["val_accuracy", "parameters"],
                    "space": {"model.dense_dropout": [0.0, 0.5]},
                }
            },
            "design: pruner must be 'none' with several objectives, got 'median' with 2. "
            "Remove the pruner, or keep one objective.",
        ),
        (
            {"design": {**SEARCH, "objectives": ["test_accuracy"], "space": {"model.dense_dropout": [0.0, 0.5]}}},
            "design.objectives.0 must be one of val_accuracy, val_loss, train_accuracy, train_loss, steps_to_target, "
            "seconds_to_target, train_seconds, images_per_second, parameters, macs, activations, activation_ops, "
            "pool_ops, dead_features, redundant_features, val_macro_f1, val_balanced_accuracy, val_top_5_accuracy, "
            "val_auc, val_expected_calibration_error, got 'test_accuracy'. "
            "The test split must not choose: use val_accuracy.",
        ),
        (
            {"target.metric": "test_accuracy"},
            "target.metric must be one of val_accuracy, val_loss, train_accuracy, train_loss, val_macro_f1, "
            "val_balanced_accuracy, val_top_5_accuracy, val_auc, val_expected_calibration_error, got 'test_accuracy'. "
            "The test split is scored once, at the end: stop on val_accuracy instead.",
        ),
        ({"target.value": 98}, "target: value must be between 0 and 1, got 98. Write 0.98 for 98 %."),
        (
            {"data.validation": 60000},
            "data: validation must be below 60000, the training images of mnist, got 60000. Leave some to train on.",
        ),
        (
            {"data.validation": 0},
            "target.metric must not be 'val_accuracy' with data.validation = 0: there are no validation images. "
            "Hold some out, or use train_accuracy.",
        ),
        (
            {"data.name": "folder"},
            "data: folder is required with name = 'folder'. Name the folder that holds the images.",
        ),
        (
            {"model.block": "residual", "model.padding": "valid"},
            "model: padding must be 'same' with block = 'residual', got 'valid': what is added must be as large as the "
            'block\'s input. Write padding = "same".',
        ),
        (
            {"model.batch_norm_momentum": 1.0},
            "model.batch_norm_momentum must be below 1, got 1.0. Typical values are 0.9 for some hundred steps and "
            "0.99 for thousands.",
        ),
        (
            {"design.factors": {"model.batch_norm_momentum": [0.9, 0.99]}},
            'design.factors "model.batch_norm_momentum" has no effect with model.batch_norm = false. It is used with '
            "true alone.",
        ),
        (
            {"train.restore_best": "test_loss"},
            "train.restore_best must be one of val_accuracy, val_loss, train_accuracy, train_loss, val_macro_f1, "
            "val_balanced_accuracy, val_top_5_accuracy, val_auc, val_expected_calibration_error, got 'test_loss'. "
            'Or "none".',
        ),
        (
            {"design": {**SEARCH, "space": {"train.restore_best": ["none", "val_loss"]}}},
            'design.space "train.restore_best": train.restore_best does not go with an objective that is evaluated in '
            "training, got 'val_loss': a search compares last evaluations. Leave it out.",
        ),
        (
            {"train.restore_best": "val_loss", "data.validation": 0, "target": None},
            "train.restore_best must not be 'val_loss' with data.validation = 0: there are no validation images. Hold "
            "some out, or use train_accuracy.",
        ),
        (
            {"train.class_weights": [1, 2]},
            'train.class_weights must have a number for each of 10 classes, got 2. Or "balanced".',
        ),
        (
            {"train.class_weights": [0.0] * 10},
            "train.class_weights must not all be 0: nothing would be learned. Use numbers around 1.",
        ),
        (
            {"train.clip_norm": 1.0, "train.clip_value": 0.5},
            "train: clip_norm does not go with clip_value, got 1 and 0.5. Remove one of them.",
        ),
        (
            {"train.ema": 0.9, "train.precision": "mixed_float16"},
            "train: ema must be 0 with precision = 'mixed_float16', got 0.9: steps that overflow are skipped, and "
            "would be averaged. Use mixed_bfloat16.",
        ),
        (
            {"train.plateau": {"patience": 3, "evaluations": 3}},
            "train.plateau: patience is another word for evaluations, got both. Remove one of them.",
        ),
        (
            {"design.factors": {"train.focal_gamma": [1.0, 2.0]}},
            'design.factors "train.focal_gamma" has no effect with train.loss = cross_entropy. It is used with focal '
            "alone.",
        ),
        (
            {"train.augment": {"shift": 28}},
            "train.augment.shift must be below 28, the pixels of a side of the images, got 28. E.g. 2.",
        ),
        (
            {"train.augment": {"shfit": 2}},
            "train.augment.shfit: unknown key 'shfit' in [train.augment], got 2. Did you mean 'shift'?",
        ),
        (
            {"train.augment": {"flip": "sideways"}},
            "train.augment.flip must be one of none, horizontal, vertical, both, got 'sideways'.",
        ),
        (
            {"train.augment": {"zoom": 1.5}},
            "train.augment.zoom must be below 1, got 1.5. E.g. 0.1.",
        ),
        (
            {"train.batch_size": 60000},
            "train.batch_size must be at most 55000, the images there are to train on, got 60000.",
        ),
        ({"question": None}, "question is required."),
        ({"exclusive": 1}, "exclusive must be true or false, got 1."),
        ({"model": 3}, "model must be a table, got 3."),
        (
            {"train.evaluate_every": "epch"},
            "train.evaluate_every must be one of epoch, got 'epch'. Did you mean 'epoch'?",
        ),
        (
            {"train.evaluate_every": 0},
            'train.evaluate_every must be at least 1, got 0. Write a number of steps such as 100, or "epoch".',
        ),
        (
            {"report": {"metrics": ["seconds_to_target"]}, "target": None},
            "report.metrics names 'seconds_to_target' but there is no [target]. Add one, or drop the metric.",
        ),
    ],
)
def test_one_line_with_place_rule_value_and_fix(build, changes, message):
    with pytest.raises(StudyError) as caught:
        build(**changes)
    assert str(caught.value) == message


def test_a_network_that_shrinks_below_one_pixel(build):
    with pytest.raises(ImpossibleNetwork) as caught:
        build(**{"model": {"conv": [{"filters": 4, "kernel": 29}], "dense": [], "padding": "valid"}})
    assert str(caught.value) == (
        "model.conv block 1 needs at least 29x29 pixels with padding = 'valid', got a map of 28x28. "
        "Use fewer blocks, a smaller kernel or padding = 'same'."
    )


def test_an_impossible_corner_of_a_factorial_is_named(build):
    deep = [{"filters": 4, "kernel": 5}] * 5
    factors = {"model.padding": ["same", "valid"], "model.conv": [deep[:2], deep]}
    with pytest.raises(ImpossibleNetwork, match=r"^variant padding=valid, conv=4@5x5 4@5x5 4@5x5 4@5x5 4@5x5: model"):
        build(**{"design.factors": factors})


def test_every_mistake_has_its_line(build):
    with pytest.raises(StudyError) as caught:
        build(**{"train.learning_rate": 0, "model.padding": 3})
    assert str(caught.value).splitlines() == [
        "model.padding must be one of same, valid, got 3.",
        "train.learning_rate must be above 0, got 0. Typical values are 1e-4 to 1e-2.",
    ]
