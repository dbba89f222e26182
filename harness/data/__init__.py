"""The images of a study as arrays, split and scaled; pictures of one's own made like them."""

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
    fit_picture,
    frame_picture,
    framing,
    read_picture,
)
from harness.data.scaling import Scale

__all__ = [
    "KINDS",
    "SUFFIXES",
    "UNREAD_SUFFIXES",
    "Fitted",
    "ImageData",
    "Scale",
    "Split",
    "check_images",
    "fit_picture",
    "frame_picture",
    "framing",
    "image_facts",
    "load_images",
    "read_picture",
    "training_scale",
]
