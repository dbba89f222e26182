"""The study file: what it may say, what it means, and the variants it asks for."""

from harness.study.checks import build_study, check_variant, check_variants
from harness.study.design import (
    Adaptive,
    Confirm,
    Factorial,
    Level,
    OneAtATime,
    Range,
    Search,
    dimensions,
    replicate_range,
)
from harness.study.grid import Trainings, grid, trainings
from harness.study.image_sets import IMAGE_SETS, ImageSet
from harness.study.loading import load_study
from harness.study.shapes import POOL, block_shapes, window_output
from harness.study.spec import USED_BY, ConvBlock, DataSpec, ModelSpec, Plateau, SeedSpec, TargetSpec, TrainSpec
from harness.study.study import Reference, ReportSpec, Study
from harness.study.variant import BASE, Variant, canonical, show_level

__all__ = [
    "BASE",
    "IMAGE_SETS",
    "POOL",
    "USED_BY",
    "Adaptive",
    "Confirm",
    "ConvBlock",
    "DataSpec",
    "Factorial",
    "ImageSet",
    "Level",
    "ModelSpec",
    "OneAtATime",
    "Plateau",
    "Range",
    "Reference",
    "ReportSpec",
    "Search",
    "SeedSpec",
    "Study",
    "TargetSpec",
    "TrainSpec",
    "Trainings",
    "Variant",
    "block_shapes",
    "build_study",
    "canonical",
    "check_variant",
    "check_variants",
    "dimensions",
    "grid",
    "load_study",
    "replicate_range",
    "show_level",
    "trainings",
    "window_output",
]
