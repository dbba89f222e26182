"""Figures that compare variants, as data: a module for each kind."""
