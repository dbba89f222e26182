"""Figures in which every training is seen, drawn: a module for each kind."""
