from harness.insight import draw_curves

HISTORY = {"train_loss": {10: 1.0, 20: 0.5}, "val_accuracy": {10: 0.6, 20: 0.8}, "test_accuracy": {0: 0.1, 20: 0.79}}


def test_loss_and_accuracy_on_twin_axes():
    left, right = draw_curves(HISTORY, target=0.9).axes
    assert (left.get_xlabel(), left.get_ylabel(), right.get_ylabel()) == ("training steps", "loss", "accuracy")
    (loss,) = left.get_lines()
    assert loss.get_xydata().tolist() == [[10, 1], [20, 0.5]]
    validation, test, target = right.get_lines()
    assert validation.get_xydata().tolist() == [[10, 0.6], [20, 0.8]]
    assert test.get_linestyle() == "None"  # marks alone: nothing was measured between them
    assert target.get_ydata() == [0.9, 0.9]
    assert left.get_ylim()[0] == 0


def test_many_points_are_a_line_without_marks():
    (loss,) = draw_curves({"train_loss": dict.fromkeys(range(50), 1.0)}).axes[0].get_lines()
    assert loss.get_marker() == "None"
