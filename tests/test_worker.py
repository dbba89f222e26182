"""One job from data to artifacts, on 8x8 digits."""

from __future__ import annotations

import csv
import dataclasses
from typing import ClassVar

import keras
import numpy as np
import pytest

from harness.cost import layer_costs
from harness.data import load_images
from harness.engines import configure
from harness.errors import ImpossibleNetwork, StudyError, UserCodeError
from harness.machine import Load, this_processor
from harness.records import Evaluated, Finished, Job, Resources, Scored, Started, StopReason, TrainingOver, unpack_hits
from harness.seeds import replicate_seeds
from harness.study import DataSpec, TrainSpec, build_study
from harness.worker import evaluation_steps, max_steps, run_jobs, summarise
from tests.conftest import TINY, changed

HERE = Resources(threads=None, workers=1)


@pytest.fixture
def train(tiny, tmp_path):
    """Train the base of the tiny study with some keys changed; gives the events."""

    def run(decide=None, prunable=False, **changes):
        study = tiny(**changes)
        events = []
        job = Job(5, study.base, 0, replicate_seeds(study.seed, 0), prunable=prunable, probes=study.probes)
        job = dataclasses.replace(job, insight=study.insight or "basic", metrics=study.metrics_of(study.base))
        run_jobs([job], HERE, tmp_path, events.append, decide)
        return events

    return run


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class TestRunJob:
    def test_what_a_study_names_is_measured_besides(self, train, tmp_path):
        names = ["val_macro_f1", "test_auc", "test_top_3_accuracy"]
        _, *evaluated, _, finished = train(**{"report.metrics": names, "train.test_at": [20]})
        scored = next(event for event in evaluated if isinstance(event, Scored))
        asked = {"test_macro_f1", "test_auc", "test_top_3_accuracy"}
        assert scored.metrics.keys() == {"test_loss", "test_accuracy"} | asked
        last = evaluated[-1].metrics
        assert last.keys() == {"train_loss", "train_accuracy", "val_loss", "val_accuracy", "val_macro_f1"}
        result = finished.result.metrics
        assert result.keys() == last.keys() | scored.metrics.keys() | {"dead_classes"}
        assert result["test_top_3_accuracy"] >= result["test_accuracy"]
        assert (result["val_macro_f1"], 0.5 < result["test_auc"] <= 1) == (last["val_macro_f1"], True)
        with (tmp_path / "5/history.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [bool(row["val_macro_f1"]) for row in rows] == [True, True, True]
        assert [bool(row["test_auc"]) for row in rows] == [True, False, False]

    def test_a_training_ends_by_a_metric_that_is_named(self, train):
        *_, finished = train(**{"target": {"metric": "val_macro_f1", "value": 0.3}})
        assert finished.result.stop_reason is StopReason.TARGET
        assert finished.result.steps_to_target == finished.result.steps < 60
        calibration = {"metric": "val_expected_calibration_error", "evaluations": 1, "min_delta": 1.0}
        *_, finished = train(**{"train.plateau": calibration})
        assert (finished.result.stop_reason, finished.result.steps) == (StopReason.PLATEAU, 40)

    def test_as_many_guesses_as_classes_are_refused(self, tiny, tmp_path):
        study = tiny(**{"report.metrics": ["test_top_9_accuracy"]})
        job = Job(0, study.base, 0, replicate_seeds(0, 0), metrics=("test_top_10_accuracy",))
        with pytest.raises(StudyError, match=r"test_top_10_accuracy must look among fewer .* classes \(10\), got 10"):
            run_jobs([job], HERE, tmp_path, lambda event: None)

    def test_events_in_order_and_clocks_apart(self, train):
        started, *evaluated, trained, finished = train()
        assert isinstance(started, Started)
        assert (started.image_shape, started.classes) == ((8, 8, 1), 10)
        assert started.images == {"train": 1137, "validation": 300, "test": 360}
        assert (started.trial, started.max_steps, started.costs["parameters"]) == (5, 60, 1250)
        assert started.fingerprint.threads == configure(None)
        assert [event.step for event in evaluated] == [20, 40, 60]
        # 1,437 images less 300 for validation, 32 a step
        assert [event.epoch for event in evaluated] == [20 * 32 / 1137, 40 * 32 / 1137, 60 * 32 / 1137]
        assert trained == TrainingOver(5)
        assert isinstance(finished, Finished)
        result = finished.result
        assert result.stop_reason is StopReason.MAXIMUM
        assert result.steps == 60
        assert (result.steps_to_target, result.seconds_to_target) == (None, None)
        assert result.metrics["val_accuracy"] == evaluated[-1].metrics["val_accuracy"]
        assert result.clocks.train == evaluated[-1].train_seconds
        assert result.images_per_second == pytest.approx(60 * 32 / result.clocks.train)
        assert min(dataclasses.astuple(dataclasses.replace(result.clocks, refit=1))) > 0
        assert result.clocks.refit == 0
        assert result.foreign_load is None or 0 <= result.foreign_load < 64
        assert result.studies_beside is None or result.studies_beside >= 0

    def test_it_says_what_others_took_of_the_machine_while_it_trained(self, train, monkeypatch):
        looks, drivers = [], []
        monkeypatch.setattr("harness.worker.look", lambda driver, beside: drivers.append(driver) or len(drivers))
        monkeypatch.setattr("harness.worker.load_between", lambda *both: looks.append(both) or Load(0.25, 2))
        *_, finished = train()
        assert (looks, drivers) == ([(1, 2)], [None, None])
        assert (finished.result.foreign_load, finished.result.studies_beside) == (0.25, 2)

    def test_its_processor_is_told_by_more_than_a_name(self, train):
        found, started = this_processor(), train()[0].fingerprint
        if started.device == "cpu":
            assert (started.processor, started.processor_model, started.instructions) == (
                found.name, found.model, found.instructions
            )  # fmt: skip

    def test_it_learns(self, train):
        *_, finished = train(**{"train.max_steps": 300})
        assert finished.result.metrics["test_accuracy"] > 0.9

    def test_stops_at_the_target_and_says_when(self, train):
        *evaluated, _, finished = train(**{"target.value": 0.5, "train.max_steps": 400})[1:]
        result = finished.result
        assert result.stop_reason is StopReason.TARGET
        assert evaluated[-1].metrics["val_accuracy"] >= 0.5
        assert all(event.metrics["val_accuracy"] < 0.5 for event in evaluated[:-1])
        assert result.steps_to_target == result.steps == evaluated[-1].step < 400
        assert result.seconds_to_target == evaluated[-1].train_seconds

    def test_may_note_the_target_and_train_on(self, train):
        *_, finished = train(**{"target.value": 0.5, "target.stop": False, "train.max_steps": 200})
        assert finished.result.stop_reason is StopReason.MAXIMUM
        assert finished.result.steps == 200
        assert finished.result.steps_to_target < 200

    def test_stops_at_a_time_budget(self, train):
        *_, finished = train(**{"train.max_seconds": 1e-6, "target": None})
        assert (finished.result.stop_reason, finished.result.steps) == (StopReason.TIME_BUDGET, 20)

    def test_stops_on_a_plateau(self, train):
        plateau = {"metric": "val_accuracy", "evaluations": 2, "min_delta": 1.0}
        *_, finished = train(**{"train.plateau": plateau, "target": None})
        assert (finished.result.stop_reason, finished.result.steps) == (StopReason.PLATEAU, 60)

    def test_stops_when_the_loss_is_not_finite(self, train):
        *_, finished = train(**{"train.optimizer": "sgd", "train.learning_rate": 1e30, "target": None})
        assert finished.result.stop_reason is StopReason.NOT_FINITE
        assert finished.result.steps == 20

    def test_is_pruned_when_the_driver_says_so(self, train):
        asked = []

        def decide(event: Evaluated) -> bool:
            asked.append(event.step)
            return event.step >= 40

        *_, finished = train(decide, prunable=True)
        assert asked == [20, 40]
        assert (finished.result.stop_reason, finished.result.steps) == (StopReason.PRUNED, 40)

    def test_trains_without_validation_images(self, train):
        _, *evaluated, _, finished = train(
            **{"data.validation": 0, "target.metric": "train_accuracy", "target.value": 0.3, "train.max_steps": 200}
        )
        assert set(evaluated[0].metrics) == {"train_loss", "train_accuracy"}
        assert finished.result.stop_reason is StopReason.TARGET

    def test_artifacts(self, train, tmp_path):
        *evaluated, _, finished = train()[1:]
        folder = tmp_path / "5"
        assert files_in(folder) == [
            "history.csv",
            "insight/confusion_matrix.csv",
            "insight/confusion_matrix.png",
            "insight/misclassified.png",
            "model.keras",
            "summary.txt",
            "test_hits.bin",
        ]
        with (folder / "history.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert [float(row["val_accuracy"]) for row in rows] == [event.metrics["val_accuracy"] for event in evaluated]
        with (folder / "insight" / "confusion_matrix.csv").open() as file:
            matrix = np.array([row[1:] for row in list(csv.reader(file))[1:]], dtype=int)
        assert matrix.sum() == 360
        assert matrix.trace() / 360 == pytest.approx(finished.result.metrics["test_accuracy"])
        assert (folder / "insight" / "confusion_matrix.png").read_bytes().startswith(b"\x89PNG")

    @pytest.mark.parametrize("refit", [False, True])
    def test_the_images_that_it_got_right(self, train, tmp_path, refit):
        result = train(**{"train.refit": refit})[-1].result
        hits = unpack_hits((tmp_path / "5" / "test_hits.bin").read_bytes())
        model = keras.models.load_model(tmp_path / "5" / "model.keras")
        data = load_images(DataSpec(name="digits", validation=300), 0)
        assert hits.tolist() == (model.predict(data.test.images).argmax(axis=1) == data.test.labels).tolist()
        assert hits.mean() == result.metrics["test_accuracy"]

    def test_pictures_are_drawn_as_the_job_says(self, train, tmp_path):
        train(insight="none")
        assert files_in(tmp_path / "5") == ["history.csv", "model.keras", "summary.txt", "test_hits.bin"]

    def test_full_insight_keeps_the_weights_as_they_were_on_the_way(self, train, tmp_path):
        train(insight="full", target=None, **{"train.evaluate_every": 10})
        files = files_in(tmp_path / "5")
        assert {"insight/network.png", "insight/maximisation_logits.png", "insight/outputs_pool_1_test0.png"} <= {
            *files
        }
        kept = [name.removeprefix("steps/conv_1 weights/") for name in files if name.startswith("steps/")]
        # at the start, after 1, 2 and 4 evaluations, at the end
        assert sorted(kept, key=lambda name: int(name[:-4])) == ["0.png", "10.png", "20.png", "40.png", "60.png"]

    def test_the_saved_model_is_the_one_that_was_scored(self, train, tmp_path):
        from harness.data import load_images

        *_, finished = train()
        model = keras.saving.load_model(tmp_path / "5" / "model.keras")
        data = load_images(_study_data(), 0)
        accuracy = (model.predict(data.test.images, verbose=0).argmax(axis=1) == data.test.labels).mean()
        assert accuracy == pytest.approx(finished.result.metrics["test_accuracy"])

    def test_the_same_job_twice_is_the_same_to_the_bit(self, train):
        first, second = train(**{"model.dense_dropout": 0.3}), train(**{"model.dense_dropout": 0.3})
        assert [event.metrics for event in first[1:-2]] == [event.metrics for event in second[1:-2]]

    def test_an_impossible_network_is_an_error(self, train):
        with pytest.raises(ImpossibleNetwork):
            train(**{"model.conv": [{"filters": 2, "kernel": 9}], "model.padding": "valid"})


def _study_data():
    from harness.study import DataSpec

    return DataSpec(name="digits", validation=300)


@pytest.mark.parametrize(
    ("given", "total", "steps"),
    [
        ({"max_steps": 250, "evaluate_every": 100}, 250, [100, 200, 250]),
        ({"max_steps": 200, "evaluate_every": 100}, 200, [100, 200]),
        ({"max_steps": 50, "evaluate_every": 100}, 50, [50]),
        # 1,000 images in batches of 64 are 15.625 steps an epoch
        ({"max_epochs": 3.0, "evaluate_every": "epoch"}, 47, [16, 31, 47]),
        ({"max_epochs": 0.01}, 1, [1]),
        # 0.5 steps an epoch: two evaluations must not fall on one step
        ({"max_epochs": 6.0, "batch_size": 2000}, 3, [1, 2, 3]),
    ],
)
def test_when_it_evaluates(given, total, steps):
    train = TrainSpec.model_validate({"batch_size": 64, **given})
    assert max_steps(train, 1000) == total
    assert list(evaluation_steps(train, 1000, total)) == steps


def test_summary_lists_shapes_and_parameters(tiny):
    text = summarise(layer_costs(tiny().base.model, (8, 8, 1), 10), (8, 8, 1))
    lines = [line.split() for line in text.splitlines()]
    assert ["conv_1", "8x8x4", "40", "2,304"] in lines
    # pooled to 4x4x4 = 64 values: 64 * 16 + 16 and 16 * 10 + 10
    assert ["dense_1", "16", "1,040", "1,024"] in lines
    assert ["logits", "10", "170", "160"] in lines
    assert lines[-1] == ["total", "1,250", "3,488"]


EXPLODE = {"train.optimizer": "sgd", "train.learning_rate": 1e30}


class TestDiverged:
    """Logits that are no numbers have their largest at class 0: nothing may be counted of them."""

    def check(self, result):
        assert result.stop_reason is StopReason.NOT_FINITE
        assert (result.steps_to_target, result.seconds_to_target) == (None, None)
        assert result.metrics == {}
        assert result.value("steps_to_target") == result.value("seconds_to_target") == np.inf
        assert all(np.isnan(result.value(name)) for name in ("val_accuracy", "train_loss", "test_accuracy"))
        assert np.isnan(result.value("train_seconds")), "it stopped early, which is no saving"
        assert result.value("parameters") == 1250

    def test_a_target_that_class_0_would_hold_is_missed(self, train, tmp_path):
        _, evaluated, _, finished = train(**EXPLODE, **{"target.value": 0.05, "insight": "full"})
        assert all(np.isnan(list(evaluated.metrics.values())))
        self.check(finished.result)
        assert finished.result.steps == 20
        # the weights as they were at the start, and no picture of what it makes of images
        assert files_in(tmp_path / "5") == [
            "history.csv", "model.keras", "steps/conv_1 weights/0.png", "summary.txt"
        ]  # fmt: skip

    def test_so_is_one_that_was_held_before(self, train):
        target = {"metric": "train_loss", "value": 100, "stop": False}
        early = {"data.validation": 0, "train.evaluate_every": 1, "target": target}
        _, first, second, _, finished = train(**EXPLODE, **early)
        assert first.metrics["train_loss"] < 100, "of the weights before the first step"
        assert np.isnan(second.metrics["train_accuracy"])
        self.check(finished.result)

    def test_a_network_that_diverges_after_the_last_look_too(self, train):
        target = {"metric": "train_loss", "value": 100}
        early = {"data.validation": 0, "train.evaluate_every": 1, "target": target}
        _, evaluated, _, finished = train(**EXPLODE, **early)
        assert np.isfinite(list(evaluated.metrics.values())).all()
        self.check(finished.result)

    def test_no_metric_of_a_step_holds_where_another_is_not_finite(self, train):
        # after one step the batch's loss is still that of the first weights, the validation loss of the new ones
        early = {"train.evaluate_every": 1, "target": {"metric": "train_loss", "value": 100}}
        _, evaluated, _, finished = train(**EXPLODE, **early)
        assert evaluated.metrics["train_loss"] == pytest.approx(2.3, abs=0.3)
        assert np.isnan(evaluated.metrics["val_accuracy"])
        self.check(finished.result)

    def test_what_the_test_split_says_on_the_way(self, train):
        events = train(**EXPLODE, **{"train.test_at": [0, 5]})
        before, after = (event.metrics for event in events if isinstance(event, Scored))
        assert before["test_accuracy"] < 0.3
        assert np.isnan([after["test_accuracy"], after["test_loss"]]).all()

    def test_a_second_training_that_diverges(self, train, monkeypatch):
        from harness import worker

        refit = worker._refit

        def explode(sessions, data_folder):
            engine = refit(sessions, data_folder)
            give = engine.write_back

            def write_back():
                give()
                weights = sessions[0].model.get_weights()
                weights[0][:] = np.nan  # of the convolution: a ReLU may make numbers of it again
                sessions[0].model.set_weights(weights)

            monkeypatch.setattr(engine, "write_back", write_back)
            return engine

        monkeypatch.setattr(worker, "_refit", explode)
        result = train(**{"train.refit": True, "target.value": 0.1})[-1].result
        assert (result.steps, result.refit_steps > 0) == (20, True)
        self.check(result)

    def test_probes_measure_nothing(self, train):
        assert train(**EXPLODE, probes=["features", "activation_order"])[-1].result.metrics == {}


class TestTestAt:
    def test_the_test_split_is_scored_on_the_way_and_changes_nothing(self, train):
        plain = [event for event in train() if isinstance(event, Evaluated)]
        events = train(**{"train.test_at": [0, 5, 40, 1000]})
        tested = [event for event in events if isinstance(event, Scored)]
        evaluated = [event for event in events if isinstance(event, Evaluated)]
        assert [event.step for event in tested] == [0, 5, 40]  # the training ends after 60
        assert tested[0].train_seconds == 0
        assert tested[0].metrics["test_accuracy"] < 0.3  # ten classes, untrained
        assert set(tested[0].metrics) == {"test_loss", "test_accuracy"}
        # the same weights after the same steps; means over 5 and 15 steps are joined to one of 20
        assert [e.metrics["val_loss"] for e in evaluated] == [e.metrics["val_loss"] for e in plain]
        assert [e.metrics["train_accuracy"] for e in evaluated] == pytest.approx(
            [e.metrics["train_accuracy"] for e in plain], abs=1e-12
        )

    def test_the_last_one_is_the_final_score(self, train):
        events = train(**{"train.test_at": [60]})
        tested = next(event for event in events if isinstance(event, Scored))
        assert tested.metrics["test_loss"] == events[-1].result.metrics["test_loss"]

    def test_history_has_a_row_for_each_step(self, train, tmp_path):
        train(**{"train.test_at": [0, 40]})
        with (tmp_path / "5" / "history.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert [row["step"] for row in rows] == ["0", "20", "40", "60"]
        assert [bool(row["val_accuracy"]) for row in rows] == [False, True, True, True]
        assert [bool(row["test_accuracy"]) for row in rows] == [True, False, True, False]


class TestRefit:
    def test_trains_again_on_all_images_for_as_many_epochs(self, train):
        *_, finished = train(**{"train.refit": True, "train.max_steps": 71})
        result = finished.result
        # 71 steps of 32 are 1.998 epochs of 1,137 images; as many of all 1,437 are 89.7 steps
        assert (result.steps, result.refit_steps) == (71, 90)
        assert result.clocks.refit > 0

    def test_is_the_training_that_has_no_validation_images(self, train, tmp_path):
        refitted = train(**{"train.refit": True, "train.max_epochs": 2, "train.max_steps": None})[-1].result
        model = keras.models.load_model(tmp_path / "5" / "model.keras")
        whole = train(
            **{"data.validation": 0, "train.max_epochs": 2, "train.max_steps": None, "target": None}
        )[-1].result  # fmt: skip
        assert whole.steps == refitted.refit_steps == 90
        assert refitted.metrics["test_loss"] == whole.metrics["test_loss"]
        other = keras.models.load_model(tmp_path / "5" / "model.keras")
        for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)

    def test_after_a_stop_at_the_target_it_takes_as_many_epochs_as_that_took(self, train):
        *_, finished = train(**{"train.refit": True, "target.value": 0.3, "train.max_steps": 400})
        result = finished.result
        assert result.stop_reason is StopReason.TARGET
        assert result.refit_steps == round(result.epochs * 1437 / 32)


class TestDigests:
    def test_equal_trainings_have_equal_ones(self, train):
        one, two = (train()[-1].result for _ in range(2))
        assert one.digests == two.digests
        assert set(one.digests) == {"weights", "history"}

    def test_another_order_of_batches_has_others(self, train):
        one = train()[-1].result
        two = train(**{"seed": 1})[-1].result
        assert one.digests["weights"] != two.digests["weights"]
        assert one.digests["history"] != two.digests["history"]


class TestProbes:
    def test_relu_and_max_pool_commute_and_relu_and_mean_do_not(self, train):
        same = train(probes=["activation_order"])[-1].result
        other = train(probes=["activation_order"], **{"model.downsample": "average_pool"})[-1].result
        assert same.metrics["order_difference"] < 1e-5
        assert other.metrics["order_difference"] > 0.1

    def test_without_a_pool_there_is_no_order(self, train):
        result = train(probes=["activation_order"], **{"model.downsample": "stride"})[-1].result
        assert result.metrics["order_difference"] < 1e-5

    def test_features_that_never_light_up_are_dead(self, train, tmp_path):
        # a bias far below 0 that 60 small steps cannot lift: every ReLU stays shut
        result = train(probes=["features"], **{"model.bias": -50.0, "train.learning_rate": 1e-4, "target": None})[
            -1
        ].result
        counts = {name: value for name, value in result.metrics.items() if "features" in name}
        assert counts == {
            "dead_features": 20, "redundant_features": 0,
            "dead_features/conv_1": 4, "redundant_features/conv_1": 0,
            "dead_features/dense_1": 16, "redundant_features/dense_1": 0,
        }  # fmt: skip
        with (tmp_path / "5" / "features.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 20
        assert rows[0] == {"layer": "conv_1", "feature": "1", "dead": "1", "redundant": "0"}

    def test_those_of_a_trained_network_are_counted_on_the_activated_output(self, train, tmp_path):
        result = train(probes=["features"])[-1].result
        model = keras.models.load_model(tmp_path / "5" / "model.keras")
        images = load_images(DataSpec(name="digits", validation=300), replicate_seeds(0, 0).split).validation.images
        outputs = keras.Model(model.inputs, model.get_layer("activation_2").output).predict(images, verbose=0)
        assert result.metrics["dead_features/dense_1"] == (outputs.max(axis=0) == 0).sum()

    def test_nothing_is_measured_unasked(self, train):
        assert not [name for name in train()[-1].result.metrics if "features" in name or "order" in name]


class TestRestoreBest:
    KEYS: ClassVar = {"train.learning_rate": 0.1, "train.max_steps": 100, "target": None}
    """So much that the loss goes up and down."""

    @pytest.fixture
    def found(self, train, tmp_path):
        """The evaluations of a training that goes wrong in the end, its result and the model that it left."""
        _, *evaluated, _, finished = train(**self.KEYS, **{"train.restore_best": "val_loss"})
        return evaluated, finished.result, keras.models.load_model(tmp_path / "5" / "model.keras")

    def test_the_network_is_that_of_the_best_evaluation(self, found, tiny):
        evaluated, result, model = found
        best = min(evaluated, key=lambda event: event.metrics["val_loss"])
        assert best is not evaluated[-1], "the training must go wrong for this test to say anything"
        assert (result.restored_step, result.steps) == (best.step, 100)
        data = load_images(tiny().data, replicate_seeds(0, 0).split)
        scores = model.predict(data.validation.images, verbose=0)
        accuracy = (scores.argmax(axis=1) == data.validation.labels).mean()
        assert accuracy == pytest.approx(best.metrics["val_accuracy"])
        tested = model.predict(data.test.images, verbose=0).argmax(axis=1) == data.test.labels
        assert tested.mean() == pytest.approx(result.metrics["test_accuracy"])

    def test_what_was_evaluated_is_that_of_the_last_evaluation(self, found):
        evaluated, result, _ = found
        assert result.metrics["val_loss"] == evaluated[-1].metrics["val_loss"]

    def test_training_itself_is_the_same(self, found, train):
        evaluated, result, _ = found
        _, *others, _, finished = train(**self.KEYS)
        assert [event.metrics for event in others] == [event.metrics for event in evaluated]
        assert finished.result.restored_step is None
        assert finished.result.digests["weights"] != result.digests["weights"]

    def test_a_last_evaluation_that_is_the_best_is_not_restored(self, train):
        result = train(**{"train.restore_best": "train_loss"})[-1].result
        assert (result.restored_step, result.steps) == (None, 60)

    def test_a_second_training_takes_as_long_as_the_best_took(self, train):
        result = train(**self.KEYS, **{"train.restore_best": "val_loss", "train.refit": True})[-1].result
        assert result.refit_steps == round(result.restored_step / 1137 * 1437)

    def test_what_diverges_is_not_saved_by_it(self, train):
        keys = {"train.optimizer": "sgd", "train.learning_rate": 1e30, "train.evaluate_every": 1}
        result = train(**keys, **{"train.restore_best": "val_loss"})[-1].result
        assert (result.stop_reason, result.metrics) == (StopReason.NOT_FINITE, {})
        assert result.restored_step is None


class TestOwnCallbacks:
    CODE = """
import keras

class StopAtTwo(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        assert {"loss", "accuracy", "val_loss", "val_accuracy"} <= logs.keys()
        if epoch == 0:
            self.first = self.model.get_weights()[0]
        if epoch == 1:
            assert (self.model.get_weights()[0] != self.first).any(), "they are the weights of the moment"
            self.model.stop_training = True

class Broken(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise KeyError("nothing")

class ByBatch(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass

class Needs(keras.callbacks.Callback):
    def __init__(self, patience):
        self.patience = patience

def number():
    return 3
"""

    @pytest.fixture
    def with_callback(self, tmp_path):
        def run(name):
            given = changed(TINY, {"train.callbacks": [f"mine.py:{name}"], "target": None, "insight": "none"})
            study = build_study(given, name="own", code={"mine.py": self.CODE})
            events = []
            job = Job(5, study.base, 0, replicate_seeds(0, 0), insight="none")
            run_jobs([job], HERE, tmp_path, events.append)
            return events[-1].result

        return run

    def test_it_ends_the_training_for_a_reason_of_its_own(self, with_callback):
        result = with_callback("StopAtTwo")
        assert (result.stop_reason, result.steps) == (StopReason.CALLBACK, 40)

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("Broken", r"^mine\.py, line 15: Broken\.on_epoch_end\(0, .* raised KeyError"),
            ("ByBatch", r"^mine\.py:ByBatch: on_train_batch_end would never be called"),
            ("number", r"^mine\.py:number\(\) must give a Keras callback, got int"),
        ],
    )
    def test_what_is_wrong_is_told_as_theirs(self, with_callback, name, said):
        with pytest.raises(UserCodeError, match=said):
            with_callback(name)

    def test_it_takes_no_arguments(self, with_callback):
        with pytest.raises(StudyError, match=r"^train\.callbacks: .*Needs.* must take no arguments, got patience"):
            with_callback("Needs")

    def test_its_text_is_part_of_the_variant(self):
        given = changed(TINY, {"train.callbacks": ["mine.py:StopAtTwo"]})
        one, other = (build_study(given, name="own", code={"mine.py": self.CODE + end}).base for end in ("", "# more"))
        assert one.digest != other.digest
        assert list(one.code) == ["mine.py"]
