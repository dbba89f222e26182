"""Studies copied from one store to another, and compared with what they were."""
