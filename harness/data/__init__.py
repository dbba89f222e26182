"""Image sets as arrays: where their files are, reading and verifying them, splits, scaling."""

from harness.data.images import ImageData, Split, check_images, image_facts, load_images
from harness.data.sources import Location, fetch, find, locate
from harness.data.verify import FileCheck, verify

__all__ = [
    "FileCheck",
    "ImageData",
    "Location",
    "Split",
    "check_images",
    "fetch",
    "find",
    "image_facts",
    "load_images",
    "locate",
    "verify",
]
