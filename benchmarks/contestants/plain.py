"""The script that people write: Optuna, Keras ``fit``, MLflow autolog, one process."""

from __future__ import annotations

import mlflow
import optuna

from benchmarks.workload import BATCH, HIGH, LOW, ORDERS, arguments, compiled, load


def main() -> None:
    folder, trials, epochs = arguments()
    images, labels, held_images, held_labels = load(folder)
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    mlflow.set_experiment("plain")
    mlflow.keras.autolog()

    def objective(trial: optuna.Trial) -> float:
        order = trial.suggest_categorical("order", ORDERS)
        rate = trial.suggest_float("learning_rate", LOW, HIGH, log=True)
        with mlflow.start_run(run_name=f"trial {trial.number}"):
            mlflow.log_params(trial.params)
            model = compiled(order, rate)
            history = model.fit(images, labels, batch_size=BATCH, epochs=epochs,
                                validation_data=(held_images, held_labels), verbose=0)  # fmt: skip
        return history.history["val_accuracy"][-1]

    study = optuna.create_study(direction="maximize", storage="sqlite:///optuna.db")
    study.optimize(objective, n_trials=trials)


if __name__ == "__main__":
    main()
