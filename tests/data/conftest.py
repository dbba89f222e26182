"""The small IDX files of the image sets, for what is done with them."""

from tests.image_sets.conftest import cache, idx_folder, original_files, write_idx

__all__ = ["cache", "idx_folder", "original_files", "write_idx"]
