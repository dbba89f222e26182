"""A store on servers: MLflow's tracking server, and PostgreSQL for Optuna's storage. Nothing of it is a file here."""
