"""Reading a store in a folder, by SQL on the tables of MLflow."""
