from harness.study import TargetSpec


def test_a_target_in_words():
    assert TargetSpec(metric="val_accuracy", value=0.985).in_words == "98.5 % validation accuracy"
    loss = TargetSpec(metric="val_loss", value=0.05, in_a_row=3)
    assert loss.in_words == "a validation loss of 0.05 at 3 evaluations in a row"
