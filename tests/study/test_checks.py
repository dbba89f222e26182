from __future__ import annotations

import pytest

from harness.errors import StudyError
from harness.study import check_networks


def test_two_variants_that_mean_the_same_are_refused(build):
    # hvass02 and fashion02 are one network
    with pytest.raises(StudyError, match=r"the variants 'base' and 'preset=fashion02' mean the same"):
        build(**{"design.factors": {"model.preset": ["hvass02", "fashion02"]}})


def test_a_folder_of_images_is_checked_against_what_it_holds(build, tmp_path):
    study = build(**{"data.name": "folder", "data.folder": str(tmp_path), "train.batch_size": 100})
    check_networks(study, (28, 28, 1), 5100)
    with pytest.raises(
        StudyError, match=r"^train\.batch_size must be at most 99, the images there are to train on, got 100"
    ):
        check_networks(study, (28, 28, 1), 5099)
    with pytest.raises(StudyError, match=r"^data\.validation must be below 5000"):
        check_networks(study, (28, 28, 1), 5000)
