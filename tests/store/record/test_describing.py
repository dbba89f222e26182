"""What MLflow shows as descriptions."""

from __future__ import annotations

import pytest

from harness.records import StopReason
from harness.store.local.database import open_client
from harness.store.local.files.disk import FolderDisk
from harness.store.record.describing import describe_answer, describe_end, describe_study, describe_trial
from harness.store.record.recorder import Recorder
from tests.conftest import make_result

SEARCH = {
    "kind": "search", "trials": 20, "objectives": ["val_accuracy"], "confirm": {"top": 2, "replicates": 5},
    "space": {"train.learning_rate": {"low": 1e-3, "high": 1e-1, "log": True}, "model.dense.0": [8, 16]},
}  # fmt: skip


class TestStudies:
    def test_question_notes_design_target_and_report(self, tiny):
        study = tiny(notes="On *small* digits.")
        assert describe_study(study, "tiny", is_run=True) == (
            "**Is a stride of 2 as good as pooling on 8x8 digits?**\n\n"
            "On \\*small\\* digits.\n\n"
            "**Design:** every combination of the levels; 2 replicates of each variant.\n\n"
            "- `model.downsample`: max_pool, stride (base: max_pool)\n\n"
            "**Target:** 99 % validation accuracy, which ends a training.\n\n"
            "**Report:** in this run's artifacts, `report/comparison.html`, as soon as there is one."
        )
        listed = describe_study(study, "tiny", is_run=False)
        assert listed.startswith("Is a stride of 2 as good as pooling on 8x8 digits?\n\n")
        assert "**" not in listed, "MLflow's list of experiments shows asterisks as they are"
        assert listed.endswith(
            "in the artifacts of the run `study tiny`, `report/comparison.html`, as soon as there is one."
        )

    def test_what_came_out_stands_first_and_takes_the_place_of_what_came_out_before(self, tiny):
        about = describe_study(tiny(notes="---"), "tiny", is_run=True)
        once = describe_answer("No verdict: 2 *pairs*.", "| variant |\n|---|\n| a |", about)
        assert once == f"**No verdict: 2 \\*pairs\\*.**\n\n| variant |\n|---|\n| a |\n\n---\n\n{about}"
        assert describe_answer("Yes.", "", once) == f"**Yes.**\n\n---\n\n{about}"

    def test_a_search(self, tiny):
        text = describe_study(tiny(design=SEARCH, target=None), "tiny", is_run=True)
        assert (
            "**Design:** a search of 20 trainings for the best validation accuracy (tpe), then the best 2 and the base "
            "with 5 fresh replicates each." in text
        )
        assert "- `train.learning_rate`: 0.001 to 0.1, logarithmic (base: 0.01)" in text
        assert "Target" not in text

    @pytest.mark.parametrize(
        ("design", "sentence"),
        [
            ({"kind": "factorial"}, "the base alone; 1 replicate of each variant."),
            (
                {"kind": "one_at_a_time", "replicates": {"min": 3, "max": 30}, "factors": {"model.dense.0": [8, 32]}},
                "the base, and each level with everything else at the base; 3 to 30 replicates of each variant, as "
                "many as it takes to decide.",
            ),
        ],
    )
    def test_other_designs(self, tiny, design, sentence):
        assert f"**Design:** {sentence}" in describe_study(tiny(design=design), "tiny", is_run=True)

    def test_many_levels_are_not_all_written_out(self, tiny):
        study = tiny(design={"kind": "factorial", "factors": {"model.dense.0": list(range(1, 31))}})
        assert "10, 11, 12 and 18 more (base: 16)" in describe_study(study, "tiny", is_run=True)


