"""The image sets: a module each that says what is known of it, where its files are, and how they are read.

A new set is a module with an :class:`ImageSet`, and its line in :mod:`harness.image_sets.registry`.
"""

from harness.image_sets.base import FileCheck, Framing, ImageSet, Location, RawImages, SetFacts, class_names
from harness.image_sets.folder import FolderSet
from harness.image_sets.own.images import HELD
from harness.image_sets.own.reading import Duplicates, Reading
from harness.image_sets.own.suggesting import Suggestion, suggest
from harness.image_sets.registry import BUILT_IN, IMAGE_SETS, built_in, verify
from harness.image_sets.sources.cache import Kept, clear, decoded_folder, kept_sets
from harness.image_sets.sources.places import named_folder
from harness.pictures import Fit, Resize

__all__ = [
    "BUILT_IN",
    "HELD",
    "IMAGE_SETS",
    "Duplicates",
    "FileCheck",
    "Fit",
    "FolderSet",
    "Framing",
    "ImageSet",
    "Kept",
    "Location",
    "RawImages",
    "Reading",
    "Resize",
    "SetFacts",
    "Suggestion",
    "built_in",
    "class_names",
    "clear",
    "decoded_folder",
    "kept_sets",
    "named_folder",
    "suggest",
    "verify",
]
