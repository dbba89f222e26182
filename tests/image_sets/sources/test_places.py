import os
import re

import pytest

from harness.errors import DataError
from harness.image_sets import named_folder, verify
from harness.image_sets.folder import FOLDER


def test_folders_that_cannot_be(tmp_path):
    for text, message in (
        ("n" * 300, "cannot be looked at: File name too long."),
        ("~nobody-has-this-name/x", "no user has such a home. Write the whole path."),
    ):
        with pytest.raises(DataError, match=re.escape(message)):
            FOLDER.fetch(named=named_folder(text))
        with pytest.raises(DataError, match=re.escape(message)):
            verify(text)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_may_not_be_looked_into(idx_folder):
    idx_folder.chmod(0)
    try:
        with pytest.raises(DataError, match="cannot be looked into: Permission denied"):
            FOLDER.fetch(named=idx_folder)
    finally:
        idx_folder.chmod(0o700)
