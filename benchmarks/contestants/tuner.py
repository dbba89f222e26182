"""KerasTuner, with an MLflow run a trial: metrics after every epoch, the model at the end."""

from __future__ import annotations

import keras
import keras_tuner
import mlflow

from benchmarks.workload import BATCH, HIGH, LOW, ORDERS, arguments, compiled, load


class Log(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        mlflow.log_metrics(dict(logs or {}), step=epoch)


class Network(keras_tuner.HyperModel):
    def build(self, hp):
        return compiled(hp.Choice("order", ORDERS), hp.Float("learning_rate", LOW, HIGH, sampling="log"))

    def fit(self, hp, model, *args, **kwargs):
        with mlflow.start_run(run_name="trial"):
            mlflow.log_params(hp.values)
            kwargs["callbacks"] = [*kwargs.get("callbacks", []), Log()]
            history = model.fit(*args, **kwargs)
            model.save("model.keras")
            mlflow.log_artifact("model.keras")
        return history


def main() -> None:
    folder, trials, epochs = arguments()
    images, labels, held_images, held_labels = load(folder)
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    mlflow.set_experiment("tuner")
    tuner = keras_tuner.BayesianOptimization(
        Network(), objective=keras_tuner.Objective("val_accuracy", "max"), max_trials=trials,
        directory="tuner", project_name="w", overwrite=True,
    )  # fmt: skip
    tuner.search(images, labels, batch_size=BATCH, epochs=epochs,
                 validation_data=(held_images, held_labels), verbose=0)  # fmt: skip


if __name__ == "__main__":
    main()
