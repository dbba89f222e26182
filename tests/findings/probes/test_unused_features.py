import pandas as pd

from harness.reports import report
from tests.findings.conftest import POOL, STRIDE, make_study, trial


def test_counts_of_each_layer():
    study = make_study(probes=["features"], report={"metrics": ["test_accuracy"]})
    rows = []
    for place, settings in enumerate((POOL, STRIDE)):
        for replicate in range(3):
            layers = {"conv_1": (replicate, 1), "conv_2": (0, 2), "dense_1": (10, 0)}
            counts = {f"dead_features/{name}": dead for name, (dead, _) in layers.items()}
            counts |= {f"redundant_features/{name}": redundant for name, (_, redundant) in layers.items()}
            rows.append(
                trial(
                    study, 3 * place + replicate, settings, replicate, dead_features=11, redundant_features=3, **counts
                )
            )
    found = report(study, pd.DataFrame(rows), pd.DataFrame())
    assert found.sentences[0] == (
        "Features that are not used, on average with max-pooling: 1.0 dead and 1.0 redundant of 16 in conv_1, 2.0 "
        "redundant of 36 in conv_2 and 10.0 dead of 128 in dense_1."
    )
    (section,) = found.sections
    assert section.table.rows[0] == ("base", "conv_1", "16", "1.0 (0.0 to 3.5)", "1.0 (1.0 to 1.0)")
    assert len(section.table.rows) == 6
    assert "dead_features" in found.scored
