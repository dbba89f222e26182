"""Pictures of a recorded run, made after the fact."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.errors import UsageError
from harness.store.local.files.artifacts import picture_folders
from harness.store.local.reading.runs import find_run
from harness.trained import look_inside


def test_all_pictures_are_put_beside_the_run(borrowed):
    look = look_inside("search#5", borrowed)
    names = look.names
    assert {"confusion_matrix.png", "weights_conv_2.png", "maximisation_logits.png", "curves.png", "network.png"} <= {
        *names
    }
    pictures = Path(find_run(borrowed, "search#5").artifacts) / "insight"
    assert look.place == str(pictures)
    assert all((pictures / name).is_file() for name in names)
    found = picture_folders(borrowed, "search")
    assert found[look.trained.run.digest] == pictures  # before those with a confusion matrix only
    assert all((folder / "confusion_matrix.csv").is_file() for folder in found.values())


def test_the_confusion_matrix_is_the_one_that_was_recorded(borrowed):
    """Standardised images, dropout, replicate 1: the same split and scaling, and dropout is off."""
    table = Path(find_run(borrowed, "plain#3").artifacts) / "insight" / "confusion_matrix.csv"
    recorded = table.read_text()
    table.unlink()
    look_inside("plain#3", borrowed, only=["confusion"])
    assert table.read_text() == recorded


def test_one_layer_and_a_test_image(borrowed):
    look = look_inside("plain#3", borrowed, only=["outputs"], layers=["activation_1"], images=["7"])
    assert look.names == ["outputs_activation_1_test7.png"]


def test_a_picture_of_ones_own(borrowed, tmp_path):
    picture = np.full((40, 40), 255, np.uint8)
    picture[8:32, 18:23] = 0  # a dark one on light paper
    Image.fromarray(picture).save(tmp_path / "my one.png")
    look = look_inside("plain#3", borrowed, only=["outputs"], layers=["conv_1"], images=[str(tmp_path / "my one.png")])
    assert look.names == ["outputs_conv_1_my-one.png"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"images": ["360"]}, "--image must be below 360, the number of test images, got 360"),
        (
            {"images": ["nowhere.png"]},
            "--image must be the number of a test image or a picture file, got 'nowhere.png'",
        ),
        ({"only": ["wights"]}, "Did you mean 'weights'"),
        ({"only": ["outputs"], "layers": ["dense_1"]}, "nothing to draw"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_line(borrowed, options, message):
    with pytest.raises(UsageError, match=message) as caught:
        look_inside("plain#3", borrowed, **options)
    assert len(str(caught.value).splitlines()) == 1


def test_a_blank_picture(borrowed, tmp_path):
    Image.new("L", (20, 20), 255).save(tmp_path / "blank.png")
    with pytest.raises(UsageError, match="is blank"):
        look_inside("plain#3", borrowed, images=[str(tmp_path / "blank.png")])
