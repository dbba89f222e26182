import csv
import io
import json

import jsonschema
import numpy as np
import pandas as pd
import pytest

from harness.pages.export import json_schema, to_csv, to_json
from harness.reports import report


def records_of(comparison):
    return list(csv.DictReader(io.StringIO(to_csv(comparison))))


def test_csv_has_a_row_a_variant_in_the_units_of_the_metrics(study, trials, history):
    base, stride = records_of(report(study, trials, history))
    assert base["variant"] == "base"
    assert base["model.downsample"] == "max_pool"
    assert float(base["test_accuracy"]) == pytest.approx(0.987)
    assert float(stride["test_accuracy_difference"]) == pytest.approx(-0.002)
    assert stride["test_accuracy_verdict"] == "undecided"
    assert stride["seconds_to_target_ratio"] == "0.5"
    assert (stride["reached"], stride["steps_to_target"]) == ("3", "695.205329")
    assert base["test_accuracy_difference"] == ""


def test_csv_tells_a_missed_target_from_no_value(study, trials, history):
    trials.loc[trials["trial"] > 3, ["seconds_to_target", "steps_to_target"]] = np.nan
    stride = records_of(report(study, trials, history))[1]
    assert stride["steps_to_target"] == "inf"
    # one of three after 2 s, before 4, 5 and 6; two watched for 8 s, at 1.6 for 5: until then after two each
    assert float(stride["seconds_to_target_ratio"]) == pytest.approx(1.6)
    assert (stride["seconds_to_target_ratio_low"], stride["seconds_to_target_ratio_high"]) == ("0", "inf")


def test_json_is_strict_and_complete(study, trials, history):
    facts = json.loads(to_json(report(study, trials, history)), parse_constant=pytest.fail)
    assert facts["question"] == "Does a stride of 2 do the work of max-pooling?"
    assert facts["rows"][1]["contrasts"][2]["verdict"] == "better"
    assert facts["rows"][0]["scores"]["test_accuracy"]["n"] == 3
    assert facts["rows"][1]["contrasts"][2]["p"] is None
    assert facts["runs"][5]["run_id"] == f"{5:032x}"
    assert "figures" not in facts


def test_nothing_is_still_valid(study):
    comparison = report(study, pd.DataFrame(), pd.DataFrame())
    assert len(records_of(comparison)) == 2
    json.loads(to_json(comparison), parse_constant=pytest.fail)


def test_the_schema_names_what_the_file_holds(study, trials, history):
    facts = json.loads(to_json(report(study, trials, history)))
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(facts, schema)
    assert set(schema["properties"]) == set(facts)
    row, contrast = schema["$defs"]["Row"]["properties"], schema["$defs"]["Contrast"]["properties"]
    assert set(row) == set(facts["rows"][1])
    assert set(contrast) == set(facts["rows"][1]["contrasts"][0])
    assert contrast["low"]["type"] == ["number", "null"]
    assert "p_holm: that p-value adjusted" in schema["$defs"]["Contrast"]["description"]
    assert "CurveFigure" not in schema["$defs"]
