"""What the plan relies on in every policy: each is asked as the plan asks it, and results are made up."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from harness.plan.ledger import Ledger
from harness.plan.policies import policy_of
from harness.plan.trials import Assignment, FinishedTrial, Training
from harness.study import Phase
from tests.conftest import make_result

LEVELS = {"model.downsample": ["max_pool", "stride", "average_pool"], "train.batch_size": [32, 64]}
DESIGNS = {
    "factorial": ({"kind": "factorial", "replicates": 2, "factors": LEVELS}, 12),
    "one_at_a_time": ({"kind": "one_at_a_time", "replicates": 3, "factors": LEVELS}, 12),
    "screening": (
        {
            "kind": "screening",
            "replicates": 2,
            "factors": {**{path: levels[:2] for path, levels in LEVELS.items()}, "model.dense_dropout": [0.0, 0.5]},
        },
        8,
    ),
    "adaptive": ({"kind": "factorial", "replicates": {"min": 2, "max": 4}, "factors": LEVELS}, 24),
    "search": (
        {"kind": "search", "trials": 9, "replicates": 2, "space": LEVELS, "confirm": {"top": 2, "replicates": 3}},
        9 + 3 * 3,
    ),
}


@pytest.fixture(params=DESIGNS)
def case(request, tiny):
    """A study, and how many trainings it takes at most."""
    design, most = DESIGNS[request.param]
    return tiny(design=design, report={"metrics": ["test_accuracy"]}), most


class Simulation:
    """Trains by a policy, so many at a time; results wobble, so that nothing is ever decided."""

    def __init__(self, study, ledger=None):
        self.study, self.policy, self.ledger = study, policy_of(study), ledger or Ledger()
        self.trained: list[Training] = []
        self.fill()

    def fill(self):
        if not self.ledger.queue:
            self.ledger.enqueue(self.policy.next_wave(self.ledger))

    def begin(self):
        """Hand out the next training; None if there is none now."""
        number = len(self.ledger.finished) + len(self.ledger.running) + len(self.ledger.given_up)
        training = self.ledger.take()
        if training is None and self.policy.to_sample(self.ledger):
            taken = Counter(one.variant.digest for one in self.ledger.begun())
            levels = random.Random(number)
            variant = self.study.variant({path: levels.choice(choices) for path, choices in LEVELS.items()})
            training = Training(variant, taken[variant.digest], Phase.SEARCH)
        if training is None:
            return None
        self.ledger.running[number] = Assignment(number, *training)
        self.trained.append(training)
        self.fill()
        return number

    def end(self, number, fails=False):
        training = self.ledger.running.pop(number).training
        self.ledger.spent += training.phase is Phase.SEARCH
        if fails:
            self.ledger.given_up.append(training)
        else:
            accuracy = 0.9 + 0.01 * ((number * 7) % 5 - 2)
            result = make_result(accuracy)
            self.ledger.finished[number] = FinishedTrial(training, training.variant.digest, (accuracy,), result)
        self.fill()

    @property
    def remaining(self):
        return len(self.ledger.queue) + len(self.ledger.running) + self.policy.remaining(self.ledger)

    def run(self, most=1000, at_once=1):
        while most > 0:
            begun = [number for _ in range(min(most, at_once)) if (number := self.begin()) is not None]
            if not begun:
                break
            for number in begun:
                self.end(number)
            most -= len(begun)
        return [training.key for training in self.trained]


@pytest.mark.parametrize("at_once", [1, 4])
def test_every_training_is_wanted_once_and_then_no_more(case, at_once):
    study, most = case
    simulation = Simulation(study)
    keys = simulation.run(at_once=at_once)
    assert len(keys) == len(set(keys)) <= most
    assert len(keys) == most or study.design.explores, "a search may find fewer variants than it confirms"
    assert (simulation.remaining, simulation.begin()) == (0, None)


def test_what_is_left_goes_down_to_nothing(case):
    study, most = case
    simulation = Simulation(study)
    left = [simulation.remaining]
    while (number := simulation.begin()) is not None:
        simulation.end(number)
        left.append(simulation.remaining)
    assert left[0] <= most
    assert left[-1] == 0
    assert study.design.adaptive or left == sorted(left, reverse=True), "only a look at the data may ask for more"


def test_a_study_that_goes_on_goes_the_way_it_would_have_gone(case):
    study, _ = case
    whole = Simulation(study).run()
    keys, ledger = [], Ledger()
    while part := Simulation(study, ledger).run(most=3):
        keys += part
        ledger = Ledger(finished=ledger.finished, spent=ledger.spent)  # what another process finds
    assert keys == whole


def test_asking_changes_nothing(case):
    study, _ = case
    simulation = Simulation(study)
    simulation.run(most=4)
    ledger, policy = simulation.ledger, simulation.policy
    ledger.queue.clear()
    asked = [
        ([one.key for one in policy.next_wave(ledger)], policy.to_sample(ledger), policy.remaining(ledger))
        for _ in range(2)
    ]
    assert asked[0] == asked[1]


def test_what_was_given_up_is_not_wanted_again(case):
    study, most = case
    simulation = Simulation(study)
    failed = [simulation.begin() for _ in range(2)]
    for number in failed:
        simulation.end(number, fails=True)
    keys = simulation.run()
    assert len(keys) == len(set(keys)) <= most
    assert simulation.remaining == 0
