import hashlib
import re
from pathlib import Path

import pytest

from harness.errors import DataError
from harness.image_sets.sources.originals import require_original


def test_the_digest_is_of_the_contents():
    digest = hashlib.sha256(b"as published").hexdigest()
    require_original(b"as published", Path("x.gz"), digest, "mnist", "MNIST")
    message = (
        f"x.gz: is not the file of MNIST: the SHA-256 of its decompressed contents must be {digest}, got "
        f"{hashlib.sha256(b'changed').hexdigest()}. Delete it and run `harness data fetch mnist`."
    )
    with pytest.raises(DataError, match=re.escape(message)):
        require_original(b"changed", Path("x.gz"), digest, "mnist", "MNIST")