class TestTrials:
    def test_the_variant_beside_the_base(self, tiny):
        study = tiny()
        assert describe_trial(study, "tiny", study.variants[1], 2, "design") == (
            "**Is a stride of 2 as good as pooling on 8x8 digits?** (study tiny)\n\n"
            "Variant **downsample=stride**, replicate 2.\n\n"
            "- `model.downsample`: stride (base: max_pool)"
        )

    def test_the_phase_of_a_search(self, tiny):
        study = tiny(design=SEARCH)
        text = describe_trial(study, "tiny", study.base, 1000, "confirm")
        assert "replicate 1000 (fresh, to confirm what the search found)." in text

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            (
                {"stop_reason": StopReason.TARGET, "steps_to_target": 1400, "seconds_to_target": 12.345},
                "**Stopped after 1,500 steps, at its target.** It reached 99 % validation accuracy after 1,400 steps "
                "and 12.3 training seconds. Test accuracy 89.00 %.",
            ),
            (
                {},
                "**Trained to its maximum of 1,500 steps.** It did not reach 99 % validation accuracy. "
                "Test accuracy 89.00 %.",
            ),
            (
                {"stop_reason": StopReason.PRUNED, "metrics": {}},
                "**Pruned after 1,500 steps: others promised more.** It did not reach 99 % validation accuracy.",
            ),
            (
                {"refit_steps": 50},
                "**Trained to its maximum of 1,500 steps.** It did not reach 99 % validation accuracy. Trained afresh "
                "on all images for 50 steps. Test accuracy 89.00 %.",
            ),
        ],
    )
    def test_how_it_ended(self, tiny, changes, sentence):
        assert describe_end(tiny(), make_result(0.9, **{"steps": 1500, **changes})) == sentence

    @pytest.mark.parametrize("reason", StopReason)
    def test_every_reason_has_words(self, tiny, reason):
        assert describe_end(tiny(target=None), make_result(stop_reason=reason)).startswith("**")


class TestInTheStore:
    """However a run ends, its description says so above what it said before."""

    @pytest.fixture
    def recorder(self, store, tiny):
        return Recorder(open_client(store), FolderDisk(store), tiny(), {})

    @pytest.fixture
    def run_id(self, recorder):
        return recorder.start(0, recorder.study.variants[1], 0, "design")

    def end_of(self, recorder, run_id) -> str:
        end, _, rest = recorder.client.get_run(run_id).data.tags["mlflow.note.content"].partition("\n\n")
        assert rest == describe_trial(recorder.study, "tiny", recorder.study.variants[1], 0, "design")
        return end

    def test_finished(self, recorder, run_id):
        recorder.finish(run_id, make_result(0.9))
        assert self.end_of(recorder, run_id).startswith("**Trained to its maximum of 60 steps.**")

    def test_pruned(self, recorder, run_id):
        recorder.finish(run_id, make_result(0.9, StopReason.PRUNED))
        assert self.end_of(recorder, run_id).startswith("**Pruned after 60 steps")

    def test_refused(self, recorder, run_id):
        recorder.refuse(run_id, "no room for a 9x9 kernel")
        assert self.end_of(recorder, run_id) == "**Not trained:** no room for a 9x9 kernel"

    def test_failed(self, recorder, run_id):
        recorder.fail(run_id, "ValueError: no")
        assert self.end_of(recorder, run_id) == "**Failed:** ValueError: no"

    def test_killed_also_by_a_later_process(self, recorder, run_id, store, tiny):
        Recorder(open_client(store), FolderDisk(store), tiny(), {}).kill(run_id, "its run was killed")
        assert self.end_of(recorder, run_id) == "**Stopped:** its run was killed."

    def test_the_experiment_and_its_kind_also_of_one_that_existed(self, store, tiny):
        client = open_client(store)
        client.create_experiment("tiny", artifact_location=(store / "artifacts" / "tiny").as_uri())
        recorder = Recorder(client, FolderDisk(store), tiny(notes="long " * 5000), {})
        experiment = client.get_experiment(recorder.experiment_id)
        assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"
        assert experiment.tags["mlflow.note.content"].startswith("Is a stride of 2 as good as pooling")
        tags = client.get_run(recorder.parent_id).data.tags
        assert tags["mlflow.note.content"].startswith("**Is a stride of 2 as good as pooling")
