"""The plan of a study: which variant and replicate to train next, and what became of it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from harness.metrics import METRICS
from harness.objective import REFUSED, Objective, is_rankable
from harness.plan.policies.adaptive import scores, undecided
from harness.plan.policies.ranking import best_reaching, rank
from harness.plan.trials import DIGEST, ERROR, LABEL, PHASE, REPLICATE, RUN, STOP_REASON, Assignment, FinishedTrial
from harness.records import StopReason, TrialResult
from harness.study import Adaptive, Phase, Search, Study, Variant, grid

CONFIRM_FROM = 1000
"""First replicate of a confirmation: none that a search can have used, the same for all that are confirmed."""

INTERRUPTED = "interrupted"
"""Error text of a trial that was in flight when its run was interrupted: the next run does it again."""


class Plan:
    """Hands out trainings until the study's budget is spent. Knows nothing of how they are done.

    Args:
        study: the study.
        optuna_study: its Optuna study, with what earlier runs left in it.
        recorded: numbers of the trials whose results are safely recorded; a trial that Optuna calls finished but
            that is not among them is done again.
        recall: gives the result of a recorded trial; needed for adaptive replicates.
        data_folder: where image files are looked for first.
    """

    def __init__(
        self,
        study: Study,
        optuna_study: optuna.Study,
        recorded: Collection[int] = (),
        data_folder: Path | None = None,
        recall: Callable[[int], TrialResult] | None = None,
    ) -> None:
        self.study = study
        self._recall_result = recall
        self.objective = Objective(study, data_folder=data_folder)
        self._optuna = optuna_study
        self._running: dict[int, tuple[optuna.Trial, Assignment]] = {}
        self._findings: dict[int, FinishedTrial] = {}
        self._queue: deque[tuple[Variant, int, Phase]] = deque()
        self._evaluations: dict[int, int] = {}
        self._given_up: set[tuple[str, int, Phase]] = set()
        self._spent = 0
        self._drop_waiting()
        trials = optuna_study.get_trials(deepcopy=False)
        for trial in trials:
            self._recall(trial, trial.number in recorded)
        for trial in trials:
            self._requeue(trial)
        if isinstance(study.design, Search):
            self._complete_replicates(study.design)
        else:
            self._variants = grid(study)
            self._enqueue(self._variants, range(study.design.replicate_range[0]), Phase.DESIGN)
        self._go_on()

    def _recall(self, trial: optuna.trial.FrozenTrial, recorded: bool) -> None:
        """Take over what an earlier run finished."""
        if trial.state not in (TrialState.COMPLETE, TrialState.PRUNED):
            return
        if REFUSED in trial.user_attrs:
            self._spent += 1
            return
        if not recorded:
            return
        attributes = trial.user_attrs
        phase = Phase(attributes[PHASE])
        self._spent += phase is Phase.SEARCH
        variant = self.objective.suggest(optuna.trial.FixedTrial(trial.params))
        whole = trial.state is TrialState.COMPLETE and attributes.get(STOP_REASON) != StopReason.NOT_FINITE
        values = tuple(trial.values) if whole else None  # earlier versions let a network that diverged have a value
        self._findings[trial.number] = FinishedTrial(
            trial.number, attributes[DIGEST], attributes[REPLICATE], phase, variant, values,
            self._scores(self._recall_result(trial.number)) if self._adaptive and self._recall_result else {},
        )  # fmt: skip

    @property
    def _adaptive(self) -> bool:
        return isinstance(self.study.design.replicates, Adaptive)

    def _scores(self, result: TrialResult) -> Mapping[str, Any]:
        return scores(self.study, result) if self._adaptive else {}

    def _requeue(self, trial: optuna.trial.FrozenTrial) -> None:
        """Queue what a search had in flight when it was interrupted or killed: the same variant, the same replicate."""
        attributes = trial.user_attrs
        unfinished = trial.state in (TrialState.RUNNING, TrialState.FAIL)
        in_flight = unfinished and attributes.get(ERROR, INTERRUPTED) == INTERRUPTED
        if in_flight and attributes.get(PHASE) == Phase.SEARCH and REFUSED not in attributes:
            variant = self.objective.suggest(optuna.trial.FixedTrial(trial.params))
            self._enqueue([variant], [attributes[REPLICATE]], Phase.SEARCH)

    def _complete_replicates(self, design: Search) -> None:
        """Queue the replicates that a sampled variant had still to come when an earlier run ended."""
        sampled = [(f.variant, f.replicate) for f in self._findings.values() if f.phase is Phase.SEARCH]
        sampled += [(variant, replicate) for variant, replicate, _ in self._queue]
        budget = max(0, design.trials - self._spent - len(self._queue))
        for variant in {variant.digest: variant for variant, _ in sampled}.values():
            done = [replicate for other, replicate in sampled if other.digest == variant.digest]
            missing = min(-len(done) % design.replicates, budget)
            self._enqueue([variant], range(max(done) + 1, max(done) + 1 + missing), Phase.SEARCH)
            budget -= missing

    def _drop_waiting(self) -> None:
        """Close what a run enqueued in the moment before it was killed: the next ask would get it."""
        while self._optuna.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
            self._optuna.tell(self._optuna.ask(), state=TrialState.FAIL)

    def _enqueue(self, variants: Iterable[Variant], replicates: Iterable[int], phase: Phase) -> None:
        """Queue what is neither done nor running, replicate by replicate, so that a part done is balanced."""
        known = {(finding.digest, finding.replicate, finding.phase) for finding in self._findings.values()}
        known |= {(job.variant.digest, job.replicate, job.phase) for _, job in self._running.values()}
        known |= {(variant.digest, replicate, queued) for variant, replicate, queued in self._queue} | self._given_up
        variants = list(variants)
        for replicate in replicates:
            for variant in variants:
                if (variant.digest, replicate, phase) not in known:
                    self._queue.append((variant, replicate, phase))

    @property
    def finished(self) -> int:
        """Trainings whose results count, those of earlier runs included."""
        return len(self._findings)

    @property
    def remaining(self) -> int:
        """Trainings that are still to come, running ones included, as far as is known now."""
        left = len(self._queue) + len(self._running)
        design = self.study.design
        if not isinstance(design, Search):
            return left
        queued = sum(phase is Phase.SEARCH for _, _, phase in self._queue)
        searching = queued + self._searching
        unsampled = max(0, design.trials - self._spent - searching)
        if not unsampled and not searching:
            return left  # confirmations are queued
        return left + unsampled + (design.confirmed + 1) * design.confirm.replicates

    @property
    def _searching(self) -> int:
        return sum(job.phase is Phase.SEARCH for _, job in self._running.values())

    def next(self, program: str | None = None) -> Assignment | None:
        """Return the next training; None if there is none now (some may follow from those still running).

        Args:
            program: of what is queued, take only a variant of this :attr:`harness.study.Variant.program`. What a
                search samples may have another.
        """
        design = self.study.design
        if isinstance(design, Search) and not self._queue and self._spent + self._searching < design.trials:
            return self._sample(design)
        fitting = (item for item in self._queue if program is None or item[0].program == program)
        item = next(fitting, None)
        if item is None:
            return None
        self._queue.remove(item)
        variant, replicate, phase = item
        self._optuna.enqueue_trial(self.objective.parameters(variant))
        trial = self._optuna.ask()
        suggested = self.objective.suggest(trial)
        assert suggested.digest == variant.digest, (suggested, variant)
        return self._assign(trial, variant, replicate, phase)

    def _sample(self, design: Search) -> Assignment:
        """Ask the sampler for a variant; the search starts at the base."""
        if not self._findings and not self._running and not self._spent:
            self._optuna.enqueue_trial(self.objective.parameters(self.study.base))
        trial = self._optuna.ask()
        try:
            variant = self.objective.suggest(trial)
        except optuna.TrialPruned as refusal:
            trial.set_user_attr(PHASE, Phase.SEARCH.value)
            self._optuna.tell(trial, state=TrialState.PRUNED)
            self._spent += 1
            self._go_on()
            return Assignment(trial.number, self.study.base, 0, Phase.SEARCH, refused=str(refusal))
        # A variant that comes up again gets a fresh replicate: the same seed would only repeat the same numbers.
        seen = [finding.replicate for finding in self._findings.values() if finding.digest == variant.digest]
        seen += [job.replicate for _, job in self._running.values() if job.variant.digest == variant.digest]
        first = max((replicate for replicate in seen if replicate < CONFIRM_FROM), default=-1) + 1
        more = min(design.replicates - 1, design.trials - self._spent - self._searching - 1)
        self._queue.extend((variant, first + 1 + index, Phase.SEARCH) for index in range(more))
        return self._assign(trial, variant, first, Phase.SEARCH)

    def _go_on(self) -> None:
        """Queue what follows from what has finished: replicates of what is undecided, confirmations of a search."""
        design = self.study.design
        if isinstance(design, Search):
            self._confirm_if_searched(design)
        elif self._adaptive and not self._queue and not self._running:
            self._look()

    def _look(self) -> None:
        """Look at the data as often as there are replicates for, and queue the next replicates of what is undecided.

        Every look is taken anew, each on what it saw at its time, so that a continued study goes the way it went.
        """
        from harness.judging import looks_of

        variants = self._variants
        for size in looks_of(self.study).sizes:
            self._enqueue(variants, range(size), Phase.DESIGN)
            if self._queue:
                return
            variants = undecided(self.study, self._variants, self._findings.values(), size)

    def _confirm_if_searched(self, design: Search) -> None:
        """Queue the confirmations once the search has spent its trials and none is in flight."""
        if self._spent < design.trials or self._searching:
            return
        if not any(phase is Phase.SEARCH for _, _, phase in self._queue):
            replicates = range(CONFIRM_FROM, CONFIRM_FROM + design.confirm.replicates)
            self._enqueue(self._winners(design), replicates, Phase.CONFIRM)

    def _winners(self, design: Search) -> list[Variant]:
        """The base, and the best variants of the search by their mean objectives.

        One of whose replicates was pruned or diverged comes after all that finished: the mean of survivors flatters.
        """
        groups: dict[str, list[FinishedTrial]] = {}
        for finding in self._findings.values():
            if finding.phase is Phase.SEARCH and finding.values is not None:
                groups.setdefault(finding.digest, []).append(finding)
        means = {
            digest: tuple(sum(column) / len(column) for column in zip(*(f.values or () for f in findings), strict=True))
            for digest, findings in groups.items()
        }
        broken = {f.digest for f in self._findings.values() if f.phase is Phase.SEARCH and f.values is None}
        base = self.study.base
        better = [METRICS[name].better for name in design.objectives]
        if design.confirm.reaching:
            whole = {digest: row for digest, row in means.items() if digest not in broken and digest != base.digest}
            best = best_reaching(whole, better, design.confirm.reaching, design.confirm.top)
            return [base, *(groups[digest][0].variant for digest in best)]
        best = rank(means, better)
        best.sort(key=lambda digest: digest in broken)
        chosen = [groups[digest][0].variant for digest in best if digest != base.digest][: design.confirm.top]
        return [base, *chosen]

    def _assign(self, trial: optuna.Trial, variant: Variant, replicate: int, phase: Phase) -> Assignment:
        trial.set_user_attr(DIGEST, variant.digest)
        trial.set_user_attr(LABEL, variant.label)
        trial.set_user_attr(REPLICATE, replicate)
        trial.set_user_attr(PHASE, phase.value)
        design = self.study.design
        prunable = phase is Phase.SEARCH and isinstance(design, Search) and design.pruner != "none"
        first = CONFIRM_FROM if phase is Phase.CONFIRM else 0
        shown = phase is Phase.CONFIRM or (phase is Phase.DESIGN and variant.digest == self.study.base.digest)
        assignment = Assignment(trial.number, variant, replicate, phase, prunable, shown and replicate == first)
        self._running[trial.number] = (trial, assignment)
        self._evaluations[trial.number] = 0
        return assignment

    def should_prune(self, number: int, metrics: Mapping[str, float]) -> bool:
        """Report an evaluation of a prunable trial; return whether its pruner wants it ended."""
        trial, _ = self._running[number]
        value = self.objective.intermediate(metrics)
        if value is None or not math.isfinite(value):
            return False
        self._evaluations[number] += 1
        trial.report(value, self._evaluations[number])
        return bool(trial.should_prune())

    def tell(self, number: int, result: TrialResult, run_id: str) -> None:
        """Record how a trial ended.

        One that diverged is pruned, whatever its objective, and so is one whose objective is not finite: Optuna would
        let infinity win.
        """
        trial, job = self._running.pop(number)
        trial.set_user_attr(STOP_REASON, result.stop_reason.value)
        trial.set_user_attr(RUN, run_id)
        self._close(number, job.variant, job.replicate, job.phase, result)

    def adopt(self, number: int, result: TrialResult) -> None:
        """Close a trial whose result was recorded by a run that was killed before it could tell Optuna."""
        trial = self._optuna.get_trials(deepcopy=False)[number]
        variant = self.objective.suggest(optuna.trial.FixedTrial(trial.params))
        phase, replicate = Phase(trial.user_attrs[PHASE]), trial.user_attrs[REPLICATE]
        place = (variant.digest, replicate, phase)
        self._queue = deque(item for item in self._queue if (item[0].digest, *item[1:]) != place)
        self._close(number, variant, replicate, phase, result)

    def _close(self, number: int, variant: Variant, replicate: int, phase: Phase, result: TrialResult) -> None:
        broke_off = result.stop_reason in (StopReason.PRUNED, StopReason.NOT_FINITE)
        values = None if broke_off else self.objective.values(result)
        if values is not None and not is_rankable(values):
            values = None
        state = TrialState.PRUNED if values is None else TrialState.COMPLETE
        self._optuna.tell(number, values, state=state)
        self._spent += phase is Phase.SEARCH
        told = None if values is None else tuple(values)
        judged = self._scores(result)
        self._findings[number] = FinishedTrial(number, variant.digest, replicate, phase, variant, told, judged)
        self._go_on()

    def fail(self, number: int, message: str, again: bool = False) -> None:
        """Record that a trial broke or was interrupted.

        Args:
            number: the trial's number.
            message: why.
            again: hand the same training out once more, as a new trial.
        """
        if number not in self._running:  # told already, in the moment before something else broke
            return
        trial, job = self._running.pop(number)
        trial.set_user_attr(ERROR, message)
        self._optuna.tell(trial, state=TrialState.FAIL)
        if again:
            self._queue.appendleft((job.variant, job.replicate, job.phase))
        else:
            self._spent += job.phase is Phase.SEARCH
            self._given_up.add((job.variant.digest, job.replicate, job.phase))  # until the next run
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
        return [trial.number for trial in trials if trial.number not in self._running]
