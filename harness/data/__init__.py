"""The images of a study as arrays, split and scaled; pictures of one's own made like them."""

from harness.data.images import (
    ImageData,
    Split,
    check_images,
    image_facts,
    load_images,
    shape_and_classes,
    training_scale,
)
from harness.data.pictures import Fitted, fit_picture, frame_picture, framing
from harness.data.raw import give_raw, read_raw, set_of
from harness.data.scaling import Scale
from harness.pictures import KINDS, SUFFIXES, UNREAD_SUFFIXES, read_picture

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
    "give_raw",
    "image_facts",
    "load_images",
    "read_picture",
    "read_raw",
    "set_of",
    "shape_and_classes",
    "training_scale",
]
