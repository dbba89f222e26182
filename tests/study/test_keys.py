from harness.study.keys import setting_keys


def test_keys_that_have_a_value_are_there_by_their_dotted_paths():
    keys = setting_keys()
    wanted = {"question", "data.name", "model.conv", "train.learning_rate", "train.plateau.metric", "target.value",
              "design.factors", "design.replicates", "design.replicates.min", "report.margin"}  # fmt: skip
    assert wanted <= keys.keys()
    assert keys["train.batch_size"] == "Images a step."


def test_tables_alone_are_no_keys():
    assert {"data", "model", "train", "target", "design", "report"}.isdisjoint(setting_keys())
