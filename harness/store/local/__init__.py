"""A store in a folder: MLflow in SQLite, Optuna in SQLite, artifacts as files. Reading is SQL, without MLflow."""
