"""Answers questions about image CNNs by experiment."""
