"""Figures that compare variants: a module for each kind, as in harness/findings/plots."""
