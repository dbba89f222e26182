"""A new study: from a few wishes to a file that has comments, is valid, and runs as it is."""

from harness.new.levels import parse_levels, show_toml
from harness.new.wishes import SMALL, TEMPLATES, Images, Template, Wishes, settle_wishes
from harness.new.writing import Written, images_of, network_beside, place_of, seen_from, write_study

__all__ = [
    "SMALL",
    "TEMPLATES",
    "Images",
    "Template",
    "Wishes",
    "Written",
    "images_of",
    "network_beside",
    "parse_levels",
    "place_of",
    "seen_from",
    "settle_wishes",
    "show_toml",
    "write_study",
]
