"""The image sets: a module each that says what is known of it, where its files are, and how they are read.

A new set is a module with an :class:`ImageSet`, and its line in :mod:`harness.image_sets.registry`.
"""

from harness.image_sets.base import FileCheck, Framing, ImageSet, Location, RawImages, SetFacts, class_names
from harness.image_sets.registry import BUILT_IN, IMAGE_SETS, built_in, verify
from harness.image_sets.sources.places import named_folder

__all__ = [
    "BUILT_IN",
    "IMAGE_SETS",
    "FileCheck",
    "Framing",
    "ImageSet",
    "Location",
    "RawImages",
    "SetFacts",
    "built_in",
    "class_names",
    "named_folder",
    "verify",
]
