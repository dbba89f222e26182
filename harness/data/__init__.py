"""Image sets as arrays: where their files are, reading and verifying them, splits, scaling."""

from harness.data.idx_sets import class_names
from harness.data.images import (
    ImageData,
    Split,
    check_images,
    image_facts,
    load_images,
    training_scale,
)
from harness.data.pictures import (
    KINDS,
    SUFFIXES,
    UNREAD_SUFFIXES,
    Fitted,
    Framing,
    fit_picture,
    frame_picture,
    framing,
    read_picture,
)
from harness.data.scaling import Scale
from harness.data.sources import Location, fetch, find, locate
from harness.data.verify import FileCheck, verify

__all__ = [
    "KINDS",
    "SUFFIXES",
    "UNREAD_SUFFIXES",
    "FileCheck",
    "Fitted",
    "Framing",
    "ImageData",
    "Location",
    "Scale",
    "Split",
    "check_images",
    "class_names",
    "fetch",
    "find",
    "fit_picture",
    "frame_picture",
    "framing",
    "image_facts",
    "load_images",
    "locate",
    "read_picture",
    "training_scale",
    "verify",
]
