"""Picture files, which may be anybody's: read with limits, made upright, without transparency, and resized."""

from harness.pictures.reading import (
    KINDS,
    MOST_PIXELS,
    SUFFIXES,
    UNREAD_SUFFIXES,
    Picture,
    open_picture,
    picture_head,
    read_picture,
)
from harness.pictures.resizing import FITS, RESIZES, Fit, Resize, resized, to_pixels

__all__ = [
    "FITS",
    "KINDS",
    "MOST_PIXELS",
    "RESIZES",
    "SUFFIXES",
    "UNREAD_SUFFIXES",
    "Fit",
    "Picture",
    "Resize",
    "open_picture",
    "picture_head",
    "read_picture",
    "resized",
    "to_pixels",
]
