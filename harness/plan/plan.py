"""The plan of a study: which variant and replicate to train next, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import optuna
from optuna.trial import TrialState

from harness.objective import Objective
from harness.plan.asking import attributes_of, running_trial
from harness.plan.policies import policy_of
from harness.plan.resuming import resume, training_of
from harness.plan.trials import (
    CONFIRM_FROM,
    ERROR,
    PHASE,
    RUN,
    STOP_REASON,
    Assignment,
    FinishedTrial,
    Training,
)
from harness.records import Asked, TrialResult
from harness.study import Phase, Study


class Plan:
    """Hands out trainings until its policy wants no more. Knows nothing of how they are done.

    The policy of the study's design says what is wanted; the plan keeps the ledger, and asks and tells Optuna.

    Args:
        study: the study.
        optuna_study: its Optuna study, with what earlier runs left in it.
        recorded: numbers of the trials whose results are safely recorded; a trial that Optuna calls finished but
            that is not among them is done again.
        recall: gives the result of a recorded trial; needed for adaptive replicates.
        data_folder: where image files are looked for first.
        asked: what was asked of the study so far, in order; empty where that is unknown.
    """

    def __init__(
        self,
        study: Study,
        optuna_study: optuna.Study,
        recorded: Collection[int] = (),
        data_folder: Path | None = None,
        recall: Callable[[int], TrialResult] | None = None,
        asked: Sequence[Asked] = (),
    ) -> None:
        self.study = study
        self.objective = Objective(study, data_folder=data_folder)
        self._optuna = optuna_study
        self._policy = policy_of(study, asked)
        self._ledger = resume(optuna_study, self.objective, recorded, recall if study.design.adaptive else None)
        self._asked: dict[int, optuna.Trial] = {}
        self._pruning: dict[int, Callable[[Mapping[str, float]], bool]] = {}
        self._go_on()

    @property
    def finished(self) -> int:
        """Trainings whose results count, those of earlier runs included."""
        return len(self._ledger.finished)

    @property
    def remaining(self) -> int:
        """Trainings that are still to come, running ones included, as far as is known now."""
        ledger = self._ledger
        return len(ledger.queue) + len(ledger.running) + self._policy.remaining(ledger)

    @property
    def running(self) -> int:
        """Trainings that were handed out and are not over."""
        return len(self._ledger.running)

    @property
    def awaits(self) -> bool:
        """Whether a training can be handed out now."""
        return bool(self._ledger.queue) or self._policy.to_sample(self._ledger) > 0

    @property
    def upcoming(self) -> str:
        """Digest of the variant that is handed out next; empty where it is still to be sampled."""
        return self._ledger.queue[0].variant.digest if self._ledger.queue else ""

    @property
    def searching(self) -> bool:
        """Whether what is handed out next is a search's."""
        queue = self._ledger.queue
        return queue[0].phase is Phase.SEARCH if queue else self._policy.to_sample(self._ledger) > 0

    @property
    def to_confirm(self) -> int:
        """Trainings that follow when a search is over, as far as is known now."""
        return self._policy.remaining(self._ledger) - self._policy.to_sample(self._ledger)

    @property
    def search_ended(self) -> bool:
        """Whether :meth:`end_search` was called."""
        return self._ledger.search_ended

    def end_search(self) -> None:
        """Let a search go no further in this run: what is under way ends, and what was found is confirmed."""
        self._ledger.end_search()
        self._go_on()

    def next(self, program: str | None = None) -> Assignment | None:
        """Return the next training; None if there is none now (some may follow from those still running).

        Args:
            program: of what is queued, take only a variant of this :attr:`harness.study.Variant.program`. What a
                search samples may have another.
        """
        if not self._ledger.queue and self._policy.to_sample(self._ledger):
            return self._sample()
        training = self._ledger.take(program)
        if training is None:
            return None
        template = running_trial(self.objective, training)
        made = self._optuna._storage.create_new_trial(self._optuna._study_id, template)
        return self._assign(optuna.trial.Trial(self._optuna, made), training)

    def _sample(self) -> Assignment:
        """Ask the sampler for a variant; the search starts at the base."""
        ledger = self._ledger
        if not ledger.finished and not ledger.running and not ledger.spent:
            self._optuna.enqueue_trial(self.objective.parameters(self.study.base))
        trial = self._optuna.ask()
        try:
            variant = self.objective.suggest(trial)
        except optuna.TrialPruned as refusal:
            trial.set_user_attr(PHASE, Phase.SEARCH.value)
            self._optuna.tell(trial, state=TrialState.PRUNED)
            ledger.spent += 1
            self._go_on()
            return Assignment(trial.number, self.study.base, 0, Phase.SEARCH, refused=str(refusal))
        # A variant that comes up again gets a fresh replicate: the same seed would only repeat the same numbers.
        done = [one.training.replicate for one in ledger.finished.values() if one.digest == variant.digest]
        under_way = [one.replicate for one in ledger.running.values() if one.variant.digest == variant.digest]
        seen = [replicate for replicate in (*done, *under_way) if replicate < CONFIRM_FROM]
        training = Training(variant, max(seen, default=-1) + 1, Phase.SEARCH)
        for name, value in attributes_of(training).items():
            trial.set_user_attr(name, value)
        assignment = self._assign(trial, training)
        self._go_on()
        return assignment

    def _assign(self, trial: optuna.Trial, training: Training) -> Assignment:
        variant, replicate, phase = training
        prunable = phase is Phase.SEARCH and self.study.design.prunes
        first = CONFIRM_FROM if phase is Phase.CONFIRM else 0
        shown = phase is Phase.CONFIRM or (phase is Phase.DESIGN and variant.digest == self.study.base.digest)
        assignment = Assignment(trial.number, variant, replicate, phase, prunable, shown and replicate == first)
        self._asked[trial.number] = trial
        self._pruning[trial.number] = self.objective.pruning(trial)
        self._ledger.running[trial.number] = assignment
        return assignment

    def should_prune(self, number: int, metrics: Mapping[str, float]) -> bool:
        """Report an evaluation of a prunable trial; return whether its pruner wants it ended."""
        return self._pruning[number](metrics)

    def tell(self, number: int, result: TrialResult, run_id: str) -> None:
        """Record how a trial ended.

        One that diverged is pruned, whatever its objective, and so is one whose objective is not finite: Optuna would
        let infinity win.
        """
        training = self._ledger.running[number].training
        trial = self._over(number)
        trial.set_user_attr(STOP_REASON, result.stop_reason.value)
        trial.set_user_attr(RUN, run_id)
        self._close(number, training, result)

    def adopt(self, number: int, result: TrialResult) -> None:
        """Close a trial whose result was recorded by a run that was killed before it could tell Optuna."""
        training = training_of(self._optuna.get_trials(deepcopy=False)[number], self.objective)
        self._ledger.drop(training.key)
        self._close(number, training, result)

    def _close(self, number: int, training: Training, result: TrialResult) -> None:
        told = self.objective.told(result)
        self._optuna.tell(number, told, state=TrialState.PRUNED if told is None else TrialState.COMPLETE)
        values = None if told is None else tuple(told)
        self._ledger.finished[number] = FinishedTrial(training, training.variant.digest, values, result)
        self._ledger.spent += training.phase is Phase.SEARCH
        self._go_on()

    def fail(self, number: int, message: str, again: bool = False) -> None:
        """Record that a trial broke or was interrupted.

        Args:
            number: the trial's number.
            message: why.
            again: hand the same training out once more, as a new trial.
        """
        ledger = self._ledger
        if number not in ledger.running:  # told already, in the moment before something else broke
            return
        training = ledger.running[number].training
        trial = self._over(number)
        trial.set_user_attr(ERROR, message)
        self._optuna.tell(trial, state=TrialState.FAIL)
        if again:
            ledger.queue.appendleft(training)
        else:
            ledger.spent += training.phase is Phase.SEARCH
            ledger.given_up.append(training)
        self._go_on()

    def abandon(self, number: int) -> None:
        """Close a trial that a killed run left open and that has no result."""
        self._optuna.tell(number, state=TrialState.FAIL)

    def known_trials(self) -> set[int]:
        """Return the numbers of all trials there are in Optuna's storage."""
        return {trial.number for trial in self._optuna.get_trials(deepcopy=False)}

    def open_trials(self) -> list[int]:
        """Return numbers of trials that Optuna holds open and this plan did not hand out."""
        trials = self._optuna.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        return [trial.number for trial in trials if trial.number not in self._asked]

    def _over(self, number: int) -> optuna.Trial:
        """Take a trial off what is running."""
        del self._ledger.running[number], self._pruning[number]
        return self._asked.pop(number)

    def _go_on(self) -> None:
        """Queue what the policy wants next, once nothing is queued."""
        if not self._ledger.queue:
            self._ledger.enqueue(self._policy.next_wave(self._ledger))
