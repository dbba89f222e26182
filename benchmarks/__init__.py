"""Benchmarks: how fast, beside what, on which machine."""
