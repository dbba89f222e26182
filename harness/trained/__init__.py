"""The network that a trial left, with study, variant and images that it was trained with; asking it, exporting it."""

from harness.trained.exporting import Exported, Form, check_export, export, export_path
from harness.trained.files import class_from_name, find_pictures, left_out
from harness.trained.look import Look, look_inside
from harness.trained.opening import Trained, open_trained
from harness.trained.predicting import Blank, Prediction, Predictions, predict
from harness.trained.sheet import draw_sheet, require_sheet, write_sheet
from harness.trained.table import draw_table, remarks

__all__ = [
    "Blank",
    "Exported",
    "Form",
    "Look",
    "Prediction",
    "Predictions",
    "Trained",
    "check_export",
    "class_from_name",
    "draw_sheet",
    "draw_table",
    "export",
    "export_path",
    "find_pictures",
    "left_out",
    "look_inside",
    "open_trained",
    "predict",
    "remarks",
    "require_sheet",
    "write_sheet",
]
