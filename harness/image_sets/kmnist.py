"""Kuzushiji-MNIST: Clanuwat and others, "Deep learning for classical Japanese literature", 2018; CC BY-SA 4.0.

Made by ROIS-DS Center for Open Data in the Humanities (CODH) from "Kuzushiji Dataset" (NIJL and others). The SHA-256 of
its files are those of TensorFlow Datasets, of the compressed files.
"""

from __future__ import annotations

from harness.image_sets.base import Framing, SetFacts
from harness.image_sets.sources.idx_set import IdxSet

KMNIST = IdxSet(
    name="kmnist",
    title="Kuzushiji-MNIST",
    facts=SetFacts(
        image_shape=(28, 28, 1),
        class_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        train_images=60_000,
        test_images=10_000,
        origin="four IDX files of ROIS-DS CODH",
        download=21,
        framing=Framing(None, background="black"),  # how ink sits in the frame is not published
    ),
    subfolders=("kmnist",),
    system_folder=None,
    mirrors=("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
    sha256=(
        "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
    ),
    compressed=True,
)
