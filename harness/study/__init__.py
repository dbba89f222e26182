"""The study file: what it may say, what it means, and the variants it asks for."""

import harness.study.showing  # noqa: F401  registers how a notebook shows a study
from harness.study.building import build_study
from harness.study.checks import check_class_weights, check_classes, check_variant, check_variants
from harness.study.code import CodeName, read_code
from harness.study.comparisons import MOST_INTERACTIONS, Family, comparisons_of, has_effects
from harness.study.designs import Phase
from harness.study.designs.factors import Adaptive, Factorial, OneAtATime
from harness.study.designs.ranges import Level, Range
from harness.study.designs.search import Confirm, Search
from harness.study.loading import change_study, load_study, require_name
from harness.study.replicates import cautions, censored_floor, too_few_replicates
from harness.study.schema import SCHEMA_FILE, schema_text, study_schema
from harness.study.shapes import POOL, block_shapes, window_output
from harness.study.study import Study, Trainings
from harness.study.tables.augment import Augment, Changes
from harness.study.tables.budget import BudgetSpec
from harness.study.tables.data import DataSpec
from harness.study.tables.metrics import own_metrics
from harness.study.tables.model import ConvBlock, ModelSpec
from harness.study.tables.own import OwnModel, call_arguments
from harness.study.tables.report import Reference, ReportSpec
from harness.study.tables.train import USED_BY, Plateau, SeedSpec, TargetSpec, TrainSpec
from harness.study.tables.whole import StudyTables
from harness.study.variant import BASE, Variant, canonical, show_level

__all__ = [
    "BASE",
    "MOST_INTERACTIONS",
    "POOL",
    "SCHEMA_FILE",
    "USED_BY",
    "Adaptive",
    "Augment",
    "BudgetSpec",
    "Changes",
    "CodeName",
    "Confirm",
    "ConvBlock",
    "DataSpec",
    "Factorial",
    "Family",
    "Level",
    "ModelSpec",
    "OneAtATime",
    "OwnModel",
    "Phase",
    "Plateau",
    "Range",
    "Reference",
    "ReportSpec",
    "Search",
    "SeedSpec",
    "Study",
    "StudyTables",
    "TargetSpec",
    "TrainSpec",
    "Trainings",
    "Variant",
    "block_shapes",
    "build_study",
    "call_arguments",
    "canonical",
    "cautions",
    "censored_floor",
    "change_study",
    "check_class_weights",
    "check_classes",
    "check_variant",
    "check_variants",
    "comparisons_of",
    "has_effects",
    "load_study",
    "own_metrics",
    "read_code",
    "require_name",
    "schema_text",
    "show_level",
    "study_schema",
    "too_few_replicates",
    "window_output",
]
