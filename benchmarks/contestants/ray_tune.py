"""Ray Tune with OptunaSearch and its MLflow callback: two trials at a time, one core each."""

from __future__ import annotations

from pathlib import Path

import ray
from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback
from ray.tune.search.optuna import OptunaSearch

from benchmarks.workload import BATCH, HIGH, LOW, ORDERS, arguments, load


def train(config, images, labels, held_images, held_labels, epochs):
    import tempfile

    import keras
    import tensorflow as tf

    from benchmarks.workload import compiled

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)

    class Report(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch + 1 < epochs:
                tune.report(dict(logs or {}))
                return
            with tempfile.TemporaryDirectory() as place:
                self.model.save(Path(place) / "model.keras")
                tune.report(dict(logs or {}), checkpoint=tune.Checkpoint.from_directory(place))

    model = compiled(config["order"], config["learning_rate"])
    model.fit(images, labels, batch_size=BATCH, epochs=epochs, validation_data=(held_images, held_labels),
              verbose=0, callbacks=[Report()])  # fmt: skip


def main() -> None:
    folder, trials, epochs = arguments()
    images, labels, held_images, held_labels = load(folder)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    trainable = tune.with_parameters(
        train, images=images, labels=labels, held_images=held_images, held_labels=held_labels, epochs=epochs
    )
    tuner = tune.Tuner(
        tune.with_resources(trainable, {"cpu": 1}),
        param_space={"order": tune.choice(ORDERS), "learning_rate": tune.loguniform(LOW, HIGH)},
        tune_config=tune.TuneConfig(
            metric="val_accuracy", mode="max", search_alg=OptunaSearch(), num_samples=trials, max_concurrent_trials=2
        ),
        run_config=tune.RunConfig(
            storage_path=str(Path("ray").resolve()), name="w", verbose=0,
            callbacks=[MLflowLoggerCallback(tracking_uri="sqlite:///mlflow.db", experiment_name="ray",
                                            save_artifact=True)],
        ),
    )  # fmt: skip
    results = tuner.fit()
    if results.errors:
        raise SystemExit(f"{len(results.errors)} trials failed, the first with: {results.errors[0]}")


if __name__ == "__main__":
    main()
