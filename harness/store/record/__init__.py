"""What is written into MLflow, wherever it is: one event in, one write out."""
