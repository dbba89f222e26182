"""Frames made uniform, and numbers in words, for reports."""
